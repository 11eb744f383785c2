"""Shown: what stood in some lists, in arrays."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Array, Codes, Counts, Doubles, Offsets, Times
from features.exposures.exposure import ListRow
from features.exposures.group import ID, NUMBER, PLACE, Group
from features.exposures.identifier import seconds_of

_LEAST, _GREATEST = b"", b"g"  # around all ids


@dataclass(frozen=True)
class Shown:
    """A answers in the order of their ids; answer a owns the elements `offsets[a]:offsets[a + 1]` of M products."""

    recommendation_id: Array  # (A,) bytes
    time: Times  # (A,)
    customer_id: Array  # (A,) text or None
    placement: Array  # (A,) likewise
    channel: Array  # (A,) likewise
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
    def of_groups(
        cls, groups: Sequence[Group], lists: Sequence[ListRow], start: bytes = _LEAST, end: bytes = _GREATEST
    ) -> Self:
        """The answers with ids from `start` on and before `end`, without those whose list is not among the lists."""
        ids, names = _ids([group.recommendation_ids for group in groups]), _ids([group.list_ids for group in groups])
        of = _index(names, [row.list_id for row in lists])
        by = np.argsort(ids)
        by = by[(ids[by] >= start) & (ids[by] < end) & (of[by] >= 0)]
        of = of[by]
        begins, product, source, score = _contents(lists)
        drawn, drawn_begins = _drawn(groups, by)
        lengths = np.where(drawn > 0, drawn, np.array([row.shown for row in lists], np.int64)[of])
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        answer = np.repeat(np.arange(len(by), dtype=np.int32), lengths)
        place = np.arange(offsets[-1]) - offsets[answer]
        own = (drawn > 0)[answer]
        at = drawn_begins[answer[own]] + place[own]
        propensity = _listed_propensities(lists, of[answer], place)
        propensity[own] = np.frombuffer(b"".join(group.propensities or b"" for group in groups), NUMBER)[at]
        place[own] = np.frombuffer(b"".join(group.places or b"" for group in groups), PLACE)[at]
        element = begins[of][answer] + place
        return cls(
            ids[by],
            seconds_of(ids[by]),
            _labels(groups, "customers")[by],
            _labels(groups, "placements")[by],
            _labels(groups, "channels")[by],
            lists,
            of,
            offsets,
            answer,
            place,
            product[element],
            source[element],
            score[element],
            propensity,
        )

    def __len__(self) -> int:
        return len(self.time)

    @property
    def position(self) -> Counts:
        """(M,) in the list that was shown, from 1."""
        return np.arange(len(self.product)) - self.offsets[self.answer] + 1


def _ids(texts: Sequence[str]) -> Array:
    return np.frombuffer("".join(texts).encode(), f"S{ID}")


def _index(names: Array, known: Sequence[str]) -> Codes:
    """Where each name stands among the known ones, -1 for one that does not."""
    ids = np.array([name.encode() for name in known], f"S{ID}")
    if not len(ids):
        return np.full(len(names), -1, np.int32)
    by = np.argsort(ids)
    found = by[np.minimum(np.searchsorted(ids, names, sorter=by), len(ids) - 1)]
    return np.where(ids[found] == names, found, -1).astype(np.int32)


def _drawn(groups: Sequence[Group], by: Counts) -> tuple[Counts, Counts]:
    """How many products of each answer stand in an order of its own, and where they begin."""
    parts = [np.frombuffer(one.drawn, PLACE) if one.drawn else np.zeros(one.answers, PLACE) for one in groups]
    drawn = np.concatenate([np.zeros(0, PLACE), *parts]).astype(np.int64)
    begins = np.cumsum(drawn) - drawn
    return drawn[by], begins[by]


def _labels(groups: Sequence[Group], name: str) -> Array:
    texts = ((getattr(group, name), group.answers) for group in groups)
    labels = [label for text, size in texts for label in (json.loads(text) if text else [None] * size)]
    return np.array(labels, object)


def _contents(lists: Sequence[ListRow]) -> tuple[Counts, Array, Array, Doubles]:
    """Where each list begins, and the products, sources and scores of all, back to back."""
    products = [json.loads(row.products) for row in lists]
    sources = [json.loads(row.sources) for row in lists]
    begins = np.concatenate([[0], np.cumsum([len(some) for some in products])]).astype(np.int64)
    scores = np.frombuffer(b"".join(row.scores for row in lists), NUMBER)
    return begins, _texts(products), _texts(sources), scores


def _texts(parts: Sequence[Sequence[str]]) -> Array:
    return np.array([text for part in parts for text in part], object)


def _listed_propensities(lists: Sequence[ListRow], of: Codes, place: Counts) -> Doubles:
    """(M,) of the list's own order."""
    lengths = np.array([row.shown if row.propensities else 0 for row in lists], np.int64)
    begins = np.concatenate([[0], np.cumsum(lengths)])
    values = np.frombuffer(b"".join(row.propensities or b"" for row in lists), NUMBER)
    propensity = np.ones(len(place))
    at = place < lengths[of]
    propensity[at] = values[begins[of[at]] + place[at]]
    return propensity
