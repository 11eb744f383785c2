"""Record: how long all that is known of one customer takes to be put together, with live events, without HTTP.

Every customer drawn has events in the live store that the model does not know, and lists in the exposure log.
"""

import gc
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness import Figures, main
from benchmarks.trained import trained
from esnaf.records import records_of
from esnaf.workspace import Workspace
from features.consent.purposes import Consent
from features.consent.saying import say
from features.exposures.exposure import Exposure
from features.exposures.group import packed
from features.exposures.identifier import new_id
from features.exposures.log import ExposureLog
from features.store.config import StoreConfig
from features.store.judge import Judge
from features.store.livestore import LiveStore
from features.tables.config import TablesConfig
from serving.listed import Listed
from serving.record.groups import groups
from serving.record.subject import Subject
from training import pointer
from training.recommender import Recommender

LIVE = 30  # events of each customer drawn
SHOWN = 200  # groups of a hundred answers in the exposure log


def add_arguments(parser: ArgumentParser) -> None:
    """Which model, and how often."""
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="with a champion (default: train one)")
    parser.add_argument("--trials", type=int, default=2_000, metavar="N", help="default 2,000")


def measure(args: Namespace) -> Figures:
    """Fill the store, then look customers up one after the other."""
    with tempfile.TemporaryDirectory() as name:
        workspace = args.workspace or trained(args.data, Path(name))
        model = Recommender.load(pointer.find(workspace).bundle)
        drawn = np.random.default_rng(0).permutation(len(model.customers))[: args.trials]
        customers = [model.customers.id(int(row)) for row in drawn]
        _fill(workspace, model, customers)
        with records_of(Workspace(workspace), as_of=model.time + 3_600) as (desk, records):
            for customer in customers[:20]:
                records.record(customer)
            gc.collect()
            gc.freeze()  # as a worker of the service does once it has started
            whole = _timed(customers, records.record)
            segments = _timed(customers, lambda customer: groups(Subject.of(desk, customer)))
            gc.unfreeze()
    return {
        "trials": len(customers),
        "record_p50_ms": float(np.percentile(whole, 50)),
        "record_p99_ms": float(np.percentile(whole, 99)),
        "segments_p50_ms": float(np.percentile(segments, 50)),
        "segments_p99_ms": float(np.percentile(segments, 99)),
    }


def _timed(customers: Sequence[str], look: Callable[[str], Any]) -> list[float]:
    """Milliseconds of each."""
    found = []
    for customer in customers:
        start = time.perf_counter()
        look(customer)
        found.append((time.perf_counter() - start) * 1e3)
    return found


def _fill(workspace: Path, model: Recommender, customers: Sequence[str]) -> None:
    random, judge, products = np.random.default_rng(1), Judge(TablesConfig()), model.products.ids()
    store = LiveStore.open(workspace, StoreConfig())
    for customer in customers:
        seen = random.integers(len(products), size=LIVE).tolist()
        rows = [
            {
                "customer_id": customer,
                "product_id": products[at],
                "event_type": "purchase" if number % 10 == 0 else "view",
                "unit_price": 5,
                "event_id": f"{customer}-{number}",
                "timestamp": model.time + number,
            }
            for number, at in enumerate(seen)
        ]
        store.append(judge.judge_all(rows, model.time + 3_600).events)
    for customer in customers[::10]:
        say(store, customer, Consent.of({"analytics": True}), actor="benchmark", source="api")
    store.close()
    log, at = ExposureLog.open(workspace, StoreConfig()), model.time
    text = b'"items":[{"product_id":"%b","rank":1,"score":0.5,"source":"als","reason":null}],"fallback":null'
    one = Listed(new_id(at), "1", "", "off", 1, text % products[0].encode(), None, named=True)
    for number in range(SHOWN):
        shown = random.choice(np.array(customers, object), 100)
        answers = [Exposure(new_id(at + number), who, "home", "web", one.list_id) for who in shown.tolist()]
        log.append([one.row()], [packed(answers, 100)])
    log.close()


if __name__ == "__main__":
    main("record", measure, add_arguments=add_arguments)
