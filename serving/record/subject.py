"""Subject: whom a record is about, with what the model and the store know of them, read once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from features.consent.change import Change
from features.errors import EsnafError, StoreBusy
from features.history import History
from features.interests.told import Told
from features.recent import Deed, joined
from features.segments.customers import Customers
from features.store.event import Event
from serving.bodies import ListRequest
from serving.desk import Desk
from serving.errors import RequestError
from serving.live import known_as
from training.query import Query
from training.recommender import Recommender
from training.request import Request

if TYPE_CHECKING:
    from features.identity.book import Book
    from features.identity.known import Known, Trait
    from features.store.reader import Reader

T = TypeVar("T")

MOST = 1_000  # newest events of the store that a record rests on


@dataclass(frozen=True)
class Subject:
    """One customer as of now."""

    customer_id: str
    ids: tuple[str, ...]  # of the person that are known now, the one that stands for them first
    known_as: tuple[str, ...]  # the id that was asked for, and all others of the person
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
        ids, own = live.ids(request), live.persons.known_as(known_as(request))
        if any(map(desk.keeper.register.erased, own)):
            raise _unknown()
        told, index = live.told(request), model.questions.index(live.who(request))
        events, changes = _stored(desk, ids, own)
        if index < 0 and not events and not changes and told is None:
            raise _unknown()
        now, deeds = desk.clock.now(), live.deeds(request)
        return cls(customer_id, ids, own, desk, model, now, index, deeds, told, events, changes)

    @cached_property
    def identifiers(self) -> "list[Known]":
        """What identifies the person, but for the id that was asked for; nothing while the store is away."""
        from features.identity.known import identifiers_of

        return self._read(lambda reader, book: identifiers_of(reader, self.known_as, book.config, book.keys))

    @cached_property
    def traits(self) -> "list[Trait]":
        """What describes the person; nothing without the secret, or while the store is away."""
        from features.identity.known import all_traits

        return self._read(lambda reader, book: all_traits(reader, self.known_as, book.keys))

    def _read(self, ask: "Callable[[Reader, Book], list[T]]") -> list[T]:
        """What the store says; nothing while it is away."""
        keeper = self.desk.keeper
        reader, store = keeper.reading(), keeper.store
        if reader is None or store is None:
            return []
        try:
            return ask(reader, store.book)
        except StoreBusy:
            return []
        except EsnafError as error:
            keeper.failed(error)
            return []

    @cached_property
    def request(self) -> Request:
        """The history and profile as lists would be made from them, whether they may be or not."""
        query = replace(self._query, recent=self.recent, told=self.told)
        return self.model.questions.request([query], max(self.now, self.model.time))

    @property
    def _query(self) -> Query:
        """Who they are, in the words of the model."""
        who, persons = self.ids[0], self.desk.answers.live.persons
        return Query(customer_id=persons.asked_as(who), also=self.ids[1:], personal=True)

    @cached_property
    def history(self) -> History:
        """All that they did: also with what they do not want to be known for, and with products that the model does
        not know, which are -1."""
        told, products = self.told, self.model.products
        strange = any(deed.product_id is not None and products.index(deed.product_id) < 0 for deed in self.recent)
        if not strange and (told is None or not told.removed):
            return self.request.history
        before = self.model.questions.request([self._query], max(self.now, self.model.time)).history
        return joined(before, [self.recent], products, strange=True)

    @cached_property
    def customers(self) -> Customers:
        """The same as segments see it, with what the model foretells."""
        return self.model.customers_of(self.request)


def _stored(desk: Desk, ids: Sequence[str], own: Sequence[str]) -> tuple[Sequence[Event], Sequence[Change]]:
    reader = desk.keeper.reading()
    if reader is None:
        return (), ()
    try:
        said = sorted(change for id in own for change in reader.said(id))
        return reader.since(ids, limit=MOST), said
    except StoreBusy:
        return (), ()
    except EsnafError as error:
        desk.keeper.failed(error)
        return (), ()


def _unknown() -> RequestError:
    message = "nothing is known of this customer; check the id"
    return RequestError(404, "unknown_customer", message, field="customer_id")
