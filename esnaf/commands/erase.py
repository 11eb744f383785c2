"""`esnaf erase CUSTOMER...`: take everything of customers out of the store, and never let it back in."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HELP = "erase customers: gone from answers and the live store at once, from models with the next retraining"


def add_arguments(parser: ArgumentParser) -> None:
    """Whom."""
    parser.add_argument("customers", nargs="+", metavar="CUSTOMER", help="customer_id")


def run(args: Namespace) -> Mapping[str, Any]:
    """Erase one after the other; a store is made where there is none, since somewhere it must be known."""
    from esnaf.workspace import Workspace
    from features.consent.erasing import erase
    from features.store.config import StoreConfig
    from features.store.livestore import LiveStore

    workspace = Workspace(args.workspace)
    config = workspace.settings.section("store", StoreConfig)
    store = LiveStore.open(workspace.path, config)
    also = _by_model(workspace.path, args.customers)
    try:
        done = [
            erase(store, workspace.path, config, customer, actor="command", also=also.get(customer, ()))
            for customer in args.customers
        ]
    finally:
        store.close()
    erased = [
        {"customer_id": customer, "devices": len(one.names) - 1, **one.gone}
        for customer, one in zip(args.customers, done, strict=True)
    ]
    return {"store": store.place, "erased": erased}


def _by_model(workspace: Path, customers: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Under which ids the model that serves knows some customers, which it may have from tables alone."""
    from features.errors import BundleError
    from features.store.values import malformed
    from training import pointer
    from training.recommender import Recommender

    try:
        model = Recommender.load(pointer.find(workspace).bundle, verify=False)
    except BundleError:  # there is none, or none that could tell
        return {}
    known = {customer: model.questions.index(customer) for customer in customers if not malformed(customer)}
    return {customer: (model.customers.id(index),) for customer, index in known.items() if index >= 0}


def show(result: Mapping[str, Any]) -> None:
    """What went, and what is left to do."""
    from esnaf.output import text_table

    head = ("customer", "devices", "events", "consents", "interests", "identities", "traits", "exposures")
    print(text_table(head, [(one["customer_id"], *(one[name] for name in head[1:])) for one in result["erased"]]))
    print("\nModels forget them with the next `esnaf retrain`; take them out of the files given with --data as well.")
