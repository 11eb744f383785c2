"""Assembling: from the accepted rows of all tables to a Shop and its report."""

from dataclasses import dataclass

from features.eventlog import EventLog
from features.logs import log as logger
from features.tables.config import TablesConfig
from features.tables.customers import ProfileFacts, profiles_of
from features.tables.fingerprint import fingerprint
from features.tables.gather import Events, Tally
from features.tables.identities import Links
from features.tables.products import derived_catalogue, table_catalogue
from features.tables.rejects import Rejects
from features.tables.report import Report
from features.tables.shop import Shop
from features.tables.static_rows import StaticRows


@dataclass(frozen=True)
class Beside:
    """The tables beside the events; None for one that is not there."""

    products: StaticRows | None
    customers: StaticRows | None
    links: Links | None


def assemble(events: Events, tally: Tally, beside: Beside, *, config: TablesConfig, rejects: Rejects) -> Shop:
    """Build the log, the catalogue and the profiles, and the account of it all."""
    products, customers = beside.products, beside.customers
    log = EventLog.build(events.rows(_ids(customers), _ids(products)))
    names = None
    if products:
        catalogue = table_catalogue(log.products, products)
    else:
        names = events.name_changes(log.products)
        catalogue = derived_catalogue(log, names, log.end)
    facts = profiles_of(log.customers, customers, catalogue, default=config.consent.default == "granted")
    content = fingerprint(log, catalogue, facts.profiles, names)
    report = _report(log, tally, facts, beside=beside, rejects=rejects, content=content)
    logger.info("tables.read", fingerprint=content, **report.counts())
    return Shop(log, catalogue, facts.profiles, report, names)


def _report(
    log: EventLog, tally: Tally, facts: ProfileFacts, *, beside: Beside, rejects: Rejects, content: str
) -> Report:
    statics = {"products": beside.products, "customers": beside.customers}
    tables = {**statics, "identities": beside.links}
    return Report(
        read={
            "events": tally.read + rejects.lines["events"],
            **{name: table.read for name, table in tables.items() if table is not None},
        },
        accepted=tally.accepted,
        rejected=dict(rejects.counts),
        examples=dict(rejects.examples),
        later=tally.later,
        no_consent=tally.no_consent,
        erased=tally.erased,
        merged=tally.merged,
        in_both=tally.in_both,
        linked=tally.linked,
        anonymous=tally.anonymous,
        shared_devices=beside.links.shared if beside.links else 0,
        unmatched_refunds=log.refunds.unmatched,
        unknown_products=len(log.products) - len(beside.products.ids) if beside.products else 0,
        conflicts={name: rows.conflicts for name, rows in statics.items() if rows is not None},
        unknown_interests=facts.unknown_interests,
        left_out=facts.left_out,
        derived=beside.products is None,
        fingerprint=content,
        start=log.start,
        end=log.end,
        customers=len(log.customers),
        products=len(log.products),
    )


def _ids(rows: StaticRows | None) -> list[str]:
    ids: list[str] = rows.ids.to_pylist() if rows else []
    return ids
