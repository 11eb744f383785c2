"""Trial: what the gate looks at."""

from dataclasses import dataclass
from typing import Self

from training.comparison.comparison import Comparison
from training.comparison.contest import Contest
from training.comparison.drift import Drift


@dataclass(frozen=True)
class Trial:
    """A challenger against the champion, in figures. What is None or empty was not looked at and breaks no rule."""

    comparison: Comparison | None = None  # the champion is the first
    unmeasured: bool = False  # the challenger alone: there was no window for it
    defects: tuple[str, ...] = ()  # what is wrong with the challenger's bundles
    lost: tuple[str, ...] = ()  # inputs that the champion's data had
    drifts: tuple[Drift, ...] = ()
    answer_ms: float | None = None  # CPU time of one list
    megabytes: float | None = None  # of the bundle that would serve

    @classmethod
    def of(cls, contest: Contest) -> Self:
        """Of a contest in which the champion stood first and the challenger second."""
        challenger = contest.second
        return cls(
            contest.comparison,
            lost=contest.lost,
            drifts=contest.drifts,
            answer_ms=challenger.answer_ms,
            megabytes=challenger.megabytes,
        )
