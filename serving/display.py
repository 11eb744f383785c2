"""Display: what becomes of a list on its way out: drawn from if so set, given its id, and written down."""

from collections.abc import Collection, Mapping, Sequence
from random import Random
from typing import Any

from features.exposures.exposure import Exposure
from features.exposures.identifier import new_id
from features.settings import Settings
from features.tables.config import ConsentConfig
from serving.bodies import ListRequest
from serving.cache import ReadyList
from serving.clock import Clock
from serving.exploration.choice import Choice
from serving.exploration.config import ExplorationConfig
from serving.exploration.methods import method_of
from serving.listed import Listed
from serving.live import known_as
from serving.recorder import Recorder
from serving.standing import NO_CONSENT


class Display:
    """Shared by the answers of all models of one worker."""

    def __init__(self, settings: Settings, recorder: Recorder, *, clock: Clock) -> None:
        config = ExplorationConfig.of(settings)
        self.granted = settings.section("consent", ConsentConfig).default == "granted"
        self._recorder, self._clock = recorder, clock
        self.fading = recorder.fading
        self._method, self._top = method_of(config), config.top
        self._random = Random(config.seed).random  # without a seed, one from the system
        self._exploration = config.described

    def deep(self, n: int) -> int:
        """How many products a list must have so that `n` of it can be shown."""
        return n if self._method is None else max(n, self._top)

    def ready(
        self,
        made: ReadyList,
        items: Sequence[Mapping[str, Any]],
        *,
        shown: int,
        version: str,
        named: bool,
        policy: str = "",
        pinned: Collection[int] = (),
    ) -> ReadyList:
        """A list that was made of `items`, with what showing it takes.

        `named` says whether it may be written down whom it is shown to, `policy` under which rules it was made, and
        `pinned` which places, from 0, keep their products whatever is drawn.
        """
        choice, propensities, text = None, None, made.text
        if self._method is not None:
            filled = {source: source for source, _ in made.fallback}
            if NO_CONSENT in filled:
                filled = {item["source"]: NO_CONSENT for item in items}
            choice = Choice.of(items, filled, self._method, shown=shown, top=self._top, pinned=pinned)
            propensities = choice.chances()
            own, fallback = choice.rendered(range(choice.shown))
            made = ReadyList(own, fallback)
        if not self._recorder.enabled:
            return ReadyList(made.text, made.fallback, None, choice)
        name = new_id(self._clock.now())
        listed = Listed(name, version, policy, self._exploration, shown, text, propensities, named)
        return ReadyList(made.text, made.fallback, listed, choice)

    def show(self, request: ListRequest, ready: ReadyList) -> tuple[str, bytes, tuple[tuple[str, int], ...]]:
        """The id of one answer, its text, and what filled it; the answer is written down."""
        now, listed = self._clock.now(), ready.listed
        name = new_id(now)
        drawn = None if ready.choice is None else ready.choice.draw(self._random)
        if listed is not None:
            who = known_as(request) if listed.named else None
            order = (None, None) if drawn is None else (drawn.places, drawn.propensities)
            shown = Exposure(name, who, request.placement, request.channel, listed.list_id, *order)
            self._recorder.add(shown, listed)
        return (name, ready.text, ready.fallback) if drawn is None else (name, drawn.text, drawn.fallback)
