"""`esnaf similar PRODUCT`: what is like it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from esnaf.model import name_of
from esnaf.ruling import policy_at
from esnaf.workspace import Workspace

HELP = "show the products most like one"


def add_arguments(parser: ArgumentParser) -> None:
    """The product and how many."""
    parser.add_argument("product", metavar="PRODUCT", help="product_id")
    parser.add_argument("-n", type=int, default=10, metavar="N", help="how many (default 10)")
    parser.add_argument("--model", default="champion", metavar="VERSION", help="version to ask (default: champion)")


def run(args: Namespace) -> Mapping[str, Any]:
    """Ask the model."""
    from training.recommender import Recommender

    found = Workspace(args.workspace).model(args.model)
    model = Recommender.load(found.bundle)
    policy = policy_at(args, model, model.time)
    items = [
        {"rank": item.rank, "product_id": item.product_id, "name": name_of(model, item.product_id), "score": item.score}
        for item in model.similar(args.product, args.n, policy=policy)
    ]
    name = name_of(model, args.product)
    return {"model_version": found.version, "product_id": args.product, "name": name, "items": items}


def show(result: Mapping[str, Any]) -> None:
    """A table."""
    from esnaf.output import text_table

    print(f"like {result['product_id']} {result['name']}:\n")
    rows = [(item["rank"], item["product_id"], item["name"], item["score"]) for item in result["items"]]
    print(text_table(("", "product", "name", "score"), rows))
