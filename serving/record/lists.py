"""Lists: what one customer was shown last, of the exposure log."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from features.errors import EsnafError, StoreBusy
from features.exposures.config import ExposuresConfig
from features.logs import log
from features.store.config import StoreConfig
from serving.clock import shown_time
from serving.desk import Desk

if TYPE_CHECKING:
    from features.exposures.log import ExposureLog
    from features.exposures.lookup import Seen

MOST = 5


class Lists:
    """Of one worker; its connection to the log is opened when it is first needed."""

    def __init__(self, desk: Desk) -> None:
        self._workspace, self._settings = desk.keeper.workspace, desk.keeper.settings
        self._log: ExposureLog | None = None

    def last(self, customer_id: str) -> list[dict[str, Any]] | None:
        """The newest first, as far as the newest answers of the shop reach; None while the log is away."""
        found = self._found([customer_id], most=MOST)
        return None if found is None else [described(one) for one in found]

    def every(self, ids: Sequence[str]) -> list[dict[str, Any]] | None:
        """All that the log has under some ids of the store; it is gone through as a whole, once for each."""
        found = self._found(ids, most=None)
        return None if found is None else [described(one) for one in found]

    def close(self) -> None:
        """Let go of the log."""
        if self._log is not None:
            self._log.close()
            self._log = None

    def _found(self, ids: Sequence[str], *, most: int | None) -> "list[Seen] | None":
        from features.exposures.lookup import NEAR, last_shown

        try:
            opened = self._opened()
            within = None if most is None else NEAR
            if opened is None:
                return []
            found = [one for id in ids for one in last_shown(opened.backend, id, most=most, within=within)]
            return sorted(found, key=lambda one: one.time, reverse=True)
        except StoreBusy:
            return None
        except EsnafError as error:
            log.warning("exposures.unreadable", reason=str(error))
            self.close()
            return None

    def _opened(self) -> "ExposureLog | None":
        if self._log is None and self._settings.section("exposures", ExposuresConfig).enabled:
            from features.exposures.log import ExposureLog

            self._log = ExposureLog.find(self._workspace, self._settings.section("store", StoreConfig))
        return self._log


def described(seen: "Seen") -> dict[str, Any]:
    """One list."""
    return {
        "recommendation_id": seen.recommendation_id,
        "time": shown_time(seen.time),
        "placement": seen.placement,
        "channel": seen.channel,
        "model_version": seen.model_version,
        "products": list(seen.products),
    }
