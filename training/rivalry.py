"""Rivalry: a new model beside the champion, or beside a baseline where there is none, for the report of its run."""

import tempfile
from dataclasses import replace
from pathlib import Path

from features.errors import EsnafError
from features.logs import log
from features.settings import Settings
from features.tables import Shop
from training.comparison.config import CompareConfig
from training.comparison.contender import Contender
from training.comparison.contest import Contest
from training.comparison.side import Side
from training.comparison.window import Window
from training.measurement import Measurement
from training.tracking.contender import registered
from training.tracking.registry import Registry
from training.tracking.run import TrainedRun, params

CHAMPION = "champion"


def with_contest(
    run: TrainedRun,
    measurement: Measurement | None,
    shop: Shop,
    settings: Settings,
    *,
    registry: Registry,
    bundles: Path,
) -> TrainedRun:
    """The run with the contest of its model, as it was measured, against the champion on the same window.

    A champion that cannot be measured is told in the log; the model then stands beside the reference baseline.
    """
    if measurement is None or len(measurement.report.truth) == 0:
        return run
    times = {f"time/{stage}_s": seconds for stage, seconds in run.seconds.items()}
    challenger = Contender(
        registry.next_number(), run.final, measurement.bundle, {**run.metrics, **times}, params(run.config)
    )
    window, config = Window.of_measurement(shop, measurement), settings.section("compare", CompareConfig)
    second = window.measured_side(challenger, measurement)
    with tempfile.TemporaryDirectory() as scratch:
        first = _champion(window, registry, bundles, Path(scratch))
        if first is None:
            return replace(run, contest=Contest.with_baseline(second, shop, config))
        return replace(run, contest=Contest.of(first, second, shop, config))


def _champion(window: Window, registry: Registry, bundles: Path, scratch: Path) -> Side | None:
    if not any(CHAMPION in version.aliases for version in registry.versions()):
        return None
    try:
        return window.side(registered(registry, CHAMPION, bundles, scratch))
    except (EsnafError, OSError) as error:
        log.warning("comparison.without_champion", reason=str(error))
        return None
