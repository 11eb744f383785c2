"""Record: all that is known of one customer, put together from model and store when it is asked for."""

from typing import Any

from serving.answers import Known
from serving.clock import shown_time
from serving.desk import Desk
from serving.onboarding import account_now, described
from serving.record.attributes import attributes
from serving.record.consents import consents
from serving.record.groups import groups
from serving.record.identifiers import identifiers
from serving.record.lists import Lists
from serving.record.past import past
from serving.record.scores import scores
from serving.record.subject import Subject


class Records:
    """The records of one desk's customers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.lists = Lists(desk)

    def record(self, customer_id: str) -> dict[str, Any]:
        """A `RecordAnswer`; RequestError (404) for somebody of whom nothing is known."""
        return self.of(Subject.of(self._desk, customer_id))

    def of(self, subject: Subject) -> dict[str, Any]:
        """The same of a subject that was looked up."""
        answers = self._desk.answers
        allowed = consents(subject)
        known = Known(subject.request, subject.told, allowed["personalisation"]["granted"])
        return {
            "customer_id": subject.customer_id,
            "model_version": answers.champion.version,
            "as_of": shown_time(subject.now),
            "in_model": subject.index >= 0,
            "identifiers": identifiers(subject),
            "attributes": attributes(subject),
            "history": past(subject),
            "interests": described(account_now(known, subject.model)),
            "segments": groups(subject),
            "consent": allowed,
            "lists": self.lists.last(subject.customer_id),
            "scores": scores(subject),
        }
