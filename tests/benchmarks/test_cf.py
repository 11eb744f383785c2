"""The collaborative-filtering benchmark on small files."""

import gzip
import math
from pathlib import Path

import numpy as np
import pytest

from benchmarks.cf import Quality, quality
from benchmarks.interactions import Split, read
from features.errors import DataError
from training.candidates.popular import Popular


def split(folder: Path, train: str, test: str) -> Split:
    (folder / "train.txt").write_text(train)
    (folder / "test.txt.gz").write_bytes(gzip.compress(test.encode()))
    return read(folder / "train.txt", folder / "test.txt.gz")


def measured(of: Split) -> Quality:
    snapshot, generator = of.snapshot(), Popular()
    generator.fit(snapshot)
    return quality(generator, snapshot, of, of.users())


def test_files_plain_and_gzipped(tmp_path: Path) -> None:
    both = split(tmp_path, "u1 a b b\nu2 a\n\n", "u2 b c\nu3 a\nu1\n")
    assert both.items == 3
    assert both.train.offsets.tolist() == [0, 2, 3, 3]
    assert both.users().tolist() == [1, 2]


def test_the_figures_by_hand(tmp_path: Path) -> None:
    """Popularity lists a, then b, then c; each user's train items are left out."""
    both = split(tmp_path, "1 a b\n2 a c\n3 a b\n4 a\n", "2 b\n4 c d\n")
    gain = [1 / math.log2(rank + 1) for rank in (1, 2)]
    expected = Quality(recall=(1 + 1 / 2) / 2, ndcg=(1 + gain[1] / (gain[0] + gain[1])) / 2)
    reached = measured(both)
    assert math.isclose(reached.recall, expected.recall)
    assert math.isclose(reached.ndcg, expected.ndcg)


def test_the_ideal_is_cut_at_twenty(tmp_path: Path) -> None:
    items = [f"i{n}" for n in range(30)]
    both = split(tmp_path, f"1 {' '.join(items)}\n2 other\n", f"2 {' '.join(items)}\n")
    reached = measured(both)
    assert math.isclose(reached.ndcg, 1.0)
    assert math.isclose(reached.recall, 20 / 30)


def test_items_that_the_user_has_are_not_to_be_found(tmp_path: Path) -> None:
    assert split(tmp_path, "1 a b\n2 c\n", "1 a c\n2 c\n").test.product.tolist() == [2]


def test_tuning_sees_the_train_part_alone(tmp_path: Path) -> None:
    lines = "".join(f"{u} " + " ".join(f"i{(u * 7 + n) % 50}" for n in range(10)) + "\n" for u in range(20))
    whole = split(tmp_path, lines, "1 x\n")
    part = whole.held_out(0.2, seed=1)
    assert (np.diff(part.test.offsets) == 2).all()
    for user in range(20):
        mine = slice(whole.train.offsets[user], whole.train.offsets[user + 1])
        parts = [b.product[b.offsets[user] : b.offsets[user + 1]].tolist() for b in (part.train, part.test)]
        assert sorted(parts[0] + parts[1]) == whole.train.product[mine].tolist()


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "bad.gz").write_bytes(b"\x00\xff")
    with pytest.raises(DataError, match=r"bad\.gz: cannot be read .*'user item item \.\.\.' lines"):
        read(tmp_path / "bad.gz", tmp_path / "bad.gz")


@pytest.mark.data
def test_popularity_on_amazon_cds_is_as_published(real_data: Path) -> None:
    whole = read(real_data / "amazon_cds" / "train.txt.gz", real_data / "amazon_cds" / "test.txt.gz")
    assert (whole.items, len(whole.users())) == (35_648, 43_169)
    snapshot, generator = whole.snapshot(), Popular()
    generator.fit(snapshot)
    reached = quality(generator, snapshot, whole, whole.users()[::10])
    assert math.isclose(reached.recall, 0.0122, abs_tol=0.002)
    assert math.isclose(reached.ndcg, 0.0072, abs_tol=0.001)
