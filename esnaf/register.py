"""Register: what customers said and asked of the shop, for the verbs that ask a model about customers."""

from typing import TYPE_CHECKING

from esnaf.workspace import Workspace

if TYPE_CHECKING:
    from features.consent.register import Register
    from training.query import Query


def register_of(workspace: Workspace) -> "Register":
    """As the live store has it; nobody where there is none. StoreError where it cannot be read."""
    from features.consent.register import Register
    from features.store.config import StoreConfig
    from features.store.livestore import LiveStore
    from features.store.reader import Reader

    register = Register()
    store = LiveStore.find(workspace.path, workspace.settings.section("store", StoreConfig))
    if store is not None:
        reader = Reader(store.backend)
        try:
            reader.last()
            register.follow(reader)
        finally:
            reader.close()
            store.close()
    return register


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
