"""Customers for whom two models differ."""

from dataclasses import replace

from tests.training.contenders import Contenders
from training.comparison.config import CompareConfig
from training.comparison.contest import Contest
from training.evaluation.protocol import MODEL
from training.query import Query


def test_gains_come_first_and_losses_after(contenders: Contenders) -> None:
    examples = contenders.contest("1", "3", CompareConfig(examples=5)).examples
    gains = [example.gain for example in examples]
    assert len(gains) == 5
    assert gains[0] >= gains[1] >= gains[2] > 0 > gains[4] >= gains[3]


def test_both_lists_are_those_of_the_models(contenders: Contenders) -> None:
    contest = contenders.contest("1", "3")
    example = contest.examples[-1]
    for side, places in zip((contest.first, contest.second), example.lists, strict=True):
        assert side.recommender is not None
        (answer,) = side.recommender.recommend([Query(customer_id=example.customer_id)], 10)
        names = [side.recommender.catalogue.name[side.recommender.products.index(i.product_id)] for i in answer.items]
        assert [place.name for place in places] == names
        assert all(place.reason.endswith(".") for place in places)
        assert [place.name for place in places if place.bought] == [name for name in names if name in example.bought]


def test_a_baseline_gives_no_reasons(contenders: Contenders) -> None:
    first = replace(contenders.sides["1"], recommender=None)
    found = Contest.of(first, contenders.sides["3"], contenders.shop, CompareConfig(examples=1))
    assert {place.reason for place in found.examples[0].lists[0]} == {""}
    assert found.examples[0].lists[1][0].reason


def test_none_if_none_are_wanted_and_none_where_nothing_differs(contenders: Contenders) -> None:
    assert contenders.contest("1", "3", CompareConfig(examples=0)).examples == ()
    assert contenders.contest("1", "1").examples == ()
    assert contenders.sides["1"].report.scores[MODEL]
