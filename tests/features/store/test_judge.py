"""A live event is judged as the same row in a table: same verdict, same values, same key."""

import json
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from features.kinds import Kind
from features.settings import Settings
from features.store.event import Event
from features.store.importing import columns_of, rows_of
from features.store.judge import Judge
from features.store.values import BAD, number_of, text_of, time_of
from features.tables.columns import EVENTS, Columns
from features.tables.config import TablesConfig, TimeConfig
from features.tables.events import Rules, decode
from features.tables.json_lines import JsonLines
from features.tables.numbers import numbers
from features.tables.reasons import Reason
from features.tables.rejects import ACCEPTED, REASONS
from features.tables.statics import Statics
from features.tables.text import encode
from features.tables.times import times
from tests.features.store.places import NOW, raw

IDS = [
    "ann",
    " 7 ",
    "",
    "NULL",
    "n/a",
    "0",
    "000-0",
    "guest",
    "é" * 128,
    "é" * 129,
    "x" * 257,
    "a\x07b",
    "\u2028",
    17,
    17.0,
]
WHENS = [NOW, str(NOW), NOW * 1_000, f"{NOW}.5", "2023-11-01", "2023-11-01T12:00:00Z", "2023-11-01 12:00:00.123456789"]
WHENS += ["2023-11-01T12:00+02:00", "2023-02-30", "1969-12-31", "soon", NOW + 10**6, -5, 0, True, [1], float(NOW)]
AMOUNTS = [1, 2.5, "3", "1e2", " 4 ", "", "x", 0, -2, "-1.5", 1e10, "1_000", True, [2], 10**30, "1e999"]
TYPES = ["purchase", "Order Completed", "view_item", "AddToCart", "search", "refund", "impression", "nonsense", "", 5]
PROPERTIES = [{"query": "mug"}, {"b": 1.0, "a": None}, '{"a": 1}', " {bad", "text", {"x": "y" * 9_000}, {}, [1, "2"], 5]

ROW = st.fixed_dictionaries(
    {},
    optional={
        "customer_id": st.sampled_from(IDS),
        "anonymous_id": st.sampled_from(IDS),
        "product_id": st.sampled_from([*IDS, "gift_card"]),
        "timestamp": st.sampled_from(WHENS),
        "event_type": st.sampled_from(TYPES),
        "quantity": st.sampled_from(AMOUNTS),
        "unit_price": st.sampled_from(AMOUNTS),
        "line_total": st.sampled_from(AMOUNTS),
        "order_id": st.sampled_from(IDS),
        "event_id": st.sampled_from([*IDS, "e-1"]),
        "session_id": st.sampled_from(IDS),
        "channel": st.sampled_from(IDS),
        "device": st.sampled_from(IDS),
        "recommendation_id": st.sampled_from(IDS),
        "position": st.sampled_from([*AMOUNTS, 3, 10**6 + 1]),
        "properties": st.sampled_from(PROPERTIES),
        "name": st.sampled_from(["Mug", "x" * 5_000, " Mug\n"]),
        "currency": st.sampled_from(["EUR", "eur", "USD", "\x00"]),
    },
)
STRICT = TablesConfig.of(
    Settings.parse('[tables]\nexclude_products = ["gift_*"]\nunknown_products = "reject"\ncurrency = "EUR"\n')
)
KNOWN = frozenset({"ann", "7", "17", "gift_card", "mug"})


def in_a_table(row: dict[str, Any], config: TablesConfig, known: frozenset[str] | None) -> Event | Reason:
    """The row as it is read from a file of JSON lines."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "events.jsonl")
        path.write_text(json.dumps({"other": 1, **row}) + "\n")
        (chunk,) = JsonLines(path, path.name).chunks(EVENTS)
    columns = Columns({name: (name,) for name in EVENTS})
    statics = Statics(products=None if known is None else pa.array(sorted(known), pa.string()))
    decoded = decode(chunk, columns, Rules(config, NOW, None, statics, whole=True))
    if decoded.reason[0] != ACCEPTED:
        return REASONS[int(decoded.reason[0])]
    (event,) = rows_of(columns_of(decoded, chunk, columns), np.array([0]))
    return event


@settings(max_examples=150)
@given(row=ROW, strict=st.booleans())
@example(row={"customer_id": "ann", "product_id": "mug", "timestamp": NOW, "quantity": -2}, strict=False)
@example(row={"anonymous_id": "tab", "event_type": "search", "timestamp": NOW, "properties": {"q": "x"}}, strict=True)
def test_a_live_event_is_judged_as_the_same_row_in_a_table(row: dict[str, Any], strict: bool) -> None:
    config, known = (STRICT, KNOWN) if strict else (TablesConfig(), None)
    live = Judge(config, known).judge(row, NOW)
    if text_of(row.get("timestamp")) is None:  # then it happens now
        row = {**row, "timestamp": NOW}
    assert live == in_a_table(row, config, known)


@settings(max_examples=300)
@given(value=st.one_of(st.text(max_size=40), st.integers(), st.booleans(), st.integers(-(10**15), 10**15).map(float)))
def test_a_text_is_understood_as_in_a_column(value: Any) -> None:
    try:
        column = pa.array([value])
    except (pa.ArrowException, OverflowError, UnicodeEncodeError):
        return
    text = encode(column)
    assert text_of(value) == (text.texts[0].as_py() if text.code[0] >= 0 else None)


@settings(max_examples=300)
@given(value=st.one_of(st.text("0123456789+-.eE _x", max_size=12), st.floats(), st.integers(-(2**63), 2**63 - 1)))
def test_a_number_is_understood_as_in_a_column(value: Any) -> None:
    (number,), (bad,) = numbers(pa.array([value]))
    found = number_of(value)
    assert (found == BAD) == bad
    assert bad or found == number or (math.isnan(found) and math.isnan(number))


ZONES = ["UTC", "Europe/Istanbul", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
LOCAL = ["2023-03-12 02:30:00", "2023-11-05 01:30:00", "2023-10-01 02:15:00", "2016-03-27T03:10:00", "2023-06-01"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("text", LOCAL)
def test_times_of_a_zone_are_understood_as_in_a_column(zone: str, text: str) -> None:
    from zoneinfo import ZoneInfo

    (expected,), _ = times(pa.array([text]), TimeConfig(zone=zone))
    assert time_of(text, ZoneInfo(zone)) == expected


@settings(max_examples=200)
@given(
    moment=st.datetimes().map(lambda m: m.isoformat(" ")),
    zone=st.sampled_from(["", "Z", " UTC", "+05:30", "-0800", "+03"]),
)
def test_times_with_an_offset_are_understood_as_in_a_column(moment: str, zone: str) -> None:
    (expected,), (bad,) = times(pa.array([moment + zone]), TimeConfig())
    found = time_of(moment + zone, None)
    assert found is not None
    assert found == expected if not bad else found <= 0


def test_equal_lines_of_an_order_are_events_of_their_own_in_one_list() -> None:
    line = {"customer_id": "ann", "product_id": "mug", "timestamp": NOW, "order_id": "o-1"}
    judge = Judge(TablesConfig())
    first = judge.judge_all([line, line, {**line, "order_id": None}, {**line, "order_id": None}], NOW).events
    assert len({event.key for event in first}) == 3
    assert judge.judge_all([line, line, line], NOW).events[:2] == first[:2]  # and sent again they are the same


def test_an_event_without_a_time_happens_now() -> None:
    event = Judge(TablesConfig()).judge({"customer_id": "ann", "product_id": "mug"}, NOW)
    assert isinstance(event, Event)
    assert (event.time, event.kind, event.quantity, event.price) == (NOW, Kind.PURCHASE, 1.0, None)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], Reason.MALFORMED),
        ("text", Reason.MALFORMED),
        (None, Reason.MALFORMED),
        ({}, Reason.NO_CUSTOMER),
        (raw(1, customer_id="a\ud800"), Reason.BAD_ID),
        (raw(1, name="\ud800"), Reason.BAD_VALUE),
        (raw(1, name="a\0b"), Reason.BAD_VALUE),
        (raw(1, customer_id={"a": {"b": []}}), None),
        (raw(1, quantity=10**400), Reason.BAD_QUANTITY),
        (raw(1, customer_id=10**5_000), Reason.BAD_ID),
        (raw(1, timestamp=10**400), Reason.BAD_TIMESTAMP),
        (raw(1, timestamp=math.inf), Reason.BAD_TIMESTAMP),
        (raw(1, unit_price=-math.inf), Reason.BAD_PRICE),
        (raw(1, event_id="'; DROP TABLE esnaf_events; --"), None),
    ],
)
def test_whatever_is_sent_gets_a_verdict(value: Any, reason: Reason | None) -> None:
    judged = Judge(TablesConfig()).judge_all([raw(0), value], NOW)
    assert judged.rejected == ([] if reason is None else [(1, reason)])
    assert judged.places == ([0, 1] if reason is None else [0])


def test_deep_values_are_refused_and_not_a_crash() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    judged = Judge(TablesConfig()).judge_all([raw(0, properties=deep), raw(1, customer_id=deep)], NOW)
    assert judged.rejected == [(0, Reason.BAD_VALUE), (1, Reason.BAD_ID)]


def test_the_format_that_files_have_is_not_asked_of_live_events() -> None:
    config = TablesConfig(time=TimeConfig(format="%d.%m.%Y", unit="ms"))
    event = Judge(config).judge(raw(1, timestamp="2023-11-01T00:00:00Z"), NOW)
    assert isinstance(event, Event)
    assert event.time == 1_698_796_800
    other = Judge(config).judge(raw(1, timestamp=NOW), NOW)
    assert isinstance(other, Event)
    assert other.time == NOW
