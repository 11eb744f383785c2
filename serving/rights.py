"""Rights: consent that a customer states, and the erasure that one asks for, done in the store of a worker.

The work is the database's, so a thread does it while others are answered. When it returns it counts in all workers:
each asks the store before every answer whether there is anything new.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from features.consent.purposes import ALL, Consent, names_of
from features.errors import EsnafError, RefusedError, StoreBusy, StoreError
from features.store.config import StoreConfig
from serving.bodies import ConsentAnswer, ConsentRequest, ErasedAnswer
from serving.call import Call
from serving.desk import Desk
from serving.errors import RequestError

if TYPE_CHECKING:
    from features.store.livestore import LiveStore

T = TypeVar("T")
_AGAIN = 1  # seconds to come back after


class Rights:
    """What customers may ask of one worker."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._keeper = desk, desk.keeper

    async def erase(self, customer_id: str, actor: str) -> ErasedAnswer:
        """Take everything of a customer out of the store, and let nothing in again; RequestError (503) without it."""
        from features.consent.erasing import erase

        config = self._keeper.settings.section("store", StoreConfig)
        done = await self._with_store(
            lambda store: erase(store, self._keeper.workspace, config, customer_id, actor=actor)
        )
        return ErasedAnswer(customer_id=customer_id, devices=len(done.names) - 1, gone=dict(done.gone))

    async def consent(self, customer_id: str, stated: ConsentRequest, actor: str) -> ConsentAnswer:
        """Take a consent down; RequestError: the store is away (503), or this customer was erased (409)."""
        from features.consent.saying import say

        consent = Consent.of({name: given for name, given in stated.model_dump().items() if given is not None})
        said = await self._with_store(lambda store: say(store, customer_id, consent, actor=actor, source="api"))
        granted = said.granting(self.known(customer_id))
        return ConsentAnswer(customer_id=customer_id, consent=names_of(granted), stated=said.named)

    def known(self, customer_id: str) -> int:
        """The purposes that a customer grants as far as the model knows, else as is set."""
        model = self._desk.answers.champion.recommender
        index = model.customers.index(customer_id)
        standing = ALL if self._desk.display.granted else 0
        return standing if index < 0 else int(model.profiles.consent[index])

    async def _with_store(self, work: "Callable[[LiveStore], T]") -> T:
        """The store is made where there is none: what a customer states must be kept somewhere."""
        if self._keeper.state == "unavailable":
            raise _away("the live store is away")
        try:
            return await asyncio.to_thread(lambda: work(self._keeper.opened()))
        except RefusedError as error:
            raise RequestError(409, "erased", str(error), field="customer_id") from None
        except StoreBusy:
            raise _away("others keep the live store busy") from None
        except StoreError as error:
            self._keeper.failed(error)
            raise _away("the live store cannot be used") from None
        except EsnafError as error:
            raise _away(str(error)) from None


def actor_of(call: Call) -> str:
    """Who sent a call, for the audit log."""
    return "local" if call.holder is None else call.holder.token.name


def _away(what: str) -> RequestError:
    return RequestError(
        503, "store_unavailable", f"{what}; nothing was changed for sure, ask again", retry_after=_AGAIN
    )
