"""Shop: a shop's tables as the arrays that everything else works on."""

from dataclasses import dataclass

from features.catalogue import Catalogue
from features.eventlog import EventLog
from features.profiles import Profiles
from features.tables.ledger import Ledger
from features.tables.names import NameChanges
from features.tables.products import derived_catalogue
from features.tables.report import Report


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

    def catalogue_at(self, time: int) -> Catalogue:
        """The catalogue as of a moment: a products table as it stands, derived products by the events before it."""
        return self.catalogue if self.names is None else derived_catalogue(self.log, self.names, time)
