"""Earlier: the segments of the model that serves, which those of a new one begin from."""

from dataclasses import dataclass
from pathlib import Path

from features.errors import BundleError
from features.logs import log
from features.vocabulary import Vocabulary
from training import bundle, pointer, storage
from training.segments.segmenter import Earlier, Segmenter


@dataclass(frozen=True)
class _Ids:
    ids: Vocabulary


def serving_segments(workspace: Path) -> Earlier | None:
    """Those of the champion; None where there is none, or it cannot be read, which is no reason not to train."""
    try:
        folder = pointer.find(workspace).bundle
    except BundleError:
        return None
    try:
        facts = bundle.read_manifest(folder)
        if not facts.get("segments"):
            return None
        customers = storage.restore(_Ids, folder / "customers").ids
        return Earlier(Segmenter.load(folder), customers, int(facts["time"]), str(facts["fingerprint"]))
    except (BundleError, KeyError, ValueError) as error:
        log.warning("segments.anew", reason=str(error))
        return None
