"""Records of one person are found without labels, whatever the order of the rows."""

import numpy as np
import pandas as pd
import pytest

from features.errors import DataError
from tests.training.matching.persons import PERSON, persons
from training.matching.config import MatchingConfig
from training.matching.matching import Matches, match


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return persons()


@pytest.fixture(scope="module")
def found(table: pd.DataFrame) -> Matches:
    return match(table.drop(columns=PERSON), MatchingConfig())


def test_most_pairs_are_found_and_hardly_any_is_wrong(table: pd.DataFrame, found: Matches) -> None:
    person, sure = table[PERSON].to_numpy(), found.probability >= MatchingConfig().threshold
    right = person[found.one[sure]] == person[found.other[sure]]
    assert right.mean() > 0.98
    assert right.sum() > 0.9 * (len(table) - len(np.unique(person)))


def test_pairs_come_once_in_order_and_above_the_bound(found: Matches) -> None:
    assert (found.one < found.other).all()
    assert len(set(zip(found.one.tolist(), found.other.tolist(), strict=True))) == len(found.one)
    assert (np.diff(found.probability) <= 0).all()
    assert found.probability.min() >= MatchingConfig().review


def test_records_that_agree_in_nothing_are_refused() -> None:
    table = pd.DataFrame({"email": [f"{i}@x.example" for i in range(30)], "zip": [str(i) for i in range(30)]})
    with pytest.raises(DataError, match="no two of 30 records agree"):
        match(table, MatchingConfig())


@pytest.mark.parametrize("wrong", [{"threshold": 1.0}, {"review": 0.95}, {"pairs": 0}, {"review": 0.0}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        MatchingConfig(**wrong)  # type: ignore[arg-type]
