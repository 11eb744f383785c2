"""Bundles before the gate."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from features.errors import RefusedError
from features.settings import Settings
from tests.training.contenders import Contenders
from training import bundle
from training.comparison.contender import Contender
from training.gate.challenge import Challenge
from training.gate.defects import defects_of

Damage = Callable[[Path], None]


def flipped_byte(folder: Path) -> None:
    file = folder / "ranker" / "0.txt"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def other_schema(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": bundle.FORMAT + 1}))


def unknown_feature(folder: Path) -> None:
    text = (folder / "ranker" / "0.txt").read_text()
    assert "product_decayed" in text
    (folder / "ranker" / "0.txt").write_text(text.replace("product_decayed", "product_declined"))
    facts = {name: value for name, value in bundle.read_manifest(folder).items() if name not in {"files", "format"}}
    (folder / "manifest.json").unlink()
    bundle.seal(folder, facts)


def half(folder: Path) -> None:
    shutil.rmtree(folder / "history")


DAMAGES: dict[Damage, str] = {
    flipped_byte: "0.txt: is damaged (its checksum differs)",
    other_schema: f"bundle format {bundle.FORMAT + 1}, this version reads {bundle.FORMAT}",
    unknown_feature: "reads features that are not defined here: product_declined; train the model again",
    half: "is missing",
}


def copied(contender: Contender, folder: Path, damage: Damage) -> Contender:
    """The same version with its serving bundle damaged."""
    shutil.copytree(contender.final, folder)
    damage(folder)
    return replace(contender, final=folder)


def challenge(contenders: Contenders, champion: Contender | None, challenger: Contender) -> Challenge:
    return Challenge.of(champion, challenger, contenders.window, Settings({}))


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_bundle_that_cannot_serve_is_refused_with_its_reason(
    contenders: Contenders, tmp_path: Path, damage: Damage
) -> None:
    damaged = copied(contenders.trained["2"], tmp_path / "2", damage)
    found = challenge(contenders, contenders.trained["1"], damaged)
    assert not found.verdict.passed
    assert [check.rule for check in found.verdict.broken] == ["bundle"]
    assert DAMAGES[damage] in found.verdict.text
    assert found.contest is None


def test_the_measured_bundle_is_looked_at_too(contenders: Contenders, tmp_path: Path) -> None:
    two = contenders.trained["2"]
    assert two.measured is not None
    shutil.copytree(two.measured, tmp_path / "measured")
    flipped_byte(tmp_path / "measured")
    found = challenge(contenders, contenders.trained["1"], replace(two, measured=tmp_path / "measured"))
    assert "is damaged" in found.verdict.text


def test_a_sound_bundle_has_no_defects(contenders: Contenders) -> None:
    assert defects_of(contenders.trained["1"], contenders.trained["1"].final) == ()


def test_a_worse_model_is_refused_and_the_log_says_why(
    contenders: Contenders, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="esnaf"):
        found = challenge(contenders, contenders.trained["1"], contenders.trained["3"])
    assert found.contest is not None
    assert found.verdict.broken[0].rule == "ndcg"
    assert "gate.refused version=3" in caplog.text
    assert "refused: ndcg: 0." in caplog.text


def test_a_measurement_that_there_is_is_not_made_again(contenders: Contenders, monkeypatch: pytest.MonkeyPatch) -> None:
    sides = contenders.sides
    monkeypatch.setattr("training.comparison.window.Window.side", lambda _, contender, **__: sides[contender.version])
    two = replace(contenders.trained["2"], version="none has this number")
    found = Challenge.of(contenders.trained["1"], two, contenders.window, Settings({}), known=sides["2"])
    assert found.contest is not None
    assert found.contest.second is sides["2"]


@pytest.mark.parametrize("champion", ["none", "damaged", "knows the window"])
def test_without_a_champion_to_measure_the_bundle_alone_is_judged(
    contenders: Contenders, tmp_path: Path, champion: str, caplog: pytest.LogCaptureFixture
) -> None:
    one = contenders.trained["1"]
    assert one.measured is not None
    shutil.copytree(one.measured, tmp_path / "1")
    flipped_byte(tmp_path / "1")
    found = {
        "none": None,
        "damaged": replace(one, measured=tmp_path / "1"),
        "knows the window": replace(one, measured=None),
    }
    with caplog.at_level("WARNING", logger="esnaf"):
        result = challenge(contenders, found[champion], contenders.trained["3"])
    assert result.verdict.passed
    assert result.contest is None
    assert ("gate.without_champion" in caplog.text) is (champion != "none")


def test_no_window_yet(contenders: Contenders) -> None:
    champion = replace(contenders.trained["1"], measured=None)
    found = Challenge.of(champion, contenders.trained["2"], None, Settings({}))
    assert found.verdict.passed
    assert found.contest is None


def test_what_cannot_be_measured_takes_no_measured_champions_place(contenders: Contenders) -> None:
    found = Challenge.of(contenders.trained["1"], contenders.trained["2"], None, Settings({}))
    assert [check.rule for check in found.verdict.broken] == ["measured"]


def test_a_challenger_that_knows_the_window_cannot_be_judged(contenders: Contenders) -> None:
    cheat = replace(contenders.trained["2"], measured=None)
    with pytest.raises(RefusedError, match="version 2 knows what happened"):
        challenge(contenders, contenders.trained["1"], cheat)
