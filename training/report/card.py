"""Card: what a model is for, how good it is, and where it is weak, in Markdown (mitchell2019model)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from training.comparison.difference import Difference, held_together
from training.evaluation import summary
from training.evaluation.bootstrap import Interval
from training.evaluation.protocol import HEADLINE, MODEL, Report
from training.report import words

FEW = 300  # customers: below, small differences cannot be seen
WEAKEST = 3  # categories named

_USE = """\
- Lists of products for a shop's customers: on pages, in the cart, in messages, for all customers at once.
- For customers it knows, from what they bought and looked at; for others the best that is known of them, their country
  or the product on the page. An answer says what filled a list.
- Not for decisions about persons, such as prices, credit or access, and not for guessing traits of persons.
- The figures say how well purchases are foreseen. Whether a list brings about purchases only an experiment can tell."""


@dataclass(frozen=True)
class Card:
    """The real figures of one run."""

    name: str  # of the registered model
    version: str
    tags: Mapping[str, str]
    metrics: Mapping[str, float]
    config: Mapping[str, Any]  # section -> settings as plain values
    report: Report | None = None
    categories: Mapping[str, Difference] = field(default_factory=dict)  # recall by category, the model being the second
    features: int | None = None  # that the ranker reads; None for a model that counts
    warnings: tuple[str, ...] = ()

    def markdown(self) -> str:
        """The whole card."""
        parts = {
            "The model": "\n".join(self._model()),
            "Intended use": _USE,
            "How good it is": "\n\n".join(self._quality()),
            "Where it is weak": "\n\n".join(self._weak()),
            "Known limits": "\n".join(f"- {limit}" for limit in self._limits()),
        }
        title = f"# {self.name}, version {self.version}\n"
        return "\n".join([title, *(f"## {head}\n\n{text}\n" for head, text in parts.items() if text)])

    def _model(self) -> Iterator[str]:
        training, pool = self.config.get("training", {}), self.config.get("pool", {})
        yield f"- Trained on the events of {self.tags['data_window']}{self._counts()}."
        ranker = (
            "ranked by counting"
            if self.features is None
            else f"ranked by gradient-boosted trees over {self.features} features"
        )
        yield f"- Candidates of {', '.join(pool.get('generators', ())) or 'its generators'}, {ranker}."
        if "horizon" in training:
            yield f"- A list looks {training['horizon']} days ahead and foresees {training['objective']}."
        if self.tags.get("test_window", "none") != "none":
            yield (
                f"- Measured on {self.tags['test_window']}, with a model of the same recipe that knew nothing of it; "
                "this version is the recipe brought up to the end of the data."
            )
        names = ("data_fingerprint", "config_digest", "code_version", "seed")
        yield "- " + ", ".join(f"{name.replace('_', ' ')} `{self.tags[name]}`" for name in names if name in self.tags)

    def _counts(self) -> str:
        shown = {"accepted": "events", "customers": "customers", "products": "products"}
        found = [f"{self.metrics[f'data/{n}']:,.0f} {w}" for n, w in shown.items() if f"data/{n}" in self.metrics]
        return f": {', '.join(found)}" if found else ""

    def _quality(self) -> Iterator[str]:
        if f"test/{HEADLINE}" not in self.metrics:
            yield "Not measured: the data has no window to measure on."
            return
        low, high = (self.metrics.get(f"test/{HEADLINE}_{end}", float("nan")) for end in ("low", "high"))
        yield (
            f"NDCG@20 {self.metrics[f'test/{HEADLINE}']:.4f} (95 % {low:.4f} to {high:.4f}) over "
            f"{self.metrics.get('test/customers', 0):,.0f} customers; beside it other rankings of the same customers:"
        )
        yield summary.markdown(self.metrics)

    def _weak(self) -> Iterator[str]:
        slices = self._slices()
        if slices:
            rows = [
                f"| {words.slice_of(name)} | {size:,} | {own.mean:.4f} | {own.low:.4f} to {own.high:.4f} | {says} |"
                for name, size, own, says in slices
            ]
            head = "| customers | how many | NDCG@20 | 95 %, all slices together | against all |\n|---|---|---|---|---|"
            yield "\n".join([head, *rows])
        lowest = sorted(self.categories.items(), key=lambda item: item[1].second)[:WEAKEST]
        if lowest:
            named = ", ".join(f"{name.replace('_', ' ')} ({found.second:.2f})" for name, found in lowest)
            yield f"Least found, by share of a category's bought products that the lists name: {named}."

    def _slices(self) -> list[tuple[str, int, Interval, str]]:
        """Slices from the weakest up, with intervals that hold together."""
        if self.report is None or MODEL not in self.report.scores:
            return []
        values, slices = self.report.scores[MODEL]["all"].values[HEADLINE], self.report.slices
        mean = float(values.mean())
        found = []
        for name, within in slices.items():
            if within.any():
                (interval,) = held_together(values[within][:, None], len(slices))
                says = "weaker" if interval.high < mean else "stronger" if interval.low > mean else "no sure difference"
                found.append((name, int(within.sum()), interval, says))
        return sorted(found, key=lambda row: row[2].mean)

    def _limits(self) -> Iterator[str]:
        share = {name: self.metrics[name] for name in _SHARES if name in self.metrics}
        yield from (text.format(100 * share[name]) for name, text in _SHARES.items() if name in share)
        new, again = (self.metrics.get(f"test/{mode}/recall_at_20") for mode in ("explore", "repeat"))
        if new is not None and again is not None:
            yield f"Of the products new to a customer lists of 20 find {new:.2f}, of those bought before {again:.2f}."
        customers = self.metrics.get("test/customers", 0)
        if 0 < customers < FEW:
            yield f"Only {customers:,.0f} customers could be scored: small differences between models cannot be seen."
        yield from self.warnings
        yield "It learned from what was bought under the pages and messages of the time, and favours what these showed."


_SHARES = {
    "test/unseen_share": "{:.1f} % of what was bought in the test window was new to the shop: no list could name it.",
    "generator/any/recall": "The generators together name {:.0f} % of what a customer buys: the rest cannot be ranked.",
    "test/coverage_at_20": "Lists of 20 show {:.0f} % of the catalogue; the rest is shown to nobody.",
    "test/popularity_percentile_at_20": "Lists show popular products: more bought, on average, than {:.0f} % of all.",
}
