"""Exchange: two folders that change names in one step, so that there is one of each name at any moment."""

import ctypes
import os
from pathlib import Path

_HERE = -100  # AT_FDCWD
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2, Linux 3.15


def exchange(one: Path, other: Path) -> None:
    """Each gets the name of the other; where the system cannot do it in one step, in three. OSError if it cannot be."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is not None and rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return
    one.lstat()
    between = one.with_name(f"{one.name}-between")
    other.replace(between)
    one.replace(other)
    between.replace(one)
