"""Shown: what stood in some lists, in arrays."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Array, Codes, Counts, Doubles, Offsets
from features.exposures.exposure import Exposure, ListRow

_PLACE, _NUMBER = np.dtype("<u2"), np.dtype("<f8")


@dataclass(frozen=True)
class Shown:
    """A answers in the order of their ids; answer a owns the elements `offsets[a]:offsets[a + 1]` of M products."""

    exposures: Sequence[Exposure]  # (A,)
    lists: Sequence[ListRow]  # (L,)
    of: Codes  # (A,) index of the list that each showed
    offsets: Offsets  # (A + 1,)
    answer: Codes  # (M,) index of the answer
    place: Counts  # (M,) in the list before anything was drawn, from 0
    product: Array  # (M,) ids
    source: Array  # (M,)
    score: Doubles  # (M,)
    propensity: Doubles  # (M,) of the product at its position, given those above it

    @classmethod
    def of_rows(cls, exposures: Sequence[Exposure], lists: Sequence[ListRow]) -> Self:
        """Every exposure's list must be among the lists."""
        number = {row.list_id: i for i, row in enumerate(lists)}
        of = np.array([number[exposure.list_id] for exposure in exposures], np.int32)
        begins, product, source, score = _contents(lists)
        shown = np.array([row.shown for row in lists], np.int64)[of]
        drawn = np.array([-1 if one.places is None else len(one.places) // _PLACE.itemsize for one in exposures])
        lengths = np.where(drawn < 0, shown, drawn)
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        answer = np.repeat(np.arange(len(exposures), dtype=np.int32), lengths)
        place = np.arange(offsets[-1]) - offsets[answer]
        place[drawn[answer] >= 0] = np.frombuffer(b"".join(one.places or b"" for one in exposures), _PLACE)
        at = begins[of][answer] + place
        propensity = _propensities(exposures, lists, of, answer, place)
        return cls(exposures, lists, of, offsets, answer, place, product[at], source[at], score[at], propensity)

    def __len__(self) -> int:
        return len(self.exposures)

    @property
    def position(self) -> Counts:
        """(M,) in the list that was shown, from 1."""
        return np.arange(len(self.product)) - self.offsets[self.answer] + 1


def _contents(lists: Sequence[ListRow]) -> tuple[Counts, Array, Array, Doubles]:
    """Where each list begins, and the products, sources and scores of all, back to back."""
    products = [json.loads(row.products) for row in lists]
    sources = [json.loads(row.sources) for row in lists]
    begins = np.concatenate([[0], np.cumsum([len(some) for some in products])])
    scores = np.frombuffer(b"".join(row.scores for row in lists), _NUMBER)
    return begins, _texts(products), _texts(sources), scores


def _texts(parts: Sequence[Sequence[str]]) -> Array:
    return np.array([text for part in parts for text in part], object)


def _propensities(
    exposures: Sequence[Exposure], lists: Sequence[ListRow], of: Codes, answer: Codes, place: Counts
) -> Doubles:
    """(M,) the answer's own, else the list's, else 1."""
    propensity = np.ones(len(answer))
    lengths = np.array([row.shown if row.propensities else 0 for row in lists], np.int64)
    begins = np.concatenate([[0], np.cumsum(lengths)])
    own = np.array([one.propensities is not None for one in exposures], np.bool_)[answer]
    listed = ~own & (lengths[of] > 0)[answer]
    of_lists = np.frombuffer(b"".join(row.propensities or b"" for row in lists), _NUMBER)
    propensity[listed] = of_lists[begins[of][answer[listed]] + place[listed]]
    propensity[own] = np.frombuffer(b"".join(one.propensities or b"" for one in exposures), _NUMBER)
    return propensity
