"""A disk that is full, told in one sentence."""

import errno
import shutil
from pathlib import Path

import pytest

from esnaf.machine import of_machine
from tests.disk import room_for


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError(errno.ENOSPC, "?", "a.npy"), "No space left on device (a.npy); make room and try again"),
        (OSError(errno.EROFS, "?"), "Read-only file system; have it mounted for writing, or choose another folder and"),
        (
            OSError(errno.EFBIG, "Error writing bytes"),
            "File too large; raise the limit on the size of files (ulimit -f)",
        ),
        (
            PermissionError(errno.EACCES, "?", "mlruns"),
            "Permission denied (mlruns); change its owner or choose another",
        ),
    ],
)
def test_what_is_wrong_and_the_way_out(error: OSError, text: str) -> None:
    assert (of_machine(error) or "").startswith(text)


def test_many_files_that_cannot_be_copied(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.npy").write_bytes(b"x" * 9_000)
    with room_for(1_000), pytest.raises(shutil.Error) as caught:
        shutil.copytree(tmp_path / "one", tmp_path / "two")
    place = tmp_path / "two" / "a.npy"
    assert of_machine(caught.value) == (
        f"File too large ({place}); raise the limit on the size of files (ulimit -f) and try again"
    )


@pytest.mark.parametrize("error", [FileNotFoundError(errno.ENOENT, "?"), OSError("of another kind"), shutil.Error("x")])
def test_what_the_machine_cannot_be_blamed_for(error: OSError) -> None:
    assert of_machine(error) is None
