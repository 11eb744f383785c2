"""Persons in live answers: after a login the next list knows both histories, and after an undo neither."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from esnaf.arguments import invoke
from features.consent.purposes import ALL, Consent, Purpose
from features.consent.saying import say
from features.identity.aliases import Aliases
from features.identity.keys import VARIABLE
from features.identity.schema import MERGES
from features.interests.book import Book
from features.interests.told import Declared, Told
from features.recent import Deed
from features.settings import Settings
from features.store.config import StoreConfig
from features.store.judge import Judge
from features.store.livestore import LiveStore
from features.tables.config import TablesConfig
from serving.answers import Answers
from serving.bodies import ListRequest
from serving.cache import Cache
from serving.champion import Champion
from serving.clock import Clock, shown_time
from serving.config import ServingConfig
from serving.desk import Desk
from serving.keeper import Keeper
from serving.live import Live
from serving.persons import Persons
from serving.record.auditor import Auditor
from serving.record.export import exported
from serving.record.record import Records
from serving.rights import Rights
from training import pointer
from training.query import Query
from training.recommender import Recommender


@dataclass
class Shop:
    """A store, and one worker's answers."""

    store: LiveStore
    desk: Desk
    now: int

    def send(self, *events: dict[str, Any]) -> None:
        judged = Judge(TablesConfig()).judge_all(events, self.now)
        assert judged.rejected == []
        self.store.append(judged.events)

    def products(self, **who: Any) -> list[str]:
        answer = json.loads(self.desk.answers.one(ListRequest(n=8, **who)))
        return [item["product_id"] for item in answer["items"]]

    def expected(self, *ids: str, deeds: list[Deed]) -> list[str]:
        """What the model makes of all that is known."""
        query = Query(customer_id=ids[0], also=ids[1:], recent=tuple(sorted(deeds, key=lambda deed: deed.time)))
        model = self.desk.answers.champion.recommender
        return [item.product_id for item in model.recommend([query], 8, time=self.now)[0].items]


@pytest.fixture
def shop(workspace: Path, as_of: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.delenv("ESNAF_STORE", raising=False)
    monkeypatch.setenv(VARIABLE, "a secret of the tests " * 2)
    shutil.copytree(workspace / "bundles", tmp_path / "bundles")
    shutil.copy(workspace / "champion.json", tmp_path)
    store = LiveStore.open(tmp_path, StoreConfig())
    keeper = Keeper(tmp_path, Settings({"exposures": {"enabled": False}}))
    desk = Desk.open(Champion.load(tmp_path), keeper, config=ServingConfig(), clock=Clock(fixed=as_of))
    yield Shop(store, desk, as_of)
    keeper.close()
    store.close()


@pytest.fixture
def known(model: Recommender) -> list[str]:
    """Customers with a history, who consent."""
    there = np.flatnonzero((np.diff(model.history.offsets) > 3) & model.profiles.personal)
    return [id for id in model.customers.ids(there) if not id.startswith("anon:")]


def cart(who: dict[str, str], product: str, time: int) -> dict[str, Any]:
    return {**who, "product_id": product, "event_type": "add_to_cart", "timestamp": time}


def test_the_first_answer_after_a_login_knows_both_histories(shop: Shop, known: list[str], model: Recommender) -> None:
    for number, customer in enumerate(known[:8]):
        visitor = {"anonymous_id": f"web{number}"}
        product = model.products.id(number * 7)
        shop.send(cart(visitor, product, shop.now - 60))
        anonymous, alone = shop.products(**visitor), shop.products(customer_id=customer)
        shop.send({"event_type": "identify", "customer_id": customer, **visitor, "timestamp": shop.now - 5})
        deeds = [
            Deed(product, 3, shop.now - 60),
            Deed(None, 13, shop.now - 5),
        ]
        found = shop.products(customer_id=customer)
        assert found == shop.expected(customer, deeds=deeds)
        assert found == shop.products(**visitor), "who has been seen with the customer is the customer"
        assert found not in (anonymous, alone)
        assert product not in found, "it is in the cart"


def test_a_visitor_whom_the_model_knows_brings_their_history(shop: Shop, known: list[str], model: Recommender) -> None:
    visitors = [id for id in model.customers.ids() if id.startswith("anon:") and model.customers.index(id) >= 0]
    there = [id for id in visitors if np.diff(model.history.offsets)[model.customers.index(id)] > 2]
    customer, visitor = known[3], there[0]
    alone = shop.products(customer_id=customer)
    device = visitor.removeprefix("anon:")
    login = {"event_type": "identify", "customer_id": customer, "anonymous_id": device}
    shop.send({**login, "timestamp": shop.now - 5})
    found = shop.products(customer_id=customer)
    assert found == shop.expected(customer, visitor, deeds=[Deed(None, 13, shop.now - 5)])
    request = model.questions.request([Query(customer_id=customer, also=(visitor,))], shop.now)
    both = [model.customers.index(id) for id in (customer, visitor)]
    assert len(request.history.time) == np.diff(model.history.offsets)[both].sum()
    assert alone


def test_who_turns_out_to_be_somebody_by_an_old_login_gets_another_list(
    shop: Shop, known: list[str], model: Recommender
) -> None:
    """Nothing that the model does not know was done, and the list of before is ready."""
    visitors = [id for id in model.customers.ids() if id.startswith("anon:")]
    visitor = next(id for id in visitors if np.diff(model.history.offsets)[model.customers.index(id)] > 2)
    customer = next(id for id in known if shop.expected(id, visitor, deeds=[]) != shop.expected(id, deeds=[]))
    assert shop.products(customer_id=customer) == shop.expected(customer, deeds=[])
    login = {"event_type": "identify", "customer_id": customer, "anonymous_id": visitor.removeprefix("anon:")}
    shop.send({**login, "timestamp": model.time - 1_000})
    assert shop.products(customer_id=customer) == shop.expected(customer, visitor, deeds=[])


def test_what_was_shown_under_one_id_of_a_person_fades_for_who_asks_by_it(shop: Shop, known: list[str]) -> None:
    visitor = {"anonymous_id": "web"}
    shop.send({"event_type": "identify", "customer_id": known[4], **visitor, "timestamp": shop.now - 5})
    before, memory = shop.products(**visitor), shop.desk.display.fading._memory
    for visit in range(40, 0, -1):
        memory.shown("anon:web", 1, memory.codes(before[:3]), shop.now - visit * 3_600)
    assert shop.products(**visitor) != before


def test_a_new_account_of_a_known_visitor_has_the_visitors_history(shop: Shop, model: Recommender) -> None:
    visitor = next(id for id in model.customers.ids() if id.startswith("anon:"))
    before = shop.products(anonymous_id=visitor.removeprefix("anon:"))
    login = {"event_type": "identify", "customer_id": "brand-new", "anonymous_id": visitor.removeprefix("anon:")}
    shop.send({**login, "timestamp": shop.now - 5})
    assert shop.products(customer_id="brand-new") == shop.expected(visitor, deeds=[Deed(None, 13, shop.now - 5)])
    assert before


def test_undone_merge_is_forgotten_at_once(shop: Shop, known: list[str], model: Recommender) -> None:
    customer, visitor, product = known[5], {"anonymous_id": "web"}, model.products.id(11)
    shop.send(cart(visitor, product, shop.now - 60))
    shop.send({"event_type": "identify", "customer_id": customer, **visitor, "timestamp": shop.now - 5})
    assert product not in shop.products(customer_id=customer)
    together = shop.products(customer_id=customer)
    with shop.store.backend.writing() as connection:
        (merge,) = connection.execute(MERGES.select()).all()
        assert shop.store.book.undo(connection, merge.sequence)
    alone = shop.products(customer_id=customer)
    assert alone == shop.expected(customer, deeds=[Deed(None, 13, shop.now - 5)])
    assert alone != together
    assert shop.products(**visitor) == shop.expected("anon:web", deeds=[Deed(product, 3, shop.now - 60)])


def test_a_second_login_on_a_device_parts_it_from_the_first(shop: Shop, known: list[str], model: Recommender) -> None:
    visitor, product = {"anonymous_id": "kiosk"}, model.products.id(5)
    shop.send(cart(visitor, product, shop.now - 60))
    for at, customer in enumerate(known[:2]):
        shop.send({"event_type": "identify", "customer_id": customer, **visitor, "timestamp": shop.now - 9 + at})
        shop.products(customer_id=customer)
    for at, customer in enumerate(known[:2]):
        assert shop.products(customer_id=customer) == shop.expected(customer, deeds=[Deed(None, 13, shop.now - 9 + at)])


def test_what_was_said_under_another_id_that_the_model_knows_counts(
    shop: Shop, known: list[str], model: Recommender, tmp_path: Path
) -> None:
    keeper = Keeper(tmp_path, Settings({}))
    live = Live(keeper, aliased(model, {"second": known[0]}))
    book, request = Book(shop.store.backend), ListRequest(customer_id=known[0])
    book.declare("second", ["Mugs"], 5)
    assert live.marks([request])[0]
    assert live.told(request) == live.told(ListRequest(customer_id="second")) == Told((Declared("Mugs", 5),))
    book.remove(known[0], "Mugs")
    live.look()
    assert live.told(request) == Told((), ("Mugs",))
    keeper.close()


def test_who_refused_under_one_id_refused(shop: Shop, known: list[str], model: Recommender) -> None:
    customer = next(id for id in known if model.profiles.consent[model.customers.index(id)] == ALL)
    other = {"customer_id": "other-account"}
    assert shop.desk.allows(customer, Purpose.MESSAGING)
    for who in ({"customer_id": customer}, other):
        login = {"event_type": "identify", **who, "properties": {"loyalty_card": "77001234"}}
        shop.send({**login, "timestamp": shop.now - 5})
    say(shop.store, "other-account", Consent.of({"messaging": False}), actor="tests", source="api")
    assert not shop.desk.allows(customer, Purpose.MESSAGING)
    records = Records(shop.desk)
    found = records.record(customer)["consent"]
    assert (found["messaging"]["granted"], found["messaging"]["source"]) == (False, "api")
    assert found["personalisation"]["granted"]
    told = exported(shop.desk, records, customer)
    assert [one["purposes"] for one in told["consents_stated"]] == [{"messaging": False}]
    assert [one["action"] for one in told["accesses"]] == ["consent"]
    records.lists.close()


def test_the_record_is_of_all_that_somebody_did(shop: Shop, known: list[str], model: Recommender) -> None:
    customer, records = known[1], Records(shop.desk)
    before = records.record(customer)["history"]
    names = [one["name"] for one in before["top_categories"]]
    bought = {"customer_id": customer, "event_type": "purchase", "timestamp": shop.now - 9, "order_id": "o-1"}
    shop.send({**bought, "product_id": "launched today", "quantity": 3, "unit_price": 2.5})
    Book(shop.store.backend).remove(customer, names[0])
    shop.desk.answers.live.look()
    assert shop.desk.answers.live.told(ListRequest(customer_id=customer)) == Told(None, (names[0],))
    after = records.record(customer)["history"]
    assert after["events"]["purchase"] == before["events"]["purchase"] + 1
    assert (after["orders"], after["products"]) == (before["orders"] + 1, before["products"] + 1)
    assert after["units"] == before["units"] + 3
    assert after["spent"] == pytest.approx(before["spent"] + 7.5)
    assert after["last_purchase"] == shown_time(shop.now - 9)
    assert [one["name"] for one in after["top_categories"]] == names
    records.lists.close()


def test_who_refused_under_one_id_is_not_followed_under_another(
    shop: Shop, known: list[str], model: Recommender
) -> None:
    customer = next(id for id in known if model.profiles.consent[model.customers.index(id)] == ALL)
    request = ListRequest(n=3, customer_id=customer)
    assert shop.desk.keeps([customer]) == {customer: True}
    assert shop.desk.answers._ready([request])[0].listed is None  # nothing is written down here
    for who in (customer, "other-account"):
        login = {"event_type": "identify", "customer_id": who, "properties": {"loyalty_card": "77001234"}}
        shop.send({**login, "timestamp": shop.now - 5})
    say(shop.store, "other-account", Consent(ALL, 0), actor="tests", source="api")
    assert shop.desk.keeps([customer, known[-1]]) == {customer: False, known[-1]: True}
    assert not shop.desk.answers.personal(customer)
    assert shop.desk.granting(customer) == 0


def test_who_refused_reports_under_one_id_is_named_under_none(shop: Shop, known: list[str], model: Recommender) -> None:
    """As the model knows it: what both ids say counts for both."""
    refusing, customer = known[0], known[1]
    consent = model.profiles.consent.copy()
    rows = [model.customers.index(id) for id in (refusing, customer)]
    consent[rows] = [ALL & ~Purpose.ANALYTICS, ALL]
    told = replace(model, profiles=replace(model.profiles, consent=consent))
    answers = shop.desk.prepared(replace(shop.desk.answers.champion, recommender=told))

    def named(customer_id: str) -> bool:
        (asked,) = answers._asked([ListRequest(n=3, customer_id=customer_id)])
        return answers._named(asked.request, asked.standing)

    assert (named(refusing), named(customer)) == (False, True)
    for who in (refusing, customer):
        login = {"event_type": "identify", "customer_id": who, "properties": {"loyalty_card": "77001234"}}
        shop.send({**login, "timestamp": shop.now - 5})
    assert (named(refusing), named(customer)) == (False, False)


def test_one_list_for_all_who_refuse_names_only_those_who_may_be_named(
    shop: Shop, known: list[str], model: Recommender
) -> None:
    consent = model.profiles.consent.copy()
    rows = [model.customers.index(id) for id in known[:2]]
    consent[rows] = [ALL, ALL & ~Purpose.ANALYTICS]
    told = replace(model, profiles=replace(model.profiles, consent=consent))
    answers = shop.desk.prepared(replace(shop.desk.answers.champion, recommender=told))
    for who in known[:2]:
        say(shop.store, who, Consent.of({"personalisation": False}), actor="tests", source="api")
    one, other = answers._asked([ListRequest(n=3, customer_id=who) for who in known[:2]])
    assert (one.standing.named, other.standing.named) == (True, False)
    assert one.key != other.key


@pytest.mark.parametrize("fields", [{}, {"placement": "home", "explain": True}])
def test_a_customers_own_list_is_ready_from_the_first_time(
    shop: Shop, known: list[str], monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any]
) -> None:
    answers = replaced_cache(shop)
    for customer in known[:60]:
        answers.one(ListRequest(n=5, customer_id=customer, **fields))
    monkeypatch.setattr(answers, "_made", made_anew)
    for customer in known[:60]:
        answers.one(ListRequest(n=5, customer_id=customer, **fields))


@pytest.mark.parametrize(
    "fields", [{"context": {"product_id": "P1"}}, {"context": {"cart": ("P1",)}}, {"filters": {"price_max": 9}}]
)
def test_what_is_asked_with_something_in_hand_has_little_room_until_it_comes_again(
    shop: Shop, known: list[str], monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any]
) -> None:
    answers = replaced_cache(shop)
    for customer in known[:60]:
        answers.one(ListRequest(n=5, customer_id=customer, **fields))
    monkeypatch.setattr(answers, "_made", made_anew)
    with pytest.raises(AssertionError, match="made anew"):
        answers.one(ListRequest(n=5, customer_id=known[0], **fields))


def replaced_cache(shop: Shop) -> Answers:
    """Answers whose cache has room for some hundred lists, and for a few that were asked for once."""
    answers = shop.desk.answers
    answers._cache = Cache(200_000)
    return answers


def made_anew(*_: object) -> None:
    raise AssertionError("made anew")


def test_an_erasure_takes_the_id_that_the_model_has_for_the_person(
    shop: Shop, known: list[str], model: Recommender
) -> None:
    champion = replace(shop.desk.answers.champion, recommender=aliased(model, {"second": known[0]}))
    shop.desk.answers = shop.desk.prepared(champion)
    rights = Rights(shop.desk, Auditor(shop.desk.keeper))

    async def erased() -> None:
        await rights.erase("second", "tests", until=asyncio.get_running_loop().time() + 60)

    asyncio.run(erased())
    shop.desk.keeper.follow()
    assert all(map(shop.desk.keeper.register.erased, ("second", known[0])))
    rights.close()


def test_the_command_does_so_too(known: list[str], model: Recommender, tmp_path: Path) -> None:
    bundle = tmp_path / "bundles" / "1"
    aliased(model, {"second": known[0]}).save(bundle)
    pointer.replace(tmp_path, pointer.Pointer("1", bundle))
    invoke("erase", "second", "unheard-of", "--workspace", str(tmp_path))
    keeper = Keeper(tmp_path, Settings({}))
    keeper.follow()
    assert [keeper.register.erased(id) for id in ("second", known[0], "unheard-of", known[1])] == [True] * 3 + [False]
    keeper.close()


# -- what the store says, laid over what the model knows


@pytest.fixture
def model(workspace: Path) -> Recommender:
    return Champion.load(workspace).recommender


def aliased(model: Recommender, aliases: dict[str, str], nobody: tuple[str, ...] = ()) -> Recommender:
    found = Aliases.of(
        pa.array(list(aliases), pa.string()),
        pa.array(list(aliases.values()), pa.string()),
        pa.array(nobody, pa.string()),
        customers=model.customers,
        change=4,
    )
    return replace(model, aliases=found)


def persons_of(model: Recommender, aliases: dict[str, str], nobody: tuple[str, ...] = ()) -> Persons:
    return Persons(aliased(model, aliases, nobody))


def test_aliases_of_the_model_are_known_by_their_customer(model: Recommender, known: list[str]) -> None:
    persons = persons_of(model, {"second": known[0], "anon:web": known[0]})
    assert [persons.of(id) for id in ("second", "anon:web", known[0], "stranger")] == [known[0]] * 3 + ["stranger"]
    assert persons.change == 4


def test_what_both_say_is_put_together(model: Recommender, known: list[str]) -> None:
    persons = persons_of(model, {"second": known[0]})
    persons.follow({"anon:web": "second", "third": known[1], known[1]: known[0]}, 7)
    assert {persons.of(id) for id in ("second", "anon:web", "third", known[1])} == {persons.of(known[0])}
    assert set(persons.ids(persons.of(known[0]))) >= {known[0], known[1], "anon:web", "third"}


def test_a_device_that_the_model_gave_to_another_is_nobodys(model: Recommender, known: list[str]) -> None:
    persons = persons_of(model, {"anon:web": known[0]}, nobody=("anon:kiosk",))
    persons.follow({"anon:web": known[1], "anon:kiosk": known[1]}, 7)
    assert [persons.of(id) for id in ("anon:web", "anon:kiosk")] == ["anon:web", "anon:kiosk"]
    assert persons.asked_as("anon:web") is None
    assert persons.asked_as(known[1]) == known[1]


def test_who_is_taken_apart_is_alone_again(model: Recommender, known: list[str]) -> None:
    persons = persons_of(model, {})
    persons.follow({"anon:web": known[0], "x": known[0]}, 7)
    persons.saw("anon:web")
    assert persons.of("anon:web") == known[0]
    changed = persons.follow({"anon:web": "anon:web"}, 8)
    assert persons.of("anon:web") == "anon:web"
    assert persons.of("x") == known[0]
    assert persons.era == 1
    assert {"anon:web", known[0]} <= changed


def test_visitors_stand_behind_customers(model: Recommender) -> None:
    persons = persons_of(model, {})
    persons.follow({"anon:b": "anon:a"}, 5)
    persons.follow({"anon:a": "new"}, 6)
    assert {persons.of(id) for id in ("anon:a", "anon:b", "new")} == {"new"}


def test_aliases_keep_their_place_in_a_bundle(model: Recommender, known: list[str], tmp_path: Path) -> None:
    found = persons_of(model, {"second": known[0]})
    assert found.of("second") == known[0]
    aliases = Aliases.of(
        pa.array(["second"]), pa.array([known[0]]), pa.array([], pa.string()), customers=model.customers, change=9
    )
    replace(model, aliases=aliases).save(tmp_path / "bundle")
    loaded = Recommender.load(tmp_path / "bundle")
    assert loaded.aliases.change == 9
    lists = [loaded.recommend([Query(customer_id=id)], 5)[0].items for id in ("second", known[0])]
    assert lists[0] == lists[1]
    assert not len(loaded.aliases.first(0))


def test_what_is_said_of_an_id_that_stands_alone_again_is_not_said_of_its_former_person(
    model: Recommender, known: list[str]
) -> None:
    persons = persons_of(model, {"second": known[0]})
    persons.follow({"second": known[0]}, 6)
    persons.follow({"second": "second", "anon:web": "second"}, 8)
    assert [persons.of(id) for id in ("second", "anon:web")] == ["second", "second"]
    assert persons.of(known[0]) == known[0]
