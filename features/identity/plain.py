"""Plain values: those that are their own normal form and block nothing, told of a whole column at once."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Bools
from features.identity.config import NOBODY, PLACEHOLDER, Kind
from features.tables.chunk import Column
from features.tables.patterns import MAX_ID_BYTES, ZEROS

_FORMS = {
    "exact": "^[0-9A-Za-z][0-9A-Za-z_.:-]*$",
    "card": "^[0-9A-Z]+$",
    "email": r"^[0-9a-z][0-9a-z._+-]*@[0-9a-z-]+(\.[0-9a-z-]+)+$",
}
_TOLD = {
    PLACEHOLDER.pattern
}  # what PyArrow's regular expressions say as Python's do; -1 and the like are no plain form


def plain(values: Column, kind: Kind) -> Bools:
    """(n,) which values `normal` would give back as they are; some that it would are not told."""
    form = _FORMS.get(kind.way)
    blocked = {pattern.pattern for pattern in kind.blocked}
    if form is None or not blocked <= _TOLD:
        return np.zeros(len(values), np.bool_)
    lower = pc.utf8_lower(values)
    odd: Any = pc.is_in(lower, pa.array(sorted(NOBODY)))
    for pattern in (ZEROS, *(f"^({pattern})$" for pattern in blocked)):
        odd = pc.or_(odd, pc.match_substring_regex(lower, pattern))
    short = pc.less_equal(pc.binary_length(values), MAX_ID_BYTES)
    good = pc.and_(pc.and_not(pc.match_substring_regex(values, form), odd), short)
    found: Bools = good.to_numpy(zero_copy_only=False).astype(np.bool_)
    return found
