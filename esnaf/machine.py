"""Machine: what a full, failing or forbidden disk means to the person at it."""

import errno
import os
import shutil

WAYS_OUT = {
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room, or have your quota raised",
    errno.EFBIG: "raise the limit on the size of files (ulimit -f)",
    errno.EROFS: "have it mounted for writing, or choose another folder",
    errno.EACCES: "change its owner or choose another folder",
    errno.EPERM: "change its owner or choose another folder",
    errno.EIO: "look at the disk",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENFILE: "raise the limit on open files",
}


def of_machine(error: OSError) -> str | None:
    """What is wrong and the way out, None for an error that the machine cannot be blamed for."""
    first = _first(error)
    if first.errno not in WAYS_OUT:
        return None
    place = f" ({first.filename})" if first.filename else ""
    return f"{os.strerror(first.errno)}{place}; {WAYS_OUT[first.errno]} and try again"


def _first(error: OSError) -> OSError:
    """`shutil.copytree` collects the errors of many files, each as (source, target, text)."""
    if not isinstance(error, shutil.Error) or not error.args or not isinstance(error.args[0], list):
        return error
    for _, target, text in error.args[0]:
        found = next((code for code in WAYS_OUT if f"[Errno {code}]" in str(text)), None)
        if found is not None:
            return OSError(found, os.strerror(found), str(target))
    return error
