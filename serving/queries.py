"""Queries: what the recommender is asked, from what the sender wrote."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from features.interests.told import Told
from features.recent import Deed
from serving.bodies import Context, ListFilters, ListRequest
from serving.standing import AS_THE_MODEL_KNOWS, Standing
from training.query import Filters, Query

Key: TypeAlias = tuple[Any, ...]
State: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class Asked:
    """A request, and whom it is for."""

    request: ListRequest
    who: str | None  # id in the model and the store; None for a visitor of whom neither knows anything
    mark: int = 0  # tells what they did since the model was made and said of their interests, 0 for nothing
    faded: int = 0  # tells what they were shown too often, 0 for nothing
    standing: Standing = AS_THE_MODEL_KNOWS
    ids: tuple[str, ...] = ()  # of the person, as far as they were seen live

    @property
    def key(self) -> Key:
        """Whom a list is for, and all that it was asked with: equal keys in the same state have equal lists."""
        return (self.who, self.standing, *_rest(self.request))

    @property
    def state(self) -> State:
        """What they did, said and were shown by now, and who they are."""
        return self.mark, self.faded, self.ids

    @property
    def plain(self) -> bool:
        """Whether it is asked with nothing in hand, and without rules of its own."""
        return not any(_in_hand(self.request))


def query_of(
    request: ListRequest,
    who: str | None,
    recent: tuple[Deed, ...] = (),
    told: Told | None = None,
    *,
    also: tuple[str, ...] = (),
    personal: bool | None = None,
) -> Query:
    """The question in the recommender's words; `personal` where the consent may be another than the model knows."""
    context = request.context
    return Query(
        customer_id=who,
        also=also,
        personal=personal,
        recent=recent,
        basket=context.cart,
        viewed=context.product_id,
        placement=request.placement,
        channel=request.channel,
        interests=context.interests,
        told=told,
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


def _rest(request: ListRequest) -> Key:
    return request.n, request.placement, request.channel, request.explain, *_in_hand(request)


def _in_hand(request: ListRequest) -> Key:
    context, rules = request.context, request.filters
    return (
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


def request_of(key: Key) -> ListRequest:
    """A request with that key, to make its list once more. Its parts were checked when it first came."""
    customer, _, n, placement, channel, explain, viewed, cart, interests, attributes, *rules = key
    names = ("categories", "brands", "price_min", "price_max", "exclude_products", "exclude_purchased")
    return ListRequest.model_construct(
        customer_id=customer,
        n=n,
        placement=placement,
        channel=channel,
        explain=explain,
        context=Context.model_construct(product_id=viewed, cart=cart, interests=interests, attributes=dict(attributes)),
        filters=ListFilters.model_construct(**dict(zip(names, rules, strict=True))),
    )
