"""A generator that is brought up to date answers as one that was fitted anew, for what changed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.arrays import DAY, NO_TIME
from features.settings import Settings
from tests.training.candidates.shop import CUT, T, shop
from training.candidates import registry, state
from training.candidates.base import Generator, Snapshot
from training.candidates.change import Change
from training.candidates.propose import propose
from training.candidates.sparse import Csr
from training.candidates.words import Words

EARLIER = (CUT - 1) * DAY
ALL = sorted(registry.BUILT_IN)


def fitted(name: str, snapshot: Snapshot) -> Generator:
    generator = registry.create(name, Settings({}))
    generator.fit(snapshot)
    return generator


def change_since(time: int, snapshot: Snapshot) -> Change:
    log, products = shop().log, len(snapshot.catalogue)
    before = shop().snapshot(time).history
    known = log.customers.first(len(before))
    return Change.between(log, time, snapshot.time, products=products, customers=known, history=before)


def updated(name: str, folder: Path) -> tuple[Generator, Change]:
    """From an earlier generator as a bundle gives it back, its arrays read-only."""
    state.save(fitted(name, shop().snapshot(EARLIER)), folder)
    previous = state.load(registry.create(name, Settings({})), folder)
    generator, snapshot = registry.create(name, Settings({})), shop().snapshot(T)
    change = change_since(EARLIER, snapshot)
    generator.update(snapshot, previous, change)
    return generator, change


def row(matrix: Csr, index: int) -> dict[int, float]:
    part = slice(int(matrix.offsets[index]), int(matrix.offsets[index + 1]))
    return dict(zip(matrix.index[part].tolist(), matrix.value[part].tolist(), strict=True))


def test_what_changed() -> None:
    change = change_since(EARLIER, shop().snapshot(T))
    history = shop().log.window(EARLIER, T).purchases
    assert change.customers.tolist() == np.flatnonzero(np.diff(history.offsets)).tolist()
    assert set(np.unique(history.product)) <= set(change.products.tolist())
    assert len(change.customers) < len(shop().log.customers) / 2


@pytest.mark.parametrize("name", ALL)
def test_it_names_what_one_fitted_anew_names(name: str, tmp_path: Path) -> None:
    generator, _ = updated(name, tmp_path / "state")
    snapshot = shop().snapshot(T)
    request = shop().request(snapshot, np.arange(len(snapshot.history)))
    found, wanted = (propose(g, request, 10).candidates for g in (generator, fitted(name, snapshot)))
    assert len(found.product) == pytest.approx(len(wanted.product), rel=0.1)
    common = [
        len(np.intersect1d(found.product[a:b], wanted.product[c:d])) / max(1, d - c)
        for a, b, c, d in zip(found.offsets, found.offsets[1:], wanted.offsets, wanted.offsets[1:], strict=False)
        if d > c
    ]
    assert not common or np.mean(common) > 0.8


@pytest.mark.parametrize("name", ["rp3beta", "neighbours", "together", "words"])
def test_the_rows_of_what_changed_are_exact(name: str, tmp_path: Path) -> None:
    generator: Any
    generator, change = updated(name, tmp_path / "state")
    wanted: Any = fitted(name, shop().snapshot(T))
    assert len(generator.similar) == len(wanted.similar)
    assert len(change.grown)
    for product in change.grown.tolist():
        expected = row(wanted.similar, product)
        assert row(generator.similar, product) == pytest.approx(expected, rel=1e-5), product


def test_new_customers_get_factors(tmp_path: Path) -> None:
    generator: Any
    generator, change = updated("als", tmp_path / "state")
    assert generator.user_factors[change.customers].any(axis=1).all()
    assert len(generator.user_factors) == len(shop().snapshot(T).history)


@pytest.mark.parametrize("name", ALL)
def test_nothing_happened(name: str) -> None:
    snapshot, generator = shop().snapshot(T), registry.create(name, Settings({}))
    generator.update(snapshot, fitted(name, snapshot), change_since(T, snapshot))
    assert state.learned(generator).keys() == state.learned(fitted(name, snapshot)).keys()


def test_another_kind_before_it_is_no_help_but_no_harm() -> None:
    snapshot = shop().snapshot(T)
    change = change_since(EARLIER, snapshot)
    for name in ("rp3beta", "neighbours", "together", "words", "als"):
        generator: Any = registry.create(name, Settings({}))
        generator.update(snapshot, fitted("popular", shop().snapshot(EARLIER)), change)
        assert state.learned(generator).keys() == state.learned(fitted(name, snapshot)).keys()


def test_a_product_that_is_new_becomes_a_neighbour_of_others() -> None:
    before, after = (_with_created(time) for time in (NO_TIME, EARLIER + DAY))
    new = np.flatnonzero(before.catalogue.created != after.catalogue.created)
    previous, generator = Words(), Words()
    previous.fit(before)
    generator.update(after, previous, change_since(EARLIER, after))
    anew = Words()
    anew.fit(after)
    assert not np.isin(previous.similar.index, new).any()
    assert np.isin(anew.similar.index, new).any()
    assert np.array_equal(generator.similar.keys, anew.similar.keys)
    assert np.allclose(generator.similar.value, anew.similar.value)


def _with_created(time: int) -> Snapshot:
    """The shop's last products, which nobody has bought by then, created at a moment."""
    snapshot = shop().snapshot(T)
    created = snapshot.catalogue.created.copy()
    sold = np.unique(snapshot.history.product)
    created[np.setdiff1d(np.arange(len(created)), sold)] = time
    return replace(snapshot, catalogue=replace(snapshot.catalogue, created=created))
