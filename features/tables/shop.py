"""Shop: a shop's tables as the arrays that everything else works on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from features.catalogue import Catalogue
from features.eventlog import EventLog
from features.identity.aliases import Aliases
from features.profiles import Profiles
from features.tables.ledger import Ledger
from features.tables.names import NameChanges
from features.tables.products import derived_catalogue
from features.tables.report import Report

HELD = 4  # catalogues as of different moments


@dataclass(frozen=True)
class Shop:
    """Everything that was accepted."""

    log: EventLog
    catalogue: Catalogue  # P rows in the log's product order; derived ones as of the log's end
    profiles: Profiles  # C rows in the log's customer order
    report: Report
    names: NameChanges | None = None  # of products that only the events tell of, None with a products table
    taken: Ledger | None = None  # what was taken in until now, where a ledger is kept; `commit` lets it count
    fresh: int = 0  # events that the ledger before did not have
    aliases: Aliases = field(default_factory=Aliases.none)  # other ids of the log's customers

    def catalogue_at(self, time: int) -> Catalogue:
        """The catalogue as of a moment: a products table as it stands, derived products by the events before it."""
        if self.names is None:
            return self.catalogue
        return self._derived(min(time, self.log.end))

    @cached_property
    def _derived(self) -> Callable[[int], Catalogue]:
        """Several ask for the same."""
        log, names = self.log, self.names
        assert names is not None  # noqa: S101  # events are all that tells of products
        return lru_cache(HELD)(lambda time: derived_catalogue(log, names, time))
