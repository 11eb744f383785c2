"""Registry: the registered versions of a shop's model, and the names that point to them."""

import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from features.errors import EsnafError
from training.tracking.model import Logged
from training.tracking.provenance import day
from training.tracking.store import current

if TYPE_CHECKING:
    from mlflow import MlflowClient

Alias: TypeAlias = Literal["champion", "challenger"]

CHAMPION: Alias = "champion"
CHALLENGER: Alias = "challenger"
SUFFIX = "-recommender"
SINCE = "champion_since"  # tag of a version, UTC
_UNKNOWN = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
ABOUT = "Ranked product recommendations. Each version says what it was trained on; its run says how good it was."
BUNDLES = "artifacts"  # the folder of a logged model that holds its one bundle


class UnknownVersionError(EsnafError):
    """A version that is not registered."""


@dataclass(frozen=True)
class Version:
    """One registered model."""

    number: str
    run_id: str
    created: int  # milliseconds since the epoch, UTC
    aliases: tuple[str, ...]
    tags: Mapping[str, str]
    description: str


@dataclass(frozen=True)
class Registry:
    """The versions of one model, newest first."""

    client: "MlflowClient"
    name: str

    @classmethod
    def of(cls, client: "MlflowClient", shop: str) -> "Registry":
        """The registry of a shop."""
        return cls(client, f"{shop}{SUFFIX}")

    @property
    def shop(self) -> str:
        """Whose registry it is: the name of its experiment."""
        return self.name.removesuffix(SUFFIX)

    def versions(self) -> list[Version]:
        """All versions, newest first; none where nothing was registered yet."""
        found = self.client.search_model_versions(f"name = '{self.name}'")
        aliases = self._aliases()
        return sorted((_version(v, aliases) for v in found), key=lambda v: -int(v.number))

    def get(self, number: str) -> Version:
        """One version by number or alias; UnknownVersionError names those there are."""
        from mlflow.exceptions import MlflowException

        named = number.isdecimal() and number.isascii()
        ask = self.client.get_model_version if named else self.client.get_model_version_by_alias
        try:
            found = ask(self.name, number)
        except MlflowException as error:
            if error.error_code not in _UNKNOWN:
                raise
            listed = ", ".join(v.number for v in reversed(self.versions())) or "none yet: train first"
            raise UnknownVersionError(f"no version {number!r} of {self.name}; there are: {listed}") from None
        return _version(found, {str(found.version): tuple(sorted(found.aliases))})

    def next_number(self, taken: Collection[str] = ()) -> str:
        """The number that the next version will get, as long as nobody else registers one; `taken` ones are none."""
        first = max((int(v.number) for v in self.versions()), default=0) + 1
        return next(str(number) for number in count(first) if str(number) not in taken)

    def add(
        self, run_id: str, logged: Logged, *, tags: Mapping[str, str], about: str, taken: Collection[str] = ()
    ) -> str:
        """Make a logged model the next version, and return its number: never one that is `taken`.

        Call it last of all: what is registered is whole.
        """
        from mlflow.exceptions import MlflowException

        with current(self.client):
            with suppress(MlflowException):  # it is there already
                self.client.create_registered_model(self.name, description=ABOUT)
            while True:
                made = self.client.create_model_version(
                    self.name,
                    logged.uri,
                    run_id,
                    dict(tags),
                    description=about,
                    model_id=logged.model_id,
                    await_creation_for=0,
                )
                if str(made.version) not in taken:
                    return str(made.version)
                self.client.delete_model_version(self.name, str(made.version))

    def metrics(self, version: Version) -> dict[str, float]:
        """What was measured in the version's run."""
        return dict(self.client.get_run(version.run_id).data.metrics)

    def point(self, alias: Alias, number: str) -> None:
        """Point an alias to a version."""
        self.client.set_registered_model_alias(self.name, alias, self.get(number).number)

    def drop(self, alias: Alias) -> None:
        """Point an alias to nothing."""
        if any(alias in version.aliases for version in self.versions()):
            self.client.delete_registered_model_alias(self.name, alias)

    def crown(self, number: str) -> None:
        """Point `champion` to a version, which says since when; it is no challenger any more."""
        version = self.get(number)
        crowned = CHAMPION in version.aliases
        if not crowned:
            self.client.set_registered_model_alias(self.name, CHAMPION, version.number)
        if not crowned or SINCE not in version.tags:  # whoever crowned it may have been killed in between
            self.client.set_model_version_tag(self.name, version.number, SINCE, day(int(time.time())))
        if CHALLENGER in version.aliases:
            self.drop(CHALLENGER)

    def download(self, number: str, folder: Path) -> Path:
        """Copy a version's bundle below `folder`, and return its path there."""
        from mlflow.artifacts import download_artifacts

        number = self.get(number).number
        folder.mkdir(parents=True, exist_ok=True)
        with current(self.client):
            source = self.client.get_model_version_download_uri(self.name, number)
            copied = Path(download_artifacts(f"{source}/{BUNDLES}", dst_path=str(folder)))
        (bundle,) = copied.iterdir()
        return bundle

    def _aliases(self) -> dict[str, tuple[str, ...]]:
        from mlflow.exceptions import MlflowException

        try:
            pointed = self.client.get_registered_model(self.name).aliases
        except MlflowException:
            return {}
        found: dict[str, tuple[str, ...]] = {}
        for alias, number in sorted(pointed.items()):
            found[str(number)] = (*found.get(str(number), ()), alias)
        return found


def _version(found: Any, aliases: Mapping[str, tuple[str, ...]]) -> Version:
    number = str(found.version)
    return Version(
        number=number,
        run_id=str(found.run_id),
        created=int(found.creation_timestamp),
        aliases=aliases.get(number, ()),
        tags=dict(found.tags),
        description=found.description or "",
    )
