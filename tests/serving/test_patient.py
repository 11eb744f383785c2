"""The settings that the tests of the running service add."""

from pathlib import Path

from features.settings import Settings
from features.store.config import StoreConfig
from serving.config import IngestionConfig
from tests.serving.patient import PATIENCE, patient


def test_they_join_those_of_a_workspace(tmp_path: Path) -> None:
    file = tmp_path / "esnaf.toml"
    for written in ("", "[ingestion]\npoll_s = 0.2\n[tables]\ncurrency = 'EUR'", "[store]\nqueue = 5000\n"):
        file.write_text(written)
        settings = Settings.read(patient(patient(tmp_path)) / "esnaf.toml")
        assert settings.section("store", StoreConfig).timeout == PATIENCE
        assert settings.section("ingestion", IngestionConfig).acknowledge_s == PATIENCE
    assert settings.section("store", StoreConfig).queue == 5_000
