"""Outcome: what a command that was struck has left, and whether the next retraining puts it right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.intact import Intact
from benchmarks.killing import GATE, Ended, started
from benchmarks.smallshop import SmallShop
from features.logs import log

UNCLEAR = ("Traceback", "unexpected ")  # in what a command says
NEXT = "the next retraining"


@dataclass(frozen=True)
class Outcome:
    """Of one command."""

    what: str  # happened to it
    seconds: float  # from its start to its end
    code: int | None  # it ended with, None where it was killed
    said: str  # its last line
    reached: str  # how far it came
    faults: tuple[str, ...]  # why the champion cannot serve
    half: tuple[str, ...]  # what is registered or named like a version, and not whole
    behind: bool  # whether the alias in MLflow named another version than the one that serves
    unclear: bool  # whether it did not say in one sentence what failed
    next: str = ""  # what the next retraining came to
    failed: tuple[str, ...] = ()  # why that is a failure
    refused: bool = False  # whether the gate refused its version
    left: tuple[str, ...] = ()  # what is left over after it

    @property
    def killed(self) -> bool:
        """Whether it was ended before its end."""
        return self.code is None


Run = Callable[[Sequence[str]], Ended]


@dataclass(frozen=True)
class Outcomes:
    """Of one shop."""

    shop: SmallShop
    intact: Intact
    run: Run | None = None  # runs the next retraining; a process of its own where it is None

    def elsewhere(self, shop: SmallShop) -> "Outcomes":
        """Of the same shop in another place."""
        return replace(self, shop=shop, intact=replace(self.intact, workspace=shop.workspace, seen=set(), told=set()))

    @property
    def environment(self) -> dict[str, str]:
        """Of the commands: their temporary files lie where they are looked for."""
        return {"TMPDIR": str(self.intact.temporary), "MLFLOW_TRACKING_URI": ""}

    def of(self, what: str, ended: Ended, before: str, faults: Sequence[str] = ()) -> Outcome:
        """What a command has left; `before` is the version that served until then."""
        broken = [*faults, *filter(None, [self.intact.champion()])]
        found = Outcome(
            what=what,
            seconds=ended.seconds,
            code=ended.code,
            said=_last(ended.text),
            reached=self._reached(ended.text, before),
            faults=tuple(broken),
            half=tuple(self.intact.half()),
            behind=self.intact.alias() != self.intact.served(),
            unclear=ended.code not in {None, 0} and _unclear(ended.text),
        )
        return self._continued(found)

    def _continued(self, found: Outcome) -> Outcome:
        ended = (self.run or self._process)(self.shop.retrain())
        refused = "the gate refused" in ended.text
        failed = [] if ended.code == 0 or (ended.code == 1 and refused) else [f"{NEXT}: {_last(ended.text)}"]
        if self.intact.alias() != self.intact.served():
            failed.append(f"{NEXT}: version {self.intact.served()} serves, the alias names {self.intact.alias()}")
        failed += [f"{NEXT}: {fault}" for fault in (*filter(None, [self.intact.champion()]), *self.intact.half())]
        found = replace(
            found,
            next=_last(ended.text),
            failed=tuple(failed),
            refused=refused,
            left=tuple(self.intact.left_over()),
        )
        log.info("crash.outcome", what=found.what, reached=found.reached, next=found.next)
        for fault in (*found.faults, *found.half, *found.failed, *found.left):
            log.warning("crash.fault", what=found.what, reached=found.reached, fault=fault)
        return found

    def _process(self, words: Sequence[str]) -> Ended:
        with started(words, environment=self.environment) as command:
            return command.end()

    def _reached(self, text: str, before: str) -> str:
        newest = self.intact.newest()
        if self.intact.served() != before:
            return "promoted"
        if newest > self.intact.known:
            return "published" if (self.shop.workspace / "bundles" / str(newest)).is_dir() else "registered"
        if GATE in text:
            return "judged"
        return "read" if "tables.read" in text else "started"


def _unclear(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.startswith("error: ")]
    refused = "the gate refused" in text
    return any(word in text for word in UNCLEAR) or (len(lines) != 1 and not refused)


def _last(text: str) -> str:
    return text.strip().splitlines()[-1] if text.strip() else ""


def temporary(scratch: Path) -> tuple[Path, Path]:
    """Two folders for what is downloaded, and for temporary files of commands."""
    folders = scratch / "downloads", scratch / "temporary"
    for folder in folders:
        folder.mkdir()
    return folders
