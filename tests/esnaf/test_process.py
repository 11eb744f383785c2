"""A service that does not come up is an error with its last words."""

from pathlib import Path

import pytest

from esnaf.process import free_port, running_service
from features.errors import EsnafError


def test_a_service_that_ends_says_why(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    with (
        pytest.raises(EsnafError, match=r"ended with code 1\): .*no model in"),
        running_service(tmp_path, log=log) as address,
    ):
        pytest.fail(f"{address} is ready without a model")
    assert "no model in" in log.read_text()


def test_a_free_port_is_free() -> None:
    assert 1024 <= free_port() < 65_536
