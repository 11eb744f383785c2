"""Register: what customers said and asked of the shop, in the memory of one process.

Asking is a look-up or two; whether there is more by now is known from the same question that tells of new events
(`Reader.last`), so a change counts for every answer that begins after it was acknowledged.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from features.consent.change import Change, ChangeKind
from features.consent.marker import Marker
from features.consent.purposes import Consent

if TYPE_CHECKING:
    from features.store.reader import Reader

_REMEMBERED = 100_000  # ids of which it is known whether they were erased: hashing costs more than a look-up


class Register:
    """Consents since the tables were written, and who was erased. Taking the same changes over twice is harmless."""

    def __init__(self) -> None:
        self.number = 0  # of the last change that it knows
        self.erasures = 0  # that it knows of
        self._consents: dict[str, Consent] = {}
        self._marks: set[str] = set()
        self._marker: Marker | None = None
        self._told: dict[str, bool] = {}
        self._turn = threading.Lock()  # of those who follow

    def __bool__(self) -> bool:
        return bool(self._marks or self._consents)

    def follow(self, reader: "Reader") -> None:
        """Take over what changed, as of the reader's last look (`Reader.last`). Threads that share a reader take turns:
        an older change taken over behind a newer one would count."""
        if reader.rights == self.number:
            return
        with self._turn:
            number = reader.rights  # before the changes: what comes in between is taken over again, and never left out
            if number != self.number:
                self.take(*reader.changes(0 if number < self.number else self.number), number)

    def take(self, changes: Sequence[Change], marker: Marker | None, number: int) -> None:
        """Changes behind the last one that is known, up to a number; from the beginning where that is lower."""
        if number < self.number:  # another store has taken the place of the one that was known
            self._consents.clear()
            self._marks.clear()
        for change in changes:
            if change.kind == ChangeKind.ERASED:
                self._marks.add(change.subject)
            else:
                before = self._consents.get(change.subject, Consent())
                self._consents[change.subject] = change.consent.over(before)
        self.erasures, self._marker, self._told = len(self._marks), marker, {}
        self.number = number

    def erased(self, who: str) -> bool:
        """Whether somebody, by the id in the store, was erased."""
        if not self._marks or self._marker is None:
            return False
        memory = self._told  # before the marks: what is worked out from older ones is not remembered for newer
        told = memory.get(who)
        if told is None:
            if len(memory) >= _REMEMBERED:
                memory.clear()
            told = memory[who] = self._marker.of(who) in self._marks
        return told

    def stated(self, who: str) -> Consent | None:
        """What somebody said, None for nothing."""
        return self._consents.get(who)

    def consents(self) -> dict[str, Consent]:
        """Everybody who said something."""
        return dict(self._consents)

    def by_person(self, persons: Mapping[str, str]) -> "Register":
        """The same where ids of several stand for one person: whoever refused under one id refused."""
        if all(id == person for id, person in persons.items()):
            return self
        found = Register()
        found.number, found.erasures, found._marks, found._marker = (
            self.number,
            self.erasures,
            self._marks,
            self._marker,
        )
        for id, said in self._consents.items():
            person = persons.get(id, id)
            found._consents[person] = said.beside(found._consents.get(person, Consent()))
        return found

    def marks(self) -> Iterable[str]:
        """The marks of those who were erased."""
        return sorted(self._marks)
