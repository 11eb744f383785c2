"""Follower: reads of the live store what it tells of newcomers, as it comes in."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from features.store.event import Event
from features.visit import IDLE, TOUCHES
from features.vocabulary import Vocabulary
from serving.newcomers.arrivals import Arrivals

if TYPE_CHECKING:
    from features.store.reader import Reader

NAMED = 1_000  # products of one look at most, the last ones named
FIRST, READ = 5_000, 200  # newest events about them, of the first look and of each further one
_VISITORS = 500  # whose visits are followed
_TOUCHED = 4  # newcomers of one visitor
_JOINED = 8  # visits that one look reads, after the first
_VISIT = 60  # newest events of a visit


@dataclass(slots=True)
class _Visitor:
    """Somebody who touched newcomers lately."""

    touched: dict[str, int] = field(default_factory=dict)  # newcomer -> time
    counted: set[tuple[str, str]] = field(default_factory=set)  # (newcomer, other product)


class Follower:
    """What one model does not know. `follows` says of a customer whether they consent to being followed."""

    def __init__(self, known: Vocabulary, follows: Callable[[str], bool], arrivals: Arrivals) -> None:
        self.arrivals = arrivals
        self._known, self._follows = known, follows
        self._visitors: OrderedDict[str, _Visitor] = OrderedDict()
        self._begun = False

    def look(
        self,
        reader: "Reader",
        products: Sequence[str],
        customers: Collection[str],
        *,
        after: int,
        upto: int,
        since: int,
    ) -> None:
        """Take up events behind one sequence and up to another, from the second `since` on.

        `products` are those that they name, the last one last; `customers` whose they are.
        """
        new = [name for name in dict.fromkeys(reversed(products)) if self._known.index(name) < 0][:NAMED]
        first, self._begun = not self._begun, True
        if new:
            for event in reader.about(new, after, upto, time=since, limit=FIRST if first else READ):
                self._take(event)
        changed = [name for name in customers if name in self._visitors]
        for name in changed if first else changed[-_JOINED:]:
            self._join(reader, name)

    def _take(self, event: Event) -> None:
        counted = event.kind in TOUCHES and self._follows(event.customer_id)
        self.arrivals.told(event, hash(event.customer_id) if counted else None)
        if not counted or event.product_id is None:
            return
        visitor = self._visitors.setdefault(event.customer_id, _Visitor())
        self._visitors.move_to_end(event.customer_id)
        if len(visitor.touched) < _TOUCHED or event.product_id in visitor.touched:
            visitor.touched[event.product_id] = event.time
        if len(self._visitors) > _VISITORS:
            self._visitors.popitem(last=False)

    def _join(self, reader: "Reader", customer: str) -> None:
        """Count what somebody touched around the newcomers of a visit."""
        visitor = self._visitors[customer]
        start, end = min(visitor.touched.values()) - IDLE, max(visitor.touched.values()) + IDLE
        events = reader.since([customer], time=start, limit=_VISIT)
        touches = [event for event in events if event.kind in TOUCHES]
        for newcomer, time in visitor.touched.items():
            for other, when in ((event.product_id, event.time) for event in touches):
                pair = newcomer, other or newcomer
                if pair[0] != pair[1] and abs(when - time) <= IDLE and pair not in visitor.counted:
                    visitor.counted.add(pair)
                    self.arrivals.together(*pair)
        if events and events[-1].time > end:
            del self._visitors[customer]
