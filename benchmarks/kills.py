"""Kills: commands ended by SIGKILL at moments drawn at random."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.killing import GATE, Command, appears, says, started
from benchmarks.outcome import Outcome, Outcomes
from training import pointer
from training.tracking.store import ARTIFACTS, FOLDER

ANY, JUDGED, LOGGED, PUBLISHED = "any time", "after the gate", "while it is logged", "when it has its name"
ROLLBACK, PROMOTE = "rollback", "promote"
KINDS = (ANY, JUDGED, LOGGED, PUBLISHED, ROLLBACK, ANY, ANY, JUDGED, LOGGED, PUBLISHED, PROMOTE, ANY)

Reached = Callable[[Command], bool]


@dataclass(frozen=True)
class Kills:
    """Of one shop. The seconds are those of commands that nobody disturbed."""

    outcomes: Outcomes
    random: np.random.Generator
    within: Mapping[str, float]  # kind of moment -> seconds to the end

    @classmethod
    def rehearsed(cls, outcomes: Outcomes, random: np.random.Generator) -> "Kills":
        """See how long the commands take."""
        shop, within = outcomes.shop, dict[str, float]()
        with started(shop.retrain(), environment=outcomes.environment) as command:
            for kind, reached in _marks(shop.workspace).items():
                command.wait_for(reached)
                within[kind] = command.seconds
            whole = command.end().seconds
        within = {kind: whole - second for kind, second in within.items()}
        with started([ROLLBACK, *shop.here], environment=outcomes.environment) as command:
            within[ROLLBACK] = within[PROMOTE] = command.end().seconds
        return cls(outcomes, random, within)

    def strike(self, kind: str) -> Outcome:
        """Kill a command at such a moment, and see what it leaves."""
        shop, before = self.outcomes.shop, self.outcomes.intact.remember()
        reached = _marks(shop.workspace).get(kind, _at_once)
        with started(self._words(kind), environment=self.outcomes.environment) as command:
            command.wait_for(reached)
            due = command.seconds + self._delay(kind)
            command.wait_for(lambda command: command.seconds >= due)
            ended = command.kill()
        failed = [] if ended.code in {None, 0} else [f"came to its end by itself: {ended.text}"]
        return self.outcomes.of(kind, ended, before, failed)

    def _words(self, kind: str) -> Sequence[str]:
        shop = self.outcomes.shop
        if kind == ROLLBACK:
            return [kind, *shop.here]
        return [kind, _earlier(shop.workspace), *shop.here] if kind == PROMOTE else shop.retrain()

    def _delay(self, kind: str) -> float:
        """Seconds. Most of a promotion is the start of its process, which nothing can go wrong in."""
        longest = self.within[kind]
        return float(self.random.uniform(longest / 2 if kind in {ROLLBACK, PROMOTE} else 0.0, longest))


def _marks(workspace: Path) -> dict[str, Reached]:
    """What a retraining comes to one after another, from the state that a workspace is in now."""
    return {
        ANY: _at_once,
        JUDGED: says(GATE),
        LOGGED: appears(workspace / FOLDER / ARTIFACTS / "models", "m-*"),
        PUBLISHED: appears(workspace / "bundles", "[0-9]*"),
    }


def _at_once(_: Command) -> bool:
    return True


def _earlier(workspace: Path) -> str:
    """The champion before this one."""
    found = pointer.read(workspace)
    return (*found.before, found.version)[0]
