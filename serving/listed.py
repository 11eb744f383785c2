"""Listed: what the exposure log keeps of a list that was made once, and may be shown often."""

import json
import struct
from dataclasses import dataclass, field

from features.exposures.exposure import ListRow

_TEN = 10


@dataclass(slots=True)
class Listed:
    """One list. It refers to the text of the answers, and is put into the form of the log when it is first written."""

    list_id: str
    model_version: str
    policy: str
    exploration: str
    shown: int  # products of an answer
    text: bytes  # '"items":[...],...' in JSON, with all products that it is drawn from
    propensities: bytes | None  # float64, of the first `shown`; None for certainty
    named: bool  # whether it may be known whom it was shown to
    weight: int = field(init=False)  # lists of ten that it counts for, where what waits is bounded
    written: object = None  # the log that has it

    def __post_init__(self) -> None:
        self.weight = max(1, self.shown // _TEN)

    def row(self) -> ListRow:
        """As the log keeps it."""
        items = json.loads(b"{%b}" % self.text)["items"]
        return ListRow(
            self.list_id,
            self.model_version,
            self.policy,
            self.exploration,
            min(self.shown, len(items)),
            json.dumps([item["product_id"] for item in items]),
            json.dumps([item["source"] for item in items]),
            struct.pack(f"<{len(items)}d", *(item["score"] for item in items)),
            self.propensities,
        )
