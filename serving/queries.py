"""Queries: what the recommender is asked, from what the sender wrote."""

from collections.abc import Hashable

from serving.bodies import ListRequest
from training.query import Filters, Query


def query_of(request: ListRequest) -> Query:
    """The question in the recommender's words; a visitor who is not logged in has no customer."""
    context = request.context
    return Query(
        customer_id=request.customer_id,
        basket=context.cart,
        viewed=context.product_id,
        placement=request.placement,
        channel=request.channel,
        interests=context.interests,
        attributes=context.attributes,
        filters=_filters(request),
    )


def _filters(request: ListRequest) -> Filters:
    rules = request.filters
    return Filters(
        categories=rules.categories,
        brands=rules.brands,
        price_min=rules.price_min,
        price_max=rules.price_max,
        exclude_products=rules.exclude_products,
        exclude_purchased=rules.exclude_purchased,
    )


def key_of(request: ListRequest) -> Hashable:
    """Everything that decides which list comes out: equal keys have equal lists."""
    context, rules = request.context, request.filters
    return (
        request.customer_id,
        request.n,
        request.placement,
        request.channel,
        request.explain,
        context.product_id,
        context.cart,
        context.interests,
        tuple(sorted(context.attributes.items())),
        rules.categories,
        rules.brands,
        rules.price_min,
        rules.price_max,
        rules.exclude_products,
        rules.exclude_purchased,
    )
