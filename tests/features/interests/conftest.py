"""What several tests of interests share."""

import pytest

from features.catalogue import Catalogue
from tests.features.hand import catalogue


@pytest.fixture
def bare() -> Catalogue:
    """Products of which nothing is known."""
    return catalogue()
