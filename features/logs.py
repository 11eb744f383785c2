"""Structured logging: one line an event, `name key=value ...`, or JSON with `ESNAF_LOG=json`.

Values are counts, times, names of files and settings; never ids, names or anything else of a customer.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from typing import Any, TextIO, TypeVar

T = TypeVar("T")

_LOGGER = logging.getLogger("esnaf")
_BAR = 30  # characters
_BAR_EVERY = 0.1  # seconds between two drawings on a terminal
_LINE_EVERY = 5.0  # seconds between two plain lines


class Log:
    """Writes events through the standard library's logger `esnaf`, so that any handler of an application gets them."""

    def debug(self, event: str, **values: Any) -> None:
        """Detail for developers."""
        self._write(logging.DEBUG, event, values)

    def info(self, event: str, **values: Any) -> None:
        """A step that was done."""
        self._write(logging.INFO, event, values)

    def warning(self, event: str, **values: Any) -> None:
        """Something that the reader may want to mend."""
        self._write(logging.WARNING, event, values)

    def error(self, event: str, **values: Any) -> None:
        """Something that failed while the program goes on."""
        self._write(logging.ERROR, event, values)

    def _write(self, level: int, event: str, values: dict[str, Any]) -> None:
        if _LOGGER.isEnabledFor(level):
            _LOGGER.log(level, _plain(event, values), extra={"event": event, "values": values})


log = Log()


class _Lines(logging.Formatter):
    """`2026-01-31T12:00:00Z info tables.read table=events rows=1000`."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{_stamp(record)} {record.levelname.lower()} {record.getMessage()}"


class _Json(logging.Formatter):
    """One JSON object a line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        event = getattr(record, "event", record.getMessage())
        values: Mapping[str, Any] = getattr(record, "values", {})
        row = {"time": _stamp(record), "level": record.levelname.lower(), "event": event, **values}
        return json.dumps(row, default=str)


def configure(*, quiet: bool = False, stream: TextIO | None = None) -> None:
    """Send events to standard error, from level info on, or warning with `quiet`; JSON with `ESNAF_LOG=json`."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Json() if os.environ.get("ESNAF_LOG") == "json" else _Lines())
    _LOGGER.handlers[:] = [handler]
    _LOGGER.propagate = False
    _LOGGER.disabled = False  # a library that configures logging turns off what it finds
    _LOGGER.setLevel(logging.WARNING if quiet else logging.INFO)


@contextmanager
def hushed() -> Iterator[None]:
    """Errors alone inside: for steps that are part of a larger one which logs itself."""
    level = _LOGGER.level
    _LOGGER.setLevel(logging.ERROR)
    try:
        yield
    finally:
        _LOGGER.setLevel(level)


def progress(items: Iterable[T], label: str, total: int | None = None) -> Iterator[T]:
    """Pass `items` on and show how far it is: a bar on a terminal, a plain line now and then elsewhere."""
    if total is None and isinstance(items, Sized):
        total = len(items)
    terminal = sys.stderr.isatty() and _LOGGER.isEnabledFor(logging.INFO)
    start = shown = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if now - shown >= (_BAR_EVERY if terminal else _LINE_EVERY):
            shown = now
            _show(label, done, total, seconds=now - start, terminal=terminal)
    if terminal:
        sys.stderr.write("\r\x1b[K")  # the bar goes; the caller logs the result


def _show(label: str, done: int, total: int | None, *, seconds: float, terminal: bool) -> None:
    if not terminal:
        log.info("progress", step=label, done=done, total=total, seconds=round(seconds, 1))
        return
    part = min(done / total, 1.0) if total else 0.0
    bar = "#" * round(part * _BAR)
    sys.stderr.write(f"\r\x1b[K{label} [{bar:<{_BAR}}] {done}/{total or '?'} {seconds:.0f} s")
    sys.stderr.flush()


def _stamp(record: logging.LogRecord) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))


def _plain(event: str, values: Mapping[str, Any]) -> str:
    return " ".join([event, *(f"{key}={_value(value)}" for key, value in values.items())])


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    if not text.isprintable():  # line ends of any kind, and what a terminal would obey
        return json.dumps(text)
    return json.dumps(text, ensure_ascii=False) if not text or any(c in ' "=' for c in text) else text
