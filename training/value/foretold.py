"""Foretold: what a value model says of some customers, worked out when it is first asked for."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from features.arrays import Doubles
from features.history import History
from features.segments.foretold import CHANCE, CHURN, FIFTH, FORETOLD, SPEND, Foretell, nothing
from training.value.model import ValueModel


class Foretold(Mapping[str, Doubles]):
    """(R,) figures of the customers of a history, by the names of `FORETOLD`; the last second is known."""

    def __init__(self, model: ValueModel, history: History, time: int) -> None:
        self._model, self._history, self._time = model, history, time

    @cached_property
    def _values(self) -> dict[str, Doubles]:
        as_of, history = self._time + 1, self._history
        if (history.time >= as_of).any():
            history = history.before(as_of)
        found = self._model.predict(history, as_of)
        fifth = self._model.fifth(found.spend)
        return {SPEND: found.spend, CHANCE: found.chance, CHURN: found.churn, FIFTH: fifth}

    def __getitem__(self, name: str) -> Doubles:
        if name not in FORETOLD:
            raise KeyError(name)
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in FORETOLD

    def __iter__(self) -> Iterator[str]:
        return iter(FORETOLD)

    def __len__(self) -> int:
        return len(FORETOLD)


def foretelling(model: ValueModel | None) -> Foretell:
    """What a model foretells of any history; nothing without one."""
    if model is None:
        return nothing
    return lambda history, time: Foretold(model, history, time)
