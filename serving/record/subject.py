"""Subject: whom a record is about, with what the model and the store know of them, read once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from features.consent.change import Change
from features.errors import EsnafError, StoreBusy
from features.interests.told import Told
from features.recent import Deed
from features.store.event import Event
from serving.bodies import ListRequest
from serving.desk import Desk
from serving.errors import RequestError
from serving.live import known_as
from training.query import Query
from training.recommender import Recommender
from training.request import Request

MOST = 1_000  # newest events of the store that a record rests on


@dataclass(frozen=True)
class Subject:
    """One customer as of now."""

    customer_id: str
    desk: Desk
    model: Recommender
    now: int  # seconds since the epoch, UTC
    index: int  # in the model, -1 for one that it does not know
    recent: tuple[Deed, ...]  # what they did since the model was made
    told: Told | None  # what they said of their interests
    events: Sequence[Event]  # the newest of the store, in order
    changes: Sequence[Change]  # what they stated of their consent, in order

    @classmethod
    def of(cls, desk: Desk, customer_id: str) -> "Subject":
        """Everything in one look; RequestError (404) where nothing is known of them, or they were erased."""
        answers, request = desk.answers, ListRequest.model_construct(customer_id=customer_id)
        model, live = answers.champion.recommender, answers.live
        live.marks([request])
        if desk.keeper.register.erased(customer_id):
            raise _unknown()
        told, index = live.told(request), model.customers.index(customer_id)
        events, changes = _stored(desk, known_as(request))
        if index < 0 and not events and not changes and told is None:
            raise _unknown()
        return cls(customer_id, desk, model, desk.clock.now(), index, live.deeds(request), told, events, changes)

    @cached_property
    def request(self) -> Request:
        """The history and profile as lists would be made from them, whether they may be or not."""
        query = Query(customer_id=self.customer_id, personal=True, recent=self.recent, told=self.told)
        return self.model.questions.request([query], max(self.now, self.model.time))


def _stored(desk: Desk, who: str) -> tuple[Sequence[Event], Sequence[Change]]:
    reader = desk.keeper.reading()
    if reader is None:
        return (), ()
    try:
        return reader.since([who], limit=MOST), reader.said(who)
    except StoreBusy:
        return (), ()
    except EsnafError as error:
        desk.keeper.failed(error)
        return (), ()


def _unknown() -> RequestError:
    message = "nothing is known of this customer; check the id"
    return RequestError(404, "unknown_customer", message, field="customer_id")
