"""Folders become artifacts, copied or moved."""

from pathlib import Path

import pytest

from training.tracking.artifacts import put
from training.tracking.store import Store, local


@pytest.mark.parametrize("move", [False, True])
def test_a_folder_becomes_an_artifact(workspace: Path, tmp_path: Path, move: bool) -> None:
    store = Store.of(workspace)
    client = store.open()
    run_id = client.create_run(store.experiment(client, "corner")).info.run_id
    (tmp_path / "made" / "inner").mkdir(parents=True)
    (tmp_path / "made" / "inner" / "a").write_text("whole")
    put(client, run_id, tmp_path / "made", "bundles/other", move=move)
    assert (tmp_path / "made").exists() != move
    here = local(client.get_run(run_id).info.artifact_uri)
    assert here is not None
    assert (here / "bundles" / "other" / "inner" / "a").read_text() == "whole"
    assert [entry.path for entry in client.list_artifacts(run_id, "bundles/other")] == ["bundles/other/inner"]
