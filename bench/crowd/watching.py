"""What processes hold while they are pressed: memory and file handles, sampled; and whether either grows."""

import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt

import psutil

from bench.pressing import server_seconds

_EVERY_S = 1.0
_OF_THE_MEAN = 0.02
"""Growth over the whole time that matters, as a share of what is held."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Of a process with those it started: seconds since the beginning, MB of memory, open files, processor seconds."""

    at_s: float
    megabytes: float
    handles: int
    processor_s: float


@dataclass(frozen=True, slots=True)
class Slope:
    """A straight line through samples: its rise a minute ± two standard errors, and the verdict."""

    a_minute: float
    uncertainty: float
    grows: bool

    @classmethod
    def of(cls, minutes: Sequence[float], values: Sequence[float], over: float | None = None) -> "Slope":
        """Least squares. Growing: surely more than nothing, and by more than 2 % of the mean in the time looked at.

        `over` are the minutes in which that would matter, where fewer are looked at.
        """
        if len(minutes) < 3:
            return cls(0.0, float("inf"), grows=False)
        middle, mean = statistics.fmean(minutes), statistics.fmean(values)
        spread = sum((each - middle) ** 2 for each in minutes)
        rise = sum((x - middle) * (y - mean) for x, y in zip(minutes, values, strict=True)) / spread
        left = sum((y - mean - rise * (x - middle)) ** 2 for x, y in zip(minutes, values, strict=True))
        error = 2 * sqrt(left / (len(minutes) - 2) / spread)
        surely = (rise - error) * (over or max(minutes) - min(minutes))
        return cls(rise, error, grows=surely > _OF_THE_MEAN * mean)

    def __str__(self) -> str:
        return f"{self.a_minute:+.3f} ± {self.uncertainty:.3f} a minute"


@dataclass(frozen=True, slots=True)
class Course:
    """How something went: over the whole time, and in its second half. What is lost goes on being lost; what fills is full."""

    whole: Slope
    late: Slope

    @classmethod
    def of(cls, minutes: Sequence[float], values: Sequence[float]) -> "Course":
        half = len(minutes) // 2
        span = max(minutes) - min(minutes) if minutes else 0.0
        return cls(Slope.of(minutes, values), Slope.of(minutes[half:], values[half:], over=span))

    @property
    def verdict(self) -> str:
        if not self.whole.grows:
            return "flat"
        return "growing" if self.late.grows else "grew and levelled off"

    def __str__(self) -> str:
        return f"{self.whole}, in the second half {self.late}: {self.verdict}"


@dataclass
class Watch:
    """Samples a process until it is closed; `every_minute` is called with the last sample."""

    process: psutil.Process
    samples: list[Sample] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join()

    def minutes(self) -> list[Sample]:
        """One sample a minute: the medians of its seconds."""
        by_minute: dict[int, list[Sample]] = {}
        for sample in self.samples:
            by_minute.setdefault(int(sample.at_s // 60), []).append(sample)
        return [
            Sample(
                60.0 * minute,
                statistics.median(each.megabytes for each in found),
                round(statistics.median(each.handles for each in found)),
                found[-1].processor_s,
            )
            for minute, found in sorted(by_minute.items())
        ]

    def courses(self, after_minutes: int) -> tuple[Course, Course]:
        """Of memory and of handles, from that minute on: before, caches and pools fill."""
        late = [each for each in self.minutes() if each.at_s >= 60 * after_minutes]
        at = [each.at_s / 60 for each in late]
        return Course.of(at, [each.megabytes for each in late]), Course.of(
            at, [each.handles for each in late]
        )

    def _sample(self) -> None:
        while not self._over.wait(_EVERY_S):
            try:
                processes = [self.process, *self.process.children(recursive=True)]
                megabytes = sum(each.memory_info().rss for each in processes) / 1e6
                handles = sum(each.num_fds() for each in processes)
                spent = server_seconds(self.process)
            except psutil.NoSuchProcess:
                continue
            self.samples.append(Sample(time.monotonic() - self._began, megabytes, handles, spent))
