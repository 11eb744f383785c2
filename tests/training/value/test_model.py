"""A model answers for one customer as for all, and its file is the model."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.errors import BundleError
from features.eventlog import EventLog
from features.history import History
from tests.training.value.purchases import END
from training.value import model as module
from training.value.model import ValueModel


def test_one_customer_gets_what_they_get_among_all(log: EventLog, model: ValueModel) -> None:
    history = log.as_of(END)
    whole = model.predict(history, END)
    for row in (0, 11, len(history) - 1):
        alone = model.predict(history.take(np.array([row])), END)
        for name in ("spend", "chance", "churn"):
            np.testing.assert_array_equal(getattr(alone, name)[0], getattr(whole, name)[row])


def test_many_customers_are_asked_in_parts(log: EventLog, model: ValueModel, monkeypatch: pytest.MonkeyPatch) -> None:
    history = log.as_of(END)
    whole = model.predict(history, END)
    monkeypatch.setattr(module, "AT_ONCE", 400)
    np.testing.assert_array_equal(model.predict(history, END).spend, whole.spend)


def test_nothing_is_foretold_of_who_has_not_bought(model: ValueModel) -> None:
    values = model.predict(History.empty(2), END)
    assert np.isnan(values.spend).all()
    assert np.isnan(values.chance).all()
    assert np.isnan(values.churn).all()


def test_fifths_are_fifths_of_the_customers(log: EventLog, model: ValueModel) -> None:
    spend = model.predict(log.as_of(END), END).spend
    fifth = model.fifth(spend)
    known = np.isfinite(spend)
    assert np.isnan(fifth[~known]).all()
    assert np.bincount(fifth[known].astype(int))[1:] == pytest.approx(known.sum() / 5, abs=3)
    by = np.argsort(spend[known], kind="stable")
    assert (np.diff(fifth[known][by]) >= 0).all()
    assert np.isnan(replace(model, fifths=None).fifth(spend)).all()


def test_chances_are_chances_and_who_buys_soon_is_not_lost(log: EventLog, model: ValueModel) -> None:
    values = model.predict(log.as_of(END), END)
    known = np.isfinite(values.chance)
    assert known.sum() > 1_000
    assert ((values.chance[known] > 0) & (values.chance[known] < 1)).all()
    assert (values.spend[known] >= 0).all()
    assert (values.churn[known] <= 1 - values.chance[known]).all()


def test_the_file_is_the_model(log: EventLog, model: ValueModel, saved: Path) -> None:
    read, history = ValueModel.load(saved), log.as_of(END)
    for name in ("spend", "chance", "churn"):
        found, wanted = (getattr(m.predict(history, END), name) for m in (read, model))
        np.testing.assert_array_equal(found, wanted)
    np.testing.assert_array_equal(read.fifth(np.arange(50.0)), model.fifth(np.arange(50.0)))


@pytest.mark.parametrize("text", ["", "{}", '{"horizon": 90, "churn_days": 180, "buys": {"mean": []}}', "[1]"])
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "value").mkdir()
    (tmp_path / "value" / "value.json").write_text(text)
    with pytest.raises(BundleError, match=r"value\.json"):
        ValueModel.load(tmp_path)
