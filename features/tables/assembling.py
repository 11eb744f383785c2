"""Assembling: from the accepted rows of all tables to a Shop and its report."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from features.consent.register import Register
from features.identity.aliases import Aliases
from features.interests.told import Told
from features.logs import log as logger
from features.tables.building import Built
from features.tables.config import TablesConfig
from features.tables.customers import ProfileFacts, profiles_of
from features.tables.fingerprint import fingerprint
from features.tables.gather import Tally
from features.tables.linking import Linked
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
    links: Linked
    register: Register  # what customers said to the shop since the tables were written, by person
    told: Mapping[str, Told] = field(default_factory=dict)  # what customers say of their interests, by person


def assemble(built: Built, tally: Tally, beside: Beside, *, config: TablesConfig, rejects: Rejects) -> Shop:
    """Build the log, the catalogue and the profiles, and the account of it all."""
    products, customers = beside.products, beside.customers
    log, names = built.log, built.names
    if products:
        catalogue = table_catalogue(log.products, products)
    else:
        assert names is not None  # noqa: S101  # events are all that tells of products
        catalogue = derived_catalogue(log, names, log.end)
    default = config.consent.default == "granted"
    facts = profiles_of(
        log.customers, customers, catalogue, default=default, told=beside.told, register=beside.register
    )
    content = fingerprint(log, catalogue, facts.profiles, names)
    report = _report(built, tally, facts, beside=beside, rejects=rejects, content=content)
    logger.info("tables.read", fingerprint=content, **report.counts())
    links = beside.links
    aliases = Aliases.of(links.members, links.persons, links.nobody, customers=log.customers, change=links.change)
    return Shop(log, catalogue, facts.profiles, report, names, aliases=aliases)


def _report(
    built: Built, tally: Tally, facts: ProfileFacts, *, beside: Beside, rejects: Rejects, content: str
) -> Report:
    log = built.log
    statics = {"products": beside.products, "customers": beside.customers}
    return Report(
        read={
            "events": tally.read + rejects.lines["events"],
            **{name: table.read for name, table in statics.items() if table is not None},
            **({} if beside.links.read is None else {"identities": beside.links.read}),
        },
        accepted=len(log.time),
        rejected=dict(rejects.counts),
        examples=dict(rejects.examples),
        later=tally.later,
        no_consent=tally.no_consent + built.left,
        erased=tally.erased,
        merged=built.merged,
        in_both=tally.in_both,
        linked=tally.linked,
        anonymous=tally.anonymous,
        shared_devices=beside.links.shared,
        unmatched_refunds=log.refunds.unmatched,
        unknown_products=len(log.products) - len(beside.products.ids) if beside.products else 0,
        conflicts={name: rows.conflicts for name, rows in statics.items() if rows is not None},
        unknown_interests=facts.unknown_interests,
        left_out=facts.left_out,
        fingerprint=content,
        start=log.start,
        end=log.end,
        customers=len(log.customers),
        products=len(log.products),
    )
