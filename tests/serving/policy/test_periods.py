"""A rule that begins or ends between two steps of the clock does so on time, ready lists or not."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from features.settings import Settings
from serving.answers import Answers
from serving.bodies import ListRequest
from serving.cache import Cache
from serving.champion import Champion
from serving.clock import Clock, shown_time
from serving.display import Display
from serving.keeper import Keeper
from serving.live import Live
from serving.metrics import Metrics
from serving.newcomers.config import NewcomersConfig
from serving.newcomers.newcomers import Newcomers
from serving.policy.policy import Policy
from serving.recorder import Recorder
from tests.serving.policy.conftest import config_of
from training.recommender import Recommender

STEP = 3_600
RULE = "[[pins]]\nname = 'p'\nproduct = '{}'\nstart = '{}'\nend = '{}'"


@dataclass(frozen=True)
class Hand(Clock):
    """A running clock that is moved by hand."""

    times: tuple[int, ...] = ()

    def now(self) -> int:
        return self.times[0]


def answers_of(workspace: Path, recommender: Recommender, policy: Policy, times: list[int]) -> Answers:
    clock = Hand(STEP)
    object.__setattr__(clock, "times", times)
    keeper, metrics = Keeper(workspace, Settings({"exposures": {"enabled": False}})), Metrics()
    display = Display(keeper.settings, Recorder(workspace, keeper.settings, clock=clock, metrics=metrics), clock=clock)
    return Answers(
        Champion("3", recommender, ""),
        clock=clock,
        cache=Cache(1 << 20),
        metrics=metrics,
        live=Live(keeper, recommender),
        display=display,
        newcomers=Newcomers(recommender, NewcomersConfig(), default=True),
        policy=policy,
    )


@pytest.mark.parametrize("later", [0, 5 * STEP])
def test_a_pin_comes_and_goes_within_a_step(workspace: Path, recommender: Recommender, known: str, later: int) -> None:
    begin = recommender.time + later - recommender.time % STEP + STEP
    pinned = recommender.products.id(int(recommender.shelf.order[-1]))
    rule = RULE.format(pinned, shown_time(begin + 600), shown_time(begin + 1_200))
    policy = Policy.of(config_of(rule), recommender)
    assert policy is not None
    times = [begin]
    answers = answers_of(workspace, recommender, policy, times)

    def first(moment: int) -> str:
        times[0] = begin + moment
        return str(json.loads(answers.one(ListRequest(customer_id=known)))["items"][0]["product_id"])

    moments = (0, 599, 600, 700, 1_199, 1_200, 3_599)
    found = [first(moment) == pinned for moment in moments for _ in range(2)]  # the second is ready
    assert found == [False] * 4 + [True] * 6 + [False] * 4
