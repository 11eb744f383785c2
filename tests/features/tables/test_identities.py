"""Customers who are known under several ids are one customer of the shop."""

from pathlib import Path

import numpy as np
import pytest

from features.identity.aliases import NOBODY
from features.settings import Settings
from features.tables import Shop, TablesConfig, load
from tests.features.tables.test_ledger import START, assert_equal, devices, read_devices

DAY = 86_400
EVENTS = "customer_id,anonymous_id,product_id,timestamp\nann,,p1,2024-01-02\nann2,,p2,2024-01-01\n,web,p3,2024-01-03\n"
LINKS = "customer_id,kind,value,seen_at\nann,email,A@x.com,2023-01-01\nann2,email,a@X.com ,2023-02-01\n"


def shop(folder: Path, *, until: int | None = None, toml: str = "", **tables: str) -> Shop:
    for name, text in {"events": EVENTS, "identities": LINKS, **tables}.items():
        (folder / f"{name}.csv").write_text(text)
    return load(folder, TablesConfig.of(Settings.parse(toml)), until=until)


def test_two_accounts_with_one_email_have_one_history(tmp_path: Path) -> None:
    found = shop(tmp_path, identities=LINKS + "ann2,anonymous_id,web,2023-03-01\n")
    assert found.log.customers.ids() == ["ann"]
    assert np.diff(found.log.offsets).tolist() == [3]
    assert [found.aliases.customer_of(id) for id in ("ann2", "anon:web", "ann", "bob")] == [0, 0, -1, -1]


def test_links_that_matching_found_join_from_a_probability_on(tmp_path: Path) -> None:
    head = "customer_id,kind,value,seen_at,probability\n"
    links = "ann,customer_id,ann2,2023-01-01,0.8\nann2,anonymous_id,web,2023-01-01,\n"
    for least, customers in (("0.7", {"ann"}), ("0.9", {"ann", "ann2"})):
        found = shop(tmp_path, identities=head + links, toml=f"[identity]\nprobability = {least}\n")
        assert set(found.log.customers.ids()) == customers
        assert found.report.rejected == {}


@pytest.mark.parametrize("probability", ["1.2", "-0.1", "likely", "nan"])
def test_what_is_no_probability_is_set_aside(tmp_path: Path, probability: str) -> None:
    text = f"customer_id,kind,value,probability\nann,customer_id,ann2,{probability}\n"
    found = shop(tmp_path, identities=text)
    assert set(found.log.customers.ids()) == {"ann", "ann2", "anon:web"}


def test_a_link_that_is_not_known_yet_joins_nobody(tmp_path: Path) -> None:
    early = shop(tmp_path, identities=LINKS.replace("2023-02-01", "2024-06-01"), until=START + 10 * DAY)
    assert set(early.log.customers.ids()) == {"ann", "ann2", "anon:web"}


def test_shared_devices_are_known_to_be_nobodys(tmp_path: Path) -> None:
    found = shop(tmp_path, identities=LINKS + "ann,device_id,web,2023-01-01\nbob,device_id,web,2023-01-01\n")
    assert set(found.log.customers.ids()) == {"ann", "anon:web"}
    assert found.aliases.customer_of("anon:web") == NOBODY
    assert found.report.shared_devices == 1


def test_settings_say_what_joins(tmp_path: Path) -> None:
    alone = shop(tmp_path, toml="[identity.kinds.email]\nowners = 1\n")
    assert set(alone.log.customers.ids()) == {"ann", "ann2", "anon:web"}
    blocked = shop(tmp_path, toml='[identity.kinds.email]\nblocked = ["/.*@x\\\\.com/"]\n')
    assert set(blocked.log.customers.ids()) == {"ann", "ann2", "anon:web"}


def test_what_only_the_other_account_states_is_known_of_the_person(tmp_path: Path) -> None:
    customers = "customer_id,country,age_band,consent\nann,,30s,\nann2,UK,40s,\nbob,FR,20s,\n"
    found = shop(tmp_path, customers=customers)
    row = found.log.customers.index("ann")
    known = {name: a.names[a.code[row]] for name, a in found.profiles.attributes.items()}
    assert known == {"country": "UK", "age_band": "30s"}
    assert "ann2" not in found.log.customers.ids()


def test_who_denied_under_one_id_denied(tmp_path: Path) -> None:
    customers = 'customer_id,consent\nann,"[""personalisation""]"\nann2,[]\n'
    found = shop(tmp_path, customers=customers)
    assert found.report.no_consent == 2
    assert not found.profiles.personal[found.log.customers.index("ann")]


def test_who_is_erased_under_one_id_is_erased(tmp_path: Path) -> None:
    (tmp_path / "erased.txt").write_text("ann2\n")
    found = shop(tmp_path, toml='[tables]\nerased = "erased.txt"\n')
    assert found.log.customers.ids() == ["anon:web"]


@pytest.mark.parametrize("seed", range(6))
def test_accounts_that_become_one_or_are_parted_are_followed(
    tmp_path: Path, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Cards join accounts, until too many people have them."""
    events, links = devices(12, seed)
    random = np.random.default_rng(seed)
    for day in range(12):
        for _ in range(2):
            when = np.datetime64(START + day * DAY, "s")
            links.append(f"cust{random.integers(6 + day)}x,loyalty_card,{random.integers(4)}123,{when}")
    (tmp_path / "events.csv").write_text("\n".join(["customer_id,anonymous_id,product_id,timestamp,event_id", *events]))
    (tmp_path / "identities.csv").write_text("\n".join(["customer_id,kind,value,seen_at", *links]))
    aliases = []
    for day in (3, 4, 5, 7, 9, 12):
        found = read_devices(tmp_path, day)
        whole = read_devices(tmp_path, day, ledger=False)
        assert_equal(found, whole)
        assert found.aliases.hashes.tolist() == whole.aliases.hashes.tolist()
        assert found.aliases.customer.tolist() == whole.aliases.customer.tolist()
        named = [id for id in (f"cust{i}x" for i in range(20)) if found.aliases.customer_of(id) >= 0]
        aliases.append(frozenset(named))
    assert len(set(aliases)) > 2
    assert "ledger.outdated" not in caplog.text
