"""A simulated shop and three trainings on it: one, the same with another seed, and one that forgets what was bought."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from features.arrays import DAY
from features.settings import Settings
from features.tables import Shop, TablesConfig, load
from training.comparison.config import CompareConfig
from training.comparison.contender import Contender
from training.comparison.contest import Contest
from training.comparison.side import Side
from training.comparison.window import Window
from training.trainer import Trainer

TEXT = """
[training]
figures = false
shop = "corner"
windows = 3
[pool]
generators = ["repurchase", "popular"]
[ranker]
trees = 40
min_leaf = 20
feature_fraction = 0.5
threads = 1
"""
SEED = 'seed = 2\nshop = "corner"'
FORGETFUL = '[features]\nexclude = ["history", "rhythm", "taste", "repurchase_score", "repurchase_rank"]\n'
SETTINGS = {"1": TEXT, "2": TEXT.replace('shop = "corner"', SEED), "3": TEXT + FORGETFUL}

CUSTOMERS, PRODUCTS, DAYS, FAVOURITES = 260, 90, 168, 5
CATEGORIES, COUNTRIES = ("Tea", "Bread", "Soap"), ("GB", "FR", "US")


def write(folder: Path, seed: int = 0, price: float = 1.0) -> Path:
    """The tables of a shop whose customers have habits: an order is of favourites, and of what everybody buys."""
    random = np.random.default_rng(seed)
    folder.mkdir()
    favourites = random.integers(0, PRODUCTS, (CUSTOMERS, FAVOURITES))
    orders = np.sort(random.integers(0, DAYS, 12 * CUSTOMERS))
    lines = []
    for day in orders.tolist():
        customer = int(CUSTOMERS * random.random() ** 1.5)
        wanted = {*random.choice(favourites[customer], 2).tolist(), int(PRODUCTS * random.random() ** 3)}
        time = np.datetime64("2024-01-01T00:00:00") + np.timedelta64(day * 24 + int(random.integers(8, 20)), "h")
        lines += [f"c{customer:03},p{product:02},{time}Z,{price * (1 + product % 7)}" for product in sorted(wanted)]
    people = [f"c{customer:03},{COUNTRIES[customer % 3]}" for customer in range(CUSTOMERS)]
    goods = [
        f"p{product:02},{CATEGORIES[product % 3]},{CATEGORIES[product % 3]} no. {product}"
        for product in range(PRODUCTS)
    ]
    tables = {
        "events": ["customer_id,product_id,timestamp,unit_price", *lines],
        "customers": ["customer_id,country", *people],
        "products": ["product_id,category,name", *goods],
    }
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text("\n".join([*rows, ""]))
    return folder


@dataclass(frozen=True)
class Contenders:
    """What the tests of comparisons share; everything is made on first use."""

    folder: Path
    compare = CompareConfig()

    @cached_property
    def shop(self) -> Shop:
        return load(write(self.folder / "data"), TablesConfig())

    @cached_property
    def end(self) -> int:
        return -(-self.shop.log.end // DAY) * DAY

    @cached_property
    def window(self) -> Window:
        return Window.of(self.shop, self.end - 28 * DAY, self.end, seed=1)

    @cached_property
    def sides(self) -> dict[str, Side]:
        return {version: self.window.side(contender) for version, contender in self.trained.items()}

    @cached_property
    def trained(self) -> dict[str, Contender]:
        return {version: self._train(version, text) for version, text in SETTINGS.items()}

    def contest(self, first: str, second: str, config: CompareConfig | None = None) -> Contest:
        return Contest.of(self.sides[first], self.sides[second], self.shop, config or self.compare)

    def _train(self, version: str, text: str) -> Contender:
        trainer = Trainer(self.shop, Settings.parse(text))
        measured, final = self.folder / f"{version}-measured", self.folder / version
        trainer.fit(self.end - 28 * DAY).save(measured)
        trainer.fit(self.end, complete=True).save(final)
        return Contender(version, final, measured, {"time/total_s": 2.0}, {"training.seed": version})
