"""Parity: a customer alone and among many has the same features to the last bit, and gets the same list from the batch
command as from the running service."""

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from benchmarks.harness import Figures, main
from benchmarks.timing import esnaf
from benchmarks.trained import trained
from esnaf.process import running_service
from features.arrays import Codes, Counts, Floats
from features.matrix import feature_matrix
from serving.clock import shown_time
from training import pointer
from training.pool import Pool
from training.recommender import Recommender

Listed: TypeAlias = tuple[str, int, float, str]  # product, rank, score, source

_N = 20
_TOGETHER = 250  # customers whose features are computed in one batch


def add_arguments(parser: ArgumentParser) -> None:
    """Which model, and how many customers."""
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="with a champion (default: train one)")
    parser.add_argument("--customers", type=int, default=1_000, metavar="N", help="drawn at random (default 1000)")


def measure(args: Namespace) -> Figures:
    """Count the customers for whom the two ways differ."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        workspace = args.workspace or trained(args.data, scratch)
        model = Recommender.load(pointer.find(workspace).bundle)
        drawn = np.random.default_rng(0).permutation(len(model.customers))[: args.customers].astype(np.int32)
        parts = np.array_split(drawn, -(-len(drawn) // _TOGETHER))
        ids = model.customers.ids(drawn)
        batch = _batch_lists(workspace, ids, model.time, scratch)
        live = _live_lists(workspace, ids, model.time, scratch)
        return {
            "customers": len(drawn),
            "features_unequal": sum(len(features_unequal(model, part)) for part in parts),
            "lists_unequal": sum(batch[customer] != live[customer] for customer in ids),
            "items": sum(map(len, batch.values())),
        }


def features_unequal(model: Recommender, customers: Codes) -> list[int]:
    """The customers whose candidates, or any bit of their features, differ between a batch and the customer alone."""
    offsets, products, batch = _features(model, customers)
    unequal = []
    for row, customer in enumerate(customers.tolist()):
        part = slice(offsets[row], offsets[row + 1])
        _, product, alone = _features(model, np.array([customer], np.int32))
        same = np.array_equal(products[part], product)
        if not (same and np.array_equal(batch[part].view(np.uint32), alone.view(np.uint32))):
            unequal.append(customer)
    return unequal


def _features(model: Recommender, customers: Codes) -> tuple[Counts, Codes, Floats]:
    """Where each customer's candidates begin, the candidates, and all their features."""
    request = model.questions.of_customers(customers, model.time)
    pool = Pool.gather(model.sources, request)
    matrix = feature_matrix(
        request.history,
        model.catalogue,
        model.market,
        pool.pairs(),
        model.time,
        profiles=request.profiles,
        context=request.context,
    )
    return np.searchsorted(pool.row, np.arange(len(customers) + 1)), pool.product, matrix


def _batch_lists(workspace: Path, ids: Sequence[str], time: int, scratch: Path) -> dict[str, list[Listed]]:
    """What `esnaf recommend` writes."""
    wanted, output = scratch / "customers.csv", scratch / "lists.parquet"
    pc.write_csv(pa.table({"customer_id": list(ids)}), wanted)
    esnaf(
        "recommend",
        *("--workspace", str(workspace), "--as-of", shown_time(time)),
        *("--customers", str(wanted), "-n", str(_N), "-o", str(output)),
    )
    lists: dict[str, list[Listed]] = {customer: [] for customer in ids}
    for row in pq.read_table(output).to_pylist():
        lists[row["customer_id"]].append((row["product_id"], row["rank"], row["score"], row["source"]))
    return lists


def _live_lists(workspace: Path, ids: Sequence[str], time: int, scratch: Path) -> dict[str, list[Listed]]:
    """What the running service answers, one customer at a time."""
    lists = {}
    log = scratch / "service.log"
    with (
        running_service(workspace, "--as-of", shown_time(time), log=log) as address,
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        for customer in ids:
            answer = client.post("/v1/recommendations", json={"customer_id": customer, "n": _N})
            if answer.status_code != httpx.codes.OK:
                sys.exit(f"customer {customer}: the service answered {answer.status_code}: {answer.text}")
            items = answer.json()["items"]
            lists[customer] = [(i["product_id"], i["rank"], i["score"], i["source"]) for i in items]
    return lists


if __name__ == "__main__":
    main("parity", measure, add_arguments=add_arguments)
