"""Garbage: a command does not look through what its libraries made."""

import gc
import subprocess
import sys

from esnaf.cli import main
from esnaf.garbage import SELDOM


def test_a_process_that_is_one_command_looks_seldom_and_not_at_its_end() -> None:
    code = (
        "import atexit, gc, sys; atexit.register(lambda: print(gc.get_threshold()[0], gc.get_freeze_count()));"
        "from esnaf.cli import main; sys.argv = ['esnaf', '--version']; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    looked, frozen = done.stdout.split()[-2:]
    assert int(looked) == SELDOM
    assert int(frozen) > 0


def test_a_command_called_by_a_program_leaves_its_garbage_alone() -> None:
    before = gc.get_threshold()
    assert main(["no such verb", "--json"]) == 2
    assert gc.get_threshold() == before
