"""Saving and loading what was learned."""

from pathlib import Path

import numpy as np
import pytest

from features.errors import BundleError
from tests.training.candidates.shop import shop
from training.candidates.als import Als, AlsConfig
from training.candidates.neighbours import Neighbours
from training.candidates.state import learned, load, restore, save


def test_only_declared_arrays_are_state() -> None:
    als = Als(AlsConfig(factors=4))
    als.fit(shop().snapshot())
    assert set(learned(als)) == {"user_factors", "item_factors", "unknown", "gram"}


def test_a_sparse_matrix_is_four_arrays() -> None:
    neighbours = Neighbours()
    neighbours.fit(shop().snapshot())
    arrays = learned(neighbours)
    assert set(arrays) == {f"similar.{part}" for part in ("offsets", "index", "value", "width")}
    again = restore(Neighbours(), arrays)
    assert np.array_equal(again.similar.matrix().toarray(), neighbours.similar.matrix().toarray())


def test_large_arrays_are_mapped_and_files_are_not_pickles(tmp_path: Path) -> None:
    als = Als(AlsConfig(factors=64))
    als.fit(shop().snapshot())
    save(als, tmp_path)
    loaded = load(Als(AlsConfig(factors=64)), tmp_path)
    assert isinstance(loaded.item_factors.base, np.memmap)
    assert not loaded.item_factors.flags.writeable
    for path in tmp_path.iterdir():
        np.load(path, allow_pickle=False)


def test_a_missing_array_is_a_damaged_bundle(tmp_path: Path) -> None:
    als = Als(AlsConfig(factors=4))
    als.fit(shop().snapshot())
    save(als, tmp_path)
    (tmp_path / "gram.npy").unlink()
    with pytest.raises(BundleError, match="generator 'als': array 'gram' is missing; train the model again"):
        load(Als(), tmp_path)
