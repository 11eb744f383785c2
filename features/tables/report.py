"""Report: what was read, what was accepted, what was set aside and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from features.tables.reasons import Reason
from features.tables.rejects import Example


@dataclass(frozen=True)
class Report:
    """The account of one reading; nothing is dropped that is not counted here."""

    read: Mapping[str, int]  # rows of each table
    accepted: int  # events in the log
    rejected: Mapping[tuple[str, Reason], int]  # (table, reason) -> rows set aside
    examples: Mapping[tuple[str, Reason], Example]
    later: int  # events from `until` on, not looked at
    no_consent: int  # events of customers who did not consent to personalisation, left out
    erased: int  # events of customers who are to be forgotten, left out
    merged: int  # identical lines of an order, added to the first
    linked: int  # anonymous events given to the one customer who owns the device
    anonymous: int  # events of those known by a device only, kept under `anon:DEVICE`
    shared_devices: int  # device ids of several customers, or blocked values; they link nothing
    unmatched_refunds: int  # refunds without an earlier purchase to take back
    unknown_products: int  # products in the events that the products table lacks
    conflicts: Mapping[str, int]  # static table -> ids whose rows disagree; the earliest row counts
    unknown_interests: int  # declared interests that no category or brand has
    left_out: tuple[str, ...]  # customer columns that would describe single persons
    fingerprint: str  # of everything accepted: equal content, equal fingerprint
    start: int  # seconds since the epoch, UTC: time of the first event
    end: int  # the first whole second after the last
    customers: int
    products: int
    in_both: int = 0  # events of the live store that the tables hold as well; they count once

    def counts(self) -> dict[str, int]:
        """Every number under a flat name, as `rejected/events/no_customer`, for logs and tracking."""
        found = {f"read/{table}": rows for table, rows in self.read.items()}
        found |= {f"rejected/{table}/{reason}": n for (table, reason), n in self.rejected.items()}
        found |= {f"conflicts/{table}": n for table, n in self.conflicts.items() if n}
        plain = ("accepted", "later", "no_consent", "erased", "merged", "in_both", "linked", "anonymous")
        more = ("shared_devices", "unmatched_refunds", "unknown_products", "unknown_interests", "customers", "products")
        return found | {name: getattr(self, name) for name in (*plain, *more)}
