"""Champions: the version that serves and those before it, in the workspace and, following it, in MLflow.

`champion.json` decides what serves. The alias `champion` follows; one that was moved by hand since is taken over by the
next change. The file remembers where the alias stood, so that an alias that could not follow, since MLflow was away, is
never mistaken for one that was moved.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from features.errors import BundleError, EsnafError, RefusedError
from features.logs import log
from training import canary, pointer
from training.bundles import Bundles
from training.config import BundlesConfig
from training.pointer import Pointer
from training.tracking.registry import CHAMPION, Registry, UnknownVersionError
from training.tracking.store import TrackingError, answering

REMEMBERED = 50  # earlier champions


@dataclass(frozen=True)
class Change:
    """What a change of the champion came to."""

    version: str  # serves now
    previous: str | None  # served before; the same if nothing changed
    removed: tuple[str, ...] = ()  # versions whose bundles were cleared away
    warning: str | None = None  # what could not be done

    @property
    def changed(self) -> bool:
        """Whether another version serves now."""
        return self.version != self.previous


@dataclass(frozen=True)
class Champions:
    """Those of a workspace. Without a registry (none yet, or away) the versions whose bundles are here can serve."""

    workspace: Path
    registry: Registry | None = None
    config: BundlesConfig = field(default_factory=BundlesConfig)

    @property
    def bundles(self) -> Bundles:
        """Where their bundles lie."""
        return Bundles.of(self.workspace)

    def served(self) -> str | None:
        """The version that serves, None where none does."""
        found = self._pointer()
        return found.version if found else None

    @property
    def numbers(self) -> frozenset[str]:
        """Those that name a model here: a registry that was begun anew must not give them to others."""
        found = self._pointer()
        line = (found.version, *found.before) if found else ()
        return frozenset((*line, *self.bundles.versions()))

    def promote(self, version: str, *, verify: bool = True) -> Change:
        """Let a version serve, by number or alias. `verify=False` for one that was just made and measured.

        Raises:
            UnknownVersionError: there is no such version.
            BundleError: its bundle is damaged, incompatible or nowhere. What served goes on.
        """
        with self._changing():
            number, line = self._number(version), self._line()
            return self._appoint([number, *(v for v in line if v != number)], verify=verify)

    def rollback(self, version: str | None = None) -> Change:
        """Let the champion before this one serve again, or an earlier version.

        The champions left on the way are forgotten, so that a second rollback goes further back.

        Raises:
            RefusedError: there was none before, or the version is not an earlier one.
            UnknownVersionError, BundleError: as in `promote`.
        """
        with self._changing():
            line = self._line()
            if version is not None:
                return self._appoint(_from(line, self._number(version)))
            if len(line) < 2:
                raise RefusedError("no champion before this one to go back to; `esnaf promote VERSION` names another")
            return self._appoint(line[1:])

    def adopt(self) -> Change | None:
        """Take over an alias that was moved in MLflow, or let it follow if it could not before; None without one."""
        with self._changing():
            line = self._line()
            return self._appoint(line, verify=line[0] != self.served()) if line else None

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One change at a time; TrackingError where the registry fails."""
        with self.bundles.locked():
            if self.registry is None:
                yield
            else:
                with answering():
                    yield

    def _pointer(self) -> Pointer | None:
        try:
            return pointer.read(self.workspace)
        except BundleError:
            return None

    def _number(self, version: str) -> str:
        """The number of a version or alias."""
        if self.registry is not None:
            return self.registry.get(version).number
        here = self.bundles.versions()
        if version not in here:
            listed = ", ".join(reversed(here)) or "none"
            raise UnknownVersionError(f"no version {version!r} in {self.bundles.folder}; there are: {listed}")
        return version

    def _line(self) -> list[str]:
        """The champion and those before it that can still serve, the latest first; a moved alias counts."""
        found = self._pointer()
        line = [found.version, *found.before] if found else []
        if self.registry is None:
            return [*line[:1], *(v for v in line[1:] if v in self.bundles.versions())]
        versions = self.registry.versions()
        alias = next((version.number for version in versions if CHAMPION in version.aliases), None)
        if alias is not None and (found is None or alias not in {found.version, found.alias}):
            line = [alias, *(v for v in line if v != alias)]
        known = {version.number for version in versions}
        return [*line[:1], *(v for v in line[1:] if v in known)]

    def _appoint(self, line: Sequence[str], *, verify: bool = True) -> Change:
        """Let the first of a line serve, and remember the others."""
        number, before = line[0], tuple(line[1 : REMEMBERED + 1])
        folder, old = self.bundles.ready(number, self.registry), self._pointer()
        if verify:
            canary.load(folder)
        if old is not None and old.version != number:
            self.bundles.touch(old.version)
        new = Pointer(number, folder, before, old.alias if old else None)
        self._point(old, new)
        previous = old.version if old else None
        if number != previous:
            log.info("champion.changed", version=number, previous=previous or "none")
        alias, warning = self._follow(number, new.alias)
        self._point(new, replace(new, alias=alias))
        return Change(number, previous, self._prune(new), warning)

    def _point(self, old: Pointer | None, new: Pointer) -> None:
        """Before the alias moves as well as after: killed in between, it stands where the file says that it stood."""
        if new != old:
            pointer.replace(self.workspace, new)

    def _follow(self, number: str, stands: str | None) -> tuple[str | None, str | None]:
        """Move the alias; where it stands then, and what went wrong."""
        if self.registry is None:
            return stands, None
        try:
            with answering():
                self.registry.crown(number)
        except (TrackingError, UnknownVersionError) as error:
            log.warning("alias.behind", version=number, reason=str(error))
            return stands, f"the alias {CHAMPION} could not follow: {error}"
        return number, None

    def _prune(self, champion: Pointer) -> tuple[str, ...]:
        """Clear away bundles, unless it is not sure that MLflow has them."""
        if self.registry is None:
            return ()
        try:
            with answering():
                stored = {version.number for version in self.registry.versions()}
            return self.bundles.prune(self.config, spare={champion.version, *champion.before[:1]}, stored=stored)
        except (EsnafError, OSError) as error:
            log.warning("bundles.kept", reason=str(error))
            return ()


def _from(line: Sequence[str], number: str) -> list[str]:
    """The line that is left when it is rolled back to a version."""
    if number in line:
        return list(line[line.index(number) :])
    if line and int(number) > int(line[0]):
        later = f"version {number} is later than the champion, {line[0]}"
        raise RefusedError(f"{later}; `esnaf promote {number}` lets it serve")
    return [number, *line[1:]]
