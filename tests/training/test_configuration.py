"""Every setting in force, under one short name."""

import json

from features.settings import Settings
from training.configuration import configuration, digest


def test_every_section_that_training_reads_is_there() -> None:
    found = configuration(Settings.parse('[pool]\ngenerators = ["als", "popular"]\n[candidates.als]\nfactors = 7'))
    assert found.keys() == {"training", "pool", "features", "ranker", "candidates.als", "candidates.popular"}
    assert found["candidates.als"]["factors"] == 7
    assert found["training"]["horizon"] == 28
    json.dumps(found)


def test_equal_settings_have_an_equal_digest() -> None:
    plain, same, other = (
        digest(configuration(Settings.parse(text)))
        for text in ("", "[training]\nhorizon = 28", "[training]\nhorizon = 27")
    )
    assert plain == same != other
    assert len(plain) == 12
