"""Logins: what visitors of a real service are shown just before they log in, and just after."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import numpy as np

from benchmarks.harness import Figures
from benchmarks.service import own_service
from features.errors import EsnafError
from features.kinds import Kind
from features.recent import Deed
from serving.clock import shown_time
from training import pointer
from training.query import Query
from training.recommender import Recommender

CONNECTIONS = 8
LENGTH = 10  # products a list
_HOUR = 3_600
_THREADS = 2
_Items: TypeAlias = list[tuple[str, float]]  # products and their scores


@dataclass(frozen=True)
class _Trial:
    customer: str
    visitor: str
    viewed: str
    carted: str


def logins(workspace: Path, trials: int, scratch: Path) -> Figures:
    """How many first answers after a login differ from the visitor's last, in the order of their products alone or in
    scores as well, and are the model's list of both histories."""
    model = Recommender.load(pointer.find(workspace).bundle)
    now = model.time + _HOUR
    drawn = _drawn(model, trials)
    options = ("--workers", "2", "--as-of", shown_time(now))
    with own_service(workspace, scratch, *options) as service, ThreadPoolExecutor(_THREADS) as threads:
        parts = [drawn[i::_THREADS] for i in range(_THREADS)]
        seen = list(threads.map(lambda part: _tried(service.address, part, now), parts))
    pairs = (pair for part, lists in zip(parts, seen, strict=True) for pair in zip(part, lists, strict=True))
    found = [_judged(model, trial, lists, now) for trial, lists in pairs]
    answers, lists, both = (sum(column) for column in zip(*found, strict=True))
    return {
        "logins": len(found),
        "login_answer_differs": answers,
        "login_differs": lists,
        "login_knows_both": both,
    }


def _drawn(model: Recommender, trials: int) -> list[_Trial]:
    random = np.random.default_rng(0)
    there = np.flatnonzero((np.diff(model.history.offsets) > 0) & model.profiles.personal)
    customers = [id for id in model.customers.ids(there) if not id.startswith("anon:")]
    shown = np.flatnonzero(model.catalogue.available)
    if len(customers) < trials:
        raise EsnafError(f"{len(customers)} customers with a history, and {trials} are to log in; give fewer --logins")
    found = []
    for number, customer in enumerate(random.permutation(customers)[:trials].tolist()):
        viewed, carted = model.products.ids(random.choice(shown, 2, replace=False))
        found.append(_Trial(customer, f"visitor-{number}", viewed, carted))
    return found


def _tried(address: str, trials: Sequence[_Trial], now: int) -> list[tuple[_Items, _Items]]:
    clients = [httpx.Client(base_url=address, timeout=30) for _ in range(CONNECTIONS)]
    found = []
    try:
        for number, trial in enumerate(trials):
            sending, before, login, after = (clients[(number + i) % CONNECTIONS] for i in (0, 2, 5, 7))
            who = {"anonymous_id": trial.visitor}
            view = {**who, "product_id": trial.viewed, "event_type": "view", "timestamp": now - 60}
            cart = {**who, "product_id": trial.carted, "event_type": "add_to_cart", "timestamp": now - 30}
            _sent(sending, [view, cart])
            anonymous = _items(before, who)
            _sent(login, {**who, "customer_id": trial.customer, "event_type": "identify", "timestamp": now - 5})
            found.append((anonymous, _items(after, {"customer_id": trial.customer})))
    finally:
        for client in clients:
            client.close()
    return found


def _judged(model: Recommender, trial: _Trial, answers: tuple[_Items, _Items], now: int) -> tuple[bool, bool, bool]:
    deeds = (
        Deed(trial.viewed, int(Kind.VIEW), now - 60),
        Deed(trial.carted, int(Kind.ADD_TO_CART), now - 30),
        Deed(None, int(Kind.IDENTIFY), now - 5),
    )
    expected = model.recommend([Query(customer_id=trial.customer, recent=deeds)], LENGTH, time=now)[0]
    before, after = ([product for product, _ in items] for items in answers)
    return answers[0] != answers[1], before != after, after == [item.product_id for item in expected.items]


def _sent(client: httpx.Client, events: Any) -> None:
    client.post("/v1/events", json=events).raise_for_status()


def _items(client: httpx.Client, who: dict[str, str]) -> _Items:
    answer = client.post("/v1/recommendations", json={**who, "n": LENGTH}).raise_for_status()
    return [(item["product_id"], item["score"]) for item in answer.json()["items"]]
