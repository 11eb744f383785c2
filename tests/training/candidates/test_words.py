"""Words: resemblance, and products that nobody has bought yet."""

import numpy as np

from features.arrays import DAY
from tests.training.candidates.shop import CUT, PER_DEPARTMENT, PRODUCTS, T, shop
from training.candidates.topk import top_k
from training.candidates.words import Words, WordsConfig


def fitted(time: int = T, **config: float) -> Words:
    words = Words(WordsConfig(common=1.0, **config))  # type: ignore[arg-type]
    words.fit(shop().snapshot(time))
    return words


def launched(department: int) -> int:
    return shop().product(f"p{(department + 1) * PER_DEPARTMENT - 1}")


def test_products_share_a_rare_word_then_their_category() -> None:
    similar = fitted(neighbours=PRODUCTS).similar
    row = similar.slice(shop().product("p0"), shop().product("p0") + 1)
    by = dict(zip(row.index.tolist(), row.value.tolist(), strict=True))
    itself, twin, other = (by[shop().product(p)] for p in ("p0", "p1", "p4"))
    assert np.isclose(itself, 1.0)
    assert itself > twin > other > 0


def test_a_new_product_is_named_once_it_is_created() -> None:
    bought = shop().snapshot().history
    assert launched(0) not in set(bought.product.tolist())
    before = fitted(T)
    assert launched(0) not in set(before.similar.index.tolist())
    created = shop().snapshot()
    after = Words(WordsConfig(common=1.0, neighbours=PRODUCTS))
    after.fit(type(created)((CUT + 2) * DAY, created.history, created.catalogue, created.market, created.profiles))
    assert launched(0) in set(after.similar.index.tolist())
    request = shop().request(created, np.arange(3))
    assert launched(0) in top_k(after.scores(request), PRODUCTS).product


def test_words_that_everything_has_are_left_out() -> None:
    words = Words(WordsConfig(common=0.1, neighbours=PRODUCTS))
    words.fit(shop().snapshot())
    row = words.similar.slice(shop().product("p0"), shop().product("p0") + 1)
    assert set(row.index.tolist()) == {shop().product("p0"), shop().product("p1")}
