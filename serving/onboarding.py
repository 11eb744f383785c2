"""Onboarding: what customers say of their interests, kept in the live store, and what is known of them.

A name that the shop has nothing of is told apart from the others, which count at once.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from unicodedata import category

from features.identity.keys import HOW
from features.interests.account import Account, Interest, account_of
from features.interests.names import Names
from features.tables.patterns import MAX_ID_BYTES
from serving.answers import Known
from serving.bodies import InterestsRequest, NameRequest
from serving.clock import shown_time
from serving.desk import Desk
from serving.errors import RequestError, shown
from serving.record.auditor import Auditor
from serving.replies import to_json
from serving.storing import Storing
from training.recommender import Recommender

if TYPE_CHECKING:
    from features.interests.book import Book
    from features.store.livestore import LiveStore

_EXPLAINED = 3  # unknown names for which similar ones are looked for: each takes some milliseconds


class Onboarding:
    """Interests of the customers of one desk."""

    def __init__(self, desk: Desk, auditor: Auditor) -> None:
        self._desk, self._auditor = desk, auditor
        self._storing = Storing(desk.keeper)

    def interests(self, customer_id: str, actor: str) -> bytes:
        """An `InterestsAnswer`, the look written down."""
        _check_id(customer_id)
        found = self._described(customer_id)
        self._auditor.add(actor, "interests", customer_id, "found")
        return to_json(found)

    async def declare(self, customer_id: str, body: InterestsRequest, actor: str, *, until: float) -> bytes:
        """An `InterestsAnswer` once what was declared is on the disk.

        RequestError where none of the names is known (422), or they cannot be kept (429, 503).
        """
        _check_id(customer_id)
        names = self._names
        known = [name for name in body.interests if names.find(name)]
        unknown = [(place, name) for place, name in enumerate(body.interests) if not names.find(name)]
        if unknown and not known:
            raise RequestError(422, "unknown_interest", _unknown(unknown[0][1], names), field="interests.0")
        now, declared = self._desk.clock.now(), [names.shown(name) for name in known]
        await self._storing.store(
            lambda store: _book(store).declare(customer_id, declared, now, actor=actor), until=until
        )
        return to_json({**self._described(customer_id), "rejected": _rejected(unknown, names)})

    async def remove(self, customer_id: str, name: str, actor: str, *, until: float) -> bytes:
        """An `InterestsAnswer` once the removal is on the disk.

        RequestError for a name of nothing, and that the customer did not declare (404), or where it cannot be kept.
        """
        _check_id(customer_id)
        if not 0 < len(name) <= MAX_ID_BYTES:
            raise RequestError(422, "invalid_value", "name: must have 1 to 256 characters", field="name")
        names = self._names
        if not names.find(name):
            raise RequestError(404, "unknown_interest", _unknown(name, names), field="name")
        spelt = names.shown(name)
        await self._storing.store(lambda store: _book(store).remove(customer_id, spelt, actor=actor), until=until)
        return to_json(self._described(customer_id))

    async def call(self, customer_id: str, body: NameRequest, actor: str, *, until: float) -> bytes:
        """A `NameAnswer` once the name is on the disk, sealed.

        RequestError without a secret to seal it with (503), for a name that could not be shown (422), or where it
        cannot be kept.
        """
        _check_id(customer_id)
        names, name = self._desk.names, body.name
        keys = names.keys
        if keys is None:
            raise RequestError(503, "no_secret", f"names are kept under seal, and the service has no secret; {HOW}")
        if name is not None and names.fit(name) is None:
            rule = "a name has letters, blanks, hyphens, dots and apostrophes, up to 80 of them"
            raise RequestError(422, "invalid_value", f"name: {rule}, not {shown(name)}", field="name")
        now = self._desk.clock.now()

        def saying(store: "LiveStore") -> None:
            from features.names.book import NameBook  # loads the database's library: not on the loop

            NameBook(store.backend, keys).say(customer_id, name, now, actor=actor)

        await self._storing.store(saying, until=until)
        names.forget(customer_id)
        return to_json({"customer_id": customer_id, "name": names.name(customer_id, self._desk.answers.personal)})

    @property
    def _names(self) -> Names:
        return self._desk.answers.champion.recommender.questions.names

    def _described(self, customer_id: str) -> dict[str, Any]:
        answers = self._desk.answers
        known = answers.known(customer_id)
        account = account_now(known, answers.champion.recommender)
        return {"customer_id": customer_id, "used": known.personal, **described(account)}


def _book(store: "LiveStore") -> "Book":
    from features.interests.book import Book  # loads the database's library: not on the loop

    return Book(store.backend)


def account_now(known: Known, recommender: Recommender) -> Account:
    """The interests of a customer as they are known now."""
    request, questions = known.request, recommender.questions
    time, catalogue = request.context.time, questions.catalogue
    return account_of(request.history, request.profiles, catalogue, questions.names, time=time, told=known.told)


def described(account: Account) -> dict[str, Any]:
    """All interests of one customer."""
    return {
        "declared": [_interest(one) for one in account.declared],
        "inferred": [_interest(one) for one in account.inferred],
        "removed": list(account.removed),
    }


def _interest(interest: Interest) -> dict[str, Any]:
    evidence = interest.evidence
    days = {"days": round(evidence.days, 2), "last_days": round(evidence.last_days, 2)}
    return {
        "name": interest.name,
        "kind": interest.level,
        "strength": interest.strength,
        "since": None if interest.since is None else shown_time(interest.since),
        "evidence": {**asdict(evidence), **days, "text": evidence.text},
    }


def _rejected(unknown: Sequence[tuple[int, str]], names: Names) -> list[dict[str, Any]]:
    found = []
    for count, (place, name) in enumerate(unknown):
        message = _unknown(name, names, similar=count < _EXPLAINED)
        error = {"code": "unknown_interest", "message": message, "field": f"interests.{place}"}
        found.append({"index": place, "error": error})
    return found


def _unknown(name: str, names: Names, *, similar: bool = True) -> str:
    like = names.like(name) if similar else []
    meant = f"; did you mean {' or '.join(shown(one) for one in like)}?" if like else ""
    return f"no category or brand of this shop is called {shown(name)}{meant}"


def _check_id(customer_id: str) -> None:
    """RequestError for what cannot be a customer's id."""
    long = len(customer_id.encode(errors="replace")) > MAX_ID_BYTES
    if not customer_id or long or any(category(letter) == "Cc" for letter in customer_id):
        message = (
            f"customer_id: must have 1 to {MAX_ID_BYTES} bytes and no control characters, not {shown(customer_id)}"
        )
        raise RequestError(422, "invalid_value", message, field="customer_id")
