"""One file that anybody can open and read."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.training.contenders import Contenders
from training.comparison.comparison import Comparison
from training.comparison.config import CompareConfig
from training.comparison.contest import Contest
from training.comparison.difference import Difference
from training.evaluation.bootstrap import Interval
from training.gate.config import GateConfig
from training.gate.gate import Gate
from training.gate.trial import Trial
from training.report import words
from training.report.page import Page

VOID = {"meta", "rect", "line", "circle"}


class Reader(HTMLParser):
    """Notes tags and their attributes, and what is left open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.wrong: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@pytest.fixture(scope="module")
def contest(contenders: Contenders) -> Contest:
    return contenders.contest("1", "3")


@pytest.fixture(scope="module")
def html(contest: Contest) -> str:
    verdict = Gate(GateConfig()).judge(Trial.of(contest))
    return Page(contest, "Version 3 against version 1", verdict, named=True).html()


def test_it_is_whole_and_well_formed(html: str) -> None:
    reader = read(html)
    assert (reader.open, reader.wrong) == ([], [])
    assert [tag for tag, _ in reader.tags].count("h1") == 1


def test_it_loads_nothing_and_runs_nothing(html: str) -> None:
    reader = read(html)
    assert {tag for tag, _ in reader.tags} & {"script", "link", "img", "iframe", "object", "form", "base"} == set()
    assert re.search(r"url\(|@import|https?://", html) is None
    names = {name for _, attributes in reader.tags for name in attributes}
    assert not any(name.startswith("on") or name in {"src", "srcset", "action"} for name in names)
    links = [attributes["href"] for tag, attributes in reader.tags if tag == "a"]
    assert links
    assert all(link and link.startswith("#") for link in links)
    assert "default-src 'none'" in html


def test_links_lead_to_the_chapters(html: str) -> None:
    reader = read(html)
    ids = [attributes["id"] for tag, attributes in reader.tags if tag == "section"]
    assert [f"#{id}" for id in ids] == [attributes["href"] for tag, attributes in reader.tags if tag == "a"]
    wanted = {
        "metrics",
        "segments",
        "categories",
        "examples",
        "lists",
        "features",
        "inputs",
        "cost",
        "settings",
        "gate",
    }
    assert wanted == set(ids)


def test_every_drawing_says_what_it_shows(html: str) -> None:
    drawings = [attributes for tag, attributes in read(html).tags if tag == "svg"]
    assert len(drawings) > 30
    assert all(drawing["role"] == "img" and drawing["aria-label"] for drawing in drawings)


def test_tables_stay_tables_on_a_narrow_screen(html: str) -> None:
    tags = read(html).tags
    roles = {"table": "table", "tr": "row", "td": "cell"}
    assert all(attributes.get("role") == roles[tag] for tag, attributes in tags if tag in roles)
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in tags
    assert "prefers-color-scheme: dark" in html


def test_the_verdict_stands_first_with_its_numbers(contest: Contest, html: str) -> None:
    text = " ".join(read(html).text)
    headline = contest.comparison.headline
    assert headline is not None
    assert "▼ Version 3 is worse than version 1" in text
    assert f"NDCG@20 {headline.text}." in text
    assert "The gate refuses it as a champion: ndcg" in text


def test_customers_are_named_where_so_asked_only(contest: Contest, html: str) -> None:
    ids = [example.customer_id for example in contest.examples]
    assert ids
    assert all(id in html for id in ids)
    hidden = Page(contest, "Version 3").html()
    assert not any(id in hidden for id in ids)
    assert "Customer 1 gains" in hidden


def test_names_of_products_are_text_and_nothing_else(contest: Contest) -> None:
    example = contest.examples[0]
    places = [replace(place, name="<b onclick=x>Tea & Co</b>", reason='"<i>') for place in example.lists[0]]
    evil = replace(contest, examples=(replace(example, lists=(places, places), customer_id="<u>"),))
    page = Page(evil, "<title>", named=True).html()
    assert (read(page).open, read(page).wrong) == ([], [])
    assert "&lt;b onclick=x&gt;Tea &amp; Co&lt;/b&gt;" in page
    assert "<b onclick" not in page
    assert "<u>" not in page


def test_the_same_contest_makes_the_same_page(contest: Contest) -> None:
    assert Page(contest, "Version 3").html() == Page(contest, "Version 3").html()


def test_beside_a_baseline_there_are_no_inputs_and_costs_of_one_only(contenders: Contenders) -> None:
    from training.measurement import measurement_of
    from training.recommender import Recommender

    contender = contenders.trained["1"]
    assert contender.measured is not None
    cut, end = contenders.window.truth.cut, contenders.end
    measurement = measurement_of(
        Recommender.load(contender.measured), contenders.shop, cut=cut, end=end, bundle=contender.measured
    )
    side = contenders.window.measured_side(contender, measurement)
    found = Contest.with_baseline(side, contenders.shop, CompareConfig(examples=1))
    assert found.metrics == {}
    page = Page(found, "Version 1").html()
    ids = [attributes["id"] for tag, attributes in read(page).tags if tag == "section"]
    assert "baselines" in ids
    assert not {"inputs", "settings", "gate"} & set(ids)
    assert "decay (baseline)" in page


def test_nobody_to_score(contest: Contest) -> None:
    empty = replace(contest, comparison=Comparison(0, 86_400, 0, {}, {}), examples=())
    page = Page(empty, "Version 3", notes=("only a small shop",)).html()
    assert "Nobody could be scored in this window" in page
    assert "only a small shop" in page


@pytest.mark.parametrize(
    ("name", "words_of_it"),
    [
        ("ndcg_at_20", "NDCG@20"),
        ("explore/recall_at_20", "Recall@20, new products"),
        ("segment.orders_10_up/ndcg_at_20", "NDCG@20, 10 or more orders before"),
        ("segment.orders_1/ndcg_at_20", "NDCG@20, 1 order before"),
        ("segment.orders_2_3/ndcg_at_20", "NDCG@20, 2 to 3 orders before"),
        ("segment.country.United_Kingdom/ndcg_at_20", "NDCG@20, country: United Kingdom"),
        ("category.Tea_Coffee/recall_at_20", "Recall@20, Tea Coffee"),
    ],
)
def test_figures_in_words(name: str, words_of_it: str) -> None:
    assert words.difference(name) == words_of_it


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (float("nan"), ""), (0.12345, "0.1235"), (12.345, "12.35"), (12345.6, "12,346")]
)
def test_numbers_in_words(value: float | None, text: str) -> None:
    assert words.number(value) == text


def test_marks_stay_on_their_scale() -> None:
    from training.report.marks import bars, interval_mark

    drawn = interval_mark(Interval(5.0, -9.0, 9.0), limit=1.0, margin=0.1, tone="same", label="a < b")
    assert 'x1="0.00%" x2="100.00%"' in drawn
    assert 'aria-label="a &lt; b"' in drawn
    assert 'width="100.00%"' in bars([2.0], limit=1.0, label="x")
    assert 'width="0.00%"' in bars([2.0], limit=0.0, label="x")
    assert Difference(1, 0.0, 0.0, Interval(0.0, 0.0, 0.0), 0.0).verdict == "no difference"
