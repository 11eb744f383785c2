"""Reading day by day with a ledger is reading everything."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.arrays import DAY, Counts
from features.eventlog import EventLog, EventRows
from features.settings import Settings
from features.tables import Shop, TablesConfig, load
from features.tables.ledger import FILE

START = 1_704_067_200  # 2024-01-01
HEAD = "customer,product,timestamp,quantity,price,order,name,country"
TOML = """
[tables.events]
files = ["log.csv"]
columns = { customer_id = "customer", product_id = "product", order_id = "order", unit_price = "price" }
[tables.customers]
files = ["log.csv"]
columns = { customer_id = "customer", created_at = "timestamp" }
"""


def rows(days: int, seed: int = 3) -> list[str]:
    """Orders with lines that stand twice, refunds, strangers, nonsense, and names that change."""
    random, lines = np.random.default_rng(seed), []
    for day in range(days):
        for order in range(6):
            who, when = random.integers(0, 8 + day), np.datetime64(START + day * DAY + 600 * order, "s")
            for product in random.integers(0, 12 + day // 2, 4):
                quantity = random.choice([1, 1, 2, -1])
                name = f"thing {product} {'new' if random.random() < 0.1 else 'old'}"
                country = "UK" if who % 2 else "FR"
                lines.append(f"cust{who}x,p{product},{when},{quantity},{1 + product},{day}-{order},{name},{country}")
        lines += [lines[-1], f",p1,{when},1,1,,,", f"cust1x,p1,{when},x,1,,,"]
    return lines


def write(folder: Path, lines: list[str]) -> None:
    (folder / "log.csv").write_text("\n".join([HEAD, *lines, ""]))


def read(folder: Path, day: int | None, *, anew: bool = False, toml: str = TOML, commit: bool = True) -> Shop:
    until = None if day is None else START + day * DAY
    config = TablesConfig.of(Settings.parse(toml))
    shop = load(folder, config, until=until, ledger=folder / "ledger", anew=anew)
    if commit and shop.taken is not None:
        shop.taken.commit()
    return shop


def assert_equal(one: Shop, other: Shop) -> None:
    assert one.log.customers.ids() == other.log.customers.ids()
    assert one.log.products.ids() == other.log.products.ids()
    assert_same_arrays(one.log, other.log)
    assert_same_arrays(one.log.refunds, other.log.refunds)
    assert one.report.fingerprint == other.report.fingerprint
    assert one.profiles.attributes.keys() == other.profiles.attributes.keys()
    for name in ("accepted", "merged", "unmatched_refunds"):
        assert getattr(one.report, name) == getattr(other.report, name), name


def assert_same_arrays(one: Any, other: Any) -> None:
    for field in fields(one):
        value, expected = getattr(one, field.name), getattr(other, field.name)
        if isinstance(value, np.ndarray):
            assert value.dtype == expected.dtype
            np.testing.assert_array_equal(value, expected, err_msg=field.name)


@pytest.fixture
def sorted_anew(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows there were each time that a log was built from all of them."""
    times: list[int] = []
    arranged = EventLog.arranged

    def counted(rows: EventRows) -> tuple[EventLog, Counts]:
        times.append(len(rows.time))
        return arranged(rows)

    monkeypatch.setattr(EventLog, "arranged", counted)
    return times


@pytest.mark.parametrize("seed", range(4))
def test_day_by_day_is_all_at_once(tmp_path: Path, seed: int, sorted_anew: list[int]) -> None:
    write(tmp_path, rows(12, seed))
    first = read(tmp_path, 5, anew=True)
    assert first.fresh == first.report.accepted
    for day in (6, 7, 9, 12):
        shop = read(tmp_path, day)
        assert 0 < shop.fresh < first.fresh
    assert len(sorted_anew) == 1
    whole = load(tmp_path, TablesConfig.of(Settings.parse(TOML)), until=START + 12 * DAY)
    assert_equal(shop, whole)
    assert read(tmp_path, 12).fresh == 0


@pytest.mark.parametrize("damage", ["gone", "cut", "empty", "other names"])
def test_a_damaged_log_is_built_from_the_rows(tmp_path: Path, damage: str, sorted_anew: list[int]) -> None:
    write(tmp_path, rows(6))
    read(tmp_path, 4, anew=True)
    file = tmp_path / "ledger" / json.loads((tmp_path / "ledger" / FILE).read_text())["standing"]
    if damage == "gone":
        file.unlink()
    elif damage == "other names":
        file.write_bytes(file.read_bytes().replace(b"holder", b"Holder"))
    else:
        file.write_bytes(file.read_bytes()[:5_000] if damage == "cut" else b"")
    shop = read(tmp_path, 6)
    assert 0 < shop.fresh < shop.report.accepted
    assert len(sorted_anew) == 2
    assert_equal(shop, load(tmp_path, TablesConfig.of(Settings.parse(TOML)), until=START + 6 * DAY))


def test_an_event_that_comes_again_is_found_among_those_of_before(tmp_path: Path, sorted_anew: list[int]) -> None:
    head, days = "customer_id,product_id,timestamp,event_id", [f"cust{i}x,p{i},2024-01-0{i},e{i}" for i in range(1, 5)]
    (tmp_path / "events.csv").write_text("\n".join([head, *days, "cust1x,p1,2024-01-05,e2", "cust2x,p2,2024-01-05,e5"]))
    read(tmp_path, 4, anew=True, toml="")
    shop = read(tmp_path, 6, toml="")
    assert len(sorted_anew) == 2
    assert shop.report.accepted == 5
    assert_equal(shop, load(tmp_path, TablesConfig.of(Settings.parse("")), until=START + 6 * DAY))


def test_without_an_end_rows_that_are_added_are_read(tmp_path: Path) -> None:
    lines = rows(8)
    write(tmp_path, lines[: len(lines) // 2])
    read(tmp_path, None, anew=True)
    write(tmp_path, lines)
    assert_equal(read(tmp_path, None), load(tmp_path, TablesConfig.of(Settings.parse(TOML))))


def test_rows_that_come_late_are_not_forgotten(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    lines = rows(6)
    write(tmp_path, lines)
    read(tmp_path, 6, anew=True)
    late = "late,p1,2024-01-02T10:00:00,1,2,,thing 1 old,UK"
    write(tmp_path, [*lines, late])
    with caplog.at_level("WARNING", logger="esnaf"):
        shop = read(tmp_path, 7)
    assert "late" in shop.log.customers.ids()
    assert "ledger.outdated" in caplog.text
    assert_equal(shop, load(tmp_path, TablesConfig.of(Settings.parse(TOML)), until=START + 7 * DAY))


def test_other_settings_read_everything_anew(tmp_path: Path) -> None:
    write(tmp_path, rows(6))
    accepted = read(tmp_path, 5, anew=True).report.accepted
    assert read(tmp_path, 6, commit=False).fresh < accepted
    other = f'[tables]\nexclude_products = ["p1"]\n{TOML}'
    shop = read(tmp_path, 6, toml=other)
    assert shop.fresh == shop.report.accepted
    assert "p1" not in shop.log.products.ids()


def test_what_was_not_committed_does_not_count(tmp_path: Path) -> None:
    write(tmp_path, rows(6))
    read(tmp_path, 4, anew=True)
    read(tmp_path, 5, commit=False)
    again = read(tmp_path, 5)
    assert again.fresh > 0
    named = json.loads((tmp_path / "ledger" / FILE).read_text())
    files = {path.name for path in (tmp_path / "ledger").iterdir()}
    assert files == {FILE, named["standing"], *named["segments"], *named["statics"].values()}


@pytest.mark.parametrize("damage", ["no json", "gone", "{}", "cut", "empty"])
def test_a_damaged_ledger_is_made_anew(tmp_path: Path, damage: str) -> None:
    write(tmp_path, rows(6))
    read(tmp_path, 4, anew=True)
    file = tmp_path / "ledger" / FILE
    rows_of = tmp_path / "ledger" / json.loads(file.read_text())["segments"][0]
    if damage == "gone":
        rows_of.unlink()
    elif damage in {"cut", "empty"}:
        rows_of.write_bytes(rows_of.read_bytes()[:1_000] if damage == "cut" else b"")
    else:
        file.write_text(damage)
    shop = read(tmp_path, 5)
    assert shop.fresh == shop.report.accepted


def test_who_does_not_consent_any_more_is_gone_and_may_come_back(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(
        "customer_id,product_id,timestamp\n" + "".join(f"cust{i}x,p{i},2024-01-0{1 + i}\n" for i in range(4))
    )

    def shop(day: int, consent: str) -> Shop:
        (tmp_path / "customers.csv").write_text(f"customer_id,consent\ncust1x,{consent}\n")
        return read(tmp_path, day, toml="")

    granted, nothing = '"[""personalisation""]"', "[]"
    assert "cust1x" in shop(3, granted).log.customers.ids()
    without = shop(4, nothing)
    assert without.report.no_consent == 1
    assert not np.diff(without.log.offsets)[without.log.customers.ids().index("cust1x")]
    assert not any(b"cust1x" in path.read_bytes() for path in (tmp_path / "ledger").iterdir())
    assert without.report.accepted == 3
    again = shop(5, granted)
    assert np.diff(again.log.offsets)[again.log.customers.ids().index("cust1x")] == 1


def test_who_is_erased_is_gone_from_the_ledger_too(tmp_path: Path) -> None:
    write(tmp_path, rows(6))
    assert "cust3x" in read(tmp_path, 5, anew=True).log.customers.ids()
    (tmp_path / "erased.txt").write_text("cust3x\n\n  cust4x \n")
    shop = read(tmp_path, 6, toml=f'[tables]\nerased = "erased.txt"\n{TOML}')
    assert not {"cust3x", "cust4x"} & set(shop.log.customers.ids())
    assert shop.report.erased > 0
    kept: dict[str, Any] = {path.name: path.read_bytes() for path in (tmp_path / "ledger").iterdir()}
    assert not any(b"cust3x" in content or b"cust4x" in content for content in kept.values())


def devices(days: int, seed: int = 3) -> tuple[list[str], list[str]]:
    """Events of customers, and of devices that turn out to be somebody's or, later, to be shared; and who uses them."""
    random, events, links = np.random.default_rng(seed), [], []
    for day in range(days):
        for minute in range(20):
            when = np.datetime64(START + day * DAY + 60 * minute, "s")
            who, device = random.integers(0, 6 + day), random.integers(0, 8 + day)
            named = random.random() < 0.5
            event = f"{day}-{minute}" if random.random() < 0.9 else f"{day}-{max(minute - 1, 0)}"
            customer = f"cust{who}x" if named else ""
            events.append(
                f"{customer},{'' if named else f'dev{device}'},p{random.integers(0, 10 + day)},{when},{event}"
            )
            if random.random() < 0.1:
                links.append(f"cust{who}x,device_id,dev{device},{when}")
    return events, links


def read_devices(folder: Path, day: int, *, ledger: bool = True, consent: str = "") -> Shop:
    (folder / "customers.csv").write_text(f"customer_id,consent\ncust1x,{consent}\n")
    config = TablesConfig.of(Settings.parse(""))
    shop = load(folder, config, until=START + day * DAY, ledger=folder / "ledger" if ledger else None, anew=False)
    if shop.taken is not None:
        shop.taken.commit()
    return shop


@pytest.mark.parametrize("seed", range(6))
def test_devices_that_get_owners_or_turn_out_to_be_shared_are_followed(
    tmp_path: Path, seed: int, caplog: pytest.LogCaptureFixture, sorted_anew: list[int]
) -> None:
    events, links = devices(12, seed)
    (tmp_path / "events.csv").write_text("\n".join(["customer_id,anonymous_id,product_id,timestamp,event_id", *events]))
    (tmp_path / "identities.csv").write_text("\n".join(["customer_id,kind,value,seen_at", *links]))
    for day in (4, 5, 8, 12):
        shop = read_devices(tmp_path, day)
        assert_equal(shop, read_devices(tmp_path, day, ledger=False))
    assert shop.report.shared_devices > 0
    assert "ledger.outdated" not in caplog.text
    assert len(sorted_anew) == 1 + 4  # those without a ledger


def test_a_device_of_somebody_who_does_not_consent_leaves(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, sorted_anew: list[int]
) -> None:
    """Of the customers nobody is numbered anew but those behind; products and orders keep their numbers."""
    (tmp_path / "events.csv").write_text(
        "customer_id,anonymous_id,product_id,timestamp,order_id\n"
        + "".join(f",dev{i}x,p{i},2024-01-0{1 + i},o{i}\ncust{i}x,,p{i},2024-01-0{1 + i},o{i}\n" for i in range(6))
    )
    (tmp_path / "identities.csv").write_text("customer_id,kind,value\ncust5x,device_id,dev9x\n")
    before = read_devices(tmp_path, 5, consent="[]")
    (tmp_path / "identities.csv").write_text(
        "customer_id,kind,value\ncust5x,device_id,dev9x\n"
        "cust1x,device_id,dev0x\ncust1x,device_id,dev2x\ncust2x,device_id,dev3x\n"
    )
    shop = read_devices(tmp_path, 6, consent="[]")
    assert len(sorted_anew) == 1
    assert "ledger.outdated" not in caplog.text
    assert shop.report.no_consent == 2
    assert not any(b"dev0x" in path.read_bytes() for path in (tmp_path / "ledger").iterdir())
    assert any(b"dev4x" in path.read_bytes() for path in (tmp_path / "ledger").iterdir())
    whole = read_devices(tmp_path, 6, ledger=False, consent="[]")
    assert shop.log.customers.ids() == whole.log.customers.ids()
    for name in ("offsets", "product", "time", "order"):
        np.testing.assert_array_equal(getattr(shop.log, name), getattr(whole.log, name))
    assert shop.log.products.ids()[:5] == before.log.products.ids()[:5]


@pytest.mark.parametrize("change", ["shared", "another", "none", "consent"])
def test_a_device_of_somebody_who_did_not_consent_may_become_another_ones(tmp_path: Path, change: str) -> None:
    (tmp_path / "events.csv").write_text(
        "customer_id,anonymous_id,product_id,timestamp\n"
        + "".join(f",dev{i}x,p{i},2024-01-0{1 + i}\ncust{i}x,,p{i},2024-01-0{1 + i}\n" for i in range(5))
    )
    head, nothing, granted = "customer_id,kind,value\n", "[]", '"[""personalisation""]"'
    (tmp_path / "identities.csv").write_text(f"{head}cust1x,device_id,dev0x\ncust2x,device_id,dev9x\n")
    assert "anon:dev0x" not in read_devices(tmp_path, 3, consent=nothing).log.customers.ids()
    users = {"shared": ["cust1x", "cust2x"], "another": ["cust2x"], "none": [], "consent": ["cust1x"]}[change]
    (tmp_path / "identities.csv").write_text(
        head + "".join(f"{user},device_id,dev0x\n" for user in users) + "cust2x,device_id,dev9x\n"
    )
    consent = granted if change == "consent" else nothing
    shop = read_devices(tmp_path, 4, consent=consent)
    assert_equal(shop, read_devices(tmp_path, 4, ledger=False, consent=consent))
    assert ("anon:dev0x" in shop.log.customers.ids()) == (change in {"shared", "none"})
