"""Seconds and memory of commands run as their own process."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

_MB = 1e6


@dataclass(frozen=True)
class Finished:
    """A command that ended well."""

    answer: dict[str, Any]  # what it printed with --json
    seconds: float  # from start to end, interpreter and imports included
    peak_mb: float  # largest resident set of the process, 10^6 bytes
    cpu_s: float  # of all its threads, start-up included


def esnaf(*words: str, refused: bool = False) -> Finished:
    """Run `esnaf VERB ... --json` as its own process; RuntimeError with its error output if it fails.

    With `refused`, an answer that a rule refused (exit code 1) is an answer too.
    """
    start = time.perf_counter()
    command = [sys.executable, "-m", "esnaf", *words, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        output = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode and not (refused and process.returncode == 1 and b'"refused"' in output):
        raise RuntimeError(f"esnaf {' '.join(words)} ended with code {process.returncode}: {output.decode()}")
    spent = usage.ru_utime + usage.ru_stime
    return Finished(json.loads(output), time.perf_counter() - start, usage.ru_maxrss * 1024 / _MB, spent)
