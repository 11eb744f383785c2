"""A workspace with a model, for the benchmarks that ask one."""

from pathlib import Path

from benchmarks.harness import WORKSPACES
from benchmarks.timing import esnaf


def trained(data: Path | None, scratch: Path) -> Path:
    """Train on Online Retail, or on a simulated shop where there are no data sets."""
    workspace = scratch / "workspace"
    workspace.mkdir()
    if data is None:
        folder = scratch / "data"
        esnaf("simulate", str(folder), "--customers=4000", "--products=3000", "--days=365", "--seed=0")
    else:
        folder = data / "online_retail"
        (workspace / "esnaf.toml").write_bytes((WORKSPACES / "online_retail" / "esnaf.toml").read_bytes())
    esnaf("train", "--data", str(folder), "--workspace", str(workspace))
    return workspace
