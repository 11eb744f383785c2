"""Rights: consent that a customer states, and the erasure that one asks for, done in the store of a worker.

When it returns it counts in all workers: each asks the store before every answer whether there is anything new.
"""

from features.consent.purposes import Consent, names_of
from features.store.config import StoreConfig
from serving.bodies import ConsentAnswer, ConsentRequest, ErasedAnswer
from serving.call import Call
from serving.desk import Desk
from serving.storing import Storing


class Rights:
    """What customers may ask of one worker."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._keeper = desk, desk.keeper
        self._storing = Storing(desk.keeper)

    async def erase(self, customer_id: str, actor: str, *, until: float) -> ErasedAnswer:
        """Take everything of a customer out of the store, and let nothing in again.

        RequestError (429, 503) where that cannot be done; asked again, what is left is done.
        """
        from features.consent.erasing import erase

        place, config = self._keeper.workspace, self._keeper.settings.section("store", StoreConfig)
        work = self._storing.store(lambda store: erase(store, place, config, customer_id, actor=actor), until=until)
        done = await work
        return ErasedAnswer(customer_id=customer_id, devices=len(done.names) - 1, gone=dict(done.gone))

    async def consent(self, customer_id: str, stated: ConsentRequest, actor: str, *, until: float) -> ConsentAnswer:
        """Take a consent down; ErasedError for who was erased, RequestError (429, 503) where it cannot be kept."""
        from features.consent.saying import say

        consent = Consent.of({name: given for name, given in stated.model_dump().items() if given is not None})
        said = await self._storing.store(
            lambda store: say(store, customer_id, consent, actor=actor, source="api"), until=until
        )
        granted = said.granting(self._desk.granted(customer_id))
        return ConsentAnswer(customer_id=customer_id, consent=names_of(granted), stated=said.named)


def actor_of(call: Call) -> str:
    """Who sent a call, for the audit log."""
    return "local" if call.holder is None else call.holder.token.name
