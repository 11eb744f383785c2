"""The document says what the service does."""

import json
from typing import Any

import pytest

from serving.bodies import MAX_BATCH, MAX_LIST
from serving.openapi import document


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_every_reference_leads_somewhere() -> None:
    whole = document()
    known = {f"#/components/schemas/{name}" for name in whole["components"]["schemas"]}
    assert references(whole) <= known
    assert json.loads(json.dumps(whole)) == whole


def test_limits_are_those_that_are_checked() -> None:
    schemas = document()["components"]["schemas"]
    assert schemas["ListRequest"]["properties"]["n"]["maximum"] == MAX_LIST
    assert schemas["BatchRequest"]["properties"]["requests"]["maxItems"] == MAX_BATCH
    assert schemas["ListRequest"]["additionalProperties"] is False


@pytest.mark.parametrize("path", ["/v1/recommendations", "/v1/recommendations/batch"])
def test_errors_of_a_body_are_told(path: str) -> None:
    responses = document()["paths"][path]["post"]["responses"]
    assert {"200", "400", "413", "415", "422"} <= responses.keys()
    assert responses["422"]["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorAnswer")


def test_every_parameter_in_a_path_is_described() -> None:
    for path, calls in document()["paths"].items():
        for call in calls.values():
            named = {item["name"] for item in call.get("parameters", []) if item["in"] == "path"}
            assert all(f"{{{name}}}" in path for name in named)
            assert path.count("{") == len(named)
