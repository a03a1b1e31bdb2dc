"""When an iteration measures its mass, and when it gives up."""

import math

# Sweeps between two measurements at first.
CHECK_EVERY = 4


class Pace:
    """Counts the sweeps of a method that closes at an even rate.

    It says when to measure the mass again, and gives up early when the rate foretells that the sweeps allowed
    will not do.
    """

    def __init__(self, target: float, limit: int) -> None:
        self.done = 0
        self.deficit = math.inf
        self.finished = False
        self._target = target
        self._limit = limit
        self._next = CHECK_EVERY
        self._last = 0

    def step(self) -> bool:
        """Count one sweep; True when the mass is to be measured now."""
        self.done += 1
        return self.done >= self._next

    def measured(self, deficit: float) -> None:
        before, sweeps = self.deficit, self.done - self._last
        self.deficit, self._last = deficit, self.done
        if deficit < self._target or self.done >= self._limit:
            self.finished = True
            return
        ahead = CHECK_EVERY
        if math.isfinite(before):
            rate = (deficit / before) ** (1 / sweeps) if before > 0 else 1.0
            need = math.log(self._target / deficit) / math.log(rate) if rate < 1 else math.inf
            # The first sweeps only fill the loop; from the third look on the rate can be trusted.
            self.finished = self.done >= 3 * CHECK_EVERY and self.done + need > 2 * self._limit
            ahead = max(1, min(math.ceil(min(need, self._limit)), 2 * CHECK_EVERY))
        self._next = min(self.done + ahead, self._limit)
