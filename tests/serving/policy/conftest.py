"""Rules written as in esnaf.toml, on the model of the simulated shop."""

from collections.abc import Callable

import pytest

from features.settings import Settings
from serving.policy.config import PolicyConfig
from serving.policy.policy import Policy, PolicyAt
from training.query import Answer
from training.recommender import Recommender

Ruled = Callable[[str], PolicyAt]


def config_of(text: str) -> PolicyConfig:
    """Rules from TOML, where `[[pins]]` stands for `[[policy.pins]]`."""
    return Settings.parse(text.replace("[[", "[[policy.")).section("policy", PolicyConfig)


def ids(answer: Answer) -> list[str]:
    """The products of a list."""
    return [item.product_id for item in answer.items]


@pytest.fixture(scope="session")
def ruled(recommender: Recommender) -> Ruled:
    """The policy of some text, as of the end of the model's data."""

    def made(text: str) -> PolicyAt:
        policy = Policy.of(config_of(text), recommender)
        assert policy is not None
        return policy.at(recommender.time)

    return made
