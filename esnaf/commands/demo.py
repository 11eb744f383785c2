"""`esnaf demo`: the whole way of the data in about a minute."""

import json
import shutil
import urllib.request
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from esnaf.arguments import invoke
from esnaf.output import text_table
from esnaf.process import running_service
from esnaf.workspace import Workspace
from features.errors import RefusedError

HELP = "simulate a shop, train, track, serve and ask it: about a minute"

_PURPOSE, _LATELY = "personalisation", 60  # days
_MARK = ".esnaf-demo"  # in a folder that the demo made, and so may make again


def add_arguments(parser: ArgumentParser) -> None:
    """Its workspace is `demo/` unless another is named; the size of the shop can be chosen."""
    parser.set_defaults(workspace=Path("demo"))
    parser.add_argument("--customers", type=int, default=1000, metavar="N", help="customers of the shop (default 1000)")
    parser.add_argument("--products", type=int, default=500, metavar="N", help="its products (default 500)")
    parser.add_argument("--days", type=int, default=270, metavar="N", help="its days (default 270)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed is another shop (default 1)")
    parser.add_argument("-n", type=int, default=10, metavar="N", help="length of the list asked for (default 10)")


def run(args: Namespace) -> Mapping[str, Any]:
    """Make the workspace again from nothing, and go all the way from tables to an answer over HTTP."""
    from training.tracking.store import Store

    workspace = _fresh(args.workspace)
    data, folder = str(workspace.path / "data"), str(workspace.path)
    shape = [f"--{name}={getattr(args, name)}" for name in ("customers", "products", "days", "seed")]
    simulated = invoke("simulate", data, *shape, "--workspace", folder)
    trained = invoke("train", "--data", data, "--workspace", folder)
    log, clock = workspace.path / "service.log", simulated["end"]  # the simulated shop's own time, not today
    with running_service(workspace.path, "--as-of", clock, log=log) as address:
        answer = _named(_ask(address, _customer(workspace), args.n), workspace)
    tracking = Store.of(workspace.path).command
    return {
        "workspace": folder,
        "as_of": clock,
        "simulated": simulated,
        "trained": trained,
        "answer": answer,
        "tracking": tracking,
    }


def show(result: Mapping[str, Any]) -> None:
    """The metrics beside the baselines, one customer's list with its reasons, and where to look further."""
    from training.evaluation import summary

    trained, answer = result["trained"], result["answer"]
    print(f"\nModel {trained['version']} beside the baselines, on a window it had not seen:\n")
    print(summary.text(trained["metrics"]))
    customer = answer["customer"]
    print(f"\nWhat the running service answered for {customer['name'] or customer['customer_id']}:\n")
    rows = [(item["rank"], item["name"], item["category"], item["reason"]) for item in answer["items"]]
    print(text_table(("", "product", "category", "why"), rows))
    print(f"\nAsk it yourself:  esnaf serve --workspace {result['workspace']} --as-of {result['as_of']}")
    print(f"Compare the runs: {result['tracking']}")


def _fresh(path: Path) -> Workspace:
    """An empty workspace; RefusedError where something lies that no demo made."""
    if path.exists() and any(path.iterdir()) and not (path / _MARK).exists():
        raise RefusedError(f"{path} is not empty and no demo made it; choose another folder with --workspace")
    shutil.rmtree(path, ignore_errors=True)
    workspace = Workspace(path)
    workspace.create()
    (path / _MARK).touch()
    return workspace


def _customer(workspace: Workspace) -> str:
    """Someone who consented and bought more than most, of late too, so that there is something to explain."""
    import pandas as pd

    data = workspace.path / "data"
    people = pd.read_parquet(data / "customers.parquet", columns=["customer_id", "consent"])
    consented = people["consent"].map(lambda purposes: purposes is not None and _PURPOSE in purposes)
    willing = people.loc[consented, "customer_id"]
    events = pd.read_parquet(data / "events.parquet", columns=["customer_id", "event_type", "timestamp"])
    bought = events[(events["event_type"] == "purchase") & events["customer_id"].isin(willing)]
    late = bought["timestamp"] >= bought["timestamp"].max() - pd.Timedelta(days=_LATELY)
    counts = bought.loc[late, "customer_id"].value_counts().sort_index().sort_values(kind="stable")
    return str(counts.index[int(len(counts) * 0.9)])


def _ask(address: str, customer: str, n: int) -> dict[str, Any]:
    body = json.dumps({"customer_id": customer, "n": n, "explain": True}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}/v1/recommendations", data=body, headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # our own address
        return dict(json.load(answer))


def _named(answer: dict[str, Any], workspace: Workspace) -> dict[str, Any]:
    """The answer with the name and category of each product beside its id."""
    import pandas as pd

    columns = ["product_id", "name", "category"]
    products = pd.read_parquet(workspace.path / "data" / "products.parquet", columns=columns).set_index("product_id")
    known = products.loc[[item["product_id"] for item in answer["items"]]].to_dict("records")
    return {**answer, "items": [{**item, **names} for item, names in zip(answer["items"], known, strict=True)]}
