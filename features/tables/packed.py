"""Packed: named arrays and numbers in one file, read by memory map.

A line of JSON that says what is where, and the arrays behind it, each where the processor likes to find it.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from features.arrays import Array

ALIGNED = 64  # bytes
_LENGTH = 16  # digits of the header's own length


def pack(path: Path, arrays: Mapping[str, Array], facts: Mapping[str, Any]) -> None:
    """Write a file."""
    entries = dict(_placed(arrays))
    header = json.dumps({"arrays": entries, "facts": dict(facts)}).encode()
    with path.open("wb") as file:
        file.write(f"{len(header):{_LENGTH}}".encode() + header)
        begin = _aligned(_LENGTH + len(header))
        for name, (_, _, place) in entries.items():
            file.seek(begin + place)
            np.ascontiguousarray(arrays[name]).tofile(file)
        file.truncate(begin + _size(entries))


def unpack(path: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """Map a file; ValueError or OSError where it is not a whole one."""
    with path.open("rb") as file:
        length = int(file.read(_LENGTH))
        found = json.loads(file.read(length))
    entries, begin = found["arrays"], _aligned(_LENGTH + length)
    if path.stat().st_size != begin + _size(entries):
        raise ValueError(f"{path}: is not whole")
    held = np.memmap(path, np.uint8, "r") if path.stat().st_size else np.zeros(0, np.uint8)
    arrays = {}
    for name, (kind, size, place) in entries.items():
        dtype = np.dtype(kind)
        arrays[name] = np.asarray(held[begin + place : begin + place + size * dtype.itemsize]).view(dtype)
    return arrays, found["facts"]


def _placed(arrays: Mapping[str, Array]) -> Iterator[tuple[str, tuple[str, int, int]]]:
    place = 0
    for name, values in arrays.items():
        yield name, (values.dtype.str, len(values), place)
        place = _aligned(place + values.nbytes)


def _size(entries: Mapping[str, tuple[str, int, int]]) -> int:
    return max((place + size * np.dtype(kind).itemsize for kind, size, place in entries.values()), default=0)


def _aligned(place: int) -> int:
    return -(-place // ALIGNED) * ALIGNED
