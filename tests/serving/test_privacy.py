"""A service that meets a person in every call tells nobody: neither its log, nor its metrics, nor its store."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from serving.clock import shown_time
from tests.serving.patient import PATIENCE, running_service
from training import pointer

pytestmark = pytest.mark.service

WHO, NAME, EMAIL = "planted-4711", "Zebedee Quillfeather", "zebedee@quillfeather.example"
PHONE, DEVICE = "+90 555 000 4711", "tablet-of-zebedee"
SETTINGS = '[serving]\nlog_requests = "all"\n[exposures]\nflush_s = 0.05\n[ingestion]\npoll_s = 0.1\n'


@pytest.fixture(
    scope="module",
    params=[pytest.param("s" * 40, id="secret"), pytest.param("", id="no secret", marks=pytest.mark.bench)],
)
def shop(
    workspace: Path, as_of: int, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("privacy")
    shutil.copytree(workspace / "bundles", folder / "bundles")
    shutil.copy(workspace / pointer.FILE, folder)
    (folder / "esnaf.toml").write_text(SETTINGS)
    options = ["--as-of", shown_time(as_of)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ESNAF_SECRET", request.param)
        with running_service(folder, *options, log=folder / "service.log") as address:
            yield folder, address


def calls(client: httpx.Client, product: str) -> None:
    """Every call, well and badly made, with the person wherever a text can stand."""
    own = f"/v1/customers/{quote(WHO)}"
    view = {"customer_id": WHO, "anonymous_id": DEVICE, "product_id": product, "event_type": "view"}
    client.post(
        "/v1/events", json=[view, {**view, "timestamp": EMAIL}, {**view, "event_type": NAME}]
    ).raise_for_status()
    said = {"email": EMAIL, "phone": PHONE, "traits": {"name": NAME}}
    client.post(
        "/v1/events", json={"customer_id": WHO, "anonymous_id": DEVICE, "event_type": "identify", "properties": said}
    )
    for body in ({"customer_id": WHO}, {"anonymous_id": DEVICE}, {"customer_id": WHO, "n": EMAIL}, {NAME: 1}):
        client.post("/v1/recommendations", json=body)
    for path in (own, f"{own}/why", f"{own}/interests", f"/v1/{quote(NAME)}", f"/v1/customers/{quote(EMAIL)}"):
        client.get(path)
    client.get(f"/v1/recommendations/{quote(EMAIL)}", params={"n": PHONE})
    client.put(f"{own}/consent", json={"analytics": True})
    client.put(f"{own}/consent", json={"analytics": EMAIL})
    client.put(f"{own}/interests", json={"interests": [EMAIL]})
    client.get("/v1/model", headers={"Authorization": f"Bearer {EMAIL}", "X-Request-ID": PHONE})


def places(folder: Path, *texts: str) -> set[str]:
    wanted = [text.encode() for text in texts]
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.name for path in files if any(text in path.read_bytes() for text in wanted)}


def test_nothing_personal_is_told(shop: tuple[Path, str], products: list[str]) -> None:
    folder, address = shop
    with httpx.Client(base_url=address, timeout=PATIENCE) as client:
        calls(client, products[0])
        metrics = client.get("/metrics").text
        assert not any(text in metrics for text in (WHO, NAME, EMAIL, PHONE, DEVICE))
        assert places(folder, NAME, PHONE) == set()
        assert places(folder, WHO, DEVICE) <= {
            "store.db",
            "store.db-wal",
            "store-exposures.db",
            "store-exposures.db-wal",
        }
        assert places(folder, EMAIL) <= {"store-exposures.db", "store-exposures.db-wal"}  # as the id of a customer
        for who in (WHO, EMAIL):
            client.delete(f"/v1/customers/{quote(who)}").raise_for_status()
        assert places(folder, WHO, EMAIL, NAME, PHONE, DEVICE) == set()
