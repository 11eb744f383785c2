"""Rights: what is known of a customer, the consent that one states, and the erasure that one asks for.

When it returns it counts in all workers: each asks the store before every answer whether there is anything new.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from features.consent.purposes import Consent, names_of
from features.store.config import StoreConfig
from serving.bodies import ConsentAnswer, ConsentRequest, ErasedAnswer
from serving.call import Call
from serving.desk import Desk
from serving.errors import RequestError
from serving.record.auditor import Auditor
from serving.record.record import Records
from serving.record.why import why
from serving.replies import to_json
from serving.storing import Storing

if TYPE_CHECKING:
    from features.consent.erasing import Erased
    from features.store.livestore import LiveStore


class Rights:
    """What customers may ask of one worker."""

    def __init__(self, desk: Desk, auditor: Auditor) -> None:
        self._desk, self._keeper, self._auditor = desk, desk.keeper, auditor
        self._storing = Storing(desk.keeper)
        self._records = Records(desk)

    def record(self, customer_id: str, actor: str) -> bytes:
        """A `RecordAnswer`; RequestError (404) for somebody of whom nothing is known."""
        return self._looked(lambda: self._records.record(customer_id), customer_id, actor, "record")

    def why(self, customer_id: str, actor: str) -> bytes:
        """A `WhyAnswer`; RequestError (404) for somebody of whom nothing is known."""
        return self._looked(lambda: why(self._desk, customer_id), customer_id, actor, "why")

    def close(self) -> None:
        """Let go of what was opened."""
        self._records.lists.close()

    def _looked(self, look: Callable[[], dict[str, Any]], customer_id: str, actor: str, action: str) -> bytes:
        """What a look finds, written down whether it finds anything or not."""
        try:
            found = look()
        except RequestError:
            self._auditor.add(actor, action, customer_id, "unknown")
            raise
        self._auditor.add(actor, action, customer_id, "found")
        return to_json(found)

    async def erase(self, customer_id: str, actor: str, *, until: float) -> ErasedAnswer:
        """Take everything of a customer out of the store, and let nothing in again.

        RequestError (429, 503) where that cannot be done; asked again, what is left is done.
        """
        place, config = self._keeper.workspace, self._keeper.settings.section("store", StoreConfig)
        live = self._desk.answers.live
        live.follow()
        also = live.persons.known_as(customer_id)  # by the model as well, which the store knows nothing of

        def erased(store: "LiveStore") -> "Erased":
            from features.consent.erasing import erase  # loads the database's library: not on the loop

            return erase(store, place, config, customer_id, actor=actor, also=also)

        done = await self._storing.store(erased, until=until)
        return ErasedAnswer(customer_id=customer_id, devices=len(done.names) - 1, gone=dict(done.gone))

    async def consent(self, customer_id: str, stated: ConsentRequest, actor: str, *, until: float) -> ConsentAnswer:
        """Take a consent down; ErasedError for who was erased, RequestError (429, 503) where it cannot be kept."""
        consent = Consent.of({name: given for name, given in stated.model_dump().items() if given is not None})

        def stating(store: "LiveStore") -> Consent:
            from features.consent.saying import say

            return say(store, customer_id, consent, actor=actor, source="api")

        said = await self._storing.store(stating, until=until)
        self._desk.answers.live.follow()
        granted = names_of(self._desk.granting(customer_id))
        return ConsentAnswer(customer_id=customer_id, consent=granted, stated=said.named)


def actor_of(call: Call) -> str:
    """Who sent a call, for the audit log."""
    return "local" if call.holder is None else call.holder.token.name
