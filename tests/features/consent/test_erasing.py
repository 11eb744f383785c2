"""Who is erased is gone from the store, the exposure log and the next reading, and does not come back."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from features.consent import audit, erasing
from features.consent.erasing import erase
from features.consent.purposes import Consent, Purpose
from features.consent.register import Register
from features.consent.saying import say
from features.errors import ErasedError, SecretError, StoreBusy
from features.exposures.log import ExposureLog
from features.identity.book import Said
from features.identity.link import StoredLink
from features.identity.schema import LINKS, PERSONS
from features.interests.book import Book
from features.settings import Settings
from features.store.event import ERASED, NO_CONSENT
from features.store.importing import import_files
from features.store.judge import Judge
from features.store.livestore import LiveStore
from features.store.reader import Reader
from features.store.training_view import stored_events
from features.tables import TablesConfig, load
from tests.features.exposures.shows import answer, customers, listed, write
from tests.features.store.places import NOW, Place, events

P, A = Purpose.PERSONALISATION, Purpose.ANALYTICS
NOTHING = Consent(int(P | A), 0)


def who(reader: Reader) -> set[str]:
    return {event.customer_id for event in reader.after(0)}


def followed(reader: Reader) -> Register:
    register = Register()
    reader.last()
    register.follow(reader)
    return register


def test_everything_goes_in_one_call(place: Place, store: LiveStore, reader: Reader) -> None:
    store.append([*events(1, 2, customer_id="ann"), *events(3, customer_id="bob")])
    log, one = ExposureLog.open(place.workspace, place.config), listed()
    write(log, [one], [answer(one, 1, customer="ann"), answer(one, 2, customer="bob")])
    say(store, "ann", Consent(int(P), int(P)), actor="tests", source="api")
    Book(store.backend).declare("ann", ["Toys"], NOW)
    done = erase(store, place.workspace, place.config, "ann", actor="tests")
    gone = {"events": 2, "consents": 1, "interests": 1, "identities": 0, "traits": 0, "exposures": 1}
    assert (done.names, dict(done.gone)) == (("ann",), gone)
    assert who(reader) == {"bob"}
    assert customers(log) == ["bob"]
    assert not erase(store, place.workspace, place.config, "ann", actor="tests").found
    log.close()


def test_everybody_knows_and_nobody_can_read_whom(place: Place, store: LiveStore, reader: Reader) -> None:
    register = followed(reader)
    assert not register
    erase(store, place.workspace, place.config, "ann", actor="tests")
    reader.last()
    register.follow(reader)
    assert register.erased("ann")
    assert not register.erased("bob")
    found, marker = reader.changes(0)
    assert marker is not None
    assert [change.subject for change in found] == [marker.of("ann")]
    assert "ann" not in repr(found)


def test_events_do_not_come_back(place: Place, store: LiveStore, reader: Reader) -> None:
    erase(store, place.workspace, place.config, "ann", actor="tests")
    assert store.append(events(1, customer_id="ann")) == [ERASED]
    stating = events(2, customer_id="ann", event_type="identify", properties={"consent": True})
    assert store.append([*stating, *events(3, customer_id="bob")])[0] == ERASED
    with place.open() as other:  # of another process
        assert other.append(events(4, customer_id="ann")) == [ERASED]
    file = place.workspace / "more.csv"
    file.write_text("customer_id,product_id,timestamp\nann,p,2023-11-01\nbob,p,2023-11-01\n")
    imported = import_files([file], store, TablesConfig())
    assert (imported.accepted, imported.duplicates, dict(imported.refused)) == (1, 0, {"erased": 1})
    assert who(reader) == {"bob"}


def test_devices_that_nobody_else_used_go_too(place: Place, store: LiveStore, reader: Reader) -> None:
    """A shared one stays, and what others did on it."""
    own = events(1, customer_id="ann", anonymous_id="phone"), events(2, customer_id=None, anonymous_id="phone")
    kiosk = events(3, customer_id="ann", anonymous_id="kiosk"), events(4, customer_id="bob", anonymous_id="kiosk")
    visits = events(5, customer_id=None, anonymous_id="kiosk")
    store.append([event for some in (*own, *kiosk, visits) for event in some])
    done = erase(store, place.workspace, place.config, "ann", actor="tests")
    assert done.names == ("ann", "anon:phone")
    assert who(reader) == {"bob", "anon:kiosk"}
    assert store.append(events(6, customer_id=None, anonymous_id="phone")) == [ERASED]
    store.append(events(7, customer_id="bob", anonymous_id="phone"))
    assert reader.since(["bob"])[-1].anonymous_id is None


def test_a_device_of_several_ids_of_one_person_goes(place: Place, store: LiveStore, reader: Reader) -> None:
    with store.backend.writing() as connection:
        link = StoredLink("customer_id:ann", "customer_id:ann2", NOW)
        store.book.link(connection, Said([link], "hand", "test"))
    for number, id in enumerate(("ann", "ann2", None)):
        store.append(events(number, customer_id=id, anonymous_id="sofa"))
    assert set(erase(store, place.workspace, place.config, "ann", actor="tests").names) == {"ann", "ann2", "anon:sofa"}
    assert who(reader) == set()


def test_any_number_of_devices_goes(
    place: Place, store: LiveStore, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "_NAMED", 2)
    for number in range(5):
        store.append(events(number, customer_id="ann", anonymous_id=f"d{number}"))
        store.append(events(100 + number, customer_id=None, anonymous_id=f"d{number}"))
    done = erase(store, place.workspace, place.config, "ann", actor="tests")
    assert (len(done.names), done.gone["events"], who(reader)) == (6, 10, set())
    register = followed(reader)
    assert all(map(register.erased, done.names))


def test_what_comes_in_while_names_are_looked_up_goes_too(
    place: Place, store: LiveStore, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, late = erasing._names, [events(2, customer_id="ann", anonymous_id="late")]
    late.append(events(3, customer_id=None, anonymous_id="late"))

    def names(connection: Connection, ids: Sequence[str]) -> tuple[str, ...]:
        found = looked(connection, ids)
        while late:
            store.append(late.pop())
        return found

    monkeypatch.setattr(erasing, "_names", names)
    store.append(events(1, customer_id="ann"))
    assert erase(store, place.workspace, place.config, "ann", actor="tests").names == ("ann", "anon:late")
    assert who(reader) == set()


def test_an_erasure_that_was_interrupted_is_done_by_the_next(
    place: Place, store: LiveStore, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of all ids of the person, though only one is asked for."""
    with store.backend.writing() as connection:
        link = StoredLink("customer_id:ann", "customer_id:ann2", NOW)
        store.book.link(connection, Said([link], "hand", "test"))
    store.append(events(1, customer_id="ann2"))
    log, one = ExposureLog.open(place.workspace, place.config), listed()
    write(log, [one], [answer(one, 1, customer="ann2"), answer(one, 2, customer="bob")])

    def busy(*_: object) -> int:
        raise StoreBusy("others write", retry_after=1)

    with monkeypatch.context() as patch:
        patch.setattr(erasing, "_forget_lists", busy)
        with pytest.raises(StoreBusy):
            erase(store, place.workspace, place.config, "ann", actor="tests")
    assert followed(reader).erased("ann2")
    erase(store, place.workspace, place.config, "ann", actor="tests")
    assert (who(reader), customers(log)) == (set(), ["bob"])
    log.close()


def test_identifiers_that_only_each_other_have_go(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """An email and a telephone that a visitor gave are linked with each other as well."""
    monkeypatch.setenv("ESNAF_SECRET", "x" * 40)
    given = {"email": "ann@example.com", "phone": "+44 7700 900123"}
    said: list[dict[str, object]] = [
        {"anonymous_id": "web", "properties": given},
        {"anonymous_id": "web", "customer_id": "ann"},
        {"customer_id": "bob", "properties": {"email": "bob@example.com"}},
    ]
    with place.open() as store:
        store.append(Judge(TablesConfig()).judge_all([{**one, "event_type": "identify"} for one in said], NOW).events)
        erase(store, place.workspace, place.config, "ann", actor="tests")
        with store.backend.reading() as connection:
            assert len(connection.execute(select(LINKS)).all()) == len(connection.execute(select(PERSONS)).all()) == 1


def test_training_takes_nothing_of_them_in(place: Place, store: LiveStore) -> None:
    """Neither from the store nor from the tables, whose rows are the owner's."""
    data = place.workspace
    store.append([*events(1, 2, customer_id="bob"), *events(3, 4, customer_id="ann")])
    (data / "events.csv").write_text("customer_id,product_id,timestamp\nann,p1,2023-11-01\nbob,p1,nonsense\nann,p1,x\n")
    (data / "customers.csv").write_text("customer_id,country\nann,TR\nbob,FR\n")
    settings, ledger = Settings({"store": {"url": place.config.url}}), data / "ledger"

    def shop() -> object:
        with stored_events(data, settings) as live:
            return load(data, TablesConfig(), now=NOW, live=live, ledger=ledger, anew=False)

    before = shop()
    assert set(before.log.customers.ids()) == {"ann", "bob"}  # type: ignore[attr-defined]
    before.taken.commit()  # type: ignore[attr-defined]
    erase(store, data, place.config, "ann", actor="tests")
    after = shop()
    after.taken.commit()  # type: ignore[attr-defined]
    assert after.log.customers.ids() == ["bob"]  # type: ignore[attr-defined]
    assert len(after.report.rejected) == 1  # type: ignore[attr-defined]
    assert after.report.erased == 2  # type: ignore[attr-defined]
    assert not any(b"ann" in path.read_bytes() for path in ledger.iterdir())


def test_who_refuses_is_not_trained_on_and_may_come_back(place: Place, store: LiveStore) -> None:
    store.append([*events(1, 2, customer_id="ann"), *events(3, 4, customer_id="bob")])
    settings, data = Settings({"store": {"url": place.config.url}}), place.workspace
    (data / "customers.csv").write_text('customer_id,country,consent\nann,TR,"[""personalisation""]"\nbob,FR,\n')

    def known() -> dict[str, tuple[int, int]]:
        with stored_events(data, settings) as live:
            shop = load(data, TablesConfig(), now=NOW, live=live)
        sizes = (shop.log.offsets[1:] - shop.log.offsets[:-1]).tolist()
        return dict(zip(shop.log.customers.ids(), zip(sizes, shop.profiles.consent.tolist(), strict=True), strict=True))

    assert known() == {"ann": (2, int(P)), "bob": (2, 7)}
    say(store, "ann", Consent(int(P), 0), actor="tests", source="api")
    assert known() == {"ann": (0, 0), "bob": (2, 7)}
    say(store, "ann", Consent(int(P), int(P)), actor="tests", source="api")
    assert known() == {"ann": (2, int(P)), "bob": (2, 7)}


def test_who_consents_to_nothing_is_not_followed(store: LiveStore, reader: Reader) -> None:
    say(store, "ann", NOTHING, actor="tests", source="api")
    assert store.append(events(1, customer_id="ann")) == [NO_CONSENT]
    say(store, "ann", Consent(int(A), int(A)), actor="tests", source="api")
    assert store.append(events(1, customer_id="ann"))[0] > 0
    assert who(reader) == {"ann"}


def test_an_event_may_state_it(store: LiveStore, reader: Reader) -> None:
    def identify(number: int, consent: object) -> int:
        values = {"customer_id": "ann", "event_type": "identify", "properties": {"consent": consent}}
        return store.append(events(number, **values))[0]

    assert identify(1, False) > 0
    assert followed(reader).stated("ann") == Consent(7, 0)
    assert store.append(events(2, customer_id="ann")) == [NO_CONSENT]
    assert identify(1, False) == 0  # sent again
    assert reader.rights == 1
    assert identify(3, {"personalisation": True}) > 0
    assert followed(reader).stated("ann") == Consent(7, int(P))
    assert store.append(events(2, customer_id="ann"))[0] > 0
    found = audit.read(store.backend, customer_id="ann")
    assert [(one.actor, one.action, one.result) for one in found] == [("event", "consent", "changed")] * 2


def test_of_events_with_one_id_the_first_alone_states_consent(store: LiveStore, reader: Reader) -> None:
    first = events(1, customer_id="bob")
    refusing = events(1, customer_id="ann", event_type="identify", properties={"consent": False})
    assert store.append([*first, *refusing])[1] == 0
    assert not followed(reader)


def test_who_was_erased_is_not_linked_by_what_others_say(place: Place, store: LiveStore, reader: Reader) -> None:
    erase(store, place.workspace, place.config, "ann", actor="tests")
    erase(store, place.workspace, place.config, "anon:web", actor="tests")
    properties = {"user_id": "ann", "device_id": "web", "anonymous_id": "app"}
    store.append(events(1, customer_id="bob", event_type="identify", properties=properties))
    assert [(link.one, link.other) for link in reader.links()] == [("anonymous_id:app", "customer_id:bob")]


def test_who_was_erased_can_state_nothing(place: Place, store: LiveStore) -> None:
    erase(store, place.workspace, place.config, "ann", actor="tests")
    with pytest.raises(ErasedError, match="erased"):
        say(store, "ann", Consent(7, 7), actor="tests", source="api")
    with pytest.raises(ErasedError, match="erased"):
        Book(store.backend).declare("ann", ["Toys"], NOW)


def test_what_was_done_is_written_down_without_whom(place: Place, store: LiveStore) -> None:
    say(store, "ann", NOTHING, actor="shop-web", source="api")
    erase(store, place.workspace, place.config, "ann", actor="admin")
    erase(store, place.workspace, place.config, "bob", actor="admin")
    found = audit.read(store.backend)
    assert [(one.actor, one.action, one.result) for one in found] == [
        ("admin", "erase", "unknown"),
        ("admin", "erase", "erased"),
        ("shop-web", "consent", "changed"),
    ]
    assert "ann" not in repr(found)
    assert [one.action for one in audit.read(store.backend, customer_id="ann")] == ["erase", "consent"]


def test_no_byte_of_them_stays(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with place.open() as store:
        store.append([*events(*range(200), customer_id="someone-rare"), *events(900, customer_id="bob")])
        say(store, "someone-rare", Consent(int(P), int(P)), actor="tests", source="api")
        log, one = ExposureLog.open(place.workspace, place.config), listed()
        write(log, [one], [answer(one, 1, customer="someone-rare"), answer(one, 2, customer="bob")])
        erase(store, place.workspace, place.config, "someone-rare", actor="tests")
        log.close()
        assert not [path.name for path in tmp_path.iterdir() if b"someone-rare" in path.read_bytes()]


def test_with_a_secret_the_store_alone_tells_nothing(
    place: Place, store: LiveStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was marked before is known under it, and under one that comes after it."""
    one, other = "x" * 40, "y" * 40

    def known() -> tuple[bool, bool]:
        reader = Reader(store.backend)
        register = followed(reader)
        reader.close()
        return register.erased("ann"), register.erased("bob")

    monkeypatch.delenv("ESNAF_SECRET", raising=False)
    erase(store, place.workspace, place.config, "ann", actor="tests")
    assert known() == (True, False)
    monkeypatch.setenv("ESNAF_SECRET", one)
    erase(store, place.workspace, place.config, "bob", actor="tests")
    assert known() == (True, True)
    monkeypatch.setenv("ESNAF_SECRET", f"{other}, {one}")
    erase(store, place.workspace, place.config, "eve", actor="tests")
    monkeypatch.setenv("ESNAF_SECRET", other)
    assert known() == (True, True)
    for wrong in (one, ""):
        monkeypatch.setenv("ESNAF_SECRET", wrong)
        with pytest.raises(SecretError, match="ESNAF_SECRET"):
            known()


def test_all_ids_of_a_person_go_and_what_others_share_stays(
    place: Place, store: LiveStore, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    logins = [
        {"customer_id": "ann", "anonymous_id": "web"},
        {"customer_id": "ann2", "anonymous_id": "app"},
        {"customer_id": "ann", "anonymous_id": "kiosk"},
        {"customer_id": "bob", "anonymous_id": "kiosk"},
        {"customer_id": "ann2", "anonymous_id": "kiosk"},
    ]
    said = [{**login, "event_type": "identify", "event_id": str(at)} for at, login in enumerate(logins)]
    store.append(Judge(TablesConfig()).judge_all(said, NOW).events)
    with store.backend.writing() as connection:
        link = StoredLink("customer_id:ann", "customer_id:ann2", NOW)
        store.book.link(connection, Said([link], "hand", "test"))
    done = erase(store, place.workspace, place.config, "ann2", actor="tests")
    assert set(done.names) == {"ann", "ann2", "anon:web", "anon:app"}
    assert reader.links() == [StoredLink("anonymous_id:kiosk", "customer_id:bob", NOW)]
    assert set(reader.members()) <= {"anon:kiosk"}
    register = followed(reader)
    assert all(register.erased(id) for id in done.names)
    assert not register.erased("bob")
