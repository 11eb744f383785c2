"""Bodies of requests and answers: the one definition of checks, limits and the OpenAPI document.

Requests are strict: an unknown field, a number given as text or a NaN is an error, never a guess.
"""

from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MAX_LIST = 1_000  # products a list
MAX_BATCH = 100  # lists a batch
MAX_BATCH_ITEMS = 10_000  # products in all lists of a batch
MAX_EXPLAINED = 100  # products of one call whose reasons are asked for: each takes some milliseconds
MAX_EVENTS = 1_000  # events of one call
MAX_MESSAGE_ITEMS = 50  # products in a message
MAX_INTERESTS = 100  # that a customer declares

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Price = Annotated[float, Field(ge=0, le=1e15)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Context(_Body):
    """What is known of the moment; products that the model has not seen are passed over."""

    product_id: Identifier | None = Field(None, description="the product on the page")
    cart: tuple[Identifier, ...] = Field((), max_length=200, description="products in the basket")
    interests: tuple[Label, ...] = Field((), max_length=100, description="categories or brands the visitor declared")
    attributes: dict[Label, Label] = Field(
        {}, max_length=50, description="facts of the visitor as in the customers table, for example country"
    )


class ListFilters(_Body):
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


_NOTHING_KNOWN, _NO_RULES = Context(), ListFilters()  # frozen, so that all requests share them


class ListRequest(_Body):
    """One list for one customer or visitor."""

    customer_id: Identifier | None = None
    anonymous_id: Identifier | None = Field(None, description="a visitor who is not logged in; customer_id wins")
    n: int = Field(10, ge=1, le=MAX_LIST, description="products in the list")
    placement: Label | None = Field(None, description="where the list is shown, for example home or cart")
    channel: Label | None = Field(None, description="web, app, email ...")
    context: Context = Field(default_factory=lambda: _NOTHING_KNOWN)
    filters: ListFilters = Field(default_factory=lambda: _NO_RULES)
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


class BatchRequest(_Body):
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


_Id: TypeAlias = str | int | None
_Number: TypeAlias = float | str | None


class LiveEvent(BaseModel):
    """One event, with the columns of the events table; each is judged by itself, and other members are not kept."""

    customer_id: _Id = Field(None, description="needed, or anonymous_id")
    anonymous_id: _Id = Field(None, description="of a visitor who is not logged in; customer_id wins")
    product_id: _Id = Field(None, description="needed, but for search, survey, identify and message events")
    event_type: str | None = Field(
        None, description="view, add_to_cart, purchase ... or its name with Segment, GA4 or Amazon Personalize"
    )
    timestamp: str | float | None = Field(None, description="ISO 8601, or since the epoch; without it, now")
    event_id: _Id = Field(None, description="the same event sent again counts once by it")
    quantity: _Number = None
    unit_price: _Number = None
    line_total: _Number = Field(None, description="of all pieces, where unit_price is not given")
    currency: str | None = None
    order_id: _Id = None
    session_id: _Id = None
    channel: _Id = None
    device: _Id = None
    recommendation_id: _Id = Field(None, description="of the list that the event follows from")
    position: _Number = Field(None, description="in that list")
    name: str | None = Field(None, description="of the product")
    properties: dict[str, Any] | str | None = None


class ListParameters(BaseModel):
    """What may stand behind `?` where a list is asked for with GET."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    n: int = Field(10, ge=1, le=MAX_LIST)
    explain: bool = False


class CustomerPath(_Body):
    """The customer that a path names."""

    customer_id: Identifier


class ConsentRequest(_Body):
    """What a customer states; a purpose that is left out stays as it was."""

    personalisation: bool | None = Field(None, description="lists made from what the customer did")
    analytics: bool | None = Field(None, description="events and lists kept under the customer's id, for reports")
    messaging: bool | None = Field(None, description="messages made for the customer")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.personalisation is None and self.analytics is None and self.messaging is None:
            raise ValueError("personalisation: state at least one of personalisation, analytics, messaging")
        return self


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


class InterestsRequest(_Body):
    """What a customer likes: from now on this, and nothing else that they declared before."""

    interests: tuple[Label, ...] = Field(max_length=MAX_INTERESTS, description="categories or brands")


class NameRequest(_Body):
    """What a customer is called."""

    name: Label | None = Field(description="null takes back what was said; then the customers table counts")


class NameAnswer(BaseModel):
    """What a customer is called in answers."""

    customer_id: str
    name: str | None = Field(description="null where it is not known, or is nothing to be shown")


class MessageList(_Body):
    """A list that is made for a message."""

    n: int = Field(5, ge=1, le=MAX_MESSAGE_ITEMS)
    placement: Label | None = None
    filters: ListFilters = Field(default_factory=lambda: _NO_RULES)


class MessageRequest(_Body):
    """One message, with products that are named or recommended."""

    template: Label = Field(description="name of a folder of templates")
    customer_id: Identifier
    channel: Label = Field(description="email, sms, push ...")
    language: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = Field(
        None, description="such as en or pt-BR; without it, the shop's own"
    )
    items: tuple[Identifier, ...] = Field((), max_length=MAX_MESSAGE_ITEMS, description="products, best first")
    recommendation: MessageList | None = Field(None, description="or a list to be made now")
    values: dict[Label, Annotated[str, StringConstraints(max_length=1_000)] | float] = Field(
        {}, max_length=50, description="more to write about, for example the code of a voucher"
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.items and self.recommendation is not None:
            raise ValueError("items: give these or a recommendation, not both")
        return self


class MessageAnswer(BaseModel):
    """A message, ready to be sent."""

    template: str
    file: str = Field(description="the template that was nearest to what was asked for")
    channel: str
    language: str
    media: Literal["text/html", "text/plain"]
    customer: "Customer"
    subject: str | None = Field(description="one line; null where the template has none")
    body: str
    recommendation_id: str | None = Field(description="of the list in it; send it back in events that follow")
    unknown_products: list[str] = Field(description="products that the model has not seen; they are left out")
    took_ms: float


class InterestEvidence(BaseModel):
    """What the customer did of late: different products, and days from the first and the last event to now."""

    viewed: int
    wished: int
    carted: int
    bought: int
    days: float
    last_days: float
    text: str | None = Field(description="the same in words; null where nothing was done")


class KnownInterest(BaseModel):
    """One interest."""

    name: str
    kind: Literal["department", "category", "brand"]
    strength: float = Field(description="0 to 1; one purchase of today, or an interest declared just now, is 0.5")
    since: str | None = Field(description="when it was declared, null where that is not known")
    evidence: InterestEvidence


class RejectedInterest(BaseModel):
    """A name that is not kept."""

    index: int = Field(description="its place in the list, from 0")
    error: "ErrorDetail"


class InterestsAnswer(BaseModel):
    """A customer's interests, the strongest first."""

    customer_id: str
    used: bool = Field(description="whether lists rest on them: not without consent to personalisation")
    declared: list[KnownInterest]
    inferred: list[KnownInterest] = Field(description="from what the customer did")
    removed: list[str] = Field(description="what the customer does not want to be known for")
    rejected: list[RejectedInterest] | None = Field(
        None, description="names just declared that nothing is called by; left out unless interests were declared"
    )


class RejectedEvent(BaseModel):
    """An event that is not taken in."""

    index: int = Field(description="its place in the list, from 0")
    error: "ErrorDetail"


class EventsAnswer(BaseModel):
    """What became of the events of one call; those accepted are on the disk."""

    accepted: int
    duplicates: int = Field(description="events that were there already")
    rejected: list[RejectedEvent]


class ConsentAnswer(BaseModel):
    """What holds for a customer from now on."""

    customer_id: str
    consent: dict[str, bool] = Field(description="each purpose, whether it is allowed")
    stated: dict[str, bool] = Field(description="those of them that were stated here; others are as in the tables")


class MaskedIdentifier(BaseModel):
    """One identifier, masked."""

    kind: str
    value: str = Field(description="masked: enough to tell two apart, not to use it")
    source: str
    last_seen: str | None


class Attribute(BaseModel):
    """One attribute, with where it comes from."""

    name: str
    value: str
    source: str
    as_of: str = Field(description="when it is known to have held")


class Group(BaseModel):
    """A segment that the customer is in."""

    segment: str
    kind: str
    dimension: str
    why: str


class StatedConsent(BaseModel):
    """Whether one purpose is allowed, and who said so."""

    granted: bool
    source: str
    since: str | None = Field(description="when it was stated here; null where it comes from the tables")


class ShownList(BaseModel):
    """A list that the customer was shown."""

    recommendation_id: str
    time: str
    placement: str | None
    channel: str | None
    model_version: str
    products: list[str]


class ServiceScore(BaseModel):
    """An answer to a survey."""

    kind: str = Field(description="csat, ces, nps ...")
    score: float
    time: str


class InterestsKnown(BaseModel):
    """Interests, the strongest first."""

    declared: list[dict[str, Any]]
    inferred: list[dict[str, Any]]
    removed: list[str]


class Worth(BaseModel):
    """What the customer is expected to do within the horizon."""

    horizon_days: int
    spend: float | None = Field(description="in the shop's currency; null where prices are not known")
    chance: float = Field(description="of at least one order")
    churn: float = Field(description="risk that no order comes within churn_days")
    churn_days: int


class RecordAnswer(BaseModel):
    """All that is known of a customer now."""

    customer_id: str
    model_version: str
    as_of: str
    in_model: bool = Field(description="whether the model knows the customer")
    identifiers: list[MaskedIdentifier]
    attributes: list[Attribute]
    history: dict[str, Any] = Field(description="what was done, summed up: orders, spent, favourites ...")
    interests: InterestsKnown
    segments: list[Group]
    value: Worth | None = Field(description="null for who has not bought yet, or where the model foretells nothing")
    consent: dict[str, StatedConsent] = Field(description="by purpose")
    lists: list[ShownList] | None = Field(description="shown last, the newest first; null while the log is away")
    scores: list[ServiceScore] = Field(description="the newest first")


class Reason(BaseModel):
    """A product of the customer's list, and why it is there."""

    product_id: str
    reason: str | None


class GroupReason(BaseModel):
    """A segment, and why the customer is in it."""

    segment: str
    why: str


class WhyAnswer(BaseModel):
    """In plain words what is known of a customer, what it is used for, and why the list is as it is."""

    customer_id: str
    model_version: str
    words: list[str]
    segments: list[GroupReason]
    items: list[Reason]
    fallback: list[FallbackPart] | None


class ErasedAnswer(BaseModel):
    """What an erasure took away; zeros where there was nothing, or it was done before."""

    customer_id: str
    devices: int = Field(description="other ids of the person and devices that nobody else used, erased with it")
    gone: dict[str, int] = Field(description="rows of the store by what they were")


class ModelAnswer(BaseModel):
    """The model that answers."""

    model_version: str
    as_of: str = Field(description="the time that lists are as of")
    data_from: str = Field(description="the first event behind the model")
    data_until: str = Field(description="the end of the data behind the model; what came later it does not know")
    fingerprint: str = Field(description="of the data")
    age_s: int = Field(description="seconds from data_until to as_of")
    customers: int
    products: int


class Health(BaseModel):
    """`{"status": "ok"}` from a live process."""

    status: str


class Readiness(BaseModel):
    """The process has a model and answers; degraded is without the live store."""

    status: Literal["ready", "degraded"]
    model_version: str
    age_s: int
    store: Literal["none", "ready", "unavailable"] = Field(description="none before the first event")


class ErrorDetail(BaseModel):
    """What is wrong and where."""

    code: str
    message: str
    field: str | None


class ErrorAnswer(BaseModel):
    """Every answer that is not a success."""

    error: ErrorDetail
