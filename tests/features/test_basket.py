"""What is in the cart, told by what was done last."""

from features.basket import KEPT, basket_of
from features.kinds import Kind
from features.recent import Deed

NOW = 1_000_000


def did(kind: Kind, product: str, ago: int = 10) -> Deed:
    return Deed(product, kind, NOW - ago)


def test_what_was_put_into_the_cart_is_there_until_it_is_taken_out_or_bought() -> None:
    put = [did(Kind.ADD_TO_CART, product, 60) for product in ("tea", "cup", "pot")]
    later = [did(Kind.REMOVE_FROM_CART, "tea"), did(Kind.PURCHASE, "cup"), Deed(None, Kind.SEARCH, NOW)]
    assert basket_of(put, NOW) == ("tea", "cup", "pot")
    assert basket_of([*put, *later], NOW) == ("pot",)


def test_a_cart_outlives_the_visit_but_not_the_day() -> None:
    assert basket_of([did(Kind.ADD_TO_CART, "tea", KEPT)], NOW) == ("tea",)
    assert basket_of([did(Kind.ADD_TO_CART, "tea", KEPT + 1)], NOW) == ()


def test_looking_puts_nothing_into_the_cart() -> None:
    assert basket_of([did(Kind.VIEW, "tea"), did(Kind.WISHLIST, "cup")], NOW) == ()
