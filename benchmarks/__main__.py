"""`python -m benchmarks` runs the benchmarks of the README one after another, into benchmarks/results."""

import subprocess
import sys

from benchmarks.harness import RESULTS
from benchmarks.readme import TABLES


def main() -> int:
    """Run each in a process of its own, so that memory is its own; the exit code counts those that failed."""
    failed = 0
    for name in sorted({row.benchmark for rows in TABLES.values() for row in rows}):
        command = [sys.executable, "-m", f"benchmarks.{name}", "--json", str(RESULTS / f"{name}.json")]
        failed += subprocess.run(command, check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
