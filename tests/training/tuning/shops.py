"""A small shop to tune on: a trial takes a tenth of a second."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from features.arrays import DAY
from features.settings import Settings
from features.tables import Shop, TablesConfig, load
from tests.training.contenders import write
from training.tuning.bench import Bench
from training.tuning.cut import Cut, cuts_before
from training.tuning.space import Space

TEXT = """
[training]
figures = false
shop = "corner"
windows = 2
min_history = 28

[pool]
generators = ["repurchase", "popular"]

[ranker]
trees = 20
min_leaf = 20
threads = 1

[tune]
cuts = 2

[tune.space]
generators = ["trending"]
features = ["rhythm"]
training = { windows = [1, 2, 3] }
pool = { size = [10, 50] }
candidates = { popular = { window = [7, 21] } }
ranker = { trees = { low = 5, high = 40, log = true }, leaves = [15, 63], l2 = { low = 1, high = 9 }, negatives = [3] }
"""
SETTINGS = Settings.parse(TEXT)


@cache
def whole() -> Shop:
    with TemporaryDirectory() as folder:
        return load(write(Path(folder) / "data"), TablesConfig())


@cache
def end() -> int:
    """Where the test window begins."""
    return -(-whole().log.end // DAY) * DAY - 28 * DAY


@cache
def shop() -> Shop:
    """The tables before it."""
    with TemporaryDirectory() as folder:
        return load(write(Path(folder) / "data"), TablesConfig(), until=end())


@cache
def cuts() -> tuple[Cut, ...]:
    return cuts_before(end(), shop(), SETTINGS, 2)


def bench(keep: int = 2) -> Bench:
    return Bench(shop(), Space.of(SETTINGS), keep)
