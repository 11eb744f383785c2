"""The trees learn what there is to learn, and come back from disk the same."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from features.errors import BundleError, ConfigError
from features.matrix import feature_names
from tests.disk import room_for
from training.config import Loss, RankerConfig
from training.examples import Examples
from training.ranker import ENOUGH, Ranker, names_of

CONFIG = RankerConfig(trees=30, leaves=7, min_leaf=5, threads=1)


@pytest.fixture(scope="module")
def examples() -> Examples:
    """Two hundred customers with ten candidates each; the one of the highest signal is bought."""
    random = np.random.default_rng(3)
    signal = random.normal(size=(200, 10))
    noise = random.normal(size=(200, 10))
    gain = (signal == signal.max(axis=1, keepdims=True)).astype(float)
    columns = [signal.ravel(), np.full(2_000, 7.0), noise.ravel(), np.full(2_000, np.nan)]
    matrix = np.column_stack(columns).astype(np.float32)
    names = ("signal", "same", "noise", "absent")
    return Examples(names, matrix, gain.ravel(), np.full(200, 10), found=200, lost=0, unseen=0)


def seen(examples: Examples, ranker: Ranker) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """The columns that the ranker reads."""
    return examples.matrix[:, [examples.names.index(name) for name in ranker.names]]


@pytest.mark.parametrize("loss", get_args(Loss))
def test_each_loss_puts_what_is_bought_first(examples: Examples, loss: Loss) -> None:
    ranker = Ranker.fit([examples], RankerConfig(loss=loss, trees=30, leaves=7, min_leaf=5, threads=1), seed=1)
    best = ranker.scores(seen(examples, ranker)).reshape(200, 10).argmax(axis=1)
    assert (best == examples.gain.reshape(200, 10).argmax(axis=1)).mean() > 0.8


def test_features_that_never_vary_are_left_out(examples: Examples) -> None:
    assert Ranker.fit([examples], CONFIG, seed=1).names == ("signal", "noise")


def test_the_same_seed_gives_the_same_trees(examples: Examples) -> None:
    one, again, other = (Ranker.fit([examples], CONFIG, seed=seed).boosters[0].text for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_contributions_add_up_to_the_score(examples: Examples) -> None:
    ranker = Ranker.fit([examples], CONFIG, seed=1)
    matrix = seen(examples, ranker)[:50]
    contributions = ranker.contributions(matrix)
    assert contributions.shape == (50, 3)
    np.testing.assert_allclose(contributions.sum(axis=1), ranker.scores(matrix), atol=1e-6)


def test_it_comes_back_from_disk(examples: Examples, tmp_path: Path) -> None:
    ranker = Ranker.fit([examples], CONFIG, seed=1)
    ranker.save(tmp_path / "ranker")
    loaded = Ranker.load(tmp_path / "ranker")
    assert loaded.names == ranker.names
    matrix = seen(examples, ranker)
    np.testing.assert_array_equal(loaded.scores(matrix), ranker.scores(matrix))


def test_trees_that_do_not_fit_on_the_disk_are_told(examples: Examples, tmp_path: Path) -> None:
    with room_for(1_000), pytest.raises(OSError, match="File too large"):
        Ranker.fit([examples], CONFIG, seed=1).save(tmp_path / "ranker")


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ranker").mkdir()
    (tmp_path / "ranker" / "0.txt").write_text("a poem")
    with pytest.raises(BundleError, match=r"0\.txt: not a LightGBM model"):
        Ranker.load(tmp_path / "ranker")


@pytest.mark.parametrize("loss", get_args(Loss))
def test_what_is_worth_more_is_put_higher(loss: Loss) -> None:
    """Of two products bought equally often by customers of one kind, one is worth ten times the other."""
    random = np.random.default_rng(5)
    kind = np.tile([0.0, 1.0, 2.0, 2.0], 300)
    bought = (kind < 2) & (random.random(1_200) < 0.5)
    gain = np.where(bought, np.where(kind == 0, 0.2, 2.0), 0.0)
    matrix = np.column_stack([kind, random.random(1_200)]).astype(np.float32)
    examples = Examples(("kind", "noise"), matrix, gain, np.full(300, 4), found=int(bought.sum()), lost=0, unseen=0)
    ranker = Ranker.fit([examples], RankerConfig(loss=loss, trees=20, leaves=4, min_leaf=5, threads=1), seed=1)
    low, high, never = ranker.scores(np.array([[0, 0.5], [1, 0.5], [2, 0.5]], np.float32))
    assert high > low > never


def test_features_are_excluded_by_name_or_family() -> None:
    everything = feature_names(["popular"])
    without = names_of(["popular"], ["pair_orders", "taste", "popular_rank"])
    assert {"pair_orders", "popular_rank", "category_orders"} <= set(everything) - set(without)
    assert {"pair_recency", "popular_score"} <= set(without)
    assert names_of(["popular"], []) == everything


def test_a_feature_that_there_is_not_cannot_be_excluded() -> None:
    with pytest.raises(ConfigError, match=r"exclude: 'pair_order' is no feature and no family; did you mean 'pair_ord"):
        names_of([], ["pair_order"])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"trees": 0}, "trees = 0: must be 1 or more"),
        ({"leaves": 1}, "leaves = 1: must be 2 or more"),
        ({"learning_rate": 0.0}, r"learning_rate = 0\.0: must be above 0, and 1 at most"),
        ({"bagging_fraction": 1.5}, r"bagging_fraction = 1\.5"),
    ],
)
def test_settings_that_make_no_sense(values: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RankerConfig(**values)  # type: ignore[arg-type]  # that is the point


def test_many_pairs_are_shared_among_boosters(tmp_path: Path) -> None:
    """Their mean is the score, the contributions add up to it, and all of them come back from disk in order."""
    random = np.random.default_rng(7)
    matrix = random.normal(size=(3 * ENOUGH, 2)).astype(np.float32)
    gain = (matrix[:, 0] + 0.1 * random.normal(size=len(matrix)) > 1.0).astype(float)
    examples = Examples(("signal", "noise"), matrix, gain, np.full(len(gain) // 10, 10), found=1, lost=0, unseen=0)
    ranker = Ranker.fit([examples], RankerConfig(boosters=3, trees=5, leaves=4), seed=1)
    assert len({booster.text for booster in ranker.boosters}) == 3
    some = matrix[:20]
    alone = np.stack([Ranker(ranker.names, (booster,)).scores(some) for booster in ranker.boosters])
    np.testing.assert_allclose(ranker.scores(some), alone.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(ranker.contributions(some).sum(axis=1), ranker.scores(some), atol=1e-6)
    assert ranker.gain[0] > 0.9
    ranker.save(tmp_path / "ranker")
    np.testing.assert_array_equal(Ranker.load(tmp_path / "ranker").scores(some), ranker.scores(some))


def test_a_folder_without_models_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ranker").mkdir()
    with pytest.raises(BundleError, match="holds no model"):
        Ranker.load(tmp_path / "ranker")
