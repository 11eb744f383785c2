"""Lists inside a table: JSON in text, as CSV has them; any other text is a list of one item."""

import json
from functools import lru_cache

import numpy as np

from features.arrays import Bools
from features.tables.chunk import Column
from features.tables.text import encode


@lru_cache(maxsize=100_000)  # of the customers of a shop many have the same, and each is looked at twice
def list_of(text: str) -> tuple[str, ...] | None:
    """The items of a JSON list, or the text itself as the one item; None if it begins like a list and is none."""
    if not text.startswith("["):
        return (text,)
    try:
        items = json.loads(text)
    except ValueError:
        return None
    return tuple(str(item).strip() for item in items if item is not None)


def broken_lists(column: Column) -> Bools:
    """(n,) texts that begin like a JSON list and are none."""
    lists = encode(column)
    return lists.where(np.array([list_of(text) is None for text in lists.texts.to_pylist()], bool))
