"""Notes: the JSON of the events' `properties` column, as codes into a list of texts."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.random import Generator

from esnaf.simulation.assortment import Assortment
from esnaf.simulation.categories import ADJECTIVES, CATEGORIES
from esnaf.simulation.identifiers import hex_ids
from features.arrays import Array, Codes

NO_NOTE = -1
SCALES = {"csat": (1, 5), "ces": (1, 7), "nps": (0, 10)}
_TYPO_SHARE = 0.04
_BARE_SHARE = 0.6
_WIDEST_SCALE = 11


@dataclass(frozen=True)
class Notes:
    """Codes of queries and survey answers are the same for everybody; those of messages follow after them."""

    assortment: Assortment

    @cached_property
    def _nouns(self) -> list[str]:
        return [noun.lower() for category in CATEGORIES for noun in category.nouns.split("|")]

    @cached_property
    def _first_noun(self) -> Codes:
        counts = [len(category.nouns.split("|")) for category in CATEGORIES]
        return np.cumsum([0, *counts[:-1]]).astype(np.int32)

    @cached_property
    def texts(self) -> Any:
        """Arrow strings: every query and every survey answer."""
        words = ["", *(f"{adjective.lower()} " for adjective in ADJECTIVES)]
        queries = [word + noun for noun in self._nouns for word in words] + [_typo(noun) for noun in self._nouns]
        answers = [{"kind": kind, "score": score} for kind in SCALES for score in range(_WIDEST_SCALE)]
        return pa.array([json.dumps(note) for note in [*({"query": query} for query in queries), *answers]])

    def query(self, product: Codes, rng: Generator) -> Array:
        """A search that would find the product: its noun, perhaps an adjective, now and then with a typing error."""
        noun = self._first_noun[self.assortment.category[product]] + self.assortment.noun[product]
        bare = rng.random(len(product)) < _BARE_SHARE
        code = noun * (len(ADJECTIVES) + 1) + np.where(bare, 0, self.assortment.adjective[product] + 1)
        typed_wrong = rng.random(len(product)) < _TYPO_SHARE
        return np.where(typed_wrong, len(self._nouns) * (len(ADJECTIVES) + 1) + noun, code)

    def answer(self, kind: Array, score: Array) -> Array:
        """A survey answer; kinds in the order of `SCALES`."""
        queries = len(self._nouns) * (len(ADJECTIVES) + 2)
        return queries + kind * _WIDEST_SCALE + score

    def column(self, codes: Array, messages: Any) -> Any:
        """The Arrow column; `messages` are the texts of the codes after the common ones."""
        texts = pa.concat_arrays([self.texts, messages])
        used = np.unique(codes[codes >= 0])
        at = pa.array(np.searchsorted(used, codes).astype(np.int32), mask=codes < 0)
        return pa.DictionaryArray.from_arrays(at, texts.take(pa.array(used)))


def message_texts(numbers: Array, weeks: Array) -> Any:
    """(M,) Arrow strings: the JSON of messages by number, of the weekly campaign."""
    ids = hex_ids(numbers, 14, salt=41, prefix='{"message_id": "m', suffix='", "campaign": "week-')
    return pc.binary_join_element_wise(ids, pc.cast(pa.array(weeks), pa.string()), '"}', "")


def _typo(word: str) -> str:
    return word[:2] + word[3:]
