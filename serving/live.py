"""Live: what customers did since the model was made, and what they ever said of their interests, read from the store as
soon as it is on the disk.

Each worker remembers who did or said anything, and asks the store only for those. Whether there is more by now costs a
few microseconds to ask (`Reader.last`), so an answer knows every event that was acknowledged before it was asked for.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from features.consent.register import Register
from features.errors import EsnafError, StoreBusy
from features.interests.told import Told
from features.recent import Deed
from features.store.event import Event
from features.tables.patterns import ANONYMOUS
from features.touch import touch_of
from serving.bodies import ListRequest
from serving.keeper import Keeper
from serving.persons import Persons
from training.recommender import Recommender

if TYPE_CHECKING:
    from features.store.reader import Reader
    from serving.newcomers.follower import Follower

MOST = 500  # newest events of a customer that an answer knows beside the model
_ERA = 80  # bits of a mark that sequences and what was said take
MOST_CUSTOMERS = 1_000_000  # whose last events are remembered; beyond, all are asked about
_FEW = 256  # events that are looked at one by one; of more, the database tells whose they are
_TOLD = 40  # bits of a mark that the number of an event takes; behind them stands that of what a customer said


class Live:
    """The deeds of customers since the end of a model's data, whichever of their ids they go by; a follower, if there
    is one, is told of the products that the model does not know."""

    def __init__(
        self,
        keeper: Keeper,
        model: Recommender,
        follower: "Follower | None" = None,
        *,
        persons: Persons | None = None,
    ) -> None:
        self._keeper = keeper
        self._since = model.time
        self._follower = follower
        self.persons = Persons(model) if persons is None else persons
        self._upto = 0  # sequence
        self._last: dict[str, int] | None = {}  # by person; None where there are too many to remember
        self._told_upto = 0
        self._told: dict[str, int] | None = {}  # the same of what customers said, by the id that they said it under

    @property
    def away(self) -> bool:
        """Whether there is a store that cannot be read now."""
        return self._keeper.state == "unavailable"

    @property
    def register(self) -> Register:
        """What customers said and asked of the shop, as of the last `marks`."""
        return self._keeper.register

    def marks(self, requests: Sequence[ListRequest]) -> list[int]:
        """What tells whether a customer did or said more since: 0 for those who did and said nothing, and for all while
        the store is away."""
        reader = self._keeper.reading()
        if reader is None:
            return [0] * len(requests)
        try:
            self._remember(reader)
        except StoreBusy:  # what is remembered is all that can be known now
            pass
        except EsnafError as error:
            self._keeper.failed(error)
            return [0] * len(requests)
        last, told, of = self._last, self._told, self.persons.of
        if last is None or told is None:
            return [self._upto + (self._told_upto << _TOLD) + (self.persons.era << _ERA)] * len(requests)
        marks = [last.get(of(known_as(request)), 0) for request in requests]
        if not told and not self.persons.era:
            return marks
        return [self._marked(mark, request) for mark, request in zip(marks, requests, strict=True)]

    def _marked(self, mark: int, request: ListRequest) -> int:
        """With what somebody said, under whatever id, and with when persons were last taken apart."""
        told = self._told or {}
        mark += max(told.get(id, 0) for id in self.ids(request)) << _TOLD
        return mark and mark + (self.persons.era << _ERA)

    def who(self, request: ListRequest) -> str:
        """The id that stands for whoever asks, in the model and the store."""
        return self.persons.of(known_as(request))

    def ids(self, request: ListRequest) -> tuple[str, ...]:
        """All ids of whoever asks, the one that stands for them first."""
        return self.persons.ids(self.who(request))

    def look(self) -> None:
        """Take up what came in."""
        self.marks(())

    def follow(self) -> None:
        """Take up what customers said and asked of the shop, and who is who, but not what they did: for those who write
        more than they read."""
        reader = self._keeper.reading()
        if reader is None:
            return
        try:
            self._follow(reader, reader.last())
        except StoreBusy:  # what is known is all that can be known now
            pass
        except EsnafError as error:
            self._keeper.failed(error)

    def deeds(self, request: ListRequest) -> tuple[Deed, ...]:
        """What somebody with a mark did, in the order of time; nothing while the store is away."""
        reader = self._keeper.reading()
        if reader is None:
            return ()
        try:
            events = reader.since(self.ids(request), time=self._since, limit=MOST)
        except StoreBusy:
            return ()
        except EsnafError as error:
            self._keeper.failed(error)
            return ()
        return tuple(sorted(map(_deed, events), key=lambda deed: deed.time))

    def told(self, request: ListRequest) -> Told | None:
        """What somebody with a mark said of their interests; None where they said nothing, and while the store is
        away."""
        reader, ids = self._keeper.reading(), dict.fromkeys((known_as(request), *self.ids(request)))
        own = [id for id in ids if self._told is None or id in self._told]
        if reader is None or not own:
            return None
        from features.interests.book import told

        try:
            return told(reader, *own)
        except StoreBusy:
            return None
        except EsnafError as error:
            self._keeper.failed(error)
            return None

    def _remember(self, reader: "Reader") -> None:
        last = reader.last()
        self._follow(reader, last)
        if reader.told != self._told_upto:
            self._remember_told(reader)
        if last == self._upto:
            return
        products, customers = self._few(reader, last) if last - self._upto <= _FEW else self._many(reader, last)
        self._saw(customers)
        if self._follower is not None:
            self._follower.look(reader, products, customers, after=self._upto, upto=last, since=self._since)
        self._upto = last

    def _follow(self, reader: "Reader", last: int) -> None:
        self._keeper.register.follow(reader)
        if reader.persons != self.persons.change:
            told = reader.members(self.persons.behind(reader.persons))
            self._regroup(self.persons.follow(told, reader.persons), last)

    def _saw(self, customers: Mapping[str, int]) -> None:
        saw, remembered = self.persons.saw, self._last
        for id, sequence in customers.items():
            person = saw(id)
            if remembered is not None:
                remembered[person] = max(remembered.get(person, 0), sequence)
        if remembered is not None and len(remembered) > MOST_CUSTOMERS:
            self._last = None

    def _regroup(self, persons: Iterable[str], last: int) -> None:
        """What is remembered of persons who changed is what is remembered of all their ids; lists that were made of
        them before are out of date."""
        if self._last is None:
            return
        for person in persons:
            if any(id in self._last for id in self.persons.ids(person)) or self.persons.era:
                self._last[person] = max(last, 1)

    def _few(self, reader: "Reader", last: int) -> tuple[list[str], dict[str, int]]:
        """The products of what came in, the last one last, and each customer's last event."""
        touched = reader.touched(self._upto, last, time=self._since)
        products = [one.product_id for one in touched if one.product_id is not None]
        return products, {one.customer_id: one.sequence for one in touched}

    def _many(self, reader: "Reader", last: int) -> tuple[list[str], dict[str, int]]:
        products: list[str] = []
        if self._follower is not None:
            products = reader.products(self._upto, last, time=self._since)[::-1]
        return products, reader.customers(sequence=self._upto, time=self._since)

    def _remember_told(self, reader: "Reader") -> None:
        from features.interests.book import tellers

        upto = reader.told
        if self._told is not None:
            said = tellers(reader, self._told_upto)
            self._told |= said
            for id in said:
                self.persons.saw(id)
            if len(self._told) > MOST_CUSTOMERS:
                self._told = None
        self._told_upto = upto


def known_as(request: ListRequest) -> str:
    """The customer's id in the store and in the model; a visitor's is told apart from those of customers."""
    return request.customer_id if request.customer_id is not None else f"{ANONYMOUS}{request.anonymous_id}"


def _deed(event: Event) -> Deed:
    touch = touch_of(event.channel, event.device)
    return Deed(event.product_id, event.kind, event.time, event.quantity, event.price, event.order_id, touch)
