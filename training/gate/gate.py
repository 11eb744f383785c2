"""Gate: judges a trial by the rules in force."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Self

from features.settings import Settings
from training.comparison.comparison import Comparison
from training.comparison.difference import Difference
from training.comparison.drift import Drift
from training.evaluation.protocol import HEADLINE
from training.gate.config import GateConfig
from training.gate.trial import Trial
from training.gate.verdict import Check, Verdict


@dataclass(frozen=True)
class Gate:
    """The rules of section `[gate]`."""

    config: GateConfig

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The rules of `esnaf.toml`."""
        return cls(settings.section("gate", GateConfig))

    def judge(self, trial: Trial) -> Verdict:
        """Look at every rule; the same trial always gets the same verdict."""
        return Verdict(tuple(self._checks(trial)))

    def _checks(self, trial: Trial) -> Iterator[Check]:
        yield Check("bundle", not trial.defects, "; ".join(trial.defects) or "whole, of this format, and it answers")
        if trial.unmeasured:
            text = "nothing could be measured, while the champion was; `esnaf promote` puts it in the champion's place"
            yield Check("measured", held=False, text=text)
        yield from self._budgets(trial)
        if trial.comparison is not None:
            yield from self._quality(trial.comparison)
            yield from self._lists(trial.comparison)
        if trial.drifts:
            yield self._schema(trial.lost)
            yield from (self._drift(drift) for drift in trial.drifts)

    def _budgets(self, trial: Trial) -> Iterator[Check]:
        if trial.answer_ms is not None:
            yield _at_most("latency", trial.answer_ms, self.config.answer_ms, "ms of CPU time for one list")
        if trial.megabytes is not None:
            yield _at_most("size", trial.megabytes, self.config.bundle_mb, "MB")

    def _quality(self, comparison: Comparison) -> Iterator[Check]:
        if comparison.headline is not None:
            yield _not_worse("ndcg", comparison.headline, self.config.ndcg_loss)
        for pattern, loss in self.config.guards.items():
            for name, difference in comparison.differences.items():
                if name != HEADLINE and fnmatchcase(name, pattern):
                    yield _not_worse(f"guard {name}", difference, loss)

    def _lists(self, comparison: Comparison) -> Iterator[Check]:
        shares = {"coverage": 1 - self.config.coverage_loss, "filled": self.config.completeness}
        for name, share in shares.items():
            if f"{name}_at_20" in comparison.whole:
                before, now = comparison.whole[f"{name}_at_20"]
                rule, what = ("completeness", "of the places") if name == "filled" else (name, "of the catalogue")
                text = f"{now:.4f} {what}, champion {before:.4f}; at least {share * before:.4f} is asked for"
                yield Check(rule, now >= share * before, text)

    def _schema(self, lost: tuple[str, ...]) -> Check:
        missing = [name for name in lost if name not in self.config.may_lack]
        if not missing:
            return Check("schema", held=True, text="the data tells all that the champion's did")
        return Check("schema", held=False, text=f"the data lacks what the champion's had: {', '.join(missing)}")

    def _drift(self, drift: Drift) -> Check:
        limit = f"at most {self.config.drift:.2f}, or the {drift.noise:.2f} of chance"
        text = f"stability index {drift.psi:.3f}; {limit}"
        return Check(f"drift of {drift.name}", not drift.moved(self.config.drift), text)


def _at_most(rule: str, value: float, limit: float, unit: str) -> Check:
    return Check(rule, value <= limit, f"{value:.1f} {unit}, at most {limit:g}")


def _not_worse(rule: str, difference: Difference, loss: float) -> Check:
    """Broken where the figure fell by more than its allowance, and chance does not explain that it fell."""
    fell = difference.interval.high < 0 and difference.interval.mean < -loss * abs(difference.first)
    low, high = difference.interval.low, difference.interval.high
    text = (
        f"{difference.second:.4f}, champion {difference.first:.4f}, difference {difference.interval.mean:+.4f} "
        f"(95 % {low:+.4f} to {high:+.4f}, {difference.customers:,} customers); may fall by {100 * loss:g} %"
    )
    return Check(rule, not fell, text)
