"""Outcome: what a study has found, and whether it is worth having."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from features.settings import Settings
from training.evaluation.bootstrap import Interval
from training.tuning.axis import Value
from training.tuning.journal import described
from training.tuning.scores import Scores
from training.tuning.search import Search


@dataclass(frozen=True)
class Outcome:
    """The best settings of a study against the current ones, on past windows."""

    settings: Settings  # to go on with: the current ones where nothing was better
    changes: Mapping[str, tuple[Value, Value]]  # name -> current value, better value; of the best, kept or not
    improved: bool  # whether the best beats the current settings by more than the margin
    confirmed: bool  # whether that was measured with random seeds that nothing was chosen by
    interrupted: bool
    trials: Mapping[str, int]  # complete, pruned, and failed or interrupted ones
    current: float  # mean NDCG@20 over the cuts
    best: float
    gain: Interval | None  # of the best, as a share; None where no trial was better
    number: int  # of the best trial
    cuts: tuple[str, ...]

    @classmethod
    def of(cls, search: Search, again: Mapping[int, Scores]) -> Self:
        """Judge by the scores measured again where there are any."""
        first, space = search.current, search.bench.space
        candidates = {trial.number: trial for trial in search.better}
        scores = dict(again) or {
            number: Scores.load(search.scores_of(number)) for number in [first.number, *list(candidates)[:1]]
        }
        number = max((n for n in scores if n != first.number), key=lambda n: scores[n].value, default=first.number)
        gain = scores[number].gain_over(scores[first.number]) if number != first.number else None
        improved = gain is not None and gain.mean > search.config.margin
        changed = space.changes(candidates[number].params) if number in candidates else {}
        states = Counter(trial.state.name.lower() for trial in search.study.get_trials(deepcopy=False))
        return cls(
            settings=space.settings(candidates[number].params) if improved else space.base,
            changes={name: (space.current[name], value) for name, value in changed.items()},
            improved=improved,
            confirmed=bool(again),
            interrupted=search.patience.stopped,
            trials={state: states[state] for state in ("complete", "pruned", "fail")},
            current=scores[first.number].value,
            best=scores[number].value,
            gain=gain,
            number=number,
            cuts=tuple(map(str, search.cuts)),
        )

    @property
    def text(self) -> str:
        """In words."""
        figures = f"NDCG@20 {self.best:.4f} against {self.current:.4f} of the current settings"
        if self.gain is None:
            return f"no trial was better than the current settings (NDCG@20 {self.current:.4f})"
        low, high = (f"{100 * end:+.1f} %" for end in (self.gain.low, self.gain.high))
        verdict = "better" if self.improved else "not better by more than the margin, so the current settings stay"
        return f"{figures}: {100 * self.gain.mean:+.1f} % (95 % {low} to {high}), {verdict}"

    @property
    def about(self) -> list[str]:
        """Lines for the head of the file of settings, and the notes of the run."""
        measured = "with new random seeds" if self.confirmed else "by the trials alone"
        lines = [
            "Made by `esnaf tune`. Put it in the place of esnaf.toml to go on with these settings.",
            f"Past windows {', '.join(self.cuts)}, measured {measured}:",
            f"{self.text}.",
        ]
        changed = described({name: value for name, (_, value) in self.changes.items()})
        return [*lines, f"Changed: {changed if self.improved else 'nothing'}."]

    @property
    def metrics(self) -> dict[str, float]:
        """Figures for the study's run."""
        found = {"tune/current_ndcg_at_20": self.current, "tune/best_ndcg_at_20": self.best}
        if self.gain is not None:
            found |= {"tune/gain": self.gain.mean, "tune/gain_low": self.gain.low, "tune/gain_high": self.gain.high}
        return found | {f"tune/trials_{state}": float(number) for state, number in self.trials.items()}
