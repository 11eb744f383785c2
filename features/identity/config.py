"""Settings of identity: the kinds of identifiers, and what each may join.

The rules are those of the field's practice (limits per kind, priorities, blocked values; see Twilio Segment, "Identity
Resolution Onboarding"), as a function of all links instead of the order in which they came.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Literal

from features.tables.patterns import BLOCKED, MISSING, ZEROS

CUSTOMER, ANONYMOUS_ID, DEVICE_ID = "customer_id", "anonymous_id", "device_id"
DEVICES = (DEVICE_ID, ANONYMOUS_ID)
"""Kinds whose values events have as `anonymous_id`."""
_SAME = {
    "user_id": CUSTOMER, "account_id": CUSTOMER, "e_mail": "email", "mail": "email", "email_address": "email",
    "telephone": "phone", "mobile": "phone", "phone_number": "phone",
    "card": "loyalty_card", "loyalty_id": "loyalty_card", "loyalty_number": "loyalty_card",
}  # fmt: skip
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")

Way = Literal["exact", "email", "phone", "card"]


@dataclass(frozen=True)
class KindConfig:
    """One kind of identifier; what is not set is as it is for this kind without settings."""

    priority: int | None = None
    """Stronger kinds, with higher numbers, are settled first, and what they say is not undone by weaker ones."""
    limit: int | None = None
    """Values of this kind that one person may have; the earliest are kept."""
    owners: int | None = None
    """Persons that one value may make one; with more it is shared, and identifies nobody."""
    way: Way | None = None
    """How values are made comparable: `exact`, `email`, `phone` or `card`."""
    personal: bool | None = None
    """Whether values name a person: they are kept by keyed hash, and once sealed."""
    blocked: tuple[str, ...] = ()
    """Further values that identify nobody, in any case; between slashes, a regular expression of the whole value."""


@dataclass(frozen=True)
class Kind:
    """A kind of identifier with all that is to be known of it."""

    name: str
    priority: int
    limit: int
    owners: int
    way: Way
    personal: bool
    blocked: tuple[re.Pattern[str], ...] = ()

    def blocks(self, value: str) -> bool:
        """Whether a value identifies nobody."""
        folded = value.casefold()
        return folded in NOBODY or any(pattern.fullmatch(folded) for pattern in (*_PATTERNS, *self.blocked))


NOBODY = frozenset({*BLOCKED, *MISSING})
_PATTERNS = (re.compile(ZEROS), re.compile(r"-\d"))
ALIKE = re.compile(r"(.)\1{3,}")  # one character again and again
PLACEHOLDER = re.compile(
    r"(none|null|no-?(reply|mail|email)|not?-?(given|known)|unknown|anonymous|guest|test|na|n\.a\.|x+|-)@.*"
)
_ONE_DIGIT = re.compile(r"\+?\d{0,3}(\d)\1{5,}")
DEFAULTS = (
    Kind(CUSTOMER, 100, 5, 1, "exact", personal=False),
    Kind("email", 90, 5, 3, "email", personal=True, blocked=(PLACEHOLDER,)),
    Kind("loyalty_card", 80, 5, 3, "card", personal=True, blocked=(ALIKE,)),
    Kind("phone", 70, 5, 2, "phone", personal=True, blocked=(_ONE_DIGIT,)),
    Kind(DEVICE_ID, 20, 50, 1, "exact", personal=False),
    Kind(ANONYMOUS_ID, 10, 200, 1, "exact", personal=False),
)
"""The kinds that are known without settings, strongest first."""
OTHER = Kind("", 40, 5, 1, "exact", personal=True)
"""Any other kind."""


@dataclass(frozen=True)
class IdentityConfig:
    """Who is taken for whom: the kinds of identifiers, and what each may join."""

    region: str = ""
    """Country (ISO 3166, such as `GB`) of telephone numbers written without one; empty compares their digits."""
    kinds: Mapping[str, KindConfig] = field(default_factory=dict)
    """Kinds by name, as `[identity.kinds.email]`."""
    names: tuple[str, ...] = (
        *("name", "first_name", "last_name", "given_name", "family_name", "full_name"),
        *("address", "street", "postal_code", "birthday", "birth_date", "date_of_birth"),
    )
    """Traits of identify events that describe a person: sealed as identifiers are, and never kept with the event."""
    probability: float = 0.9
    """Least probability of a link that matching found."""

    def __post_init__(self) -> None:
        if not 0 < self.probability <= 1:
            raise ValueError(f"probability: {self.probability} is not above 0 and at most 1")
        if self.region and not re.fullmatch(r"[A-Z]{2}", self.region):
            raise ValueError(f"region: {self.region!r} is no country of two letters, such as 'GB'")
        for name, kind in self.kinds.items():
            _check(name, kind)

    def kind(self, stated: str) -> Kind:
        """The kind of a name, however it is written."""
        name = kind_name(stated)
        return self.known.get(name) or replace(OTHER, name=name)

    @cached_property
    def known(self) -> Mapping[str, Kind]:
        """The kinds that have settings, their own or the defaults."""
        known = {kind.name: kind for kind in DEFAULTS}
        for stated, own in self.kinds.items():
            name = kind_name(stated)
            known[name] = _overridden(known.get(name) or replace(OTHER, name=name), own)
        return known

    @cached_property
    def described(self) -> frozenset[str]:
        """The traits that describe a person, in the one way of writing."""
        return frozenset(map(kind_name, self.names))


def kind_name(stated: str) -> str:
    """`userId`, `user-id` and `User ID` are one kind; so are `telephone` and `phone`."""
    name = re.sub(r"[^a-z0-9]+", "_", _CAMEL.sub("_", stated.strip()).casefold()).strip("_")
    return _SAME.get(name, name)


def strength(kind: Kind) -> tuple[int, str]:
    """Sorts kinds, the strongest first: customers, then by priority, then by name."""
    return (-(1 << 31) if kind.name == CUSTOMER else -kind.priority, kind.name)


def _overridden(kind: Kind, own: KindConfig) -> Kind:
    given = {f.name: getattr(own, f.name) for f in fields(KindConfig) if f.name != "blocked"}
    blocked = (*kind.blocked, *map(_pattern, own.blocked))
    return replace(kind, **{name: value for name, value in given.items() if value is not None}, blocked=blocked)


def _pattern(text: str) -> re.Pattern[str]:
    if len(text) > 2 and text[0] == text[-1] == "/":
        return re.compile(text[1:-1], re.IGNORECASE)
    return re.compile(re.escape(text.casefold()))


def _check(name: str, kind: KindConfig) -> None:
    if not _NAME.fullmatch(kind_name(name)):
        raise ValueError(f"kinds: {name!r} is no name of a kind; write letters, digits and _")
    for what, least in (("limit", 1), ("owners", 1)):
        value = getattr(kind, what)
        if value is not None and value < least:
            raise ValueError(f"kinds.{name}: {what}: {value} is less than {least}")
    if kind_name(name) == CUSTOMER and kind.personal:
        raise ValueError(f"kinds.{name}: personal: ids of customers stand in the events in clear")
    for text in kind.blocked:
        try:
            _pattern(text)
        except re.error as error:
            raise ValueError(f"kinds.{name}: blocked: {text!r} is no regular expression ({error})") from None
