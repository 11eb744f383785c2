"""The linear model finds weights that hold in all windows, whatever the level of each."""

import numpy as np

from training.value.logistic import Logistic, chance


def test_windows_differ_in_level_and_share_the_weights() -> None:
    random = np.random.default_rng(1)
    columns = [random.normal(size=(4_000, 2)) for _ in range(2)]
    levels = [-2.0, 0.5]
    labels = [random.random(len(c)) < chance(level + c @ [1.0, -0.5]) for level, c in zip(levels, columns, strict=True)]
    model, logits = Logistic.fit(columns, labels)
    np.testing.assert_allclose(model.weight / model.scale, [1.0, -0.5], atol=0.15)
    assert abs(chance(model.logits(columns[0])).mean() - labels[0].mean()) < 0.005  # the newest window's level
    assert abs(chance(logits[4_000:]).mean() - labels[1].mean()) < 0.005


def test_a_column_that_never_varies_says_nothing() -> None:
    columns = np.column_stack([np.ones(200), np.arange(200) % 2]).astype(np.float64)
    model, _ = Logistic.fit([columns], [columns[:, 1] > 0])
    assert np.isfinite(model.logits(columns)).all()


def test_what_was_never_seen_stays_a_chance() -> None:
    assert chance(np.array([-1e9, 0.0, 1e9])).tolist() == [
        chance(np.array([-30.0]))[0],
        0.5,
        chance(np.array([30.0]))[0],
    ]
