"""The shape of a purchase log in a few figures and curves: what the simulated shop is compared with real ones by."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from features.arrays import DAY, Array, Doubles


@dataclass(frozen=True)
class Shape:
    """Distributions of one log; lines are distinct products of an order."""

    basket: Array  # lines of each order
    orders: Array  # orders of each customer
    popularity: Array  # lines of each product, most popular first
    gaps: Doubles  # days between orders of the same customer on different days
    repeat_share: float  # lines whose product the customer had in an earlier order
    later_repeat_share: float  # the same without the customers' first orders
    prices: Doubles  # of the products, empty where the log has none

    @classmethod
    def of(cls, lines: Any) -> "Shape":
        """The shape of lines with columns customer, order, product, time (seconds) and, if known, price."""
        first = lines.groupby(["order", "product"], as_index=False, sort=False).first()
        first = first.sort_values(["time", "order"], kind="stable")
        earliest = first.groupby("customer")["order"].transform("first")
        seen = first.groupby(["customer", "product"])["order"].transform("first") != first["order"]
        days = first.groupby(["customer", "order"])["time"].min().reset_index().sort_values(["customer", "time"])
        gaps = days.groupby("customer")["time"].diff() / DAY
        prices = lines.groupby("product")["price"].median() if "price" in lines else pd.Series(dtype=float)
        return cls(
            first.groupby("order").size().to_numpy(),
            first.groupby("customer")["order"].nunique().to_numpy(),
            np.sort(first["product"].value_counts().to_numpy())[::-1],
            gaps[gaps >= 0.5].to_numpy(),
            float(seen.mean()),
            float(seen[earliest != first["order"]].mean()),
            prices[prices > 0].to_numpy(),
        )

    def figures(self) -> dict[str, float]:
        """Names with the unit last."""
        prices = np.log(self.prices) if len(self.prices) else np.array([np.nan])
        return {
            "basket_median_lines": float(np.median(self.basket)),
            "basket_mean_lines": float(self.basket.mean()),
            "basket_p90_lines": float(np.quantile(self.basket, 0.9)),
            "orders_median_per_customer": float(np.median(self.orders)),
            "orders_mean_per_customer": float(self.orders.mean()),
            "one_order_share": float((self.orders == 1).mean()),
            "orders_gini": gini(self.orders),
            "orders_of_top_10_percent_share": top_share(self.orders, 0.1),
            "gap_median_days": float(np.median(self.gaps)),
            "gap_p90_days": float(np.quantile(self.gaps, 0.9)),
            "repeat_share": self.repeat_share,
            "repeat_after_first_order_share": self.later_repeat_share,
            "popularity_gini": gini(self.popularity),
            "lines_of_top_1_percent_share": top_share(self.popularity, 0.01),
            "lines_of_top_10_percent_share": top_share(self.popularity, 0.1),
            "price_log_spread": float(prices.std()),
        }


def gini(counts: Array) -> float:
    """0 where all are equal, near 1 where one has everything."""
    ascending = np.sort(counts)
    return float(1 + 1 / len(counts) - 2 * (np.cumsum(ascending) / ascending.sum()).mean())


def top_share(counts: Array, part: float) -> float:
    """What the largest ones have of everything."""
    descending = np.sort(counts)[::-1]
    return float(descending[: max(1, round(part * len(counts)))].sum() / descending.sum())
