"""Session: what a visitor has in hand and is looking at, told by what they did last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from features.kinds import Kind
from features.recent import Deed

IDLE = 1_800  # seconds without a deed that end a visit, as web analytics count it
KEPT = 86_400  # seconds that a cart is kept in mind
_LOOKED = (Kind.VIEW, Kind.CLICK)


@dataclass(frozen=True)
class Session:
    """As of one moment."""

    basket: tuple[str, ...] = ()  # product ids that are in the cart
    viewed: str | None = None  # the product that was looked at last in this visit, if it is not in the cart

    @classmethod
    def of(cls, deeds: Sequence[Deed], now: int) -> Self:
        """From one customer's deeds in the order of time, those at `now` among them."""
        basket: dict[str, None] = {}
        viewed, last = None, None
        for deed in deeds:
            if last is not None and deed.time - last > IDLE:
                viewed = None
            last = deed.time
            if deed.product_id is None:
                continue
            if deed.kind == Kind.ADD_TO_CART and now - deed.time <= KEPT:
                basket[deed.product_id] = None
            elif deed.kind in (Kind.REMOVE_FROM_CART, Kind.PURCHASE):
                basket.pop(deed.product_id, None)
            elif deed.kind in _LOOKED:
                viewed = deed.product_id
        over = last is None or now - last > IDLE
        return cls(tuple(basket), None if over or viewed in basket else viewed)
