"""Lists and answers to fill a log with."""

import json
import struct
from collections.abc import Sequence

from features.exposures import reader
from features.exposures.exposure import Exposure, ListRow
from features.exposures.group import packed
from features.exposures.identifier import first_id, new_id
from features.exposures.log import ExposureLog
from tests.features.store.places import NOW

PRODUCTS = ["mug", "cup", "pot", "jug", "lid"]


def listed(*, shown: int = 3, time: int = NOW, propensities: Sequence[float] | None = None) -> ListRow:
    """Five products, of which some are shown."""
    return ListRow(
        new_id(time),
        "7",
        "spring",
        "off" if propensities is None else "softmax(temperature=1.0, top=5)",
        shown,
        json.dumps(PRODUCTS),
        json.dumps(["als", "als", "rp3beta", "popular", "popular_fill"]),
        struct.pack("<5d", 2.5, 1.5, 0.1 + 0.2, -1e300, -3.0),
        None if propensities is None else struct.pack(f"<{len(propensities)}d", *propensities),
    )


def answer(
    of: ListRow,
    number: int = 0,
    *,
    time: int = NOW,
    customer: str | None = "ann",
    places: Sequence[int] | None = None,
    propensities: Sequence[float] | None = None,
) -> Exposure:
    """Ids in the order of time and number."""
    return Exposure(
        f"{first_id(time)}{number:022x}",
        customer,
        "home",
        None,
        of.list_id,
        None if places is None else struct.pack(f"<{len(places)}H", *places),
        None if propensities is None else struct.pack(f"<{len(propensities)}d", *propensities),
    )


def write(log: ExposureLog, lists: Sequence[ListRow], *groups: Sequence[Exposure]) -> None:
    """Each group in a transaction of its own, the lists with the first."""
    for number, exposures in enumerate(groups or [[]]):
        rows = [packed(exposures, 3 * len(exposures))] if exposures else []
        log.append([] if number else lists, rows)


def customers(log: ExposureLog) -> list[str | None]:
    """Of all answers, in order."""
    return [name for shown in reader.parts(log.backend) for name in shown.customer_id]
