"""Answered: lists that a bundle gave, kept beside it so that nobody has to ask it for them again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np

from features.arrays import Codes, positions_in
from features.eventlog import EventLog
from features.logs import log as logger
from training.bundle import identity
from training.evaluation.lists import MODES, Lists, Mode, Ranked
from training.evaluation.protocol import MODEL
from training.measuring import measure
from training.recommender import Recommender

FILE = "lists.npz"  # beside the bundle
K = 20  # products of a list
_PARTS = ("products", "scores")


@dataclass(frozen=True)
class Answered:
    """What a bundle answered L customers as of its own time, which nothing that came later changes."""

    customer: Codes  # (L,) ascending, by the bundle's own numbers, as products are
    modes: Mapping[Mode, Ranked] = field(default_factory=dict)

    @classmethod
    def nothing(cls) -> Self:
        """A bundle that was asked nothing yet."""
        empty = Ranked(np.zeros((0, K), np.int32), np.zeros((0, K), np.float32))
        return cls(np.zeros(0, np.int32), dict.fromkeys(MODES, empty))

    @classmethod
    def of(cls, model: Recommender, customers: Codes, lists: Lists, log: EventLog) -> Self:
        """What it answered some customers of a log; those it does not know, and products that the log lacks, are left
        to be asked for."""
        number = log.products.find(model.products.column)
        own = np.full(len(log.products) + 1, -1, np.int32)
        own[number] = np.arange(len(number), dtype=np.int32)
        own[-1] = -1
        index = _own_numbers(model, customers, log)
        by = np.argsort(index, kind="stable")
        by = by[index[by] >= 0] if (number >= 0).all() else by[:0]
        modes = {mode: Ranked(own[part.products[by]], part.scores[by]) for mode, part in lists.modes.items()}
        return cls(index[by], modes)

    def lists(self, model: Recommender, customers: Codes, log: EventLog) -> Lists:
        """The lists of some customers of a log; the bundle's `model` is asked for those that are not here."""
        at = positions_in(self.customer, _own_numbers(model, customers, log))
        here, missing = np.flatnonzero(at >= 0), np.flatnonzero(at < 0)
        number = np.append(log.products.find(model.products.column), np.int32(-1))
        asked = measure(model, customers[missing], log, K, generators=False, explained=False).lists.get(MODEL)
        modes: dict[Mode, Ranked] = {}
        for mode in MODES:
            modes[mode] = Ranked(np.full((len(at), K), -1, np.int32), np.full((len(at), K), np.nan, np.float32))
            if len(here):
                known = self.modes[mode].take(at[here].astype(np.int32))
                modes[mode].products[here], modes[mode].scores[here] = number[known.products], known.scores
            if asked is not None:
                found = asked.modes[mode]
                modes[mode].products[missing], modes[mode].scores[missing] = found.products, found.scores
        return Lists(modes)

    def write(self, path: Path, folder: Path) -> None:
        """Keep it as the answers of the bundle in a folder."""
        arrays = {f"{mode}.{name}": getattr(part, name) for mode, part in self.modes.items() for name in _PARTS}
        np.savez(path, bundle=np.array(identity(folder)), customer=self.customer, **arrays)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """What lies beside a bundle, if it is of that bundle and whole."""
        path = folder.parent / FILE
        try:
            with path.open("rb") as file, np.load(file) as found:
                modes: dict[Mode, Ranked] = {m: Ranked(*(found[f"{m}.{name}"] for name in _PARTS)) for m in MODES}
                bundle, answered = str(found["bundle"]), cls(found["customer"], modes)
        except FileNotFoundError:
            return cls.nothing()
        except (OSError, ValueError, KeyError, BadZipFile, EOFError) as error:
            logger.warning("lists.unreadable", file=str(path), reason=str(error))
            return cls.nothing()
        return answered if bundle == identity(folder) else cls.nothing()


def _own_numbers(model: Recommender, customers: Codes, log: EventLog) -> Codes:
    return model.customers.indices(log.customers.ids(customers))
