"""Saying: a customer's consent as it is stated now, taken down in the live store."""

import time as clock

from features.consent import changes
from features.consent.audit import write
from features.consent.change import ChangeKind
from features.consent.entry import Entry
from features.consent.purposes import Consent
from features.store.livestore import LiveStore


def say(store: LiveStore, customer_id: str, consent: Consent, *, actor: str, source: str) -> Consent:
    """Take a consent down, and return all that the customer stated here by now.

    It counts for every answer, and every event, that begins after the return. ErasedError for who was erased: they
    are nobody whom anything could be known of; StoreError as the store has it.
    """
    now = int(clock.time())
    with store.backend.writing() as connection:
        changes.refuse_erased(connection, customer_id)
        changes.say(connection, [(customer_id, ChangeKind.CONSENT, consent)], time=now, source=source)
        write(connection, Entry(now, actor, "consent", customer_id, "changed"))
        said = Consent()
        for change in changes.of_subject(connection, customer_id):
            said = change.consent.over(said)
    return said
