"""Lines of requests."""

import json
import logging
import warnings

import pytest

from serving.config import ServingConfig
from serving.gate import Gate
from serving.requestlog import RequestLog, tell_warnings
from serving.tokens import TokenFile
from tests.serving.asked import a_call


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="esnaf")
    return caplog


def values(lines: pytest.LogCaptureFixture, place: int = -1) -> dict[str, object]:
    found: dict[str, object] = lines.records[place].__dict__["values"]
    return found


def test_a_line_has_the_route_the_id_and_who_asked(lines: pytest.LogCaptureFixture, tmp_path: object) -> None:
    file = TokenFile.of(tmp_path)  # type: ignore[arg-type]
    secret = file.make("web", ["recommend"])[1]
    call = a_call("/v1/recommendations/ann of 4 Mill Lane", authorization=f"Bearer {secret}", x_request_id="r-1")
    Gate(file, ServingConfig()).admit(call, frozenset({"recommend"}))
    RequestLog("failed").answered(call, "/v1/recommendations/{customer_id}", 422, 0.0123)
    assert values(lines) == {
        "id": "r-1", "path": "/v1/recommendations/{customer_id}", "status": 422, "ms": 12.3, "token": "web",
    }  # fmt: skip
    assert "ann" not in lines.text
    assert secret not in lines.text


def test_lines_of_failures_are_few_and_those_left_out_are_counted(lines: pytest.LogCaptureFixture) -> None:
    now = [100.0]
    requests = RequestLog("failed", clock=lambda: now[0])
    for _ in range(1_000):
        requests.answered(a_call(), "other", 401, 0.001)
    assert len(lines.records) == 50
    now[0] += 1
    requests.answered(a_call(), "other", 401, 0.001)
    assert values(lines)["left_out"] == 950
    requests.answered(a_call(), "other", 401, 0.001)
    assert "left_out" not in values(lines)


def test_all_are_written_where_it_is_asked_for_and_none_likewise(lines: pytest.LogCaptureFixture) -> None:
    for _ in range(200):
        RequestLog("none").answered(a_call(), "other", 401, 0.001)
    assert not lines.records
    requests = RequestLog("all")
    for _ in range(200):
        requests.answered(a_call(), "/v1/model", 200, 0.001)
    assert requests.all
    assert len(lines.records) == 200


def test_a_fault_is_told_by_kind_and_place_but_not_in_words(lines: pytest.LogCaptureFixture) -> None:
    try:
        json.loads("secret of ann")
    except ValueError as error:
        RequestLog("failed").failed(a_call(x_request_id="r-2"), "/v1/events", error)
    told = values(lines)
    assert (told["id"], told["path"], told["error"]) == ("r-2", "/v1/events", "JSONDecodeError")
    assert "decoder.py:" in str(told["at"])
    assert "tests/serving/test_requestlog.py:" in str(told["at"])
    assert "ann" not in lines.text
    assert '"/' not in lines.text
    assert " /usr" not in lines.text


def test_a_warning_is_one_line_without_its_words(
    lines: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        tell_warnings()
        warnings.warn("overflow of ann's 4 pounds", RuntimeWarning, stacklevel=1)
    told = values(lines)
    assert told["kind"] == "RuntimeWarning"
    assert str(told["at"]).startswith("tests/serving/test_requestlog.py:")
    assert "ann" not in lines.text
