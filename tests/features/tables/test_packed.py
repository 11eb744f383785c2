"""Packed arrays come back as they were, mapped and whole, or not at all."""

from pathlib import Path

import numpy as np
import pytest

from features.arrays import Array
from features.tables.packed import ALIGNED, pack, unpack


def test_what_is_packed_is_unpacked(tmp_path: Path) -> None:
    arrays: dict[str, Array] = {
        "codes": np.arange(7, dtype=np.int32),
        "none": np.zeros(0, np.float32),
        "hashes": np.array([1, 2**64 - 1], np.uint64),
        "yes": np.array([True, False, True]),
    }
    pack(tmp_path / "a", arrays, {"names": ["ä", "b"], "size": 3})
    found, facts = unpack(tmp_path / "a")
    assert facts == {"names": ["ä", "b"], "size": 3}
    assert found.keys() == arrays.keys()
    for name, values in arrays.items():
        assert found[name].dtype == values.dtype
        np.testing.assert_array_equal(found[name], values)
        assert found[name].ctypes.data % ALIGNED == 0 or not len(values)


def test_nothing_is_packed_too(tmp_path: Path) -> None:
    pack(tmp_path / "a", {}, {})
    assert unpack(tmp_path / "a") == ({}, {})


@pytest.mark.parametrize("size", [0, 10, 40, 150, -1])
def test_half_a_file_is_refused(tmp_path: Path, size: int) -> None:
    pack(tmp_path / "a", {"x": np.arange(30)}, {})
    content = (tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(content[:size])
    with pytest.raises(ValueError):  # whichever part is missing
        unpack(tmp_path / "a")
