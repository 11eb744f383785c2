"""Follower: reads of the exposure log what came in since the last time, of all workers."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from features.arrays import DAY
from features.exposures.exposure import Exposure
from features.exposures.group import ID, PLACE, Group, unpacked
from features.exposures.identifier import second_of
from serving.fading.config import FadingConfig
from serving.fading.memory import Memory
from serving.fading.record import PLACES

if TYPE_CHECKING:
    from features.exposures.log import ExposureLog

BACK = 100_000  # answers that are read when a worker starts
_GROUPS = 10  # of one reading, each of up to some thousand answers
_LOOK = 10_000  # answers of one look, about
_LISTS = 5_000  # that are kept, since they may be shown again
_DEEP = 60  # products of a list from which one is drawn


class _List(NamedTuple):
    """A list that was made once."""

    key: int  # as it was made
    products: Sequence[int]  # all that it is drawn from
    shown: Sequence[int]  # the first of them


class Follower:
    """Fills a memory."""

    def __init__(self, memory: Memory, config: FadingConfig) -> None:
        self._memory, self._days = memory, config.days
        self._log: object = None
        self._upto = 0  # sequence
        self._second = 0  # of the last exposure: all records of one second share its number
        self._lists: OrderedDict[str, _List] = OrderedDict()

    def look(self, log: "ExposureLog", now: int) -> None:
        """What came in, up to a bound; the rest with the next look."""
        from features.exposures.following import behind, place_before

        if log is not self._log:  # numbers of another log say nothing
            self._log, self._upto = log, place_before(log.backend, int(now - self._days * DAY), BACK)
        taken = 0
        while taken < _LOOK and (found := behind(log.backend, self._upto, _GROUPS)):
            self._know(log, [group for _, group in found])
            for sequence, group in found:
                for exposure in unpacked(group):
                    self._take(exposure)
                taken += group.answers
                self._upto = sequence
            while len(self._lists) > _LISTS:
                self._lists.popitem(last=False)

    def _shared(self, second: int) -> int:
        if second != self._second:
            self._second = second
        return self._second

    def _know(self, log: "ExposureLog", groups: Sequence[Group]) -> None:
        """The lists that the groups refer to."""
        from features.exposures.following import products_of

        if self._memory.full:
            self._memory.clear()
            self._lists.clear()
        texts = [group.list_ids for group in groups]
        named = {text[at : at + ID] for text in texts for at in range(0, len(text), ID)}
        for name in named & self._lists.keys():
            self._lists.move_to_end(name)
        for name, (shown, products) in products_of(log.backend, named - self._lists.keys(), _DEEP).items():
            codes = self._memory.codes(products)
            self._lists[name] = _List(hash((name, None)), codes, codes[: min(shown, PLACES)])

    def _take(self, exposure: Exposure) -> None:
        found = self._lists.get(exposure.list_id)
        if exposure.customer_id is None or found is None:
            return
        places, time = exposure.places, self._shared(second_of(exposure.recommendation_id))
        key = found.key if places is None else hash((exposure.list_id, places))
        if self._memory.knows(exposure.customer_id, key, time):
            return
        own: Sequence[int] = found.shown
        if places is not None:
            drawn = np.frombuffer(places, PLACE)[:PLACES].tolist()
            own = [found.products[place] for place in drawn if place < len(found.products)]
        self._memory.shown(exposure.customer_id, key, own, time)
