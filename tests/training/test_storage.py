"""What is written comes back the same, mapped and not pickled."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from features.arrays import Codes, Floats, Offsets
from features.errors import BundleError
from features.vocabulary import Vocabulary
from tests.disk import room_for
from training.storage import SMALL, Texts, dump, load_array, restore, save_array


@dataclass(frozen=True)
class Inner:
    code: Codes
    names: Sequence[str]


@dataclass(frozen=True)
class Outer:
    offsets: Offsets
    price: Floats
    ids: Vocabulary
    parts: dict[str, Inner]
    inner: Inner
    count: int
    rate: float
    word: str


def outer(**parts: Inner) -> Outer:
    inner = Inner(np.array([1, 0], np.int32), ["mug", "çaydanlık ☕"])
    price = np.array([1.5, np.nan], np.float32)
    return Outer(np.arange(3), price, Vocabulary.of(["b", "ä", "00012"]), parts, inner, 3, 0.25, "x")


def test_everything_comes_back(tmp_path: Path) -> None:
    value = outer(country=Inner(np.array([-1, 0], np.int32), ["FR"]))
    dump(value, tmp_path / "value")
    found = restore(Outer, tmp_path / "value")
    assert np.array_equal(found.price, value.price, equal_nan=True)
    assert found.price.dtype == np.float32
    assert found.ids.ids() == ["b", "ä", "00012"]
    assert found.ids.index("00012") == 2
    assert list(found.inner.names) == ["mug", "çaydanlık ☕"]
    assert list(found.parts) == ["country"]
    assert (found.count, found.rate, found.word) == (3, 0.25, "x")


@pytest.mark.parametrize("name", ["Country/Region", "..", "a.npy", "yaş", "50 %", "C:\\x"])
def test_a_column_may_have_any_name(tmp_path: Path, name: str) -> None:
    dump(outer(**{name: Inner(np.zeros(1, np.int32), ["v"])}), tmp_path / "value")
    found = restore(Outer, tmp_path / "value").parts
    assert list(found) == [name]
    assert list(found[name].names) == ["v"]


def test_nothing_at_all_comes_back(tmp_path: Path) -> None:
    empty = Inner(np.zeros(0, np.int32), [])
    dump(empty, tmp_path / "empty")
    found = restore(Inner, tmp_path / "empty")
    assert len(found.code) == len(found.names) == 0


@pytest.mark.parametrize(("size", "mapped"), [(10, False), (SMALL, True)])
def test_large_arrays_are_mapped(tmp_path: Path, size: int, mapped: bool) -> None:
    save_array(tmp_path / "a.npy", np.arange(size))
    found = load_array(tmp_path / "a.npy")
    assert isinstance(found.base, np.memmap) == mapped
    assert type(found) is np.ndarray
    assert found[-1] == size - 1


def test_texts_are_a_sequence(tmp_path: Path) -> None:
    dump(Inner(np.zeros(0, np.int32), ["a", "", "ğüş"]), tmp_path)
    texts = restore(Inner, tmp_path).names
    assert isinstance(texts, Texts)
    assert (texts[1], texts[-1], texts[1:], "ğüş" in texts, texts.index("ğüş")) == ("", "ğüş", ["", "ğüş"], True, 2)
    with pytest.raises(IndexError):
        texts[3]


@pytest.mark.parametrize("file", ["price.npy", "ids/order.npy", "inner/names/text.npy", "values.json"])
def test_a_missing_part_is_named(tmp_path: Path, file: str) -> None:
    dump(outer(), tmp_path / "value")
    (tmp_path / "value" / file).unlink()
    with pytest.raises(BundleError, match=r"value: cannot be read .*; train the model again"):
        restore(Outer, tmp_path / "value")


def test_pickled_objects_are_neither_written_nor_read(tmp_path: Path) -> None:
    objects = np.array([{}], dtype=object)
    with pytest.raises(ValueError, match="would have to be pickled"):
        save_array(tmp_path / "a.npy", objects)
    dump(outer(), tmp_path / "value")
    np.save(tmp_path / "value" / "price.npy", objects, allow_pickle=True)
    with pytest.raises(BundleError, match="allow_pickle"):
        restore(Outer, tmp_path / "value")


HEADER = 128  # bytes


@pytest.mark.parametrize("size", [1, 5_000, 9_873, 200_000])
def test_an_array_that_does_not_fit_on_the_disk_is_told(tmp_path: Path, size: int) -> None:
    """Whatever its size: the last bytes, too, that C would keep in a buffer and lose."""
    array = np.arange(size, dtype=np.uint8)
    with room_for(HEADER + size - 1), pytest.raises(OSError, match="File too large"):
        save_array(tmp_path / "short.npy", array)
    with room_for(HEADER + size):
        save_array(tmp_path / "whole.npy", array)
    assert np.array_equal(load_array(tmp_path / "whole.npy"), array)


@pytest.mark.parametrize("array", [np.array(3.5), np.zeros((0, 4), np.float32), np.arange(6).reshape(2, 3).T])
def test_arrays_of_any_shape_are_written(tmp_path: Path, array: np.ndarray) -> None:
    save_array(tmp_path / "a.npy", array)
    found = load_array(tmp_path / "a.npy")
    assert found.dtype == array.dtype
    assert np.array_equal(found, array)
