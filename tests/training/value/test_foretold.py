"""Figures by name, worked out when they are asked for, the same alone as among others."""

from unittest.mock import patch

import numpy as np

from features.arrays import DAY
from features.catalogue import Catalogue
from features.eventlog import EventLog
from features.profiles import Profiles
from features.segments import population as module
from features.segments.foretold import CHANCE, CHURN, FIFTH, FORETOLD, SPEND
from features.segments.population import Population
from tests.training.value.purchases import END
from training.value.foretold import Foretold, foretelling
from training.value.model import ValueModel


def test_every_name_has_its_figures(log: EventLog, model: ValueModel) -> None:
    history = log.as_of(END)
    given, found = Foretold(model, history, END - 1), model.predict(history, END)
    assert set(given) == FORETOLD.keys()
    for name, values in ((SPEND, found.spend), (CHANCE, found.chance), (CHURN, found.churn)):
        np.testing.assert_array_equal(given[name], values)
    assert set(given[FIFTH][np.isfinite(given[FIFTH])]) == {1, 2, 3, 4, 5}


def test_nothing_is_worked_out_that_nobody_asks_for(log: EventLog, model: ValueModel) -> None:
    with patch.object(ValueModel, "predict", side_effect=AssertionError):
        given = foretelling(model)(log.as_of(END), END)
        assert len(given) == len(list(given)) == len(FORETOLD)
        assert SPEND in given
        assert "luck" not in given
    assert foretelling(None)(log.as_of(END), END) == {}


def test_what_comes_later_is_not_looked_at(log: EventLog, model: ValueModel) -> None:
    moment, history = END - 30 * DAY, log.as_of(END)
    early, whole = (Foretold(model, some, moment - 1) for some in (history.before(moment), history))
    np.testing.assert_array_equal(early[SPEND], whole[SPEND])


def test_a_population_in_parts_is_the_same(log: EventLog, model: ValueModel) -> None:
    history = log.as_of(END)
    profiles = Profiles.unknown(len(history))
    population = Population(history, profiles, Catalogue.empty(), END, foretelling(model))
    whole = population.facts([SPEND, FIFTH])
    with patch.object(module, "AT_ONCE", 400):
        parts = population.facts([SPEND, FIFTH])
    for name, values in whole.items():
        np.testing.assert_array_equal(parts[name], values)
    one = population.take(np.array([3], np.int32))
    assert one.given[SPEND].tolist() == whole[SPEND][3:4].tolist()
