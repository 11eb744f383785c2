"""The workspaces of the real data sets read them as they should."""

from pathlib import Path

import numpy as np
import pytest

from features.kinds import Kind
from features.settings import Settings
from features.tables import Shop, TablesConfig, load
from features.tables.reasons import Reason

WORKSPACES = Path(__file__).parents[3] / "benchmarks" / "workspaces"

pytestmark = pytest.mark.data


def shop_of(name: str, data: Path) -> Shop:
    return load(data / name, TablesConfig.of(Settings.read(WORKSPACES / name / "esnaf.toml")))


def test_online_retail(real_data: Path) -> None:
    shop = shop_of("online_retail", real_data)
    report = shop.report
    assert report.read["events"] == 823_643
    assert report.rejected[("events", Reason.NO_CUSTOMER)] == 188_859
    assert report.accepted + report.merged + sum(report.rejected.values()) == 823_643
    assert all(i[:5].isdigit() for i in shop.log.products.ids())
    assert set(np.unique(shop.log.kind)) == {Kind.PURCHASE, Kind.REFUND}
    assert (shop.log.quantity > 0).all()
    assert report.unmatched_refunds < 0.15 * (shop.log.kind == Kind.REFUND).sum()
    assert len(shop.profiles.attributes["country"].names) == 41
    assert report.conflicts == {"customers": 11}
    assert shop.catalogue.name[shop.log.products.index("22423")] == "REGENCY CAKESTAND 3 TIER"


def test_complete_journey(real_data: Path) -> None:
    shop = shop_of("complete_journey", real_data)
    assert shop.report.rejected == {("events", Reason.BAD_QUANTITY): 577}
    assert shop.report.unknown_products == 1
    assert list(shop.profiles.attributes)[:2] == ["age", "income"]
    paths = shop.catalogue.category_names
    assert "GROCERY > FRZN ICE > ICE - CRUSHED/CUBED" in paths
    assert "GROCERY" in shop.catalogue.department_names
