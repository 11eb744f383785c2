"""Search: the trials of a study, one after another, until the time is spent."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from optuna import Study, Trial
from optuna.trial import FrozenTrial, TrialState

from features.errors import ConfigError
from features.logs import hushed, log
from training.configuration import configuration, digest
from training.tuning.bench import Bench
from training.tuning.config import TuneConfig
from training.tuning.cut import Cut
from training.tuning.journal import Journal, described
from training.tuning.patience import Patience
from training.tuning.progress import Progress
from training.tuning.scores import Scores

ENDED = (TrialState.COMPLETE, TrialState.PRUNED)
SEARCHING = 0.85  # share of the time for trials; the rest is for measuring the best of them again
MOST_IN_VAIN = 20  # proposals one after another that were tried before or cannot be: the space is exhausted
SEEDS_APART = 1_000  # boosters of one ranker have seeds that follow each other

Ended: TypeAlias = tuple[str, Scores | None]  # how, and what it was worth

_STATES = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED}


@dataclass
class Search:
    """Trials on past cuts, the first of them with the current settings."""

    study: Study
    bench: Bench
    cuts: Sequence[Cut]
    config: TuneConfig
    patience: Patience
    journal: Journal
    progress: Progress
    folder: Path  # of the scores
    in_vain: int = 0
    _first: FrozenTrial | None = None

    @property
    def current(self) -> FrozenTrial:
        """The trial of the current settings; KeyboardInterrupt where it was not let come to its end."""
        if not self._begun or self._first is None:
            raise KeyboardInterrupt
        return self._first

    @property
    def _begun(self) -> bool:
        """Whether the current settings have been measured."""
        if self._first is None:
            same = (trial for trial in self.complete if trial.params == self.bench.space.current)
            self._first = next(same, None)
        return self._first is not None

    @property
    def complete(self) -> list[FrozenTrial]:
        """Trials that were measured on all cuts, in order of time."""
        return self.study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))

    @property
    def better(self) -> list[FrozenTrial]:
        """Those that beat the current settings, best first."""
        floor = self.current.value or 0.0
        found = [trial for trial in self.complete if (trial.value or 0.0) > floor]
        return sorted(found, key=lambda trial: -(trial.value or 0.0))

    def run(self) -> None:
        """Try until time, trials or the space are spent, or a signal came."""
        self._bury()
        if not self._begun:
            self.study.enqueue_trial(self.bench.space.current)
        while not (self.patience.stopped or (self._begun and self._enough)):
            self._next()

    @property
    def _enough(self) -> bool:
        ended = len(self.study.get_trials(deepcopy=False, states=ENDED))
        return self.patience.over(SEARCHING) or ended >= self.config.trials or self.in_vain >= MOST_IN_VAIN

    def _bury(self) -> None:
        """Trials of a process that was killed will not go on: nobody else works on this study."""
        for trial in self.study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            self.study.tell(trial.number, state=TrialState.FAIL)
            if "run_id" in trial.user_attrs:
                self.journal.end(trial.user_attrs["run_id"], "interrupted", {})

    def _next(self) -> None:
        trial = self.study.ask({axis.name: axis.distribution for axis in self.bench.space.axes})
        try:
            key = digest(configuration(self.bench.space.settings(trial.params)))
        except ConfigError as error:  # values that do not go together
            log.debug("tune.impossible", reason=str(error))
            key = None
        if key is None or self._tried(key):
            self.in_vain += 1
            self.study.tell(trial, state=TrialState.FAIL)
            return
        trial.set_user_attr("settings", key)
        self._try(trial)

    def _tried(self, key: str) -> bool:
        ended = self.study.get_trials(deepcopy=False, states=ENDED)
        return any(trial.user_attrs.get("settings") == key for trial in ended)

    def _try(self, trial: Trial) -> None:
        changes = self.bench.space.changes(trial.params)
        run_id = self.journal.begin(trial.number, changes, trial.params)
        trial.set_user_attr("run_id", run_id)
        start, state, scores = time.monotonic(), "failed", None
        try:
            state, scores = self._measured(trial, run_id)
        finally:
            value = scores.value if scores else None
            if scores and state == "complete":
                scores.save(self.scores_of(trial.number))
            self.study.tell(trial, value if state == "complete" else None, state=_STATES.get(state, TrialState.FAIL))
            seconds = time.monotonic() - start
            self._log(run_id, state, value, seconds)
        self.in_vain = self.in_vain + 1 if state == "failed" else 0
        self.progress.ended(trial.number, state, value, described(changes), seconds)
        if self._begun and (best := self.better[:1]):
            self.bench.prepared(best[0].params)  # the next trials change its settings: they stay at hand

    def _log(self, run_id: str, state: str, value: float | None, seconds: float) -> None:
        worth = {} if value is None else {"tune/ndcg_at_20": value}
        self.journal.end(run_id, state, {**worth, "time/trial_s": seconds})

    def _measured(self, trial: Trial, run_id: str) -> Ended:
        """Cut by cut, while it is worth it."""
        parts: list[Scores] = []
        for step, cut in enumerate(self.cuts):
            if self._begun and self.patience.over():
                return "interrupted", None
            try:
                with self.patience.interruptible(), hushed():
                    parts.append(self.bench.scores(trial.params, cut))
            except KeyboardInterrupt:
                return "interrupted", None
            except ConfigError as error:  # settings that do not go together, seen only now
                if not self._begun:
                    raise
                log.debug("tune.impossible", reason=str(error))
                return "failed", None
            self.journal.measured(run_id, step, parts[-1].value)
            trial.report(Scores.joined(parts).value, step)
            self.progress.moved()
            if step + 1 < len(self.cuts) and trial.should_prune():
                return "pruned", Scores.joined(parts)
        return "complete", Scores.joined(parts)

    def scores_of(self, number: int, seed: int = 0) -> Path:
        """Where the scores of a trial are kept; those of another seed beside them."""
        return self.folder / f"{number}-{seed}.npz"

    def confirm(self) -> dict[int, Scores]:
        """Measure the current settings and the best others again with other seeds: trial number -> mean of the seeds.

        Empty where nothing was better, or a signal came before two were measured.
        """
        found: dict[int, Scores] = {}
        if not self.config.seeds or not self.better:
            return found
        for trial in [self.current, *self.better[: self.config.finalists]]:
            if self.patience.stopped or (len(found) > 1 and self.patience.over()):
                break
            self.progress.step("tune.again", number=trial.number)
            try:
                runs = [self._again(trial, seed) for seed in range(1, self.config.seeds + 1)]
            except KeyboardInterrupt:
                break
            found[trial.number] = Scores.averaged(runs)
        return found if len(found) > 1 else {}

    def _again(self, trial: FrozenTrial, seed: int) -> Scores:
        file = self.scores_of(trial.number, seed)
        if file.exists():
            return Scores.load(file)
        point: dict[str, Any] = trial.params
        with self.patience.interruptible(), hushed():
            scores = Scores.joined([self.bench.scores(point, cut, seed=SEEDS_APART * seed) for cut in self.cuts])
        scores.save(file)
        return scores
