"""Purchase lines of real data sets and simulated shops: customer, order, product, time, and price if there is one."""

from pathlib import Path
from typing import Any

import pandas as pd

_SECONDS = "datetime64[s]"


def online_retail(data: Path) -> Any:
    """UCI Online Retail: wholesale and gifts. Without cancellations, service codes, and rows that name no customer."""
    rows = pd.read_parquet(data / "online_retail" / "transactions.parquet")
    sold = rows.CustomerID.notna() & (rows.Quantity > 0) & (rows.UnitPrice > 0)
    rows = rows[sold & rows.StockCode.str.match(r"\d{5}") & ~rows.InvoiceNo.str.startswith("C")]
    return pd.DataFrame(
        {
            "customer": rows.CustomerID.astype("int64"),
            "order": rows.InvoiceNo,
            "product": rows.StockCode,
            "time": rows.InvoiceDate.astype(_SECONDS).astype("int64"),
            "price": rows.UnitPrice,
        }
    )


def complete_journey(data: Path) -> Any:
    """The Complete Journey: groceries of households, complete baskets of 79 days; it has no prices."""
    rows = pd.read_parquet(data / "complete_journey" / "rawcj_train_baskets_sample.parquet")
    return pd.DataFrame(
        {"customer": rows.user_id, "order": rows.basket_id, "product": rows.item_id, "time": rows.date * 86_400}
    )


def simulated(folder: Path) -> Any:
    """A simulated shop, without the orders of guests."""
    columns = ["customer_id", "order_id", "product_id", "timestamp", "unit_price", "event_type"]
    rows = pd.read_parquet(folder / "events.parquet", columns=columns)
    rows = rows[(rows.event_type == "purchase") & rows.customer_id.notna()]
    return pd.DataFrame(
        {
            "customer": rows.customer_id,
            "order": rows.order_id,
            "product": rows.product_id,
            "time": rows.timestamp.dt.tz_localize(None).astype(_SECONDS).astype("int64"),
            "price": rows.unit_price,
        }
    )
