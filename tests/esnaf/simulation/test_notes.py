"""The JSON beside searches, surveys and messages."""

import json

import numpy as np

from esnaf.simulation.categories import CATEGORIES
from esnaf.simulation.notes import NO_NOTE, SCALES, Notes, message_texts
from esnaf.simulation.world import World


def test_no_text_stands_twice(world: World) -> None:
    texts = world.notes.texts.to_pylist()
    assert len(set(texts)) == len(texts)


def test_queries_name_what_is_looked_for(world: World) -> None:
    product = np.repeat(np.arange(len(world.assortment), dtype=np.int32), 20)
    texts = world.notes.texts.to_pylist()
    queries = [json.loads(texts[code])["query"] for code in world.notes.query(product, np.random.default_rng(0))]
    nouns = [
        CATEGORIES[world.assortment.category[p]].nouns.split("|")[world.assortment.noun[p]].lower() for p in product
    ]
    hits = [query.endswith(noun) for query, noun in zip(queries, nouns, strict=True)]
    assert 0.93 < np.mean(hits) < 0.99  # the rest has a typing error
    assert 0.5 < np.mean([query == noun for query, noun in zip(queries, nouns, strict=True)]) < 0.7


def test_answers_have_their_kind_and_score(world: World) -> None:
    kind, score = np.array([0, 1, 2]), np.array([5, 7, 0])
    texts = world.notes.texts.to_pylist()
    answers = [json.loads(texts[code]) for code in world.notes.answer(kind, score)]
    assert answers == [{"kind": k, "score": s} for k, s in zip(SCALES, score.tolist(), strict=True)]


def test_column_puts_messages_after_the_common_texts(world: World) -> None:
    notes: Notes = world.notes
    messages = message_texts(np.array([1, 2]), np.array([2_870, 2_871]))
    codes = np.array([len(notes.texts) + 1, NO_NOTE, 0])
    last, none, first = notes.column(codes, messages).to_pylist()
    assert json.loads(last)["campaign"] == "week-2871"
    assert none is None
    assert first == notes.texts[0].as_py()
