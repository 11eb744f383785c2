"""The strongest entries of a sparse product, with few and with many entries in a row."""

import numpy as np
import pytest

from features.arrays import Array, Bools
from tests.training.candidates.test_spread import random_csr
from training import _nearest
from training.candidates.nearest import alike, nearest
from training.candidates.sparse import Csr
from training.candidates.walk import steps, walk


def best_of(row: Array, k: int) -> dict[int, float]:
    """The k highest positive entries, ties to the lower column."""
    chosen = sorted(np.flatnonzero(row > 0).tolist(), key=lambda column: (-row[column], column))[:k]
    return {column: row[column] for column in sorted(chosen)}


def assert_rows(found: Csr, whole: Array, k: int) -> None:
    for row, expected in enumerate(whole):
        at = slice(found.offsets[row], found.offsets[row + 1])
        assert found.index[at].tolist() == list(best_of(expected, k))
        assert found.value[at].tolist() == pytest.approx(list(best_of(expected, k).values()))


def masks(width: int) -> list[Bools | None]:
    return [None, np.arange(width) % 3 > 0, np.zeros(width, np.bool_)]


@pytest.mark.parametrize("k", [1, 4, 10**6])
@pytest.mark.parametrize("wide", [25, 2_000])
def test_as_the_whole_product(wide: int, k: int) -> None:
    left, right = random_csr(1, 20, 15), random_csr(2, 15, wide)
    scale = np.linspace(0.5, 2.0, wide)
    for allowed in masks(wide):
        whole = (left.matrix() @ right.matrix()).toarray() * scale
        found = nearest(left, right, k, scale=scale, allowed=allowed)
        assert_rows(found, whole if allowed is None else np.where(allowed, whole, 0.0), k)
        assert found.value.dtype == np.float32


@pytest.mark.parametrize("k", [1, 4, 10**6])
@pytest.mark.parametrize("wide", [25, 400])
def test_columns_alike_as_the_whole_product(wide: int, k: int) -> None:
    weights = random_csr(5, 40, wide)
    for allowed in masks(wide):
        whole = (weights.matrix().T @ weights.matrix()).toarray()
        assert_rows(alike(weights, k, allowed=allowed), whole if allowed is None else np.where(allowed, whole, 0.0), k)


def test_ties_go_to_the_lower_column() -> None:
    everything = Csr(np.array([0, 300]), np.arange(300, dtype=np.int32), np.ones(300), 300)
    likest = alike(everything, 7)
    assert likest.index.reshape(300, 7).tolist() == [list(range(7))] * 300
    assert nearest(everything, everything.transposed().take(np.arange(300)), 1).index.tolist() == [0]


def test_what_cancels_or_is_no_number_is_not_named() -> None:
    value = np.array([1.0, 1.0, 1.0, -1.0, np.nan, 1.0])
    weights = Csr(np.array([0, 2, 4, 6]), np.array([0, 1, 0, 1, 2, 3], np.int32), value, 400)
    assert alike(weights, 3).index.tolist() == [0, 1, 3]


def test_nothing_is_alike_in_nothing() -> None:
    assert len(alike(Csr.empty(0, 5), 3)) == 5
    assert len(alike(Csr.empty(3, 0), 3)) == 0
    assert len(nearest(Csr.empty(2, 4), Csr.empty(4, 3), 2).index) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"index": np.array([0, 9], np.int32)}, "make no matrix"),
        ({"offsets": np.array([0, 3])}, "make no matrix"),
        ({"value": np.ones(2, np.float32)}, "value is no contiguous array"),
        ({"k": 0}, "k is 0"),
        ({"allowed": np.ones(3, np.bool_)}, "another length"),
    ],
)
def test_what_is_no_matrix_is_refused(change: dict[str, Array], message: str) -> None:
    arguments = {"offsets": np.array([0, 2]), "index": np.array([0, 1], np.int32), "value": np.ones(2), "width": 2}
    plain = arguments | {"k": 1, "allowed": None} | change
    with pytest.raises((TypeError, ValueError), match=message):
        _nearest.alike(*plain.values())  # type: ignore[arg-type]


def test_matrices_must_fit() -> None:
    with pytest.raises(ValueError, match="4 columns times 3 rows"):
        nearest(random_csr(1, 2, 4), random_csr(2, 3, 5), 1)


def test_a_plain_walk_keeps_its_chances() -> None:
    weights = random_csr(3, 30, 12)
    reached = walk(weights, alpha=1.0, beta=0.0, neighbours=12).matrix().toarray()
    sold = weights.matrix().sum(axis=0) > 0
    assert np.allclose(reached.sum(axis=1), np.where(sold, 1.0, 0.0), atol=1e-5)


def test_beta_divides_by_popularity() -> None:
    weights = random_csr(3, 30, 12)
    plain, damped = (walk(weights, alpha=1.0, beta=b, neighbours=12).matrix().toarray() for b in (0.0, 0.5))
    assert np.allclose(damped, plain / np.sqrt(weights.matrix().sum(axis=0)), atol=1e-5)


def test_steps_are_shares_to_a_power() -> None:
    matrix = random_csr(4, 5, 6)
    shares = steps(matrix, 1.0).matrix().toarray()
    assert np.allclose(shares.sum(axis=1), 1.0)
    assert np.allclose(steps(matrix, 0.5).matrix().toarray(), np.sqrt(shares), atol=1e-6)
