"""What `esnaf compare` calls a difference: a model, the same with another seed, and one without purchase history.

All three are trained on the same data and compared on their common test window. Online Retail with `--data`, else the
simulated shop.
"""

import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from benchmarks.harness import WORKSPACES, Figures, main
from benchmarks.timing import esnaf
from esnaf.output import text_table

REAL, REAL_UNTIL = "online_retail", "2011-09-01"
SEED = "[training]\nseed = 2\n"
HISTORY = '[features]\nexclude = ["history", "rhythm", "customer", "taste"]\n'
NDCG = "ndcg_at_20"


def add_arguments(parser: ArgumentParser) -> None:
    """How large a simulated shop."""
    parser.add_argument("--customers", type=int, default=4_000, metavar="N", help="of a simulated shop (default 4000)")


def measure(args: Namespace) -> Figures:
    """Train three times and compare."""
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Path(scratch) / "workspace"
        workspace.mkdir()
        if args.data is not None:
            data, until = args.data / REAL, ["--until", REAL_UNTIL]
            settings = (WORKSPACES / REAL / "esnaf.toml").read_text()
        else:
            data, until, settings = Path(scratch) / "data", [], ""
            esnaf("simulate", str(data), f"--customers={args.customers}", "--quiet")
        place = ["--data", str(data), "--workspace", str(workspace), "--quiet"]
        for change in ("", SEED, HISTORY):
            (workspace / "esnaf.toml").write_text(f"{settings}\n{change}")
            esnaf("train", *place, *until, refused=True)
        seed, history = (_compared(place, other) for other in ("2", "3"))
    rows = [(name, *found) for name, found in (("another seed", seed), ("no purchase history", history))]
    print(text_table(("against the model", "NDCG@20", "low", "high", ""), rows))
    return {
        "seed_difference": seed[0],
        "seed_low": seed[1],
        "seed_high": seed[2],
        "seed_is_no_difference": int(seed[3] == "no difference"),
        "history_difference": history[0],
        "history_low": history[1],
        "history_high": history[2],
        "history_is_worse": int(history[3] == "worse"),
    }


def _compared(place: list[str], other: str) -> tuple[float, float, float, str]:
    """NDCG@20 of another version beside that of version 1, as shares of it, and the verdict."""
    answer: dict[str, Any] = esnaf("compare", "1", other, *place).answer
    found = answer["differences"][NDCG]
    first = found["first"]
    return found["difference"] / first, found["low"] / first, found["high"] / first, found["verdict"]


if __name__ == "__main__":
    main("noise", measure, add_arguments=add_arguments)
