"""Champion: the model that a workspace serves, loaded."""

import sys
from dataclasses import dataclass
from pathlib import Path

from training.pointer import find
from training.recommender import Recommender


@dataclass(frozen=True)
class Champion:
    """A loaded model. Its arrays are mapped from the bundle's files, so the workers of a service share them."""

    version: str
    recommender: Recommender

    @classmethod
    def load(cls, workspace: Path, *, verify: bool = True) -> "Champion":
        """BundleError if there is no champion, or its bundle is damaged (`verify`) or of an incompatible version."""
        pointer = find(workspace)
        sys.path.append(str(workspace.resolve()))  # a user's own generators and features lie beside esnaf.toml
        return cls(pointer.version, Recommender.load(pointer.bundle, verify=verify))
