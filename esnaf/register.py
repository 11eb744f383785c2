"""Register: what customers said and asked of the shop, for the verbs that ask a model about customers."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from esnaf.livestore import reading
from esnaf.workspace import Workspace
from features.tables.patterns import NOBODY

if TYPE_CHECKING:
    from features.consent.register import Register
    from features.interests.told import Told
    from training.query import Query


def register_of(workspace: Workspace) -> "Register":
    """As the live store has it; nobody where there is none. StoreError where it cannot be read."""
    from features.consent.register import Register

    register = Register()
    with reading(workspace) as reader:
        if reader is not None:
            reader.last()
            register.follow(reader)
    return register


def living(ids: "Sequence[str]", register: "Register") -> list[int]:
    """The places of those who were not erased: neither since a model was made, nor out of the model."""
    return [place for place, id in enumerate(ids) if not id.startswith(NOBODY) and not register.erased(id)]


def told_in(workspace: Workspace) -> "Mapping[str, Told]":
    """What customers said of their interests, by id; nothing where there is no live store."""
    from features.interests.book import everything

    with reading(workspace) as reader:
        return {} if reader is None else everything(reader)


def permitted(query: "Query", register: "Register") -> "Query":
    """The question as it may be asked: of who was erased, or refused, as of a stranger."""
    from dataclasses import replace

    from features.consent.purposes import Purpose

    if query.customer_id is None or not register:
        return query
    if register.erased(query.customer_id):
        return replace(query, customer_id=None)
    said = register.stated(query.customer_id)
    if said is None or not said.stated & Purpose.PERSONALISATION:
        return query
    return replace(query, personal=bool(said.granted & Purpose.PERSONALISATION))
