"""Signals end the work where nothing is written."""

import os
import signal
import threading

import pytest

from training.tuning.patience import SIGNALS, Patience


def send(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_the_work_at_once(number: signal.Signals) -> None:
    with Patience(60) as patience:
        with pytest.raises(KeyboardInterrupt), patience.interruptible():
            send(number)
        assert patience.stopped
        assert patience.over()


@pytest.mark.parametrize("number", SIGNALS)
def test_while_something_is_written_it_is_noted(number: signal.Signals) -> None:
    with Patience(60) as patience:
        send(number)
        assert patience.stopped
        with pytest.raises(KeyboardInterrupt), patience.interruptible():
            pytest.fail("the work goes on")


def test_a_second_signal_does_not_disturb_the_ending() -> None:
    with Patience(60) as patience:
        with pytest.raises(KeyboardInterrupt), patience.interruptible():
            send(signal.SIGINT)
        send(signal.SIGTERM)


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with Patience(60):
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_time_is_spent() -> None:
    with Patience(0.0) as none, Patience(1e6) as much:
        assert none.over()
        assert not much.over(0.5)


def test_another_thread_has_no_signals() -> None:
    found: list[bool] = []

    def work() -> None:
        with Patience(60) as patience:
            found.append(patience.over())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [False]
