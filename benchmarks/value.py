"""Value: what customers will spend, against BG/NBD with Gamma-Gamma fitted in the same run.

CDNOW: learned from the first 26 weeks, measured on the next 13. Online Retail: learned from all but its last 90 days,
measured on them. Without data, the simulated shop. Both models know the same orders, net of refunds, of the same
customers: those who had ordered before the window. `--figures DIR` draws what was foretold against what came.
"""

import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.buy_till_you_die import WEEK, purchases, spend, summary
from benchmarks.harness import WORKSPACES, Figures, main
from features.arrays import DAY, NO_TIME, Bools, Doubles
from features.eventlog import EventLog
from features.logs import log as logger
from features.settings import Settings
from features.tables import TablesConfig, load
from training.value.config import ValueConfig
from training.value.figure import draw
from training.value.learning import Learning
from training.value.model import Values
from training.value.orders import Orders
from training.value.quality import Quality, auc, rank_correlation

SEED = 1
CDNOW = """
[tables.events]
files = ["first_39_weeks.parquet"]
columns.customer_id = "customer_id"
columns.product_id = "number_of_cds"
columns.timestamp = "date"
columns.unit_price = "dollar_value"
"""


@dataclass(frozen=True)
class Case:
    """A shop, and the window that is foretold: the last `horizon` days before `end`."""

    name: str
    log: EventLog
    end: int  # seconds since the epoch, UTC
    horizon: int  # days

    @property
    def cut(self) -> int:
        """Where the window begins."""
        return self.end - self.horizon * DAY


@dataclass(frozen=True)
class Found:
    """What came, and what was foretold of the customers who had ordered before the window."""

    spent: Doubles  # (K,)
    bought: Bools  # (K,)
    mine: Values  # (K,)
    theirs: Doubles  # (K,) spend by BG/NBD and Gamma-Gamma
    purchases: Doubles  # (K,) by BG/NBD alone
    seconds: float  # of CPU to learn


def measure(args: Namespace) -> Figures:
    """The figures of each shop."""
    measured: dict[str, float] = {}
    for case in _cases(args):
        found = _foretold(case)
        measured |= {f"{case.name}_{name}": value for name, value in _figures(found).items()}
        if args.figures:
            quality = Quality.of(found.mine, found.spent, found.bought)
            draw(quality, args.figures / f"value_{case.name}.svg")
    return measured


def _foretold(case: Case) -> Found:
    config = ValueConfig(horizon=case.horizon, churn_days=2 * case.horizon, customers=1_000_000)
    started = time.process_time()
    model = Learning(case.log, config, SEED, case.end).fit(case.cut)
    seconds = time.process_time() - started
    if model is None:
        raise RuntimeError(f"{case.name}: too little was bought to learn from")
    everybody = len(case.log.customers)
    history = case.log.window(NO_TIME, case.cut, everybody)
    orders, after = Orders.of(history, case.cut), Orders.of(case.log.window(case.cut, case.end, everybody), case.end)
    mine, spent, bought = model.predict(history, case.cut), np.zeros(everybody), np.zeros(everybody, np.bool_)
    spent[after.rows], bought[after.rows] = after.spend, True
    known = summary(orders, case.cut)
    coming = purchases(known, case.horizon * DAY / WEEK)
    theirs, rows = coming * spend(known), orders.rows
    logger.info("measured", shop=case.name, customers=len(rows), seconds=seconds)
    own = Values(mine.spend[rows], mine.chance[rows], mine.churn[rows])
    return Found(spent[rows], bought[rows], own, theirs, coming, seconds)


def _figures(found: Found) -> dict[str, float]:
    quality, spent = Quality.of(found.mine, found.spent, found.bought), found.spent
    return {
        "customers": len(spent),
        "buyers": int(found.bought.sum()),
        "total_ratio": quality.metrics["spend_ratio"],
        "bgnbd_total_ratio": float(found.theirs.sum() / spent.sum()),
        "rank_correlation": quality.metrics["spend_rank_correlation"],
        "bgnbd_rank_correlation": rank_correlation(found.theirs, spent),
        "mae": quality.metrics["spend_mae"],
        "bgnbd_mae": float(np.abs(found.theirs - spent).mean()),
        "chance_auc": quality.metrics["chance_auc"],
        "bgnbd_chance_auc": auc(found.purchases, found.bought),
        "chance_ratio": quality.metrics["chance_ratio"],
        "chance_error": quality.metrics["chance_error"],
        "learning_cpu_s": found.seconds,
    }


def _cases(args: Namespace) -> Iterator[Case]:
    if args.data is None:
        yield _simulated(args)
        return
    cdnow = load(args.data / "cdnow", TablesConfig.of(Settings.parse(CDNOW))).log
    yield Case("cdnow", cdnow, _second(1997, 10, 1), 91)
    settings = Settings.read(WORKSPACES / "online_retail" / "esnaf.toml")
    retail = load(args.data / "online_retail", TablesConfig.of(settings)).log
    yield Case("online_retail", retail, _second(2011, 9, 1), 90)


def _simulated(args: Namespace) -> Case:
    from benchmarks.timing import esnaf

    with tempfile.TemporaryDirectory() as scratch:
        size = [f"--customers={args.customers}", f"--products={args.products}", f"--days={args.days}"]
        esnaf("simulate", scratch, *size, "--end=2026-01-01")
        return Case("simulated", load(Path(scratch), TablesConfig.of(Settings({}))).log, _second(2026, 1, 1), 90)


def _second(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp())


def add_arguments(parser: ArgumentParser) -> None:
    """Where to draw, and how large a simulated shop."""
    parser.add_argument("--figures", type=Path, metavar="DIR", help="draw foretold against found")
    parser.add_argument("--customers", type=int, default=4_000, metavar="N", help="of a simulated shop (default 4000)")
    parser.add_argument("--products", type=int, default=2_000, metavar="N", help="of a simulated shop (default 2000)")
    parser.add_argument("--days", type=int, default=540, metavar="N", help="of a simulated shop (default 540)")


if __name__ == "__main__":
    main("value", measure, add_arguments=add_arguments)
