"""Times of every kind become seconds UTC."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.arrays import NO_TIME
from features.tables.config import TimeConfig
from features.tables.times import times

NOON = 1_672_574_400  # 2023-01-01 12:00 UTC


def seconds(values: pa.Array, **config: str) -> list[int]:
    found, bad = times(values, TimeConfig(**config))  # type: ignore[arg-type]  # texts for literals
    assert not bad.any()
    return list(found.tolist())


@pytest.mark.parametrize(
    "text",
    [
        "2023-01-01T12:00:00Z",
        "2023-01-01T12:00:00z",
        "2023-01-01 12:00:00",
        " 2023-01-01 12:00 ",
        "2023-01-01 12:00:00.999",
        "2023-01-01 12:00:00.123456789",
        "2023-01-01T12:00:00.123456789Z",
        "2023-01-01T14:00:00+02:00",
        "2023-01-01T14:00:00+0200",
        "2023-01-01T14:00:00+02",
        "2023-01-01 07:00:00-05:00",
        "2023-01-01 12:00:00 UTC",
        "2023-01-01 12:00:00UTC",
        "1672574400",
        "1672574400000",
        "1672574400.75",
        "1672574400000000",
        "1672574400000000000",
    ],
)
def test_texts(text: str) -> None:
    assert seconds(pa.array([text])) == [NOON]
    assert seconds(pa.array(["2023-01-01", text, None, ""])) == [NOON - 43_200, NOON, NO_TIME, NO_TIME]


def test_an_arbitrary_format() -> None:
    assert seconds(pa.array(["1/1/2023 12:00"]), format="%m/%d/%Y %H:%M") == [NOON]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_of_every_unit_and_zone(unit: str) -> None:
    naive = pa.array([datetime(2023, 1, 1, 12)], pa.timestamp(unit))  # noqa: DTZ001  # on purpose
    assert seconds(naive) == [NOON]
    assert seconds(naive, zone="America/New_York") == [NOON + 5 * 3_600]
    zoned = pa.array([datetime(2023, 1, 1, 12, tzinfo=UTC)], pa.timestamp(unit, "Asia/Tokyo"))
    assert seconds(zoned, zone="America/New_York") == [NOON]


def test_dates_and_numbers() -> None:
    assert seconds(pa.array([date(2023, 1, 1)])) == [NOON - 43_200]
    assert seconds(pa.array([NOON, NOON * 1_000, None])) == [NOON, NOON, NO_TIME]
    assert seconds(pa.array([float(NOON), float("nan")])) == [NOON, NO_TIME]
    assert seconds(pa.array([NOON // 1_000]), unit="s") == [NOON // 1_000]
    assert seconds(pa.array([20_000_000]), unit="ms") == [20_000]


def test_clock_changes_of_a_zone() -> None:
    local = pa.array(["2023-03-26 01:30:00", "2023-10-29 01:30:00"])  # the first does not exist, the second is twice
    assert seconds(local, zone="Europe/London") == [1_679_792_400, 1_698_539_400]


@pytest.mark.parametrize("text", ["yesterday", "2023-02-30", "2023-13-01", "01/02/2023", "-5", "1e9", "2023-01-01Z5"])
def test_what_is_no_time(text: str) -> None:
    _, bad = times(pa.array(["2023-01-01", text]), TimeConfig())
    assert bad.tolist() == [False, True]


@given(st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)), min_size=1, max_size=8))  # noqa: DTZ001
def test_texts_and_timestamps_agree(moments: list[datetime]) -> None:
    texts = pa.array([m.isoformat(sep=" ") for m in moments])
    assert seconds(texts) == seconds(pa.array(moments, pa.timestamp("us")))
    assert seconds(texts) == [int(m.replace(tzinfo=UTC).timestamp() // 1) for m in moments]
