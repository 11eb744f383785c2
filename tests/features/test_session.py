"""What is in hand, told by what was done last."""

from features.kinds import Kind
from features.recent import Deed
from features.session import IDLE, KEPT, Session

NOW = 1_000_000


def did(kind: Kind, product: str, ago: int = 10) -> Deed:
    return Deed(product, kind, NOW - ago)


def test_what_was_put_into_the_cart_is_in_hand_until_it_is_taken_out_or_bought() -> None:
    put = [did(Kind.ADD_TO_CART, product, 60) for product in ("tea", "cup", "pot")]
    later = [did(Kind.REMOVE_FROM_CART, "tea"), did(Kind.PURCHASE, "cup")]
    assert Session.of(put, NOW).basket == ("tea", "cup", "pot")
    assert Session.of([*put, *later], NOW).basket == ("pot",)


def test_the_last_product_looked_at_is_on_the_page() -> None:
    looked = [did(Kind.VIEW, "tea", 60), did(Kind.CLICK, "cup", 30)]
    assert Session.of(looked, NOW).viewed == "cup"
    assert Session.of([*looked, did(Kind.ADD_TO_CART, "cup")], NOW) == Session(("cup",), None)


def test_a_visit_ends_when_nothing_happens_and_the_cart_outlives_it() -> None:
    deeds = [did(Kind.ADD_TO_CART, "tea", IDLE + 20), did(Kind.VIEW, "cup", IDLE + 10)]
    assert Session.of(deeds, NOW) == Session(("tea",), None)
    assert Session.of([*deeds, Deed(None, Kind.SEARCH, NOW)], NOW).viewed is None
    assert Session.of([did(Kind.ADD_TO_CART, "tea", KEPT + 1)], NOW).basket == ()


def test_nobody_has_anything_in_hand() -> None:
    assert Session.of((), NOW) == Session()
