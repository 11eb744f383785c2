"""Training reads the store beside the tables; what stands in both counts once, and without a store nothing changes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from features.settings import Settings
from features.store.config import StoreConfig
from features.store.importing import import_files
from features.store.training_view import stored_events
from features.tables import Shop, TablesConfig, load
from tests.features.store.places import NOW, Place, events

HEAD = "customer_id,anonymous_id,product_id,timestamp,event_type,quantity,unit_price,order_id,event_id,properties,name"
LINES = [
    "ann,,mug,2023-11-01,purchase,1,2.5,o-1,,,Mug",
    "ann,,mug,2023-11-01,purchase,1,2.5,o-1,,,Mug",
    "ann,tab,cup,2023-11-02,purchase,2,,,e-1,,Cup",
    ",tab,mug,2023-11-03,view,,,,,,",
    "bob,,,2023-11-03,search,,,,,{},",
    "bob,,cup,2023-11-04,purchase,3,1.25,o-2,,,Cup",
    "bob,,cup,2023-11-05,purchase,-1,1.25,o-2,,,Cup",
    "bob,,mug,2023-11-05,purchase,1,1.25,,,,",
]


def folder(path: Path, lines: Sequence[str]) -> Path:
    path.mkdir(exist_ok=True)
    (path / "events.csv").write_text("\n".join([HEAD, *lines]) + "\n")
    return path


def loaded(place: Place, data: Path | None, toml: str = "") -> Shop:
    settings = Settings.parse(f'{toml}\n[store]\nurl = "{place.config.url}"\n')
    with stored_events(place.workspace, settings) as live:
        return load(data, TablesConfig.of(settings), now=NOW, live=live)


def fill(place: Place, lines: Sequence[str]) -> None:
    with place.open() as store:
        file = folder(place.workspace / "import", lines) / "events.csv"
        assert import_files([file], store, TablesConfig()).accepted == len(lines)


@pytest.mark.parametrize("stored", [[], LINES, LINES[:5], LINES[3:], LINES[1:2]])
@pytest.mark.parametrize("tabled", [LINES, LINES[:4], LINES[4:], LINES[:1]])
def test_together_they_are_what_one_table_would_be(tmp_path: Path, tabled: list[str], stored: list[str]) -> None:
    """Whichever part of the events is in the tables, and whichever in the store."""
    place = Place(tmp_path)
    fill(place, stored)
    union = [line for line in dict.fromkeys(LINES) for _ in range(max(tabled.count(line), stored.count(line)))]
    expected = load(folder(tmp_path / "all", union), TablesConfig(), now=NOW)
    found = loaded(place, folder(tmp_path / "some", tabled))
    assert found.report.fingerprint == expected.report.fingerprint
    assert found.report.accepted == expected.report.accepted
    assert found.report.in_both == len(tabled) + len(stored) - len(union)
    assert np.array_equal(found.log.quantity, expected.log.quantity)


def test_a_store_alone_is_enough(place: Place) -> None:
    fill(place, LINES)
    expected = load(folder(place.workspace / "all", LINES), TablesConfig(), now=NOW)
    assert loaded(place, None).report.fingerprint == expected.report.fingerprint


def test_how_files_write_their_times_is_nothing_to_the_store(place: Place) -> None:
    fill(place, LINES)
    expected = load(folder(place.workspace / "all", LINES), TablesConfig(), now=NOW)
    toml = "[time]\nzone = 'Asia/Tokyo'\nunit = 'ms'\nformat = '%d.%m.%Y'\n[tables.events]\nevent_type = 'view'\n"
    assert loaded(place, None, toml + "columns.customer_id = 'CustomerNo'").report.fingerprint == (
        expected.report.fingerprint
    )


def test_links_consent_and_reasons_are_those_of_the_tables(place: Place) -> None:
    """The store keeps what came in; who it belongs to and what counts is decided when it is read."""
    fill(place, LINES)
    data = folder(place.workspace / "data", LINES)
    (data / "identities.csv").write_text("customer_id,kind,value\nann,anonymous_id,tab\n")
    (data / "customers.csv").write_text('customer_id,consent\nann,"[""personalisation""]"\nbob,"[""mail""]"\n')
    expected = load(data, TablesConfig(), now=NOW)
    (data / "events.csv").write_text(f"{HEAD}\n{LINES[0]}\n")
    report = loaded(place, data).report
    assert report.fingerprint == expected.report.fingerprint
    assert (report.linked, report.no_consent) == (1, 4)
    assert loaded(place, data, "[tables]\nexclude_products = ['mug']\n").report.products == 1


def test_rows_of_the_store_are_told_by_their_sequence(place: Place) -> None:
    fill(place, LINES[2:])
    settings = Settings.parse(f'[tables]\nexclude_products = ["cup"]\n[store]\nurl = "{place.config.url}"\n')
    with stored_events(place.workspace, settings) as live:
        report = load(None, TablesConfig.of(settings), now=NOW, live=live).report
    (example,) = report.examples.values()
    assert example.file.startswith("the live store ")
    assert example.row == 1
    assert '"event_id": "e-1"' in example.values


def test_without_a_store_nothing_is_made(tmp_path: Path) -> None:
    data = folder(tmp_path / "data", LINES)
    before = sorted(tmp_path.rglob("*"))
    with stored_events(tmp_path, Settings({})) as live:
        assert live is None
    assert sorted(tmp_path.rglob("*")) == before
    assert load(data, TablesConfig(), now=NOW).report.in_both == 0


def test_an_empty_store_is_as_none(place: Place) -> None:
    with place.open():
        pass
    with stored_events(place.workspace, Settings({"store": {"url": place.config.url}})) as live:
        assert live is None


def test_what_comes_in_during_the_reading_is_left_for_the_next(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.store.training_view._ROWS", 2)
    settings = Settings({"store": {"url": place.config.url}})
    with place.open() as store:
        store.append(events(*range(5)))
        with stored_events(place.workspace, settings) as live:
            assert live
            sizes = []
            for chunk in live.chunks(live.names):
                sizes.append(len(chunk.row))
                store.append(events(len(sizes) + 10))
    assert sizes == [2, 2, 1]
    assert store.config == StoreConfig(url=place.config.url)
