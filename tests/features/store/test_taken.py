"""With a ledger only what came into the live store since is read, and the shop is that of a full reading."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.arrays import DAY
from features.settings import Settings
from features.store.importing import import_files
from features.store.retention import compact
from features.store.training_view import stored_events
from features.tables import Shop, TablesConfig, load
from tests.features.store.places import NOW, Place
from tests.features.tables.test_ledger import assert_equal

HEAD = "customer_id,product_id,timestamp,event_type,quantity,unit_price,order_id,event_id,name"
DAYS = 10
START = (NOW // DAY - DAYS) * DAY


def lines_of(seed: int) -> list[list[str]]:
    """Each day's: orders with lines that stand up to three times, views that do, and events with ids."""
    random, days = np.random.default_rng(seed), []
    for day in range(DAYS):
        found: list[str] = []
        for number in range(8):
            who, what = random.integers(0, 5 + day), random.integers(0, 6 + day)
            when = START + day * DAY + 1_000 * number
            kind, order, event = random.choice(["purchase,1.1,2.5,o", "purchase,-1,2.5,o", "view,,,"]), "", ""
            if kind.endswith("o"):
                kind, order = kind[:-1], f"o{day}-{number}"
            elif random.random() < 0.5:
                event = f"e{day}-{number}"
            line = f"c{who},p{what},{when},{kind.rstrip(',')}{',,' if 'view' in kind else ''}"
            line = ",".join([*line.split(",")[:6], order, event, f"thing {what} of {random.integers(2)}"])
            found += [line] * int(random.choice([1, 1, 2, 3]))
        days.append(found)
    return days


def write(file: Path, lines: Sequence[str]) -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join([HEAD, *lines, ""]))
    return file


class Reading:
    """A folder of tables and a store, read with and without a ledger."""

    def __init__(self, place: Place) -> None:
        self.place, self.data = place, place.workspace / "data"
        self.settings = Settings({"store": {"url": place.config.url}})

    def store(self, lines: Sequence[str]) -> None:
        with self.place.open() as store:
            file = write(self.place.workspace / "import" / "events.csv", lines)
            assert not import_files([file], store, TablesConfig()).rejected

    def whole(self, until: int | None = None) -> Shop:
        with stored_events(self.place.workspace, self.settings) as live:
            return load(self.data, TablesConfig(), until=until, now=NOW, live=live)

    def taken(self, until: int | None = None) -> Shop:
        ledger = self.place.workspace / "ledger"
        with stored_events(self.place.workspace, self.settings) as live:
            shop = load(self.data, TablesConfig(), until=until, now=NOW, live=live, ledger=ledger, anew=False)
        assert shop.taken is not None
        shop.taken.commit()
        return shop


@pytest.fixture
def reading(place: Place) -> Reading:
    return Reading(place)


def part(random: np.random.Generator, lines: Sequence[str], share: float) -> list[str]:
    return [line for line in lines if random.random() < share]


@pytest.mark.parametrize("seed", range(2))
def test_day_by_day_is_all_at_once(reading: Reading, seed: int, caplog: pytest.LogCaptureFixture) -> None:
    """The tables come a day late, and the store gets events of any day, some of them again and again."""
    random, days = np.random.default_rng(seed), lines_of(seed)
    tabled: list[str] = []
    with caplog.at_level("WARNING", logger="esnaf"):
        for day in range(1, DAYS):
            tabled += part(random, days[day - 1], 0.8)
            write(reading.data / "events.csv", tabled)
            reading.store(part(random, [line for lines in days[: day + 1] for line in lines], 0.2))
            shop = reading.taken()
            assert_equal(shop, reading.whole())
    assert "ledger.outdated" not in caplog.text
    assert shop.report.in_both
    assert reading.taken().fresh == 0


@pytest.mark.parametrize("seed", range(2))
def test_what_an_end_left_out_is_read_the_next_time(reading: Reading, seed: int) -> None:
    """The store has all events from the beginning, in no order of time."""
    random, days = np.random.default_rng(seed), lines_of(seed)
    write(reading.data / "events.csv", [line for lines in days for line in part(random, lines, 0.5)])
    reading.store(random.permutation([line for lines in days for line in part(random, lines, 0.7)]).tolist())
    for day in (3, 4, 7, DAYS):
        until = START + day * DAY
        shop = reading.taken(until)
        assert_equal(shop, reading.whole(until))
        assert reading.taken(until).fresh == 0
    assert 0 < shop.fresh < shop.report.accepted


def test_an_earlier_end_is_not_told_of_what_came_behind_it(reading: Reading) -> None:
    """The store may have later events than the tables, whose end the ledger knows as well."""
    days = lines_of(0)
    write(reading.data / "events.csv", days[0])
    reading.store(days[4])
    reading.taken()
    until = START + 2 * DAY
    assert_equal(reading.taken(until), reading.whole(until))


def test_only_what_came_in_since_is_read(reading: Reading) -> None:
    days = lines_of(1)
    write(reading.data / "events.csv", days[0])
    reading.store([line for lines in days[1:6] for line in lines])
    first = reading.taken()
    assert first.fresh == first.report.accepted
    late = f"late,p1,{START + 10},view,,,,,"
    reading.store([late])
    shop = reading.taken()
    assert (shop.report.read["events"], shop.fresh) == (1, 1)
    assert_equal(shop, reading.whole())


def test_what_moves_from_the_store_into_the_tables_is_not_new(reading: Reading) -> None:
    days = lines_of(2)
    write(reading.data / "events.csv", days[0])
    reading.store(days[1])
    accepted = reading.taken().report.accepted
    write(reading.data / "events.csv", [*days[0], *days[1]])
    shop = reading.taken()
    assert (shop.fresh, shop.report.accepted) == (0, accepted)
    assert_equal(shop, reading.whole())


def test_what_the_store_forgets_is_gone(reading: Reading, caplog: pytest.LogCaptureFixture) -> None:
    days = lines_of(3)
    write(reading.data / "events.csv", days[8])
    reading.store([*days[0], *days[7]])
    accepted = reading.taken().report.accepted
    with Place(reading.place.workspace, replace(reading.place.config, keep_days=5)).open() as store:
        assert compact(store, NOW).deleted
    with caplog.at_level("WARNING", logger="esnaf"):
        shop = reading.taken()
    assert "ledger.outdated" in caplog.text
    assert shop.report.accepted < accepted
    assert_equal(shop, reading.whole())


def test_another_store_is_read_whole(tmp_path: Path) -> None:
    days, reading = lines_of(4), Reading(Place(tmp_path))
    write(reading.data / "events.csv", days[0])
    reading.store(days[1])
    reading.taken()
    for file in tmp_path.glob("store.db*"):
        file.unlink()
    assert_equal(reading.taken(), reading.whole())
    reading.store(days[2])
    assert_equal(reading.taken(), reading.whole())
