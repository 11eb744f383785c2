"""The service: start, memory of its workers, throughput and latency beside an empty service of the same stack."""

import json
import os
import statistics
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil

from benchmarks import load
from benchmarks.breakdown import breakdown
from benchmarks.harness import Figures, main
from benchmarks.service import own_service
from benchmarks.trained import trained
from esnaf.process import Running, running
from features.arrays import DAY
from features.kinds import Kind
from features.recent import Deed
from serving.tokens import VARIABLE as TOKENS
from serving.tokens import TokenFile
from training import pointer
from training.query import Query
from training.recommender import Recommender

PATH = "/v1/recommendations"
EVENTS = "/v1/events"
_MB = 1e6
_ROUNDS = 5
_STARTS = 3
_VISITS = 3_600  # events, each with a list after it
_BEST = 500  # products that they are of


def add_arguments(parser: ArgumentParser) -> None:
    """Which model, and how much of a load."""
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="with a champion (default: train one)")
    parser.add_argument("--requests", type=int, default=8_000, metavar="N", help="a round (default 8000)")


def measure(args: Namespace) -> Figures:
    """Train unless there is a model, then start the service and ask it."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        workspace = args.workspace or trained(args.data, scratch)
        token = new_token(scratch)
        bodies = _bodies(workspace)
        return {
            **_start_up(workspace, bodies[0], scratch, token),
            **_memory(workspace, bodies[:200], scratch, token),
            **_made(workspace, bodies, scratch, token),
            **_unchanged(workspace, bodies, args.requests, scratch, token),
            **_live(workspace, scratch, token),
        }


def _bodies(workspace: Path) -> list[bytes]:
    """A request for every customer in a random order, ten products each."""
    customers = Recommender.load(pointer.find(workspace).bundle).customers.ids()
    order = np.random.default_rng(0).permutation(len(customers))
    return [json.dumps({"customer_id": customers[i], "n": 10}).encode() for i in order]


def new_token(scratch: Path) -> str:
    """The secret of a token that all services here ask for, as in a real shop."""
    file = TokenFile(scratch / "tokens.json")
    os.environ[TOKENS] = str(file.path)
    return file.make("load", ["recommend", "ingest"])[1]


@contextmanager
def _empty(answer: bytes, scratch: Path) -> Iterator[Running]:
    (scratch / "answer.json").write_bytes(answer)
    os.environ["EMPTY_SERVICE_BYTES"] = str(scratch / "answer.json")
    options = ["benchmarks.empty_service:Empty", "--host", "127.0.0.1"]
    with running([sys.executable, "-m", "bentoml", "serve", *options], log=scratch / "empty.log") as service:
        yield service


def _start_up(workspace: Path, body: bytes, scratch: Path, token: str) -> Figures:
    """From the command to the first answered request."""
    seconds = []
    for _ in range(_STARTS):
        start = time.perf_counter()
        with own_service(workspace, scratch) as service:
            load.post(service.address, PATH, [body], connections=1, token=token)
            seconds.append(time.perf_counter() - start)
    return {"first_answer_s": statistics.median(seconds)}


def _memory(workspace: Path, bodies: Sequence[bytes], scratch: Path, token: str) -> Figures:
    """Two workers after some requests: what each has resident, and how much of that it shares with the other."""
    with own_service(workspace, scratch, "--workers", "2") as service:
        load.post(service.address, PATH, bodies, connections=8, token=token)
        used = [worker.memory_full_info() for worker in psutil.Process(service.pid).children(recursive=True)]
    bundle = sum(file.stat().st_size for file in pointer.find(workspace).bundle.rglob("*") if file.is_file())
    mean = {name: statistics.mean(getattr(one, name) for one in used) / _MB for name in ("rss", "uss", "pss")}
    return {
        "workers": len(used),
        "bundle_mb": bundle / _MB,
        "worker_resident_mb": mean["rss"],
        "worker_shared_mb": mean["rss"] - mean["uss"],
        "worker_private_mb": mean["uss"],
        "two_workers_mb": 2 * mean["pss"],
    }


def _made(workspace: Path, bodies: Sequence[bytes], scratch: Path, token: str) -> Figures:
    """Every customer's list for the first time, so that each must be made."""
    with own_service(workspace, scratch) as service:
        made = load.post(service.address, PATH, bodies[:2_000], connections=1, token=token)
    return {"made_p50_ms": made.p50_ms, "made_p99_ms": made.p99_ms}


def _unchanged(workspace: Path, bodies: Sequence[bytes], requests: int, scratch: Path, token: str) -> Figures:
    """Customers with nothing new, at random, in turn with the empty service: medians of the rounds."""
    random = np.random.default_rng(1)
    ours, theirs = [], []
    with own_service(workspace, scratch) as service:
        answer = load.post(service.address, PATH, bodies, connections=4, token=token).last
        with _empty(answer, scratch) as empty:
            for _ in range(_ROUNDS):
                drawn = [bodies[i] for i in random.integers(len(bodies), size=requests)]
                ours.append(load.post(service.address, PATH, drawn, connections=4, token=token))
                theirs.append(load.post(empty.address, PATH, drawn, connections=4, token=token))
    return {
        "requests_per_s": statistics.median(one.per_s for one in ours),
        "p50_ms": statistics.median(one.p50_ms for one in ours),
        "p99_ms": statistics.median(one.p99_ms for one in ours),
        "empty_requests_per_s": statistics.median(one.per_s for one in theirs),
        "empty_p50_ms": statistics.median(one.p50_ms for one in theirs),
        "empty_p99_ms": statistics.median(one.p99_ms for one in theirs),
        "unchanged_ratio": statistics.median(a.per_s / b.per_s for a, b in zip(ours, theirs, strict=True)),
    }


def _live(workspace: Path, scratch: Path, token: str) -> Figures:
    """A new event of the customer before every request: a view, or something put into the cart. In a first round, which
    does not count, the last worker comes up and each opens the store."""
    pairs = _visits(workspace)
    figures = dict(_steps(workspace))
    for connections, workers, name in ((1, 1, "live"), (4, 2, "live_4")):
        with own_service(workspace, scratch, "--workers", str(workers)) as service:
            parts = [pairs[i :: _ROUNDS + 1] for i in range(_ROUNDS + 1)]
            _, *rounds = [
                load.post_after(service.address, (EVENTS, PATH), part, connections=connections, token=token)
                for part in parts
            ]
        figures[f"{name}_p50_ms"] = statistics.median(one.p50_ms for one in rounds)
        figures[f"{name}_p99_ms"] = statistics.median(one.p99_ms for one in rounds)
    return figures


def _steps(workspace: Path) -> Figures:
    """What the steps of such a list take, in this process."""
    model = Recommender.load(pointer.find(workspace).bundle)
    customers, products = model.customers.ids(), model.products.ids()
    best, random = np.argsort(-model.market.decayed)[:_BEST], np.random.default_rng(3)
    moment = model.time + DAY
    queries = [
        Query(customers[customer], recent=(Deed(products[int(random.choice(best))], Kind.VIEW, moment - 5),))
        for customer in random.integers(len(customers), size=300).tolist()
    ]
    return breakdown(model, queries, moment)


def _visits(workspace: Path) -> list[tuple[bytes, bytes]]:
    """An event and a request for a list, of customers at random."""
    model = Recommender.load(pointer.find(workspace).bundle)
    customers, products = model.customers.ids(), model.products.ids()
    best = np.argsort(-model.market.decayed)[:_BEST]
    random = np.random.default_rng(2)
    pairs = []
    for customer in random.integers(len(customers), size=_VISITS).tolist():
        event = {
            "customer_id": customers[customer],
            "product_id": products[int(random.choice(best))],
            "event_type": str(random.choice(["view", "add_to_cart"])),
        }
        pairs.append((json.dumps(event).encode(), json.dumps({"customer_id": customers[customer], "n": 10}).encode()))
    return pairs


if __name__ == "__main__":
    main("serving", measure, add_arguments=add_arguments)
