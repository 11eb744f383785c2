"""Basket: what is in a customer's cart, told by what they did last."""

from collections.abc import Sequence

from features.kinds import Kind
from features.recent import Deed

KEPT = 86_400  # seconds that a cart is kept in mind


def basket_of(deeds: Sequence[Deed], now: int) -> tuple[str, ...]:
    """Product ids, from one customer's deeds in the order of time, those at `now` among them."""
    basket: dict[str, None] = {}
    for deed in deeds:
        if deed.product_id is None:
            continue
        if deed.kind == Kind.ADD_TO_CART and now - deed.time <= KEPT:
            basket[deed.product_id] = None
        elif deed.kind in (Kind.REMOVE_FROM_CART, Kind.PURCHASE):
            basket.pop(deed.product_id, None)
    return tuple(basket)
