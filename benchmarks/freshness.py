"""Freshness: after an event is acknowledged, does the very next answer know it, whichever worker gives it?

A trial puts the first product of a customer's list into the cart and asks for the list again, over another connection:
the product must be gone from it. Latencies are those of lists that are made because somebody did something.
"""

import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np

from benchmarks.harness import Figures, main
from benchmarks.service import own_service
from benchmarks.trained import trained
from training import pointer
from training.recommender import Recommender

CONNECTIONS = 8
LENGTH = 10  # products a list


def add_arguments(parser: ArgumentParser) -> None:
    """Which model, and how often."""
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="with a champion (default: train one)")
    parser.add_argument("--trials", type=int, default=10_000, metavar="N", help="default 10,000")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="of the service (default 2)")
    parser.add_argument("--threads", type=int, default=4, metavar="N", help="that try side by side (default 4)")


def measure(args: Namespace) -> Figures:
    """Try one after the other, then side by side."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        workspace = args.workspace or trained(args.data, scratch)
        customers = Recommender.load(pointer.find(workspace).bundle).customers.ids()
        order = np.random.default_rng(0).permutation(len(customers))
        drawn = [customers[order[i % len(order)]] for i in range(args.trials)]
        alone = len(drawn) // 10
        with own_service(workspace, scratch, "--workers", str(args.workers)) as service:
            one = _tried(service.address, drawn[:alone])
            with ThreadPoolExecutor(args.threads) as threads:
                parts = [drawn[alone + i :: args.threads] for i in range(args.threads)]
                beside = list(threads.map(lambda part: _tried(service.address, part), parts))
    made = np.array(one.seconds) * 1e3
    busy = np.concatenate([np.array(found.seconds) for found in beside]) * 1e3
    return {
        "trials": args.trials,
        "stale": one.stale + sum(found.stale for found in beside),
        "live_p50_ms": float(np.percentile(made, 50)),
        "live_p99_ms": float(np.percentile(made, 99)),
        "busy_p50_ms": float(np.percentile(busy, 50)),
        "busy_p99_ms": float(np.percentile(busy, 99)),
    }


@dataclass
class _Trials:
    stale: int = 0
    seconds: list[float] = field(default_factory=list)  # of each list that had to be made


def _tried(address: str, customers: Sequence[str]) -> _Trials:
    found = _Trials()
    clients = [httpx.Client(base_url=address, timeout=30) for _ in range(CONNECTIONS)]
    try:
        for number, customer in enumerate(customers):
            asking, sending, again = (clients[(number + i) % CONNECTIONS] for i in (0, 3, 5))
            product = _products(asking, customer)[0]
            event = {"customer_id": customer, "product_id": product, "event_type": "add_to_cart"}
            sending.post("/v1/events", json=event).raise_for_status()
            start = time.perf_counter()
            listed = _products(again, customer)
            found.seconds.append(time.perf_counter() - start)
            found.stale += product in listed
    finally:
        for client in clients:
            client.close()
    return found


def _products(client: httpx.Client, customer: str) -> list[str]:
    answer = client.post("/v1/recommendations", json={"customer_id": customer, "n": LENGTH}).raise_for_status()
    return [item["product_id"] for item in answer.json()["items"]]


if __name__ == "__main__":
    main("freshness", measure, add_arguments=add_arguments)
