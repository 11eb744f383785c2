"""LightGBM without what it is not asked for; each import happens in a process of its own."""

import subprocess
import sys

import pytest


def output_of(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.strip()


def test_scikit_learn_is_left_out_and_can_be_imported_afterwards() -> None:
    pytest.importorskip("sklearn")
    code = (
        "import sys; from training.boosting import lightgbm; library = lightgbm(); print('sklearn' in sys.modules); "
        "import sklearn; print(lightgbm() is library, library.Booster.__name__)"
    )
    assert output_of(code).split() == ["False", "True", "Booster"]


def test_who_uses_scikit_learn_gets_the_classes_for_it() -> None:
    pytest.importorskip("sklearn")
    code = (
        "import sklearn.base; from training.boosting import lightgbm; "
        "print(issubclass(lightgbm().LGBMClassifier, sklearn.base.BaseEstimator))"
    )
    assert output_of(code) == "True"
