"""Lists: what is asked for, and what is answered."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from serving.bodies.body import Body, Identifier, Label, Price

MAX_LIST = 1_000  # products a list
MAX_BATCH = 100  # lists a batch
MAX_BATCH_ITEMS = 10_000  # products in all lists of a batch
MAX_EXPLAINED = 100  # products of one call whose reasons are asked for: each takes some milliseconds


class Context(Body):
    """What is known of the moment; products that the model has not seen are passed over."""

    product_id: Identifier | None = Field(None, description="the product on the page")
    cart: tuple[Identifier, ...] = Field((), max_length=200, description="products in the basket")
    interests: tuple[Label, ...] = Field((), max_length=100, description="categories or brands the visitor declared")
    attributes: dict[Label, Label] = Field(
        {}, max_length=50, description="facts of the visitor as in the customers table, for example country"
    )


class ListFilters(Body):
    """Which products a list may hold; an empty rule allows all."""

    categories: tuple[Label, ...] = Field((), max_length=200)
    brands: tuple[Label, ...] = Field((), max_length=200)
    price_min: Price | None = None
    price_max: Price | None = None
    exclude_products: tuple[Identifier, ...] = Field((), max_length=1_000)
    exclude_purchased: bool = False

    @model_validator(mode="after")
    def _prices_in_order(self) -> Self:
        if self.price_min is not None and self.price_max is not None and self.price_min > self.price_max:
            raise ValueError(f"filters.price_min: {self.price_min} is above price_max, {self.price_max}")
        return self


NOTHING_KNOWN, NO_RULES = Context(), ListFilters()  # frozen, so that all requests share them


class ListRequest(Body):
    """One list for one customer or visitor."""

    customer_id: Identifier | None = None
    anonymous_id: Identifier | None = Field(None, description="a visitor who is not logged in; customer_id wins")
    n: int = Field(10, ge=1, le=MAX_LIST, description="products in the list")
    placement: Label | None = Field(None, description="where the list is shown, for example home or cart")
    channel: Label | None = Field(None, description="web, app, email ...")
    context: Context = Field(default_factory=lambda: NOTHING_KNOWN)
    filters: ListFilters = Field(default_factory=lambda: NO_RULES)
    explain: bool = Field(
        False, description=f"say in words why each product is there; with at most {MAX_EXPLAINED} products a call"
    )

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.customer_id is None and self.anonymous_id is None:
            raise ValueError("customer_id: give it, or anonymous_id for a visitor who is not logged in")
        if self.explain and self.n > MAX_EXPLAINED:
            raise ValueError(f"explain: {self.n:,} products; reasons are given for at most {MAX_EXPLAINED} a call")
        return self


class BatchRequest(Body):
    """Lists for many customers at once, each asked for as it would be alone."""

    requests: tuple[ListRequest, ...] = Field(min_length=1, max_length=MAX_BATCH)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        items = sum(request.n for request in self.requests)
        if items > MAX_BATCH_ITEMS:
            raise ValueError(f"requests: {items:,} products in all lists; at most {MAX_BATCH_ITEMS:,} a batch")
        explained = sum(request.n for request in self.requests if request.explain)
        if explained > MAX_EXPLAINED:
            raise ValueError(f"requests: explain of {explained:,} products; at most {MAX_EXPLAINED} a call")
        return self


class ListParameters(BaseModel):
    """What may stand behind `?` where a list is asked for with GET."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    n: int = Field(10, ge=1, le=MAX_LIST)
    explain: bool = False


class SimilarParameters(BaseModel):
    """What may stand behind `?` where neighbours are asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    n: int = Field(10, ge=1, le=MAX_LIST)


class Customer(BaseModel):
    """Whom a list is for."""

    customer_id: str | None
    name: str | None


class RuleEffect(BaseModel):
    """What a rule of the shop's policy did with a product."""

    rule: str = Field(description="its name")
    effect: Literal["pinned", "raised", "lowered", "gave_way", "faded"]


class ListItem(BaseModel):
    """One product of a list."""

    product_id: str
    rank: int = Field(description="from 1")
    score: float = Field(description="the ranker's output, comparable within one list")
    source: str = Field(description="the generator that named the product first")
    reason: str | None = Field(description="null unless explain was asked for")
    policy: list[RuleEffect] | None = Field(
        None, description="what put the product there; only where explain was asked for, and rules or fading moved some"
    )


class FallbackPart(BaseModel):
    """How many products something other than the customer's own candidates put into a list."""

    source: str
    count: int


class ListAnswer(BaseModel):
    """One list, best first."""

    recommendation_id: str = Field(description="new for each answer; send it back in events that follow from the list")
    model_version: str
    customer: Customer
    items: list[ListItem]
    fallback: list[FallbackPart] | None = Field(description="what filled the list, null if nothing had to")
    degraded: bool = Field(False, description="true while live events cannot be read; left out otherwise")
    took_ms: float


class BatchAnswer(BaseModel):
    """The lists of a batch in the order asked."""

    answers: list[ListAnswer]
    took_ms: float


class SimilarAnswer(BaseModel):
    """Neighbours of a product, nearest first."""

    product_id: str
    model_version: str
    items: list[ListItem]
    took_ms: float
