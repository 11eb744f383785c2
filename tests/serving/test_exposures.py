"""The real service: what it shows is in the log, and what follows joins it."""

import shutil
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from esnaf.arguments import invoke
from serving.clock import shown_time
from tests.serving.patient import PATIENCE, running_service, until
from training import pointer

pytestmark = pytest.mark.service

SETTINGS = {
    "off": "",
    "softmax": "[exploration]\nmethod = 'softmax'\ntemperature = 1.0\ntop = 12\n",
}


@pytest.fixture(scope="module", params=[pytest.param("off", marks=pytest.mark.bench), "softmax"])
def shop(
    request: pytest.FixtureRequest, workspace: Path, as_of: int, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str, list[dict[str, Any]]]:
    """A service that was asked for some lists, told what came of them, and ended."""
    folder = tmp_path_factory.mktemp("shown")
    shutil.copytree(workspace / "bundles", folder / "bundles")
    shutil.copy(workspace / pointer.FILE, folder)
    (folder / "esnaf.toml").write_text(f"[exposures]\nflush_s = 60\n{SETTINGS[request.param]}")
    options = ["--as-of", shown_time(as_of)]
    with running_service(folder, *options, log=folder / "service.log") as address:
        answers = _asked(address)
        _clicked(address, answers)
        counted = httpx.get(f"{address}/metrics", timeout=PATIENCE).text
        assert 'outcome="dropped"' not in counted
    assert "Traceback" not in (folder / "service.log").read_text()
    return folder, request.param, answers


def _asked(address: str) -> list[dict[str, Any]]:
    """Lists one by one over several connections, and in a batch."""
    answers = []
    for number in range(30):
        body = {"customer_id": f"C{number % 5}", "n": 6, "placement": "home", "channel": "web"}
        if number % 5 == 4:
            body = {"anonymous_id": "tab-1", "n": 3}
        answers.append(httpx.post(f"{address}/v1/recommendations", json=body, timeout=PATIENCE).json())
    batch = {"requests": [{"customer_id": "C0", "n": 2}, {"customer_id": "C1"}]}
    answers += httpx.post(f"{address}/v1/recommendations/batch", json=batch, timeout=PATIENCE).json()["answers"]
    return answers


def _clicked(address: str, answers: list[dict[str, Any]]) -> None:
    """The second product of every answer, and a purchase of the first of the first."""
    events = [_event(answer, 1, "click") for answer in answers]
    events.append({**_event(answers[0], 0, "purchase"), "quantity": 2, "unit_price": 4.5})
    told = httpx.post(f"{address}/v1/events", json=events, timeout=PATIENCE).json()
    assert (told["accepted"], told["rejected"]) == (len(events), [])


def _event(answer: dict[str, Any], place: int, kind: str) -> dict[str, Any]:
    return {
        "customer_id": "C0",
        "product_id": answer["items"][place]["product_id"],
        "event_type": kind,
        "recommendation_id": answer["recommendation_id"],
        "position": place + 1,
    }


def test_what_was_shown_is_there_with_what_came_of_it(
    shop: tuple[Path, str, list[dict[str, Any]]], as_of: int, tmp_path: Path
) -> None:
    """It was written when the service ended: until then it had a minute to wait."""
    folder, method, answers = shop
    file = tmp_path / "shown.parquet"
    told = invoke("exposures", "--workspace", str(folder), "-o", str(file))
    rows = pq.read_table(file).to_pylist()
    assert told["rows"] == len(rows) == sum(len(answer["items"]) for answer in answers)
    assert told["answers"] == len(answers)
    by_answer: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_answer.setdefault(row["recommendation_id"], []).append(row)
    for number, answer in enumerate(answers):
        found = by_answer[answer["recommendation_id"]]
        assert [(row["product_id"], row["position"], row["score"], row["source"]) for row in found] == [
            (item["product_id"], item["rank"], item["score"], item["source"]) for item in answer["items"]
        ]
        assert [row["clicks"] for row in found] == [int(place == 1) for place in range(len(found))]
        assert {row["model_version"] for row in found} == {answer["model_version"]}
        assert {int(row["time"].timestamp()) for row in found} == {as_of}
        assert all(0 < row["propensity"] <= 1 for row in found)
        assert {row["customer_id"] for row in found} == {answer["customer"]["customer_id"] or "anon:tab-1"}
        if method == "off":
            assert {row["propensity"] for row in found} == {1.0}
            assert [row["rank"] for row in found] == [row["position"] for row in found]
        assert {row["exploration"] for row in found} == {
            "off" if method == "off" else "softmax(temperature=1.0, top=12)"
        }
        if number < 30:
            assert {row["placement"] for row in found} == {None if number % 5 == 4 else "home"}
    bought = [row for row in rows if row["purchases"]]
    assert [(row["recommendation_id"], row["revenue"]) for row in bought] == [(answers[0]["recommendation_id"], 9.0)]
    assert told["written_elsewhere"] == 0


def test_answers_of_one_list_differ_where_they_are_drawn(shop: tuple[Path, str, list[dict[str, Any]]]) -> None:
    _, method, answers = shop
    lists = {tuple(item["product_id"] for item in answer["items"]) for answer in answers[:30:5]}
    assert len(lists) == 1 if method == "off" else len(lists) > 1


def test_a_service_without_a_place_for_it_goes_on_answering(
    workspace: Path, tmp_path: Path, customers: list[str]
) -> None:
    shutil.copytree(workspace / "bundles", tmp_path / "bundles")
    shutil.copy(workspace / pointer.FILE, tmp_path)
    (tmp_path / "esnaf.toml").write_text("[exposures]\nflush_s = 0.05\nqueue = 3\n")
    (tmp_path / "store-exposures.db").write_bytes(b"no database" * 1_000)
    log = tmp_path / "service.log"
    with running_service(tmp_path, log=log) as address:
        for number in range(8):
            answer = httpx.get(f"{address}/v1/recommendations/{customers[number]}", timeout=PATIENCE)
            assert answer.status_code == 200
        dropped = 'esnaf_exposures_total{outcome="dropped"} 5.0'
        until(lambda: dropped in httpx.get(f"{address}/metrics", timeout=PATIENCE).text)
        assert httpx.get(f"{address}/readyz", timeout=PATIENCE).json()["status"] == "ready"
    assert log.read_text().count("exposures.away") == 1
