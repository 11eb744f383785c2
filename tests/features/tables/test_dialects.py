"""Names of event types in any dialect."""

import pytest

from features.kinds import Kind
from features.tables.dialects import ALIASES, kind_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Product Viewed", Kind.VIEW),
        ("Product Added to Wishlist", Kind.WISHLIST),
        ("Products Searched", Kind.SEARCH),
        ("add_to_cart", Kind.ADD_TO_CART),
        ("view_item", Kind.VIEW),
        ("Purchase", Kind.PURCHASE),
        ("ORDER COMPLETED", Kind.PURCHASE),
        ("order_refunded", Kind.REFUND),
        ("remove-from-cart", Kind.REMOVE_FROM_CART),
        ("sign_up", Kind.IDENTIFY),
        ("teleport", None),
        ("", None),
    ],
)
def test_names(name: str, kind: Kind | None) -> None:
    assert kind_of(name) is kind


def test_our_own_names_always_mean_themselves() -> None:
    assert all(kind_of(kind.name) is kind and kind_of(kind.name.title()) is kind for kind in Kind)
    assert set(ALIASES.values()) == set(Kind)
