"""Challenge: a challenger before the gate, from its bundles to the verdict."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from features.errors import BundleError, RefusedError
from features.logs import log
from features.settings import Settings
from training.comparison.config import CompareConfig
from training.comparison.contender import Contender
from training.comparison.contest import Contest
from training.comparison.side import Side
from training.comparison.window import Window
from training.gate.defects import defects_of
from training.gate.gate import Gate
from training.gate.trial import Trial
from training.gate.verdict import Verdict

FEW = 2  # customers shown where a model is not to be explained: to say why takes as long as the lists


@dataclass(frozen=True)
class Challenge:
    """What the gate said, and what it was said of."""

    verdict: Verdict
    contest: Contest | None  # None where there was no champion, or a bundle could not be read

    @classmethod
    def of(
        cls,
        champion: Contender | None,
        challenger: Contender,
        window: Window | None,
        settings: Settings,
        *,
        known: Side | None = None,
    ) -> Self:
        """Measure champion and challenger on the same window and judge; `known` is the challenger's side if measured.

        The verdict is logged. A champion that cannot be read, or that knows the window, is no reason to refuse what
        would replace it; nor is a window that there is not yet (None), unless the champion was measured on one.

        Raises:
            RefusedError: the challenger knows what happened in the window.
        """
        defects = tuple(defect for folder in _folders(challenger) for defect in defects_of(challenger, folder))
        contest = None
        if champion is not None and window is not None and not defects:
            contest = _held(champion, challenger, window, settings, known)
        unmeasured = window is None and champion is not None and champion.measured is not None
        trial = Trial(unmeasured=unmeasured, defects=defects) if contest is None else Trial.of(contest)
        verdict = Gate.of(settings).judge(trial)
        write = log.info if verdict.passed else log.warning
        write("gate.passed" if verdict.passed else "gate.refused", version=challenger.version, reason=verdict.text)
        return cls(verdict, contest)


def _folders(challenger: Contender) -> list[Path]:
    return [folder for folder in (challenger.final, challenger.measured) if folder is not None]


def _held(
    champion: Contender, challenger: Contender, window: Window, settings: Settings, known: Side | None
) -> Contest | None:
    explained = known is None or known.importance is not None
    try:
        first = window.side(champion, explained=explained)
    except (BundleError, RefusedError) as error:
        log.warning("gate.without_champion", version=champion.version, reason=str(error))
        return None
    config = settings.section("compare", CompareConfig)
    if not explained:
        config = replace(config, examples=min(config.examples, FEW))
    return Contest.of(first, known or window.side(challenger), window.shop, config)
