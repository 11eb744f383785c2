"""Misfortunes: what befalls a command from outside, and is put right afterwards."""

import os
import resource
import shutil
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.killing import GATE, Command, Ended, says, started
from benchmarks.outcome import Outcome, Outcomes
from benchmarks.smallshop import SmallShop
from training.tracking.store import DATABASE, FOLDER

FAILED, EITHER, DONE = (1,), (0, 1), (0,)
ROOM = 64_000_000  # bytes of a small disk beside the shop, once there is room again
_BLOCK = 512  # bytes that files are counted in


@dataclass(frozen=True)
class Trouble:
    """While a command runs: what its process does first, and what is done as it runs."""

    before: Callable[[], None] | None = None
    during: Callable[[Command], None] | None = None


@dataclass(frozen=True)
class Misfortune:
    """One of them. Its trouble begins before the command and is over before anything is looked at."""

    name: str
    trouble: Callable[[Path], AbstractContextManager[Trouble]]
    codes: tuple[int, ...] = FAILED  # the command must end with
    verb: str = "retrain"
    place: Callable[[SmallShop], AbstractContextManager[SmallShop]] = nullcontext

    def befall(self, outcomes: Outcomes) -> Outcome:
        """Let it befall a command, and see what that leaves."""
        with self.place(outcomes.shop) as shop:
            here = outcomes if shop is outcomes.shop else outcomes.elsewhere(shop)
            before = here.intact.remember()
            with self.trouble(shop.workspace) as trouble:
                words = shop.retrain() if self.verb == "retrain" else [self.verb, *shop.here]
                ended = here.run(words) if here.run and trouble == Trouble() else _met(words, here, trouble)
                faults = [f"meanwhile: {fault}" for fault in filter(None, [here.intact.champion()])]
            found = here.of(self.name, ended, before, faults)
        return replace(found, unclear=found.unclear or ended.code not in self.codes)


def _met(words: Sequence[str], outcomes: Outcomes, trouble: Trouble) -> Ended:
    with started(words, environment=outcomes.environment, before=trouble.before) as command:
        if trouble.during is not None:
            trouble.during(command)
        return command.end()


@contextmanager
def largest_file(size: int, _: Path) -> Iterator[Trouble]:
    """No file may grow beyond so many bytes."""
    yield Trouble(before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))


@contextmanager
def small_disk(shop: SmallShop) -> Iterator[SmallShop]:
    """The shop on a file system of its own."""
    size = ROOM + sum(path.stat().st_blocks * _BLOCK for path in shop.workspace.rglob("*"))
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "esnaf", name], check=True)
        try:
            workspace = Path(shutil.copytree(shop.workspace, Path(name) / "workspace"))
            here = replace(shop, workspace=workspace)
            yield here
            shop.day = here.day
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


@contextmanager
def nearly_full(room: int, workspace: Path) -> Iterator[Trouble]:
    """So many bytes left on the disk of the workspace."""
    ballast, free = workspace.parent / "ballast", os.statvfs(workspace)
    size = free.f_bavail * free.f_frsize - room
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)
    try:
        yield Trouble()
    finally:
        ballast.unlink()


@contextmanager
def locked(workspace: Path, *, seconds: float | None = None, mark: str | None = None) -> Iterator[Trouble]:
    """Somebody else has the database of the tracking store to itself: from the start or a mark in the log on, and for
    so many seconds or to the end."""
    with closing(sqlite3.connect(workspace / FOLDER / DATABASE, isolation_level=None, check_same_thread=False)) as held:

        def hold(command: Command) -> None:
            command.wait_for(says(mark or ""))
            held.execute("BEGIN EXCLUSIVE")

        if mark is None:
            held.execute("BEGIN EXCLUSIVE")
        timer = threading.Timer(seconds or 0, lambda: held.execute("ROLLBACK"))
        if seconds is not None:
            timer.start()
        yield Trouble() if mark is None else Trouble(during=hold)
        timer.cancel()


@contextmanager
def gone(name: str, workspace: Path) -> Iterator[Trouble]:
    """A part of the tracking store is somewhere else."""
    place, aside = workspace / FOLDER / name, workspace.parent / f"aside-{FOLDER}"
    place.rename(aside)
    try:
        yield Trouble()
    finally:
        if aside.is_dir():  # beside what a command has made in its place
            shutil.copytree(aside, place, dirs_exist_ok=True)
            shutil.rmtree(aside)
        else:
            aside.replace(place)


@contextmanager
def unusable(workspace: Path) -> Iterator[Trouble]:
    """The folder of the tracking store cannot be entered."""
    with gone("", workspace) as trouble:
        place = workspace / FOLDER
        place.write_text("a file where the folder should be")
        try:
            yield trouble
        finally:
            place.unlink()


def mountable() -> bool:
    """Whether this process may mount a file system."""
    with tempfile.TemporaryDirectory() as name:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "esnaf", name], capture_output=True, check=False
        )
        if done.returncode == 0:
            subprocess.run(["umount", name], check=True)
        return done.returncode == 0


LIMITS = tuple(
    Misfortune(f"files up to {size:,} bytes", partial(largest_file, size)) for size in (0, 8_000, 40_000, 1_700_000)
)
FULL = tuple(
    Misfortune(f"{room // 1000:,} kB left on the disk", partial(nearly_full, room), place=small_disk)
    for room in (100_000, 1_200_000, 3_000_000)
)
STORES = (
    Misfortune("store locked for two seconds", partial(locked, seconds=2.0), codes=DONE),
    Misfortune("store locked", locked),
    Misfortune("store locked after the gate", partial(locked, mark=GATE)),
    Misfortune("store locked, a rollback", locked, codes=DONE, verb="rollback"),
    Misfortune("database gone", partial(gone, DATABASE)),
    Misfortune("store gone", partial(gone, "")),
    Misfortune("artifacts gone", partial(gone, "artifacts"), codes=EITHER),
    Misfortune("store unusable", unusable),
    Misfortune("store gone, a rollback", partial(gone, ""), codes=DONE, verb="rollback"),
)
