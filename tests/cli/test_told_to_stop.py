"""A signal comes at any moment, also while the main thread holds the lock that stopping takes."""

import signal
import threading
from collections.abc import Iterator

import pytest

from app.cli.worker import on_signals


@pytest.fixture(autouse=True)
def _handlers_of_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    wakes = signal.set_wakeup_fd(-1)
    yield
    signal.set_wakeup_fd(wakes)
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_under_the_lock_that_stopping_takes_stops_all_the_same(number: signal.Signals) -> None:
    lock = threading.Lock()
    could_stop: list[bool] = []
    stopped = threading.Event()

    def stop() -> None:
        # What threading.Event.set does: taken by the handler itself, this lock would never come free.
        could_stop.append(lock.acquire(timeout=10))
        stopped.set()

    on_signals(stop)
    with lock:
        signal.raise_signal(number)
    assert stopped.wait(20)
    assert could_stop == [True]


def test_told_again_and_again_is_told_once() -> None:
    times: list[None] = []
    stopped = threading.Event()

    def stop() -> None:
        times.append(None)
        stopped.set()

    on_signals(stop)
    for _ in range(3):
        signal.raise_signal(signal.SIGTERM)
    assert stopped.wait(20)
    assert times == [None]


def test_a_signal_that_does_not_wake_the_main_thread_stops_all_the_same() -> None:
    """As when it comes between the last look for signals and falling asleep: the main thread sleeps on."""
    stopped = threading.Event()
    on_signals(stopped.set)
    main_may_go = threading.Lock()
    main_may_go.acquire()

    def told_elsewhere() -> None:
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
        could_stop.append(stopped.wait(10))
        main_may_go.release()

    could_stop: list[bool] = []
    elsewhere = threading.Thread(target=told_elsewhere)
    elsewhere.start()
    main_may_go.acquire()
    elsewhere.join()
    assert could_stop == [True]
