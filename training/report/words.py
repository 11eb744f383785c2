"""Words: the names of figures and slices as people read them."""

import math

METRICS = {
    "ndcg": "NDCG",
    "recall": "Recall",
    "precision": "Precision",
    "map": "MAP",
    "mrr": "MRR",
    "hit_rate": "Hit rate",
    "coverage": "Coverage: share of the catalogue shown to anyone",
    "novelty": "Novelty, bits",
    "diversity": "Diversity of a list",
    "popularity_percentile": "Popularity percentile of what is shown",
    "revenue": "Share of the revenue found",
    "filled": "Places of the lists that are filled",
}
MODES = {"explore": "new products", "repeat": "bought before"}
SIGNS = {"better": "▲ better", "worse": "▼ worse", "no difference": "= no difference"}
TONES = {"better": "better", "worse": "worse", "no difference": "same"}


def metric(name: str) -> str:
    """`explore/ndcg_at_20` -> `NDCG@20, new products`."""
    mode, _, plain = name.rpartition("/")
    figure, _, k = plain.rpartition("_at_")
    title = METRICS.get(figure, figure)
    title = f"{title}@{k}" if len(title) < 12 else title
    return f"{title}, {MODES[mode]}" if mode in MODES else title


def difference(name: str) -> str:
    """Of any name in a comparison: `segment.orders_1/ndcg_at_20` -> `NDCG@20, 1 order before`."""
    part, _, figure = name.rpartition("/")
    kind, _, label = part.partition(".")
    if kind == "segment":
        return f"{metric(figure)}, {slice_of(label)}"
    return f"{metric(figure)}, {label.replace('_', ' ')}" if kind == "category" else metric(name)


def slice_of(label: str) -> str:
    """`orders_2_3` -> `2-3 orders before`, `country.France` -> `country: France`."""
    if label.startswith("orders_"):
        low, _, high = label.removeprefix("orders_").partition("_")
        span = f"{low} or more" if high == "up" else f"{low} to {high}" if high else low
        return f"{span} order{'s' if span != '1' else ''} before"
    name, _, value = label.partition(".")
    return f"{name}: {value}".replace("_", " ") if value else label.replace("_", " ")


def share(value: float) -> str:
    """`+1.2 %`."""
    return f"{100 * value:+.1f} %"


def number(value: float | None) -> str:
    """Four figures, or whole with commas where large; empty where it is not known."""
    if value is None or not math.isfinite(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}" if abs(value) >= 1 else f"{value:.4f}"
