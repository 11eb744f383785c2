"""Verdict: what the gate says of a challenger."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One rule, looked at."""

    rule: str  # `ndcg`, `guard explore/recall_at_20`, ...
    held: bool
    text: str  # one sentence with the numbers

    def __str__(self) -> str:
        return f"{self.rule}: {self.text}"


@dataclass(frozen=True)
class Verdict:
    """Every rule that could be looked at."""

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether all of them hold."""
        return not self.broken

    @property
    def broken(self) -> list[Check]:
        """Those that do not."""
        return [check for check in self.checks if not check.held]

    @property
    def text(self) -> str:
        """One sentence for the log."""
        if self.passed:
            return f"passed all {len(self.checks)} rules"
        return "refused: " + "; ".join(map(str, self.broken))

    @property
    def metrics(self) -> dict[str, float]:
        """For the record of a run."""
        return {"gate/passed": float(self.passed), "gate/broken": float(len(self.broken))}
