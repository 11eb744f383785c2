"""What all tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The tests run on as many processes as there are cores: each keeps to one thread. Read when the libraries load.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# Property tests say nothing about speed: a busy machine must not fail them.
settings.register_profile("esnaf", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("esnaf")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a real PostgreSQL server; skips where none is installed."""
    from tests.postgres import server

    with server() as url:
        yield url


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets; tests on them are skipped where it is absent."""
    folder = os.environ.get("ESNAF_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("ESNAF_DATA names no folder of data sets")
    return Path(folder)
