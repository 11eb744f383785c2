"""Writers killed at any moment: what was acknowledged is there, once, and the next writer goes on."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from features.store.reader import Reader
from tests.features.store.places import Place

KILLS = 5


@pytest.mark.parametrize("seed", [7])
def test_no_acknowledged_event_is_lost(place: Place, seed: int) -> None:
    """One store goes through all kills; each writer sends again what the one before may not have got through."""
    moments = random.Random(seed)
    with place.open():
        pass
    told: list[str] = []
    for number in range(KILLS):
        begin = number * 800
        told += _killed(place, f"{begin}:{begin + 1_000}", after=moments.uniform(0.0, 0.3))
    with place.open() as store:
        reader = Reader(store.backend)
        kept = Counter(event.event_id for event in reader.after(0, limit=100_000))
        reader.close()
    assert len(told) >= KILLS
    assert [name for name in told if kept[name] != 1] == []
    assert set(kept.values()) == {1}


def _killed(place: Place, numbers: str, *, after: float) -> list[str]:
    """Start a writer, kill it some time after its first acknowledgement; the ids that it told of."""
    command = [sys.executable, "-m", "tests.features.store.writer", str(place.workspace), place.config.url, numbers]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        first = writer.stdout.readline()
        time.sleep(after)
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read()
    assert first
    assert writer.returncode in {0, -signal.SIGKILL}
    return [first.strip(), *rest.split()]
