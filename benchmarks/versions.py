"""Versions: two models of a shop that take turns as champion, and what each of them answers."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.steady import Seen, Sent
from features.errors import UsageError
from serving.clock import shown_time
from training import pointer
from training.bundles import Bundles
from training.pointer import Pointer
from training.query import Item, Query
from training.recommender import Recommender

LENGTH = 10  # products a list


@dataclass(frozen=True)
class Versions:
    """The two models, and what each answers to some customers."""

    workspace: Path
    names: Sequence[str]
    customers: Sequence[str]
    time: int
    answers: Mapping[str, Sequence[list[tuple[Any, ...]]]]

    @classmethod
    def of(cls, workspace: Path, size: int) -> "Versions":
        """The two newest, asked for so many of the customers that both know."""
        names = Bundles.of(workspace).versions()[:2]
        if len(names) < 2:
            raise UsageError(f"--workspace {workspace}: has no two versions to swap; train one more")
        models = {name: Recommender.load(Bundles.of(workspace).path(name)) for name in names}
        known = models[min(models, key=lambda name: len(models[name].customers))].customers.ids()
        chosen = np.random.default_rng(0).permutation(len(known))[:size]
        customers = [known[i] for i in chosen]
        time = max(model.time for model in models.values()) + 3600
        queries = [Query(customer_id=customer) for customer in customers]
        answers = {
            name: [_plain(answer.items) for answer in model.recommend(queries, LENGTH, time=time)]
            for name, model in models.items()
        }
        return cls(workspace, names, customers, time, answers)

    def requests(self, count: int, *, seed: int) -> list[Sent]:
        """So many requests of customers at random."""
        drawn = np.random.default_rng(seed).integers(len(self.customers), size=count).tolist()
        return [self._request(who, None if i // 4 % 2 else f"{seed}-{i}") for i, who in enumerate(drawn)]

    def everybody(self) -> list[bytes]:
        """A request of each customer."""
        return [self._request(who, None).body for who in range(len(self.customers))]

    def _request(self, who: int, cart: str | None) -> Sent:
        """What no model knows in the cart changes nothing but that the list must be made for it."""
        body = {"customer_id": self.customers[who], "n": LENGTH, "context": {"cart": [cart] if cart else []}}
        return Sent(json.dumps(body).encode(), who, ready=cart is None)

    @property
    def command(self) -> list[str]:
        """Starts their service, its clock fixed so that its lists can be known."""
        command = [sys.executable, "-m", "esnaf", "serve", "--workspace", str(self.workspace)]
        return [*command, "--as-of", shown_time(self.time)]

    def mixed(self, seen: Seen) -> int:
        """Answers that are not what the version they name answers."""
        return sum(count for (who, text), count in seen.answers.items() if not self._fits(who, text))

    def served(self, seen: Seen) -> set[str]:
        """The versions that answers named."""
        return {json.loads(b"{%b}" % text)["model_version"] for _, text in seen.answers}

    def point(self, version: str) -> None:
        """Make a version the champion."""
        pointer.replace(self.workspace, Pointer(version, Bundles.of(self.workspace).path(version)))

    def _fits(self, who: int, text: bytes) -> bool:
        answer = json.loads(b"{%b}" % text)
        got = [(item["product_id"], item["rank"], item["score"], item["source"]) for item in answer["items"]]
        return bool(got == self.answers[answer["model_version"]][who])


def _plain(items: Sequence[Item]) -> list[tuple[Any, ...]]:
    return [(item.product_id, item.rank, item.score, item.source) for item in items]
