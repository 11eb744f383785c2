"""What rules did with the products of a list, and why others are not there."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from features.kinds import Kind
from features.recent import Deed
from serving.policy.absence import Absence, Absences
from serving.policy.effects import Effect, effects
from serving.policy.policy import PolicyAt
from tests.serving.policy.conftest import Ruled, ids
from training.query import Answer, Filters, Query
from training.recommender import Recommender

N = 10
LIMITED = """
[[limits]]
name = 'r'
by = 'all'
most = 1
products = ['{0}', '{3}']
[[pins]]
name = 'p'
product = '{3}'
"""


@dataclass(frozen=True)
class Asked:
    """One answer under some rules, or none."""

    model: Recommender
    query: Query
    policy: PolicyAt | None = None
    n: int = N

    @property
    def answer(self) -> Answer:
        return self.model.recommend([self.query], self.n, policy=self.policy)[0]

    def effects(self) -> dict[str, list[Effect]]:
        answer, rules = self.answer, None if self.policy is None else self.policy.rules(self.query)
        found = effects(rules, self.model, self.query, answer, n=self.n, time=self.model.time)
        return {one: own for one, own in zip(ids(answer), found, strict=True) if own}

    def absence(self, product: str) -> Absence:
        answer, rules = self.answer, None if self.policy is None else self.policy.rules(self.query)
        assert product not in ids(answer)
        absences = Absences(self.model, rules, self.query, answer, self.n, self.model.time)
        return absences.of(self.model.products.index(product))


@pytest.fixture
def plain(recommender: Recommender, known: str) -> Asked:
    return Asked(recommender, Query(customer_id=known))


@pytest.fixture
def first(plain: Asked) -> list[str]:
    """The forty products that the customer is shown first, without rules."""
    return ids(replace(plain, n=40).answer)


def test_pins_and_boosts_are_told(plain: Asked, first: list[str], ruled: Ruled) -> None:
    rules = f"[[pins]]\nname = 'p'\nproduct = '{first[5]}'\nposition = 2\n"
    rules += f"[[boosts]]\nname = 'up'\nproducts = ['{first[6]}', '{first[5]}']\nadd = 9\n"
    rules += f"[[boosts]]\nname = 'down'\nproducts = ['{first[0]}']\nadd = -0.0001\n"
    assert replace(plain, policy=ruled(rules)).effects() == {
        first[5]: [Effect("p", "pinned"), Effect("up", "raised")],
        first[6]: [Effect("up", "raised")],
        first[0]: [Effect("down", "lowered")],
    }
    assert plain.effects() == {}


def test_what_gave_way_is_told(plain: Asked, first: list[str], ruled: Ruled) -> None:
    time = plain.model.time
    deeds = (Deed(first[1], Kind.CLICK, time - 9), Deed(first[2], Kind.IMPRESSION, time - 8))
    rules = f"[[only]]\nname = 'o'\nproducts = {first[:5]}\n[[limits]]\nname = 'l'\nby = 'all'\nmost = 1\n"
    rules += "[[caps]]\nname = 'c'\nshown = 1\ndays = 1\n[[cooldowns]]\nname = 'd'\nafter = ['click']\ndays = 1"
    asked = replace(plain, query=replace(plain.query, recent=deeds), policy=ruled(rules))
    told = {one: [effect.rule for effect in own] for one, own in asked.effects().items()}
    assert sorted(told.values()) == [["c"], ["d"], ["l"], ["l"]]
    assert (told[first[2]], told[first[1]]) == (["c"], ["d"])


@pytest.mark.parametrize(
    ("rules", "because"),
    [
        ("[[exclude]]\nname = 'r'\nproducts = ['{0}']", "excluded"),
        ("[[sensitive]]\nname = 'r'\nproducts = ['{0}']\nchannels = ['']", "excluded"),
        ("[[only]]\nname = 'r'\nproducts = ['{1}']", "not_allowed"),
        ("[[boosts]]\nname = 'r'\nproducts = ['{0}']\nadd = -99", "overtaken"),
        (LIMITED, "limit_reached"),
    ],
)
def test_the_rule_that_kept_a_product_out(
    plain: Asked, first: list[str], ruled: Ruled, rules: str, because: str
) -> None:
    for place, one in enumerate(first[:5]):
        rules = rules.replace(f"{{{place}}}", one)
    absence = replace(plain, policy=ruled(rules)).absence(first[0])
    assert (absence.because, absence.rules) == (because, ("r",))


def test_what_the_customer_did_keeps_products_out(plain: Asked, first: list[str], ruled: Ruled) -> None:
    time = plain.model.time
    deeds = (Deed(first[1], Kind.CLICK, time - 9), Deed(first[0], Kind.IMPRESSION, time - 8))
    rules = "[[caps]]\nname = 'c'\nshown = 1\ndays = 1\n[[cooldowns]]\nname = 'd'\nafter = ['click']\ndays = 1"
    asked = replace(plain, query=replace(plain.query, recent=deeds), policy=ruled(rules))
    assert (asked.absence(first[0]).because, asked.absence(first[0]).rules) == ("capped", ("c",))
    assert (asked.absence(first[1]).because, asked.absence(first[1]).rules) == ("cooling_down", ("d",))


def test_pinned_products_take_a_place(plain: Asked, first: list[str], ruled: Ruled) -> None:
    asked = replace(plain, policy=ruled(f"[[pins]]\nname = 'p'\nproduct = '{first[20]}'"))
    assert asked.absence(first[9]).because == "displaced"
    assert asked.absence(first[9]).rules == ("p",)
    assert asked.absence(first[12]).because == "ranked_lower"


def test_diversity_passes_products_over(plain: Asked, first: list[str], ruled: Ruled) -> None:
    asked = replace(plain, policy=ruled("[[diversity]]\nname = 'd'\nby = ['category', 'brand']\nstrength = 0.9"))
    gone = [one for one in first[:N] if one not in ids(asked.answer)]
    assert gone
    assert {(asked.absence(one).because, asked.absence(one).rules) for one in gone} == {("diversified", ("d",))}


def test_without_a_rule_too(plain: Asked, first: list[str]) -> None:
    model, query = plain.model, plain.query
    assert plain.absence(first[N]).because == "ranked_lower"
    assert replace(plain, query=replace(query, basket=(first[0],))).absence(first[0]).because == "in_hand"
    filters = Filters(exclude_products=(first[0],))
    assert replace(plain, query=replace(query, filters=filters)).absence(first[0]).because == "filtered"
    sold_out = model.products.id(int(np.flatnonzero(~model.catalogue.available)[0]))
    assert plain.absence(sold_out).because == "unavailable"
    bought = model.products.ids(model.questions.request([query], model.time).bought.product)
    seen = next(one for one in first if one in bought)
    new = replace(plain, query=replace(query, filters=Filters(exclude_purchased=True)))
    assert new.absence(seen).because == "purchased"


def test_one_variant_keeps_the_others_out(plain: Asked) -> None:
    model, parent = plain.model, plain.model.catalogue.parent
    whole = replace(plain, n=200)
    listed = model.products.indices(ids(whole.answer)).tolist()
    others = [i for i in np.flatnonzero(model.catalogue.available).tolist() if i not in listed]
    variant = next(i for i in others if parent[i] in parent[listed])
    assert whole.absence(model.products.id(variant)).because == "variant_listed"


def test_an_absence_is_a_sentence() -> None:
    assert str(Absence("limit_reached", ("a", "b"), 7)) == "the list has enough of its kind, by 'a', 'b' (ranked 7)"
    assert str(Absence("not_named")) == "no generator named it for this customer"
