"""A model that learned from visits: the next list of a visit shows what is bought later in it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from esnaf.simulation.parameters import Parameters
from esnaf.simulation.shop import simulate
from features.arrays import DAY
from features.kinds import Kind
from features.recent import Deed
from features.settings import Settings
from features.tables import Shop, TablesConfig, load
from features.visit import unbroken
from training.asking import Asked, Cuts, Known, asked
from training.query import Query
from training.recommender import Recommender
from training.request import Request
from training.trainer import Trainer

SETTINGS = Settings.parse("[ranker]\ntrees = 20\nthreads = 1\n[training]\nwindows = 3\n")
N = 10


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("visits")
    simulate(folder, Parameters(customers=900, products=300, days=200, seed=4))
    return load(folder, SETTINGS.section("tables", TablesConfig))


@pytest.fixture(scope="module")
def model(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Recommender:
    """As of four weeks before the end, as a service has it."""
    folder = tmp_path_factory.mktemp("bundle") / "1"
    fitted = Trainer(shop, SETTINGS).fit(shop.log.end - 28 * DAY)
    assert fitted.visits is not None
    fitted.save(folder)
    return Recommender.load(folder)


@pytest.fixture(scope="module")
def question(shop: Shop, model: Recommender) -> Asked:
    """Visits of the week after."""
    known = Known(len(model.customers), len(model.products), model.time)
    cuts = Cuts.of(shop.log, model.time, model.time + 7 * DAY, most=400, seed=2)
    weeks = [asked(week, shop.log, shop.profiles, known) for week in cuts.weeks()]
    return max(weeks, key=lambda week: len(week.request))


def hits(model: Recommender, request: Request, question: Asked) -> float:
    """Share of the visits in whose list something is that is bought later."""
    ranking = model.lists(request, N)
    offsets = question.bought.offsets
    rows = np.flatnonzero(np.diff(offsets)).tolist()
    assert len(rows) > 20
    shown = [set(ranking.product[ranking.offsets[row] : ranking.offsets[row + 1]].tolist()) for row in rows]
    bought = [set(question.bought.product[offsets[row] : offsets[row + 1]].tolist()) for row in rows]
    return float(np.mean([bool(one & other) for one, other in zip(shown, bought, strict=True)]))


def test_lists_that_know_the_visit_show_what_is_bought_in_it(model: Recommender, question: Asked) -> None:
    live = question.request
    without = model.questions.of_customers(live.customer, model.time)
    assert hits(model, live, question) > 2 * hits(model, without, question)
    assert hits(model, live, question) > 2 * hits(replace(model, visits=None), live, question)


def test_a_visitor_is_known_by_the_visit(model: Recommender, question: Asked) -> None:
    live = question.request
    nobody = np.full(len(live), -1, np.int32)
    visit = live.history.only(unbroken(live.history, live.context.time))
    visitors = replace(live, customer=nobody, history=visit, profiles=live.profiles.take(nobody))
    strangers = model.questions.of_customers(nobody, model.time)
    assert hits(model, visitors, question) > 2 * hits(model, strangers, question)


def test_one_alone_is_as_in_a_batch(model: Recommender) -> None:
    now = model.time + 3600
    products = model.products.ids()[:40]
    queries = [
        Query(customer_id=id, recent=(Deed(products[place], Kind.VIEW, now - 60),) if place % 2 else ())
        for place, id in enumerate(model.customers.ids()[:40])
    ]
    together = model.recommend(queries, N, time=now)
    assert together == [model.recommend([query], N, time=now)[0] for query in queries]
    quiet = [replace(query, recent=()) for query in queries]
    changed = [one != other for one, other in zip(together, model.recommend(quiet, N, time=now), strict=True)]
    assert sum(changed[1::2]) > 15
    assert not any(changed[::2])


def test_a_page_and_a_cart_are_a_visit_too(model: Recommender) -> None:
    customer, now = model.customers.id(0), model.time + 3600
    viewed, carted = model.products.ids()[:2]
    plain, page, cart = model.recommend(
        [Query(customer), Query(customer, viewed=viewed), Query(customer, basket=(carted,))], N, time=now
    )
    assert plain != page != cart


def test_reasons_tell_of_the_visit(model: Recommender) -> None:
    now = model.time + 3600
    seen: Any = next(source.generator for source in model.sources if source.generator.name == "seen")
    near = seen.similar.only(seen.similar.index != seen.similar.row)
    strongest = int(near.value.argmax())
    looked, goes_with = int(near.row[strongest]), int(near.index[strongest])
    ids = model.products.ids(np.array([looked, goes_with], np.int32))
    query = Query(recent=(Deed(ids[0], Kind.VIEW, now - 60),))
    told = " ".join(model.explain(query, ids, time=now)).lower()
    assert "you looked at it just now" in told
    assert "as you did" in told
