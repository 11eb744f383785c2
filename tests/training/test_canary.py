"""A model is asked before anybody relies on it."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.errors import BundleError
from features.vocabulary import Vocabulary
from training import canary
from training.bundle import MANIFEST, seal
from training.recommender import Recommender


@pytest.fixture
def bundle(stored: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(stored, tmp_path / "1"))


def seal_again(folder: Path) -> None:
    facts = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).unlink()
    seal(folder, {name: value for name, value in facts.items() if name not in {"files", "format"}})


def test_a_good_model_is_loaded(stored: Path, whole: Recommender) -> None:
    assert canary.load(stored).time == whole.time


def test_a_damaged_one_is_not_asked(bundle: Path) -> None:
    file = bundle / "history" / "product.npy"
    file.write_bytes(file.read_bytes()[:-1] + b"\xff")
    with pytest.raises(BundleError, match=r"product\.npy: is damaged"):
        canary.load(bundle)


def test_arrays_that_do_not_fit_together_are_found_out(bundle: Path) -> None:
    """Every checksum is right; only an answer shows that a part is too short."""
    file = bundle / "catalogue" / "available.npy"
    np.save(file, np.load(file)[:-40])
    seal_again(bundle)
    with pytest.raises(BundleError, match="it does not fit this version of Esnaf"):
        canary.load(bundle)


def test_a_generator_that_is_not_here_is_told_as_a_bad_bundle(bundle: Path) -> None:
    facts = json.loads((bundle / MANIFEST).read_text())
    facts["generators"][0]["path"] = "no_such_module:Mine"
    (bundle / MANIFEST).write_text(json.dumps(facts))
    with pytest.raises(BundleError, match=r"1: generator 'no_such_module:Mine': cannot import"):
        canary.load(bundle)


def test_scores_that_are_no_numbers_are_refused(loaded: Recommender) -> None:
    class Broken:
        names = loaded.order.names

        def scores(self, matrix: object) -> object:
            return loaded.order.scores(matrix) * np.nan  # type: ignore[arg-type]

    with pytest.raises(BundleError, match="a score that is no number"):
        canary.ask(replace(loaded, order=Broken()))  # type: ignore[arg-type]


def test_ids_that_stand_twice_are_refused(loaded: Recommender) -> None:
    same = Vocabulary.of(["p"] * len(loaded.products))
    with pytest.raises(BundleError, match="names a product twice"):
        canary.ask(replace(loaded, products=same))


def test_a_shop_that_has_nothing_to_sell_may_give_empty_lists(loaded: Recommender) -> None:
    nothing = np.zeros(len(loaded.catalogue), np.bool_)
    canary.ask(replace(loaded, catalogue=replace(loaded.catalogue, available=nothing)))
