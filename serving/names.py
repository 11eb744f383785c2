"""Names: what customers are called in answers, looked up in the live store and kept at hand for a moment.

A bundle has no names. They stand sealed in the store, and without the secret that opens them there are none.
"""

import json
import os
import time
from collections.abc import Callable, Mapping

from features.errors import EsnafError, StoreBusy
from features.identity.keys import Keys
from features.names.fit import fit_name
from features.settings import Settings
from serving.keeper import Keeper
from serving.messages.config import MessagesConfig

NOBODY = b"null"


class Names:
    """The names of one worker, for one thread."""

    def __init__(self, keeper: Keeper, settings: Settings, environment: Mapping[str, str] = os.environ) -> None:
        self._keeper = keeper
        self._config = settings.section("messages", MessagesConfig)
        self.keys = Keys.find(environment)
        self._kept: dict[str, tuple[float, bytes]] = {}  # until when, and the name as JSON; the oldest first

    def shown(self, customer_id: str | None, may: Callable[[str], bool]) -> bytes:
        """A name as JSON, `null` where there is none that can be shown; `may` tells whether somebody may be named."""
        if customer_id is None or self.keys is None:
            return NOBODY
        if self._keeper.register and not may(customer_id):  # something may have been said since the name was kept
            return NOBODY
        kept = self._kept.get(customer_id)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        return self._kept_anew(customer_id, may)

    def name(self, customer_id: str | None, may: Callable[[str], bool]) -> str | None:
        """The same as text."""
        name: str | None = json.loads(self.shown(customer_id, may))
        return name

    def forget(self, customer_id: str) -> None:
        """Look a name up the next time: it is another one now."""
        self._kept.pop(customer_id, None)

    def fit(self, raw: str) -> str | None:
        """A name as it would be shown, None where it would not."""
        return fit_name(raw, self._config.scripts)

    def _kept_anew(self, customer_id: str, may: Callable[[str], bool]) -> bytes:
        reader = self._keeper.reading()
        if reader is None or self.keys is None:
            return NOBODY
        from features.names.book import name_of

        try:
            raw = name_of(reader, self.keys, customer_id) if may(customer_id) else None
        except StoreBusy:
            return NOBODY
        except EsnafError as error:
            self._keeper.failed(error)
            return NOBODY
        name = None if raw is None else self.fit(raw)
        text = NOBODY if name is None else json.dumps(name, ensure_ascii=False).encode()
        self._kept.pop(customer_id, None)
        while len(self._kept) >= self._config.names:
            del self._kept[next(iter(self._kept))]
        self._kept[customer_id] = time.monotonic() + self._config.names_s, text
        return text
