"""A flood of sign-ins takes the memory of a few comparisons, and leaves the others their threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Event, Semaphore
from typing import Any

import pytest

from app.auth import passwords
from app.http.problems import Busy


class _Slow:
    """A hasher that takes until it is told, and knows how many it was at most at once."""

    def __init__(self) -> None:
        self.may_end = Event()
        self.inside = self.most = 0

    def verify(self, _password: bytes, _hash: str) -> bool:
        self.inside += 1
        self.most = max(self.most, self.inside)
        assert self.may_end.wait(20)
        self.inside -= 1
        return True


class _Room(BoundedSemaphore):
    """Tells who has come in."""

    def __init__(self, places: int) -> None:
        super().__init__(places)
        self.came = Semaphore(0)

    def acquire(self, *given: Any, **named: Any) -> bool:
        got = super().acquire(*given, **named)
        if got:
            self.came.release()
        return got


def test_one_is_compared_one_waits_the_next_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher, room = _Slow(), _Room(2)
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    monkeypatch.setattr(passwords, "_present", room)
    monkeypatch.setattr(passwords, "_at_once", BoundedSemaphore(1))
    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(passwords.matches, "a password", "a hash") for _ in range(2)]
        for _ in tries:
            assert room.came.acquire(timeout=20)
        with pytest.raises(Busy) as refused:
            passwords.matches("a password", "a hash")
        assert refused.value.headers == {"Retry-After": "2"}
        hasher.may_end.set()
        assert [each.result(20) for each in tries] == [True, True]
    assert hasher.most == 1
    # Their places are free again.
    assert passwords.matches("a password", "a hash")


def test_a_hash_that_is_none_gives_its_place_back() -> None:
    for _ in range(passwords.MOST_PRESENT + 1):
        assert not passwords.matches("a password", "no hash at all")
