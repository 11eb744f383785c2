"""Building: the event log from gathered rows, merged into the one that stands or made anew."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from features.eventlog import EventLog
from features.logs import log as logger
from features.tables.chunk import Column
from features.tables.events import Rules
from features.tables.gather import Gathered
from features.tables.ledger import FILE, Ledger
from features.tables.merging import Static, merged
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
    standing: Standing | None  # for the next reading, where one is foreseen
    known: Ledger | None  # what was known before, without the rows of those who left it
    gone: Column  # customers, and devices of customers, who left: they do not consent any more
    left: int  # rows of theirs


@dataclass(frozen=True)
class Building:
    """What rows are put together with."""

    products: StaticRows | None
    customers: StaticRows | None
    rules: Rules
    rejects: Rejects
    known: Ledger | None  # of which only newer rows were gathered
    taken: Callable[[pa.Table], object] | None  # keeps rows for a later reading, None where none is foreseen

    def build(self, gathered: Gathered) -> Built:
        """All rows of the ledger, and those gathered."""
        if self.known is None:
            return self._anew(gathered, None, pa.array([], pa.string()), 0)
        before = self._standing(self.known)
        gone = self._gone(self.known.stated() if before is None else before.stated())
        known, left = self.known.without(gone) if len(gone) else (self.known, 0)
        if before is None or not before.precedes(gathered):
            return self._anew(gathered, known, gone, left)
        events = gathered.finish(self.rejects, taken=self.taken)
        static = Static(gathered.statics, _ids(self.customers), _ids(self.products), gone)
        found = merged(before, events, static)
        return Built(found.log, found.names, found.merged, events.fresh, found, known, gone, left)

    def _anew(self, gathered: Gathered, known: Ledger | None, gone: Column, left: int) -> Built:
        for rows in reversed(list(known.events())) if known else ():
            gathered.put_before(rows, FILE)
        events = gathered.finish(self.rejects, taken=self.taken)
        log, by = EventLog.arranged(events.rows(_ids(self.customers), _ids(self.products)))
        names = None if self.products else events.name_changes(log.products)
        standing = None if self.taken is None else Standing.of(events, log, by, names, gathered.statics.members)
        return Built(log, names, events.merged, events.fresh, standing, known, gone, left)

    def _gone(self, stated: Column) -> Column:
        """Who does not consent any more, or has turned out to be somebody who does not, or who is to be forgotten."""
        statics, config = self.rules.statics, self.rules.config
        customers = statics.settled(stated)
        personal = statics.personal(customers, default=config.consent.default == "granted")
        return stated.filter(pa.array(~personal | statics.forgotten(customers)))

    def _standing(self, known: Ledger) -> Standing | None:
        path = known.folder / known.standing
        try:
            found = Standing.read(path)
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning("ledger.unsorted", file=str(path), reason=str(error), way_out="all rows are sorted again")
            return None
        return found if (found.names is None) == (self.products is not None) else None


def _ids(rows: StaticRows | None) -> Column:
    return rows.ids if rows else pa.array([], pa.string())
