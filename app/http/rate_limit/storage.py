"""Counters in the memory of this process: by the service's own clock, without threads, and never more than so many.

The package's own memory storage asks the system's time, starts a timer thread per process and grows with every key that
an attacker makes up within a window.
"""

from collections.abc import Callable
from threading import Lock

from limits.storage import Storage

from app.clock import Clock

# About 15 MB when full.
MAX_KEYS = 50_000


class ClockedMemory(Storage):
    """Windows that begin with the first count of a key and last `expiry` seconds.

    When it is full, the oldest windows are dropped first: whoever loses a window begins a new one. That errs
    towards letting pass, and costs a flooder tens of thousands of addresses a window.
    """

    STORAGE_SCHEME = None

    def __init__(self, clock: Clock, max_keys: int = MAX_KEYS) -> None:
        super().__init__()
        self._now: Callable[[], float] = lambda: clock().timestamp()
        self._max_keys = max_keys
        # key -> (count, end of its window); in the order in which the windows began.
        self._windows: dict[str, tuple[int, float]] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._windows)

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count; answer how many there are in the window now."""
        now = self._now()
        with self._lock:
            count, end = self._windows.get(key, (0, 0.0))
            # A window that ends later than one begun now is of a time before the clock was set back.
            if not now < end <= now + expiry:
                self._windows.pop(key, None)
                self._make_room(now)
                count, end = 0, now + expiry
            self._windows[key] = (count + amount, end)
            return count + amount

    def get(self, key: str) -> int:
        """Tell how many there are in the window of a key."""
        count, end = self._windows.get(key, (0, 0.0))
        return count if self._now() < end else 0

    def get_expiry(self, key: str) -> float:
        """Tell when the window of a key ends, in seconds since 1970; now, when it has none."""
        window = self._windows.get(key)
        return self._now() if window is None else window[1]

    def clear(self, key: str) -> None:
        with self._lock:
            self._windows.pop(key, None)

    def reset(self) -> int:
        with self._lock:
            dropped = len(self._windows)
            self._windows.clear()
            return dropped

    def check(self) -> bool:
        return True

    def _make_room(self, now: float) -> None:
        """Drop what is over; each window is dropped once, so that a count costs the same however many there are."""
        while self._windows:
            oldest = next(iter(self._windows))
            if self._windows[oldest][1] > now and len(self._windows) < self._max_keys:
                return
            del self._windows[oldest]
