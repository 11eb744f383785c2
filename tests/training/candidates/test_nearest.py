"""The strongest entries of a sparse product, by the sparse and by the dense way."""

import numpy as np
import pytest

from tests.training.candidates.test_spread import random_csr
from training.candidates import nearest as module
from training.candidates.nearest import nearest
from training.candidates.walk import steps, walk


@pytest.mark.parametrize("sparse", [0, 10**9])
@pytest.mark.parametrize("chunk", [1, 100, 10**7])
def test_as_the_whole_product(monkeypatch: pytest.MonkeyPatch, sparse: int, chunk: int) -> None:
    monkeypatch.setattr(module, "SPARSE", sparse)
    monkeypatch.setattr(module, "CHUNK", chunk)
    left, right = random_csr(1, 20, 15), random_csr(2, 15, 25).matrix()
    scale, allowed = np.linspace(0.5, 2.0, 25), np.arange(25) % 3 > 0
    whole = np.where(allowed, (left.matrix() @ right).toarray() * scale, 0.0)
    best = nearest(left, right, 4, scale=scale, allowed=allowed)
    for row in range(20):
        at = slice(best.offsets[row], best.offsets[row + 1])
        expected = sorted(np.flatnonzero(whole[row]), key=lambda c, r=row: -whole[r, c])[:4]  # type: ignore[misc]
        assert sorted(expected) == best.index[at].tolist()
        assert np.allclose(whole[row, best.index[at]], best.value[at])


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
