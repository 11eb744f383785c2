"""Memory of a worker under mixed requests: what is resident after all of them, against that after the first 20,000.

Lists ready and made, batches, neighbours, visitors, live events and requests that are wrong; one worker, with tokens.
"""

import tempfile
from argparse import ArgumentParser, Namespace
from collections import Counter
from pathlib import Path

import psutil

from benchmarks.harness import Figures, main
from benchmarks.mixed import Mix, ask
from benchmarks.service import own_service
from benchmarks.serving import new_token
from benchmarks.trained import trained
from features.logs import progress
from training import pointer
from training.recommender import Recommender

_MB = 1e6
_FIRST = 20_000
_PART = 5_000


def add_arguments(parser: ArgumentParser) -> None:
    """Which model, and how many requests."""
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="with a champion (default: train one)")
    parser.add_argument("--requests", type=int, default=500_000, metavar="N", help="in all (default 500000)")


def measure(args: Namespace) -> Figures:
    """Train unless there is a model, then ask."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        workspace = args.workspace or trained(args.data, scratch)
        recommender = Recommender.load(pointer.find(workspace).bundle)
        mix = Mix(recommender.customers.ids(), recommender.products.ids())
        del recommender
        token = new_token(scratch)
        with own_service(workspace, scratch, "--workers", "1") as service:
            (worker,) = psutil.Process(service.pid).children(recursive=True)
            return _asked(service.address, worker, mix, token, args.requests)


def _asked(address: str, worker: psutil.Process, mix: Mix, token: str, requests: int) -> Figures:
    statuses, sizes = Counter[int](), {0: worker.memory_info().rss}
    for begin in progress(range(0, requests, _PART), "mixed requests"):
        part = list(mix.take(min(_PART, requests - begin)))
        statuses += ask(address, part, token=token)
        sizes[begin + len(part)] = worker.memory_info().rss
    first = sizes[min(_FIRST, requests)]
    return {
        "requests": sum(statuses.values()),
        "lists_and_answers": statuses[200],
        "ingested_calls": statuses[202],
        "refused": sum(statuses.values()) - statuses[200] - statuses[202],
        "start_mb": sizes[0] / _MB,
        "first_mb": first / _MB,
        "end_mb": sizes[requests] / _MB,
        "most_mb": max(sizes.values()) / _MB,
        "memory_ratio": sizes[requests] / first,
    }


if __name__ == "__main__":
    main("memory", measure, add_arguments=add_arguments)
