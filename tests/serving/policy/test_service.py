"""A service with rules: what it answers, and that the batch command writes the same lists."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from esnaf.arguments import invoke
from esnaf.cli import main
from features.store.config import FILE
from serving.bodies import ListAnswer
from serving.clock import shown_time
from tests.serving.patient import PATIENCE, running_service
from training import pointer
from training.recommender import Recommender

pytestmark = pytest.mark.service

RULES = """
[policy]
shared_channels = ["email"]

[[policy.exclude]]
name = "no-cheap"
price_max = 3

[[policy.sensitive]]
name = "private"
categories = ["{private}"]

[[policy.pins]]
name = "spring"
product = "{pinned}"
position = 2
placements = ["home"]
end = "{soon}"

[[policy.pins]]
name = "summer"
product = "{pinned}"
start = "{soon}"

[[policy.boosts]]
name = "house-brand"
brands = ["{brand}"]
factor = 3

[[policy.limits]]
name = "mixed-brands"
by = "brand"
most = 2

[[policy.diversity]]
name = "mixed-shelves"
strength = 0.2

[[policy.caps]]
name = "seen-enough"
shown = 2
days = 7

[[policy.exclude]]
name = "slip"
brands = ["No Such Brand"]
"""


@pytest.fixture(scope="module")
def names(recommender: Recommender, as_of: int) -> Mapping[str, str]:
    """What the rules name."""
    catalogue, order = recommender.catalogue, recommender.shelf.order.tolist()
    dear = [i for i in order if catalogue.available[i] and catalogue.price[i] > 3]
    return {
        "private": catalogue.category_names[int(catalogue.category[dear[0]])],
        "pinned": recommender.products.id(dear[-1]),
        "brand": catalogue.brand_names[int(catalogue.brand[dear[20]])],
        "soon": shown_time(as_of + 1),
    }


@pytest.fixture(scope="module")
def shop(
    workspace: Path, names: Mapping[str, str], as_of: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str]]:
    """A workspace with rules, and its service."""
    folder = tmp_path_factory.mktemp("ruled")
    shutil.copytree(workspace / "bundles", folder / "bundles")
    shutil.copy(workspace / pointer.FILE, folder)
    (folder / "esnaf.toml").write_text(RULES.format(**names))
    with running_service(folder, "--as-of", shown_time(as_of), log=folder / "service.log") as address:
        yield folder, address


@pytest.fixture
def client(shop: tuple[Path, str]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=shop[1], timeout=PATIENCE) as one:
        yield one


def asked(client: httpx.Client, **body: object) -> ListAnswer:
    answer = client.post("/v1/recommendations", json=body)
    assert answer.status_code == 200, answer.text
    return ListAnswer.model_validate_json(answer.content)


def named(answer: ListAnswer) -> list[str]:
    return [item.product_id for item in answer.items]


def test_each_placement_and_channel_has_its_rules(
    client: httpx.Client, recommender: Recommender, names: Mapping[str, str], known: str
) -> None:
    home = asked(client, customer_id=known, placement="home")
    assert named(home)[1] == names["pinned"]
    assert names["pinned"] not in named(asked(client, customer_id=known))
    mail = asked(client, customer_id=known, channel="email", n=60)
    categories = recommender.catalogue.category[recommender.products.indices(named(mail))].tolist()
    assert names["private"] not in {recommender.catalogue.category_names[code] for code in categories}
    again = asked(client, customer_id=known, placement="home")
    assert again.items == home.items


def test_reasons_name_the_rules(client: httpx.Client, names: Mapping[str, str], known: str) -> None:
    plain = client.post("/v1/recommendations", json={"customer_id": known, "placement": "home"}).json()
    assert not any("policy" in item for item in plain["items"])
    told = asked(client, customer_id=known, placement="home", explain=True)
    effects = {(item.product_id, one.rule, one.effect) for item in told.items for one in item.policy or ()}
    assert (names["pinned"], "spring", "pinned") in effects
    assert "house-brand" in {rule for _, rule, _ in effects}
    assert all(item.policy is not None for item in told.items)


def test_what_was_shown_twice_is_not_shown_again(client: httpx.Client, shop: tuple[Path, str], known: str) -> None:
    first = named(asked(client, customer_id=known))[0]
    for number in range(2):
        assert first in named(asked(client, customer_id=known))
        event = {"customer_id": known, "product_id": first, "event_type": "impression", "event_id": f"i{number}"}
        assert client.post("/v1/events", json=event).json()["accepted"] == 1
    assert first not in named(asked(client, customer_id=known))
    assert (shop[0] / FILE).exists()


def test_neighbours_keep_to_the_rules_that_hold_everywhere(client: httpx.Client, recommender: Recommender) -> None:
    catalogue = recommender.catalogue
    cheap = [i for i in range(len(catalogue)) if catalogue.available[i] and catalogue.price[i] <= 3]
    answer = client.get(f"/v1/products/{recommender.products.id(cheap[0])}/similar?n=200").json()
    found = recommender.products.indices([item["product_id"] for item in answer["items"]])
    assert len(found) > 50
    assert (catalogue.price[found] > 3).all()


@pytest.mark.parametrize("where", [{}, {"placement": "home", "channel": "email"}])
def test_the_batch_command_writes_the_same_lists(
    client: httpx.Client,
    shop: tuple[Path, str],
    customers: list[str],
    as_of: int,
    where: dict[str, str],
    tmp_path: Path,
) -> None:
    chosen, file = customers[-30:], tmp_path / "lists.parquet"
    (tmp_path / "ask.csv").write_text("\n".join(["customer_id", *chosen]))
    words = [word for name, value in where.items() for word in (f"--{name}", value)]
    options = ["--workspace", str(shop[0]), "--customers", str(tmp_path / "ask.csv"), "-n", "12", "-o", str(file)]
    invoke("recommend", *options, "--as-of", shown_time(as_of), *words)
    rows = pq.read_table(file).to_pylist()
    for customer in chosen:
        answer = asked(client, customer_id=customer, n=12, **where)
        own = [(r["product_id"], r["rank"], r["score"], r["source"]) for r in rows if r["customer_id"] == customer]
        assert own == [(item.product_id, item.rank, item.score, item.source) for item in answer.items]


def test_a_name_that_nobody_knows_is_told_and_stops_nothing(
    shop: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    told = "rule 'slip' names brand 'No Such Brand', which the model does not know"
    assert told in (shop[0] / "service.log").read_text()
    main(["doctor", "--workspace", str(shop[0])])
    lines = [line for line in capsys.readouterr().out.splitlines() if " policy " in line]
    assert ["9 rules" in lines[0], told in lines[1]] == [True, True]


def explained(shop: tuple[Path, str], as_of: int, *words: str) -> Any:
    return invoke("explain", "--workspace", str(shop[0]), "--as-of", shown_time(as_of), *words)


def test_a_period_ends_on_time(shop: tuple[Path, str], names: Mapping[str, str], as_of: int, known: str) -> None:
    """A second later the pin of the home page is over, and another one holds everywhere."""
    for later, rule, rank in ((0, "spring", 2), (1, "summer", 1)):
        (item,) = explained(shop, as_of + later, known, names["pinned"], "--placement", "home")["items"]
        assert (item["rank"], item["policy"]) == (rank, [{"rule": rule, "effect": "pinned"}])


def test_explain_says_what_kept_a_product_out(
    shop: tuple[Path, str],
    recommender: Recommender,
    as_of: int,
    known: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    catalogue = recommender.catalogue
    cheap = next(i for i in range(len(catalogue)) if catalogue.available[i] and catalogue.price[i] <= 3)
    product = recommender.products.id(cheap)
    (item,) = explained(shop, as_of, known, product)["items"]
    assert item["absent"]["because"] == "excluded"
    assert item["absent"]["rules"] == ("no-cheap",)
    assert main(["explain", "--workspace", str(shop[0]), known, product]) == 0
    assert f"{product} is not in the list: excluded by 'no-cheap'" in capsys.readouterr().out
