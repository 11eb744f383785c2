"""Identity: who belongs together, resolved fast, rightly, and at once after a login.

2 million made-up rows of identities of 1 million customers are resolved, normalisation timed apart. On the simulated
shop the pairs of accounts and identifiers that come out as one person's are compared with the truth. What several
people were seen with (tablets, kiosks, the call centre's number) and placeholders are in it as nobody's, so that
whatever is put together with one counts as wrong. Then visitors of a real service log in: the first list afterwards
must differ from the last one before, and be the model's own list of both histories.
"""

import multiprocessing
import resource
import tempfile
import time
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.harness import Figures, main
from benchmarks.logins import logins
from benchmarks.trained import trained
from esnaf.simulation.parameters import Parameters
from esnaf.simulation.shop import simulate
from features.arrays import Codes
from features.identity.config import IdentityConfig
from features.identity.gathering import Gathering
from features.identity.normalise import normal
from features.identity.resolution import resolve
from features.tables.text import encode

_KINDS = ("email", "phone", "loyalty_card", "anonymous_id")
_SHARES = (0.4, 0.15, 0.1, 0.35)


def add_arguments(parser: ArgumentParser) -> None:
    """How much of each."""
    parser.add_argument("--rows", type=int, default=2_000_000, metavar="N", help="of identities (default 2,000,000)")
    parser.add_argument("--customers", type=int, default=20_000, metavar="N", help="of the simulated shop (20,000)")
    parser.add_argument("--logins", type=int, default=1_000, metavar="N", help="default 1,000")
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="with a champion (default: train one)")


def measure(args: Namespace) -> Figures:
    """The three parts, one after the other."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:  # so that the peak is of this part alone
        figures = dict(pool.apply(_resolved, (args.rows,)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulate(folder / "shop", Parameters(customers=args.customers, products=400, days=365))
        figures |= accuracy(folder / "shop", IdentityConfig())
        if args.logins:
            workspace = args.workspace or trained(None, folder)
            figures |= logins(workspace, args.logins, folder)
    return figures


def _resolved(rows: int) -> Figures:
    """Half as many customers as rows; some have a second account, some values are shared by many."""
    random = np.random.default_rng(0)
    customers = rows // 2
    who = np.concatenate([np.arange(customers), random.integers(customers, size=rows - customers)])
    kind = random.choice(len(_KINDS), rows, p=_SHARES)
    number = np.arange(rows)
    again = random.random(rows) < 0.1
    number[again] = number[random.integers(rows, size=int(again.sum()))]  # somebody else's value, of whatever kind
    number[random.random(rows) < 0.01] = 7  # a kiosk, a call centre
    seen = random.integers(1_600_000_000, 1_700_000_000, rows)
    values = [_value(k, n) for k, n in zip(kind.tolist(), number.tolist(), strict=True)]
    texts = (pa.array([f"c{w:07d}" for w in who.tolist()]), pa.array(_KINDS).take(pa.array(kind)), pa.array(values))
    del values
    gathering = Gathering(IdentityConfig())
    begin = time.perf_counter()
    gathering.add_rows(encode(texts[0]), encode(texts[1]), encode(texts[2]), seen)
    normalised = time.perf_counter()
    members = gathering.members()
    done = time.perf_counter()
    return {
        "rows": rows,
        "customers": customers,
        "other_ids": len(members.ids),
        "normalise_s": normalised - begin,
        "resolve_s": done - normalised,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }


def _value(kind: int, number: int) -> str:
    return (f"Name{number}@Example.com", f"+4477{number:08d}", f"{number:013d}", f"web-{number:x}")[kind]


def accuracy(shop: Path, config: IdentityConfig) -> Figures:
    """Pairwise precision and recall against the truth."""
    truth, found = _truth(shop), _found(shop, config)
    key = pc.binary_join_element_wise(truth["kind"], truth["value"], "\0")
    predicted = pc.index_in(key, value_set=found.keys).to_numpy(zero_copy_only=False)
    person = found.person[predicted.astype(np.int64)]
    pairs = _pairs(truth["person"], person)
    accounts = (truth["kind"].to_numpy(zero_copy_only=False) == "customer_id").nonzero()[0]
    own = _pairs(truth["person"][accounts], person[accounts])
    return {
        "identifiers": len(person),
        "precision": pairs.precision,
        "recall": pairs.recall,
        "accounts_precision": own.precision,
        "accounts_recall": own.recall,
    }


def _truth(shop: Path) -> dict[str, pa.Array]:
    """Accounts and the identifiers seen with them; one of several people, or a placeholder, is nobody's."""
    table = pq.read_table(shop / "truth" / "identities.parquet").to_pandas()
    table = table[table["linked"]].groupby(["kind", "value"], sort=True)
    people, junk, first = table["person_id"].nunique(), table["junk"].any(), table["person_id"].first()
    nobody = (people > 1) | junk
    owner = first.where(~nobody, [f"nobody {at}" for at in range(len(first))])
    kind, value = (pa.array(first.index.get_level_values(name), pa.string()) for name in ("kind", "value"))
    return {"kind": kind, "value": value, "person": pa.array(owner).dictionary_encode().indices.to_numpy()}


@dataclass(frozen=True)
class _Found:
    keys: pa.Array  # kind and value, as the table writes them
    person: Codes


def _found(shop: Path, config: IdentityConfig) -> _Found:
    """The person of every identifier of the table, and of every account of the truth."""
    table = pq.read_table(shop / "identities.parquet")
    customer, kind, value = (encode(table[name].combine_chunks()) for name in ("customer_id", "kind", "value"))
    gathering = Gathering(config)
    gathering.add_rows(customer, kind, value, table["seen_at"].cast(pa.int64()).to_numpy() // 1_000)
    graph, names = gathering.graph()
    person = resolve(graph).person.tolist()
    texts = names.of(np.arange(len(graph)))
    known = {(names.names[k], text): who for k, text, who in zip(names.kind.tolist(), texts, person, strict=True)}
    truth = pq.read_table(shop / "truth" / "identities.parquet", columns=["kind", "value"])
    stated = {*zip(truth["kind"].to_pylist(), truth["value"].to_pylist(), strict=True)}
    keys, found = [], list[int]()
    for name, text in sorted(stated):
        own = config.kind(name)
        keys.append(f"{name}\0{text}")
        found.append(known.get((own.name, normal(text, own, config) or ""), len(graph) + len(found)))
    return _Found(pa.array(keys), np.array(found, np.int32))


@dataclass(frozen=True)
class _Pairs:
    precision: float
    recall: float


def _pairs(truth: np.ndarray, found: np.ndarray) -> _Pairs:
    """Of all pairs that are one person's in the one, how many are so in the other."""
    both = np.unique(np.stack([truth, found]), axis=1, return_counts=True)[1]
    right = _within(both)
    return _Pairs(right / max(_within(np.bincount(found)), 1), right / max(_within(np.bincount(truth)), 1))


def _within(sizes: np.ndarray) -> float:
    return float((sizes.astype(np.float64) * (sizes - 1) / 2).sum())


if __name__ == "__main__":
    main("identity", measure, add_arguments=add_arguments)
