"""Corner shops written by hand, as tables of a few lines."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from features.arrays import Codes, Doubles
from features.settings import Settings
from features.tables import Shop, TablesConfig, load
from training.candidates.base import Generator, Snapshot
from training.candidates.scores import NONE, Scores
from training.recommender import Recommender
from training.request import Request
from training.trainer import Trainer

DEFAULTS = Settings({})
NOON = "T12:00:00Z"


def shop_of(folder: Path, events: Iterable[str], **tables: Iterable[str]) -> Shop:
    """A shop from the lines of its tables; a table's first line names its columns."""
    folder.mkdir(exist_ok=True)
    for name, lines in {"events": events, **tables}.items():
        (folder / f"{name}.csv").write_text("\n".join([*lines, ""]))
    return load(folder, TablesConfig())


def model_of(folder: Path, events: Iterable[str], **tables: Iterable[str]) -> Recommender:
    """Its model as of the end, with the settings that everybody has."""
    shop = shop_of(folder, events, **tables)
    return Trainer(shop, DEFAULTS).fit(-(-shop.log.end // 86_400) * 86_400, complete=True)


def plain(*lines: str) -> list[str]:
    """Events of customer, product and day alone."""
    return ["customer_id,product_id,timestamp", *(f"{line}{NOON}" for line in lines)]


class Fixed(Generator):
    """Gives each customer the scores it was made with."""

    name = "fixed"
    repeats = True

    def __init__(self, name: str, scores: list[list[float]]) -> None:
        self.name, self.table = name, np.array(scores)

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        """There is nothing to learn."""

    def scores(self, request: Request) -> Scores:
        """By the customer's index; the last row is for strangers."""
        rated: Doubles = self.table[request.customer]
        return rated


def nobody() -> float:
    """The score of a product that is not named."""
    return NONE


def codes(*values: int) -> Codes:
    """A short array of indices."""
    return np.array(values, np.int32)
