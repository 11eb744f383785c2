"""Persons: under which ids the same somebody is known to the model, and has been seen in the live store since.

A model knows who was who when it was made. What the store has learned since (a login, a merge taken back) is read as it
changes and laid over it, so that the next answer knows it in every worker.
"""

from collections.abc import Mapping

from features.identity.aliases import NOBODY, UNKNOWN
from features.tables.patterns import ANONYMOUS
from training.recommender import Recommender

MOST = 10_000  # ids whose person is remembered
MOST_OTHERS = 50  # ids of one person whose histories are put together


class Persons:
    """Groups of ids, each with one that stands for it."""

    def __init__(self, model: Recommender) -> None:
        self._model = model
        self._change = model.aliases.change
        self._found: dict[str, str] = {}  # ids that were asked about, as of now
        self._told: dict[str, str] = {}  # what the store has said since the model was made
        self._parent: dict[str, str] = {}
        self._groups: dict[str, set[str]] = {}  # ids of those who have several
        self._apart: set[str] = set()  # ids that the model takes for somebody's, and that are not by now
        self.era = 0  # changes when groups were taken apart

    @property
    def change(self) -> int:
        """The number of the last change that is known."""
        return self._change

    def of(self, id: str) -> str:
        """The id that stands for the person of an id."""
        found = self._found.get(id)
        if found is None:
            if len(self._found) >= MOST:
                self._found.clear()
            found = self._found[id] = id if id in self._apart else self._root(self._canonical(id))
        return found

    def asked_as(self, id: str) -> str | None:
        """What the model is asked with; None for an id whose history it cannot tell from somebody else's."""
        return None if id in self._apart else id

    def ids(self, person: str) -> tuple[str, ...]:
        """All ids of a person, the one that stands for it first; those alone that were seen live."""
        group = self._groups.get(person)
        return (person,) if group is None else (person, *sorted(group - {person})[:MOST_OTHERS])

    def known_as(self, id: str) -> tuple[str, ...]:
        """An id, and all others of its person."""
        return tuple(dict.fromkeys((id, *self.ids(self.of(id)))))

    def saw(self, id: str) -> str:
        """An id that did something in the store; that of the person."""
        person = self.of(id)
        if person != id:
            self._groups.setdefault(person, {person}).add(id)
        return person

    def behind(self, change: int) -> int:
        """The change behind which the store is to be asked, whose last one is `change`; rows that are gone since, with
        somebody who was erased, make it be asked for all."""
        return self._change if change > self._change else self._model.aliases.change

    def follow(self, told: Mapping[str, str], change: int) -> set[str]:
        """What the store says of persons up to a change; the persons that changed."""
        parted = change < self._change
        if parted:
            self._told.clear()
        self._change = change
        parted |= any(self._told.get(id, person) != person or id == person for id, person in told.items())
        self._told |= told
        self._found.clear()
        if not parted:
            return {self._join(id, person) for id, person in told.items()}
        self.era += 1
        seen = {id for group in self._groups.values() for id in group}
        for held in (self._parent, self._groups, self._apart):
            held.clear()
        alone = [id for id, person in self._told.items() if id == person]
        self._apart |= {id for id in alone if self._alias(id) != id}
        changed = {self._join(id, person) for id, person in self._told.items() if id != person}
        return changed | set(alone) | {self.saw(id) for id in seen}

    def _join(self, id: str, person: str) -> str:
        """Two ids are one person's, but for a device that others have as well."""
        owner = self._canonical(id)
        one, other = self._root(owner), self._root(self._canonical(person))
        if id.startswith(ANONYMOUS) and (self._shared(id) or (owner != id and one != other)):
            self._apart |= {id} if owner != id else set()
            return id
        root, joined = (one, other) if self._rank(one) < self._rank(other) else (other, one)
        group = self._groups.pop(joined, {joined}) | self._groups.get(root, {root}) | {id, person}
        if root != joined:
            self._parent[joined] = root
        self._groups[root] = group
        return root

    def _canonical(self, id: str) -> str:
        """What the model calls the person of an id, as far as that still holds."""
        return id if id in self._parent or id in self._apart else self._alias(id)

    def _alias(self, id: str) -> str:
        if self._model.customers.index(id) != UNKNOWN:
            return id
        index = self._model.aliases.customer_of(id)
        return id if index < 0 else self._model.customers.id(index)

    def _shared(self, id: str) -> bool:
        return self._model.aliases.customer_of(id) == NOBODY

    def _root(self, id: str) -> str:
        while (above := self._parent.get(id)) is not None:
            id = above
        return id

    def _rank(self, id: str) -> tuple[bool, bool, str]:
        """Customers stand for a person before devices do, and those whom the model knows before others."""
        return (id.startswith(ANONYMOUS), self._model.customers.index(id) == UNKNOWN, id)
