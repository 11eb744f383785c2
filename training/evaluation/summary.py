"""Summary: the table of a model beside its baselines, from the flat metrics of a report or of a tracked run."""

from collections.abc import Mapping

COLUMNS = {
    "NDCG@20": "ndcg_at_20",
    "Recall@20": "recall_at_20",
    "MAP@20": "map_at_20",
    "Hit rate@20": "hit_rate_at_20",
    "Repeat Recall@20": "repeat/recall_at_20",
    "Explore Recall@20": "explore/recall_at_20",
    "Coverage": "coverage_at_20",
}
MODEL_ROW = "**model**"


def rows(metrics: Mapping[str, float]) -> dict[str, list[float | None]]:
    """The model and every baseline, best NDCG first: name -> one value a column, None where it was not measured.

    Generators that named nothing, as those that need a basket in hand, are left out.
    """
    prefixes = {MODEL_ROW: "test"}
    for name in metrics:
        start = "/".join(name.split("/")[:2])
        if start.startswith("baseline/") and metrics.get(f"{start}/coverage_at_20") != 0:
            prefixes[name.split("/")[1]] = start
    table = {row: [metrics.get(f"{prefix}/{c}") for c in COLUMNS.values()] for row, prefix in prefixes.items()}
    return dict(sorted(table.items(), key=lambda item: -(item[1][0] or 0)))


def markdown(metrics: Mapping[str, float]) -> str:
    """The table in Markdown."""
    lines = ["| | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(map(_cell, values)) + " |" for name, values in rows(metrics).items()]
    return "\n".join(lines)


def text(metrics: Mapping[str, float]) -> str:
    """The table for a terminal."""
    table = rows(metrics)
    width = max(map(len, table))
    lines = [" " * width + "".join(f"  {column}" for column in COLUMNS)]
    for name, values in table.items():
        cells = "".join(f"  {_cell(value):>{len(column)}}" for column, value in zip(COLUMNS, values, strict=True))
        lines.append(f"{name.strip('*'):<{width}}{cells}")
    return "\n".join(lines)


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
