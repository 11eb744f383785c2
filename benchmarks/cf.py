"""Collaborative filtering without time: every generator that can, on any pair of `user item item ...` files.

All items but the user's train items are ranked; NDCG's ideal is cut at min(test items, 20). The settings were chosen
on a fifth of the train part, held out; `--tune` shows that choice again and never looks at the test file.
"""

import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.harness import Figures, main
from benchmarks.interactions import Split, read, request
from features.arrays import Codes, Doubles, elements_of
from features.errors import DataError
from features.logs import log
from training.candidates.als import Als, AlsConfig
from training.candidates.base import Generator, Snapshot
from training.candidates.blend import Blend, BlendConfig
from training.candidates.bpr import Bpr
from training.candidates.ease import Ease, EaseConfig
from training.candidates.lookalikes import Lookalikes
from training.candidates.neighbours import Neighbours, NeighboursConfig
from training.candidates.popular import Popular
from training.candidates.propose import propose, rows_at_once
from training.candidates.rp3beta import Rp3beta, Rp3betaConfig

K = 20
HELD_OUT = 0.2  # of each user's train items, for tuning
SAMPLE = 8_000  # users that tuning asks about
SEED = 7  # of the held-out part and of the sample


FACTORS = AlsConfig(factors=256, regularization=50.0, alpha=50.0, iterations=8)
WALK = Rp3betaConfig(neighbours=30, alpha=0.4, beta=0.2, itself=True, asked=1000)


def tuned() -> list[Generator]:
    """Each generator with the best of the settings in `tried`; what is not tried there has its defaults."""
    return [
        Popular(),
        Neighbours(NeighboursConfig(similarity="cosine", asked=1000)),
        Lookalikes(),
        Ease(EaseConfig(asked=1000)),
        Bpr(),
        Rp3beta(WALK),
        Als(FACTORS),
        Blend(BlendConfig(FACTORS, WALK, weight=1.0)),
    ]


def tried() -> Iterator[Generator]:
    """What tuning compares, stage by stage: each stage varies what the one before found best."""
    yield from (Neighbours(NeighboursConfig(similarity=kind, asked=1000)) for kind in ("tfidf", "cosine", "bm25"))
    for alpha in (1.0, 0.7, 0.5, 0.4, 0.3):
        yield Rp3beta(replace(WALK, alpha=alpha, beta=0.0))
    for neighbours, beta in ((100, 0.2), (50, 0.2), (30, 0.2), (30, 0.3)):
        yield Rp3beta(replace(WALK, neighbours=neighbours, beta=beta))
    yield Rp3beta(replace(WALK, itself=False))
    for alpha, regularization in (
        (10.0, 10.0),
        (30.0, 10.0),
        (50.0, 30.0),
        (50.0, 50.0),
        (100.0, 10.0),
        (100.0, 100.0),
    ):
        yield Als(replace(FACTORS, alpha=alpha, regularization=regularization))
    yield from (Blend(BlendConfig(FACTORS, WALK, weight)) for weight in (0.4, 0.7, 1.0, 1.5, 2.5))


@dataclass(frozen=True)
class Quality:
    """Means over users."""

    recall: float
    ndcg: float


def quality(generator: Generator, snapshot: Snapshot, split: Split, users: Codes) -> Quality:
    """Of the 20 best items new to each user."""
    size = rows_at_once(split.items)
    parts = [_hits(generator, snapshot, split, users[a : a + size]) for a in range(0, len(users), size)]
    hits = np.concatenate(parts)  # (U, 20)
    wanted = np.diff(split.test.offsets)[users]
    gain = 1.0 / np.log2(np.arange(K) + 2.0)
    ideal = np.cumsum(gain)[np.minimum(wanted, K) - 1]
    return Quality(float((hits.sum(axis=1) / wanted).mean()), float((hits @ gain / ideal).mean()))


def _hits(generator: Generator, snapshot: Snapshot, split: Split, users: Codes) -> Doubles:
    """(U, 20) one where the item at that place was to be found."""
    best = propose(generator, request(snapshot, users), K).candidates
    row = np.repeat(np.arange(len(users)), np.diff(best.offsets))
    offsets, at = elements_of(split.test.offsets, users)
    wanted = np.repeat(np.arange(len(users)), np.diff(offsets)) * split.items + split.test.product[at]
    hits = np.zeros((len(users), K))
    hits[row, best.rank - 1] = np.isin(row * split.items + best.product, wanted)
    return hits


def measure(args: Namespace) -> Figures:
    """The quality of each generator, and of the best one; of each setting tried with `--tune`."""
    whole = read(*_files(args))
    split = whole.held_out(HELD_OUT, SEED) if args.tune else whole
    users = split.users()
    if args.tune:
        users = np.sort(np.random.default_rng(SEED).permutation(users)[:SAMPLE])
    snapshot, fits = split.snapshot(), _Fits({}, {})
    reached: dict[str, Quality] = {}
    seconds: dict[str, float] = {}
    for generator in tried() if args.tune else tuned():
        if args.only and generator.name not in args.only.split(","):
            continue
        name = str(generator.config) if args.tune else generator.name  # type: ignore[attr-defined]  # all have one
        seconds[name] = fits.fit(generator, snapshot)
        reached[name] = quality(generator, snapshot, split, users)
        log.info("measured", generator=name, recall_at_20=reached[name].recall, ndcg_at_20=reached[name].ndcg)
    return _figures(reached, seconds)


@dataclass(frozen=True)
class _Fits:
    """What was learned with which settings, and how long it took: the parts of a blend are not learned twice."""

    learned: dict[str, Generator]
    seconds: dict[str, float]

    def fit(self, generator: Generator, snapshot: Snapshot) -> float:
        """Fit, and say how long it takes from nothing."""
        parts = (generator.als, generator.rp3beta) if isinstance(generator, Blend) else (generator,)
        return sum(self._fit_part(part, snapshot) for part in parts)

    def _fit_part(self, part: Generator, snapshot: Snapshot) -> float:
        key = f"{part.name} {part.config}"  # type: ignore[attr-defined]  # all have one
        if key not in self.learned:
            started = time.perf_counter()
            part.fit(snapshot)
            self.learned[key], self.seconds[key] = part, time.perf_counter() - started
        vars(part).update(vars(self.learned[key]))
        return self.seconds[key]


def _figures(reached: dict[str, Quality], seconds: dict[str, float]) -> Figures:
    best = max(reached.values(), key=lambda quality: quality.recall)
    figures = {"recall_at_20": best.recall, "ndcg_at_20": best.ndcg}
    for name, one in reached.items():
        figures |= {f"{name}_recall_at_20": one.recall, f"{name}_ndcg_at_20": one.ndcg, f"{name}_fit_s": seconds[name]}
    return figures


def _files(args: Namespace) -> tuple[Path, Path]:
    if args.train and args.test:
        return args.train, args.test
    if args.data is None or args.train or args.test:
        raise DataError("both --train FILE and --test FILE are needed, or ESNAF_DATA with amazon_cds in it")
    return args.data / "amazon_cds" / "train.txt.gz", args.data / "amazon_cds" / "test.txt.gz"


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise ArgumentTypeError(f"{text!r} is not a file")
    return path


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--train", type=_file, metavar="FILE", help="'user item item ...' a line, plain or .gz")
    parser.add_argument("--test", type=_file, metavar="FILE", help="likewise")
    parser.add_argument("--only", metavar="NAMES", help="generators to measure, by name and commas (default: all)")
    parser.add_argument("--tune", action="store_true", help="try all settings on a part of the train file")


if __name__ == "__main__":
    main("cf", measure, add_arguments=_arguments)
