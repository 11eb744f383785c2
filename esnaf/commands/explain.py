"""`esnaf explain CUSTOMER [PRODUCT]`: why this list."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from esnaf.commands.recommend import add_model, opened
from esnaf.commands.similar import name_of

HELP = "say why a customer's list is as it is"


def add_arguments(parser: ArgumentParser) -> None:
    """The customer, and a product of interest."""
    parser.add_argument("customer", metavar="CUSTOMER", help="customer_id")
    parser.add_argument("product", nargs="?", metavar="PRODUCT", help="product_id (default: those of the list)")
    parser.add_argument("-n", type=int, default=10, metavar="N", help="length of the list (default 10)")
    add_model(parser)


def run(args: Namespace) -> Mapping[str, Any]:
    """Ask the model; UnknownProductError for a product that it has not seen."""
    from training.query import Query

    model, time, version = opened(args)
    query = Query(customer_id=args.customer)
    if args.product is None:
        products = [item.product_id for item in model.recommend([query], args.n, time=time)[0].items]
    else:
        products = [args.product]
    reasons = model.explain(query, products, time=time)
    known = model.customers.index(args.customer) >= 0
    items = [
        {"product_id": product, "name": name_of(model, product), "reason": reason}
        for product, reason in zip(products, reasons, strict=True)
    ]
    return {"model_version": version, "customer_id": args.customer, "known": known, "items": items}


def show(result: Mapping[str, Any]) -> None:
    """A table."""
    from esnaf.output import text_table

    if not result["known"]:
        print(f"model {result['model_version']} does not know {result['customer_id']}: the best list for anybody\n")
    rows = [(item["product_id"], item["name"], item["reason"]) for item in result["items"]]
    print(text_table(("product", "name", "why"), rows))
