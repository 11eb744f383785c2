"""Building: the event log from gathered rows, merged into the one that stands or made anew."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from features.eventlog import EventLog
from features.logs import log as logger
from features.tables.chunk import Column
from features.tables.gather import Events, Gathered
from features.tables.ledger import FILE, Ledger
from features.tables.merging import merged
from features.tables.names import NameChanges
from features.tables.rejects import Rejects
from features.tables.standing import Standing
from features.tables.static_rows import StaticRows


@dataclass(frozen=True)
class Built:
    """A log, and what is to be known of how it came to be."""

    log: EventLog
    names: NameChanges | None  # of products that only the events tell of
    merged: int  # identical lines of an order
    fresh: int  # events that no earlier reading had
    standing: Standing | None = None  # for the next reading, where one is foreseen


@dataclass(frozen=True)
class Building:
    """What rows are put together with."""

    products: StaticRows | None
    customers: StaticRows | None
    rejects: Rejects
    known: Ledger | None  # of which only newer rows were gathered
    taken: Callable[[pa.Table], object] | None  # keeps rows for a later reading, None where none is foreseen

    def build(self, gathered: Gathered) -> Built:
        """All rows of the ledger, and those gathered."""
        before = self._standing()
        if before is not None and before.precedes(gathered):
            events = gathered.finish(self.rejects, taken=self.taken)
            ids = _ids(self.customers), _ids(self.products)
            found = merged(before, events, gathered.statics, customers=ids[0], products=ids[1])
            return Built(found.log, found.names, found.merged, events.fresh, found)
        for rows in reversed(list(self.known.events())) if self.known else ():
            gathered.put_before(rows, FILE)
        return self._anew(gathered.finish(self.rejects, taken=self.taken))

    def _anew(self, events: Events) -> Built:
        log, by = EventLog.arranged(events.rows(_ids(self.customers), _ids(self.products)))
        names = None if self.products else events.name_changes(log.products)
        standing = None if self.taken is None else Standing.of(events, log, by, names)
        return Built(log, names, events.merged, events.fresh, standing)

    def _standing(self) -> Standing | None:
        if self.known is None or not self.known.standing:
            return None
        path = self.known.folder / self.known.standing
        try:
            found = Standing.read(path)
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning("ledger.unsorted", file=str(path), reason=str(error), way_out="all rows are sorted again")
            return None
        return found if (found.names is None) == (self.products is not None) else None


def _ids(rows: StaticRows | None) -> Column:
    return rows.ids if rows else pa.array([], pa.string())
