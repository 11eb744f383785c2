"""One line an event, for people or for machines."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from features import logs
from features.logs import log, progress


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    logger = logging.getLogger("esnaf")
    before = logger.handlers[:], logger.propagate, logger.level
    yield
    logger.handlers[:], logger.propagate = before[:2]
    logger.setLevel(before[2])


def test_an_event_is_one_plain_line() -> None:
    stream = io.StringIO()
    logs.configure(stream=stream)
    log.info("tables.read", table="events", rows=1000, share=0.123456789, file="a b.csv", note="")
    stamp, level, rest = stream.getvalue().split(" ", 2)
    assert stamp.endswith("Z")
    assert level == "info"
    assert rest == 'tables.read table=events rows=1000 share=0.123457 file="a b.csv" note=""\n'


def test_a_percent_sign_and_a_line_break_stay_in_the_line() -> None:
    stream = io.StringIO()
    logs.configure(stream=stream)
    log.warning("odd", value="100 %s\nmore")
    assert stream.getvalue().endswith('warning odd value="100 %s\\nmore"\n')


def test_json_keeps_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESNAF_LOG", "json")
    stream = io.StringIO()
    logs.configure(stream=stream)
    log.error("model.failed", rows=3, share=0.5)
    row = json.loads(stream.getvalue())
    assert {key: row[key] for key in ("level", "event", "rows", "share")} == {
        "level": "error",
        "event": "model.failed",
        "rows": 3,
        "share": 0.5,
    }


def test_quiet_leaves_warnings() -> None:
    stream = io.StringIO()
    logs.configure(quiet=True, stream=stream)
    log.info("unheard")
    log.debug("unheard")
    log.warning("heard")
    assert stream.getvalue().count("\n") == 1


def test_progress_passes_everything_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_LINE_EVERY", 0.0)
    stream = io.StringIO()
    logs.configure(stream=stream)
    assert list(progress([5, 6, 7], "customers")) == [5, 6, 7]
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    assert "progress step=customers done=2 total=3" in lines[1]


def test_progress_draws_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(logs, "_BAR_EVERY", 0.0)
    logs.configure()
    assert sum(progress(iter([1, 2]), "rows", 2)) == 3
    assert "rows [###############               ] 1/2" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")
