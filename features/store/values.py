"""Values of one live event: a text, a number, a time, each understood as the tables understand a column of them.

Plain Python, one value at a time: a column of one costs a hundred times as much. Tests hold both to the same answers.
"""

import json
import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from features.tables.patterns import BLOCKED, EPOCH, ISO, LIMITS, MAX_ID_BYTES, MISSING, NUMBER, ZEROS, ZONE

BAD = math.inf
"""A number that is there and cannot be one."""
NO_ID = "\0"
"""Stands for what cannot be an id or be written as one."""

_MISSING = frozenset(MISSING)
_LONGEST = max(map(len, MISSING))
_BLOCKED = frozenset(BLOCKED)
_ZEROS = re.compile(ZEROS)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NUMBER = re.compile(NUMBER)
_EPOCH = re.compile(EPOCH)
_TIME = re.compile(f"(?P<iso>{ISO[1:]})(?P<zone>{ZONE[:-1]})?", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})?")
_BEGIN = datetime(1970, 1, 1)  # noqa: DTZ001  # naive times are counted in their own zone first


def text_of(value: Any) -> str | None:
    """A text without blanks around it, None where there is none or it stands for none."""
    if value is None:
        return None
    text = (value if type(value) is str else _written(value)).strip()
    return None if len(text) <= _LONGEST and text.lower() in _MISSING else text


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 2**63 else str(value)
    try:
        return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        return NO_ID


def malformed(text: str) -> bool:
    """Whether a text cannot be an id: too long, with control characters, or no text that can be written."""
    try:
        return len(text.encode()) > MAX_ID_BYTES or _CONTROL.search(text) is not None
    except UnicodeEncodeError:
        return True


def any_malformed(texts: Iterable[str | None]) -> bool:
    """Whether one of some texts cannot be an id."""
    there = [text for text in texts if text is not None]
    if "".join(there).isprintable() and max(map(len, there), default=0) * 4 <= MAX_ID_BYTES:
        return False
    return any(map(malformed, there))


def unfit(text: str | None, most: int) -> bool:
    """Whether a free text cannot be kept: longer than `most` bytes, or with what databases refuse."""
    if text is None:
        return False
    try:
        return len(text.encode()) > most or "\0" in text
    except UnicodeEncodeError:
        return True


def blocked(device: str) -> bool:
    """Whether many unrelated clients send this device."""
    return device.lower() in _BLOCKED or _ZEROS.match(device) is not None


def number_of(value: Any) -> float:
    """A finite number, NaN where there is none, BAD where it is none."""
    if value is None:
        return math.nan
    try:
        if isinstance(value, str):
            value = value.strip()
            number = float(value) if _NUMBER.match(value) else BAD if value else math.nan
        else:
            number = BAD if isinstance(value, bool) or not isinstance(value, int | float) else float(value)
    except OverflowError:
        return BAD
    return BAD if math.isinf(number) else number


def time_of(value: Any, zone: ZoneInfo | None) -> int | None:
    """Seconds since the epoch, None where there is none, 0 or less where it is no time; `zone` None is UTC."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        text = value.strip()
        return _of_text(text, zone) if text else None
    return 0 if isinstance(value, bool) or not isinstance(value, int | float) else _of_number(value)


def _of_number(value: float) -> int:
    size = abs(value)
    if size >= 2**63:
        return 0
    return int(value // 1_000 ** sum(size >= limit for limit in LIMITS))


def _of_text(text: str, zone: ZoneInfo | None) -> int:
    found = _TIME.fullmatch(text)
    if found is None:
        if _EPOCH.match(text) is None:
            return 0
        return _of_number(float(text) if "." in text else int(text))
    try:
        moment = datetime.fromisoformat(found["iso"])
        if found["zone"]:
            return _seconds(moment) - _offset(found["zone"])
        return _seconds(moment) if zone is None else _local(moment, zone)
    except ValueError:  # no day of the calendar
        return 0


def _seconds(moment: datetime) -> int:
    since = moment - _BEGIN
    return since.days * 86_400 + since.seconds


def _offset(zone: str) -> int:
    found = _OFFSET.search(zone)
    if found is None:  # Z and UTC
        return 0
    hours, minutes = int(found[2]), int(found[3] or 0)
    if hours > 23 or minutes > 59:
        raise ValueError(zone)
    seconds = hours * 3_600 + minutes * 60
    return -seconds if found[1] == "-" else seconds


def _local(moment: datetime, zone: ZoneInfo) -> int:
    """When clocks go back the first of the two hours is meant; one that is left out becomes the moment they change."""
    there = moment.replace(tzinfo=zone)
    back = there.astimezone(UTC)
    if back.astimezone(zone).replace(tzinfo=None) != moment:
        gap = (there.replace(fold=0).utcoffset() or timedelta()) - (there.replace(fold=1).utcoffset() or timedelta())
        return _change(_seconds(back.replace(tzinfo=None)), zone, abs(int(gap.total_seconds())))
    return _seconds(back.replace(tzinfo=None))


def _change(after: int, zone: ZoneInfo, gap: int) -> int:
    """The second at which the offset changes, at most `gap` before `after`."""
    low, high = after - gap - 1, after
    last = datetime.fromtimestamp(high, zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == last:
            high = middle
        else:
            low = middle
    return high
