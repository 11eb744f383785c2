"""Rivalry: a new model before the gate, beside the champion or, where there is none, beside a baseline."""

import tempfile
from dataclasses import replace
from pathlib import Path

from features.errors import EsnafError
from features.logs import log
from features.settings import Settings
from features.tables import Shop
from training.champions import Champions
from training.comparison.config import CompareConfig
from training.comparison.contender import Contender
from training.comparison.contest import Contest
from training.comparison.window import Window
from training.gate.challenge import Challenge
from training.measurement import Measurement
from training.tracking.contender import registered
from training.tracking.run import TrainedRun, params


def judged(
    run: TrainedRun,
    measurement: Measurement | None,
    shop: Shop,
    settings: Settings,
    champions: Champions,
    *,
    known: Contender | None = None,
) -> TrainedRun:
    """The run with what the gate says of its model, and the contest against the champion on the same window. `known` is
    the champion where it was looked up already.

    A champion that cannot be measured is told in the log and is no reason to refuse; the model then stands beside the
    reference baseline.
    """
    times = {f"time/{stage}_s": seconds for stage, seconds in run.seconds.items()}
    bundle = None if measurement is None else measurement.bundle
    metrics = {**run.metrics, **times}
    registry = champions.registry
    number = "1" if registry is None else registry.next_number(champions.numbers)
    challenger = Contender(number, run.final, bundle, metrics, params(run.config))
    if measurement is None or len(measurement.report.truth) == 0:
        with tempfile.TemporaryDirectory() as scratch:
            first = _champion(champions, Path(scratch), known)
            return replace(run, verdict=Challenge.of(first, challenger, None, settings).verdict)
    window = Window.of_measurement(shop, measurement)
    side = window.measured_side(challenger, measurement)
    with tempfile.TemporaryDirectory() as scratch:
        first = _champion(champions, Path(scratch), known)
        challenge = Challenge.of(first, challenger, window, settings, known=side)
    contest = challenge.contest or Contest.with_baseline(side, shop, settings.section("compare", CompareConfig))
    return replace(run, contest=contest, verdict=challenge.verdict)


def _champion(champions: Champions, scratch: Path, known: Contender | None) -> Contender | None:
    version, registry = champions.served(), champions.registry
    if known is not None and known.version == version:
        return known
    if version is None or registry is None:
        return None
    try:
        return registered(registry, version, champions.bundles.folder, scratch)
    except (EsnafError, OSError) as error:
        log.warning("gate.without_champion", version=version, reason=str(error))
        return None
