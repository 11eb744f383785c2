"""What a body may hold, without a server in between."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from serving.bodies import MAX_BATCH, BatchRequest, ListParameters, ListRequest
from serving.errors import RequestError, from_validation
from serving.queries import Asked, Key, query_of, request_of


def problem(kind: type[BaseModel], body: Any) -> RequestError:
    text = body if isinstance(body, str) else json.dumps(body)
    with pytest.raises(ValidationError) as caught:
        kind.model_validate_json(text)
    return from_validation(caught.value)


def listed(**fields: Any) -> ListRequest:
    return ListRequest.model_validate_json(json.dumps({"customer_id": "ada", **fields}))


def test_a_customer_alone_is_enough() -> None:
    request = ListRequest.model_validate_json('{"customer_id": "ada"}')
    assert (request.n, request.explain) == (10, False)
    assert (request.context.cart, request.filters.exclude_purchased) == ((), False)


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"custmer_id": "x"}, "unknown_field", "custmer_id"),
        ({"n": "10"}, "wrong_type", "n"),
        ({"n": 10.5}, "wrong_type", "n"),
        ({"n": True}, "wrong_type", "n"),
        ({"n": None}, "wrong_type", "n"),
        ({"n": 0}, "invalid_value", "n"),
        ({"n": 1001}, "invalid_value", "n"),
        ({"n": 10**30}, "invalid_value", "n"),
        ({"customer_id": 17}, "wrong_type", "customer_id"),
        ({"customer_id": ""}, "invalid_value", "customer_id"),
        ({"customer_id": "x" * 257}, "invalid_value", "customer_id"),
        ({"explain": "yes"}, "wrong_type", "explain"),
        ({"context": []}, "wrong_type", "context"),
        ({"context": {"card": []}}, "unknown_field", "context.card"),
        ({"context": {"cart": "mug"}}, "wrong_type", "context.cart"),
        ({"context": {"cart": ["mug", 3]}}, "wrong_type", "context.cart.1"),
        ({"context": {"cart": ["mug"] * 201}}, "invalid_value", "context.cart"),
        ({"context": {"attributes": {"age": 30}}}, "wrong_type", "context.attributes.age"),
        ({"filters": {"price_min": "cheap"}}, "wrong_type", "filters.price_min"),
        ({"filters": {"price_min": -1}}, "invalid_value", "filters.price_min"),
        ({"filters": {"price_min": 9, "price_max": 1}}, "invalid_value", "filters"),
        ({"filters": {"exclude_purchased": 1}}, "wrong_type", "filters.exclude_purchased"),
    ],
)
def test_what_breaks_a_rule_is_named(fields: dict[str, Any], code: str, field: str) -> None:
    found = problem(ListRequest, {"customer_id": "ada", **fields})
    assert (found.status, found.code, found.field) == (422, code, field)
    assert field in str(found)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_must_be_finite(number: str) -> None:
    found = problem(ListRequest, f'{{"customer_id": "ada", "filters": {{"price_max": {number}}}}}')
    assert (found.code, found.field) == ("invalid_value", "filters.price_max")


def test_somebody_must_be_asked_for() -> None:
    found = problem(ListRequest, {"n": 3})
    assert found.code == "invalid_value"
    assert "give it, or anonymous_id" in str(found)


@pytest.mark.parametrize("field", ["customer_id", "anonymous_id"])
@pytest.mark.parametrize("letter", ["\0", "\n", "\x7f", "\x85"])
def test_ids_have_no_control_characters(field: str, letter: str) -> None:
    found = problem(ListRequest, {field: f"{letter}erased:1"})
    assert (found.status, found.code, found.field) == (422, "invalid_value", field)


def test_the_message_repeats_the_value_but_not_all_of_it() -> None:
    assert "not 5000" in str(problem(ListRequest, {"customer_id": "ada", "n": 5000}))
    assert len(str(problem(ListRequest, {"customer_id": "x" * 5000}))) < 200
    long = problem(ListRequest, {"customer_id": "ada", "x" * 5000: 1})
    assert len(str(long) + str(long.field)) < 300


def test_more_than_one_fault_is_counted() -> None:
    assert str(problem(ListRequest, {"customer_id": "ada", "n": 0, "explain": 1})).endswith("(and 1 more)")


@pytest.mark.parametrize("body", ["[", "{'customer_id': 'ada'}", '{"n": 1,}', "\ufeff{}", '{"customer_id": "\\ud800"}'])
def test_what_is_not_json_is_said_so(body: str) -> None:
    found = problem(ListRequest, body)
    assert (found.status, found.code, found.field) == (400, "invalid_json", None)


def test_deep_nesting_has_its_own_code() -> None:
    deep = '{"customer_id": ' + "[" * 5_000 + "]" * 5_000 + "}"
    assert problem(ListRequest, deep).code == "too_deep"


@given(
    st.dictionaries(
        st.sampled_from([*ListRequest.model_fields, "other", ""]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
            max_leaves=8,
        ),
    )
)
def test_whatever_is_sent_is_a_question_or_a_clear_error(body: dict[str, Any]) -> None:
    try:
        request = ListRequest.model_validate_json(json.dumps(body))
    except ValidationError as error:
        found = from_validation(error)
        assert found.status in {400, 422}
        assert len(str(found)) < 1_000
    else:
        assert 1 <= request.n <= 1_000
        assert hash(key_of(request)) == hash(key_of(request))


def test_a_batch_is_bounded_in_lists_and_in_products() -> None:
    one = {"customer_id": "ada"}
    assert problem(BatchRequest, {"requests": []}).field == "requests"
    assert problem(BatchRequest, {"requests": [one] * (MAX_BATCH + 1)}).field == "requests"
    assert "11,000 products" in str(problem(BatchRequest, {"requests": [{**one, "n": 1000}] * 11}))
    assert problem(BatchRequest, {"requests": [one, {"n": 3}]}).field == "requests.1"


def test_parameters_are_read_from_text() -> None:
    assert ListParameters.model_validate_strings({"n": "7", "explain": "true"}) == ListParameters(n=7, explain=True)


def key_of(request: ListRequest) -> Key:
    return Asked(request, request.customer_id).key


def test_the_question_says_all_that_the_sender_said() -> None:
    query = query_of(
        listed(
            placement="cart",
            channel="web",
            context={
                "product_id": "mug",
                "cart": ["tea", "cup"],
                "interests": ["Kitchen"],
                "attributes": {"country": "TR"},
            },
            filters={
                "categories": ["Home"],
                "brands": ["Acme"],
                "price_min": 1,
                "price_max": 2.5,
                "exclude_products": ["pot"],
            },
        ),
        "ada",
    )
    assert (query.customer_id, query.viewed, query.basket) == ("ada", "mug", ("tea", "cup"))
    assert (query.placement, query.channel, query.interests) == ("cart", "web", ("Kitchen",))
    assert dict(query.attributes) == {"country": "TR"}
    filters = query.filters
    assert (filters.categories, filters.brands, filters.exclude_products) == (("Home",), ("Acme",), ("pot",))
    assert (filters.price_min, filters.price_max, filters.exclude_purchased) == (1.0, 2.5, False)


@pytest.mark.parametrize("since", [{"mark": 7}, {"faded": 7}, {"ids": ("ada", "till-7")}])
def test_what_somebody_did_since_is_in_the_state_and_not_in_the_key(since: dict[str, Any]) -> None:
    before, after = Asked(listed(), "ada"), Asked(listed(), "ada", **since)
    assert after.state != before.state
    assert after.key == before.key


@pytest.mark.parametrize(
    "fields",
    [
        {"customer_id": "bob"},
        {"n": 11},
        {"placement": "home"},
        {"channel": "app"},
        {"explain": True},
        {"context": {"product_id": "mug"}},
        {"context": {"cart": ["mug"]}},
        {"context": {"interests": ["mug"]}},
        {"context": {"attributes": {"country": "TR"}}},
        {"filters": {"categories": ["Home"]}},
        {"filters": {"brands": ["Home"]}},
        {"filters": {"price_min": 1}},
        {"filters": {"price_max": 1}},
        {"filters": {"exclude_products": ["Home"]}},
        {"filters": {"exclude_purchased": True}},
    ],
)
def test_every_field_that_can_change_a_list_is_in_its_key(fields: dict[str, Any]) -> None:
    assert key_of(listed()) == key_of(listed())
    assert key_of(listed(**fields)) != key_of(listed())
    again = request_of(key_of(listed(**fields)))
    assert key_of(again) == key_of(listed(**fields))
    assert query_of(again, "ada") == query_of(listed(**fields), "ada")
