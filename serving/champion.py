"""Champion: the model that a workspace serves, loaded."""

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from features.errors import BundleError
from features.logs import log
from training import bundle, canary, pointer
from training.pointer import Pointer
from training.recommender import Recommender


@dataclass(frozen=True)
class Champion:
    """A loaded model. Its arrays are mapped from the bundle's files, so the workers of a service share them."""

    version: str
    recommender: Recommender
    identity: str  # of the bundle: a version may have another one after the registry was begun anew

    @classmethod
    def load(cls, workspace: Path) -> "Champion":
        """BundleError if there is no champion, or its bundle is damaged, incompatible or cannot answer."""
        return cls.of(workspace, pointer.find(workspace))

    @classmethod
    def resume(cls, workspace: Path, *, verified: str = "") -> "Champion":
        """The champion, or the latest of those before it that can be served.

        A worker that has to start while the pointer names a bad bundle so serves what the other workers serve. A bundle
        of the identity `verified` is not verified again.
        """
        found = pointer.read(workspace)
        try:
            return cls.of(workspace, found, verified=verified)
        except BundleError as error:
            refused = error
        for version in found.before:
            try:
                champion = cls.of(workspace, Pointer(version, found.bundle.parent / version), verified=verified)
            except BundleError:
                continue
            log.error("champion.refused", version=found.version, reason=str(refused), serving=version)
            return champion
        raise refused

    @classmethod
    def of(cls, workspace: Path, found: Pointer, *, verified: str = "") -> "Champion":
        """The model that a pointer names; BundleError as in `load`."""
        place = str(workspace.resolve())
        if place not in sys.path:
            sys.path.append(place)  # a user's own generators and features lie beside esnaf.toml
        identity = bundle.identity(found.bundle)
        load = partial(Recommender.load, verify=False) if identity == verified else canary.load
        return cls(found.version, load(found.bundle), identity)
