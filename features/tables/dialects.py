"""Names of event types: our own, and those of other systems.

Sources: Segment's e-commerce specification v2, Google Analytics 4's recommended events, Amazon Personalize's
recommended event types, Adobe/Shopify-style spellings of the same.
"""

import re
from collections.abc import Mapping

from features.kinds import Kind

_SEGMENT = {
    "Products Searched": Kind.SEARCH,
    "Product List Viewed": Kind.IMPRESSION,
    "Product Clicked": Kind.CLICK,
    "Product Viewed": Kind.VIEW,
    "Product Added": Kind.ADD_TO_CART,
    "Product Removed": Kind.REMOVE_FROM_CART,
    "Product Added to Wishlist": Kind.WISHLIST,
    "Wishlist Product Added to Cart": Kind.ADD_TO_CART,
    "Order Completed": Kind.PURCHASE,
    "Order Refunded": Kind.REFUND,
    "Order Cancelled": Kind.REFUND,
    "Email Delivered": Kind.MESSAGE_SENT,
    "Email Opened": Kind.MESSAGE_OPENED,
    "Email Link Clicked": Kind.MESSAGE_CLICKED,
    "Push Notification Received": Kind.MESSAGE_SENT,
    "Push Notification Tapped": Kind.MESSAGE_CLICKED,
}
_GA4 = {
    "view_item": Kind.VIEW,
    "select_item": Kind.CLICK,
    "view_search_results": Kind.SEARCH,
    "add_to_cart": Kind.ADD_TO_CART,
    "remove_from_cart": Kind.REMOVE_FROM_CART,
    "add_to_wishlist": Kind.WISHLIST,
    "purchase": Kind.PURCHASE,
    "refund": Kind.REFUND,
    "view_item_list": Kind.IMPRESSION,
    "login": Kind.IDENTIFY,
    "sign_up": Kind.IDENTIFY,
}
_PERSONALIZE = {
    "View": Kind.VIEW,
    "Click": Kind.CLICK,
    "AddToCart": Kind.ADD_TO_CART,
    "RemoveFromCart": Kind.REMOVE_FROM_CART,
    "AddToWishlist": Kind.WISHLIST,
    "Purchase": Kind.PURCHASE,
}
_PLAIN = {
    "buy": Kind.PURCHASE,
    "order": Kind.PURCHASE,
    "transaction": Kind.PURCHASE,
    "return": Kind.REFUND,
    "cancellation": Kind.REFUND,
    "cart": Kind.ADD_TO_CART,
    "detail_page_view": Kind.VIEW,
    "page_view_item": Kind.VIEW,
    "favorite": Kind.WISHLIST,
    "favourite": Kind.WISHLIST,
}


def folded(name: str) -> str:
    """A name without case, spaces and punctuation: `Order Completed`, `order_completed` and `OrderCompleted` agree."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


ALIASES: Mapping[str, Kind] = {
    folded(name): kind
    for names in (_PLAIN, _PERSONALIZE, _GA4, _SEGMENT, {kind.name: kind for kind in Kind})
    for name, kind in names.items()
}


KINDS = tuple(kind.name.lower() for kind in Kind)
"""Our own names."""


def kind_of(name: str) -> Kind | None:
    """The kind that a name of any dialect stands for, None where none is known."""
    return ALIASES.get(folded(name))
