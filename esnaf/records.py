"""Records: what is known of customers, for the verbs that ask without a service."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from esnaf.workspace import Workspace
from features.errors import EsnafError

if TYPE_CHECKING:
    from serving.desk import Desk
    from serving.record.record import Records


class UnknownCustomerError(EsnafError):
    """Somebody of whom nothing is known."""


@contextmanager
def records_of(workspace: Workspace, *, as_of: int | None) -> "Iterator[tuple[Desk, Records]]":
    """The desk of the champion as a service would have it, and its records.

    Raises:
        UnknownCustomerError: what was asked inside was about nobody. BundleError, StoreError: model or store.
    """
    from serving.champion import Champion
    from serving.clock import Clock
    from serving.config import ServingConfig
    from serving.desk import Desk
    from serving.errors import RequestError
    from serving.keeper import Keeper
    from serving.policy.config import PolicyConfig
    from serving.record.record import Records

    settings, keeper = workspace.settings, Keeper(workspace.path, workspace.settings)
    clock = Clock(step=settings.section("serving", ServingConfig).clock_step_s, fixed=as_of)
    rules, config = settings.section("policy", PolicyConfig), settings.section("serving", ServingConfig)
    desk = Desk.open(Champion.load(workspace.path), keeper, config=config, clock=clock, rules=rules)
    records = Records(desk)
    try:
        keeper.look()
        yield desk, records
    except RequestError as error:
        raise UnknownCustomerError(str(error)) from None
    finally:
        records.lists.close()
        keeper.close()


def write_down(desk: "Desk", action: str, customer_id: str, result: str) -> None:
    """One look, in the audit log."""
    import time

    from features.consent.entry import Entry

    desk.keeper.write_down([Entry(int(time.time()), "command", action, customer_id, result)])
