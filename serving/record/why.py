"""Why: in plain words, what is known of a customer, what it is used for, and why their list is as it is."""

import json
from typing import Any

from serving.bodies import ListRequest
from serving.desk import Desk
from serving.record.consents import consents
from serving.record.groups import groups
from serving.record.past import past
from serving.record.subject import Subject

SHOWN = 5  # products of the list that is explained


def why(desk: Desk, customer_id: str) -> dict[str, Any]:
    """A `WhyAnswer`; RequestError (404) for somebody of whom nothing is known."""
    subject = Subject.of(desk, customer_id)
    allowed, before = consents(subject), past(subject)
    personal = allowed["personalisation"]["granted"]
    answer = desk.answers.explained(ListRequest.model_construct(customer_id=customer_id, n=SHOWN, explain=True))
    words = [*_known(subject, before), *_consent(allowed)]
    if personal:
        words.append(_used(before))
    found = json.loads(answer)
    return {
        "customer_id": customer_id,
        "model_version": desk.answers.champion.version,
        "words": words,
        "segments": [{"segment": one["segment"], "why": one["why"]} for one in groups(subject)],
        "items": [{"product_id": item["product_id"], "reason": item["reason"]} for item in found["items"]],
        "fallback": found["fallback"],
    }


def _known(subject: Subject, before: dict[str, Any]) -> list[str]:
    orders, events = before["orders"], sum(before["events"].values())
    words = []
    if orders:
        when = f"the first on {before['first_purchase'][:10]}, the last on {before['last_purchase'][:10]}"
        words.append(f"We know {_counted(orders, 'order')} of {_counted(before['products'], 'product')}, {when}.")
    others = events - before["events"].get("purchase", 0)
    if others:
        words.append(f"We know {_counted(others, 'other event')}, such as looks at products and searches.")
    if subject.recent:
        words.append(f"{_counted(len(subject.recent), 'event')} of them came in since the model was trained.")
    if subject.told is not None and subject.told.declared:
        words.append(f"You told us of {_counted(len(subject.told.declared), 'interest')}.")
    if not words:
        words.append("We know of nothing that you did.")
    return words


def _consent(allowed: dict[str, Any]) -> list[str]:
    used = {
        "personalisation": ("make lists for you from what you did", "personal lists"),
        "analytics": ("count what you do in our reports", "being counted in reports"),
        "messaging": ("write to you", "messages"),
    }
    return [
        f"We may {yes}." if allowed[name]["granted"] else f"You did not allow {no}, so there are none: it is not used."
        for name, (yes, no) in used.items()
    ]


def _used(before: dict[str, Any]) -> str:
    if not before["events"]:
        return "Since nothing is known of what you like, you see what sells best now."
    return "Your list is made from what you bought and looked at, and from what people with a like taste buy."


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
