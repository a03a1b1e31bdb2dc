"""The worker: threads that take jobs, and one that keeps leases, gives events their places and begins periods.

Several workers may stand beside each other, in one process or in many. A worker that is killed loses nothing: its
jobs are taken up again when their leases end.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from app.clock import Clock, system_clock
from app.db.session import Database
from app.outbox import feed, queue, schedules
from app.outbox.errors import described
from app.outbox.jobs import Lease, enqueue
from app.settings import Settings
from app.worker.registry import Registry
from app.worker.running import Runner

Waiter = Callable[[threading.Event, float], bool]
"""Waits for an event, at most so many seconds; True when it has come."""

_log = structlog.get_logger("huanlian.worker")
_RENEWALS_PER_LEASE = 3
_LONGEST_REST_SECONDS = 60.0


class Worker:
    """Does the jobs of `registry`. `start` and `stop` it, or let it `drain` what is due."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        registry: Registry,
        *,
        clock: Clock = system_clock,
        wait: Waiter = threading.Event.wait,
        name: str | None = None,
    ) -> None:
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"
        self._database = database
        self._registry = registry
        self._clock = clock
        self._timezone = settings.timezone
        self._poll_seconds = settings.worker_poll_seconds
        self._lease_for = timedelta(seconds=settings.job_lease_seconds)
        self._runner = Runner(database, settings, registry, clock)
        self._wait = wait
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        self._leases: dict[Lease, datetime] = {}
        self._leases_lock = threading.Lock()
        self._done_last: str | None = None

    def start(self, concurrency: int = 1) -> None:
        """Begin to work in `concurrency` threads."""
        loops = [self._keep, *[self._work] * concurrency]
        self._threads = [
            threading.Thread(target=loop, name=f"worker-{number}", daemon=True)
            for number, loop in enumerate(loops)
        ]
        for thread in self._threads:
            thread.start()
        _log.info("worker started", worker=self.name, concurrency=concurrency)

    def is_alive(self) -> bool:
        """Whether all its threads still run."""
        return all(thread.is_alive() for thread in self._threads)

    def ask_to_stop(self) -> None:
        """Take no more jobs. Answers at once. Not for a signal handler: it takes a lock."""
        self._stopping.set()

    def stop(self, grace_seconds: float) -> bool:
        """Take no more jobs and wait for those that run; False when some still did after the grace.

        Those are left where they are. Their leases end, and another worker takes them up.
        """
        self.ask_to_stop()
        deadline = time.monotonic() + grace_seconds
        for thread in self._threads[1:]:
            thread.join(max(0.0, deadline - time.monotonic()))
        is_idle = not any(thread.is_alive() for thread in self._threads[1:])
        self._ended.set()
        for keeper in self._threads[:1]:
            keeper.join(max(1.0, deadline - time.monotonic()))
        _log.info("worker stopped", worker=self.name, idle=is_idle)
        return is_idle

    def drain(self) -> int:
        """Work until nothing is due any more; answers how many runs that took."""
        # Places and periods are begun here, in between: another relay at work would hide what is to be done next.
        keeper = threading.Thread(target=self._keep_leases, name="worker-keeper", daemon=True)
        keeper.start()
        runs = 0
        try:
            self.tend()
            while not self._stopping.is_set() and self.work_one():
                runs += 1
                self.tend()
        finally:
            self._ended.set()
            keeper.join()
        return runs

    def work_one(self) -> bool:
        """Take one job and run it; False when none is due."""
        kinds = self._registry.handlers.keys()
        if not kinds:
            return False
        with self._database.reading() as reading:
            if not queue.is_anything_due(reading, kinds, self._clock()):
                return False
        with self._database.writing() as session:
            now = self._clock()
            claimed = queue.claim(
                session, kinds, worker=self.name, now=now, lease_for=self._lease_for, after=self._done_last
            )
        if claimed is None:
            return False
        self._done_last = claimed.kind
        with self._leases_lock:
            self._leases[claimed.lease] = now
        try:
            self._runner.run(claimed)
        finally:
            with self._leases_lock:
                del self._leases[claimed.lease]
        return True

    def tend(self) -> None:
        """Give events their places, ask for the work that waits, begin the periods that are due."""
        self._relay()
        self._ask_for_what_waits()
        self._begin_periods()

    def renew(self) -> None:
        """Keep the jobs that run and were last heard of a while ago."""
        now = self._clock()
        with self._leases_lock:
            stale = [
                lease
                for lease, at in self._leases.items()
                if now - at >= self._lease_for / _RENEWALS_PER_LEASE
            ]
        if not stale:
            return
        with self._database.writing() as session:
            queue.renew(session, stale, self._clock() + self._lease_for)
        with self._leases_lock:
            self._leases |= {lease: now for lease in stale if lease in self._leases}

    def _relay(self) -> None:
        more = True
        while more:
            with self._database.reading() as reading:
                if not feed.has_unplaced(reading):
                    return
            with self._database.writing() as session:
                placed = feed.place(session, now=self._clock(), subscriptions=self._registry.subscriptions)
            more = placed is not None

    def _ask_for_what_waits(self) -> None:
        with self._database.reading() as reading:
            kinds = [
                kind
                for kind, is_waiting in sorted(self._registry.waiting.items())
                if is_waiting(reading) and not queue.is_asked_for(reading, kind)
            ]
        for kind in kinds:
            with self._database.writing() as session:
                enqueue(session, kind, {}, now=self._clock(), key=kind)

    def _begin_periods(self) -> None:
        now = self._clock()
        starts = {
            each.name: each.schedule.period_start(now, self._timezone) for each in self._registry.periodic
        }
        if not starts:
            return
        with self._database.reading() as reading:
            begun = schedules.last_begun(reading)
        for periodic in self._registry.periodic:
            start = starts[periodic.name]
            if periodic.name not in begun or begun[periodic.name] < start:
                with self._database.writing() as session:
                    schedules.begin_period(session, periodic, start, now)

    def _work(self) -> None:
        self._repeat(self.work_one, until=self._stopping)

    def _keep(self) -> None:
        self._repeat(self._keep_once, until=self._ended)

    def _keep_leases(self) -> None:
        self._repeat(self._renew_once, until=self._ended)

    def _renew_once(self) -> bool:
        self.renew()
        return False

    def _keep_once(self) -> bool:
        self.renew()
        self.tend()
        return False

    def _repeat(self, step: Callable[[], bool], *, until: threading.Event) -> None:
        """Step again and again; rest when there was nothing to do, and longer and longer when the database refuses."""
        failures = 0
        while not until.is_set():
            try:
                has_more = step()
                failures = 0
            except Exception as error:  # noqa: BLE001 - a worker that ends for one failure would stay ended
                failures += 1
                has_more = False
                _log.warning(
                    "worker step failed", worker=self.name, error=described(error), failures=failures
                )
            if not has_more:
                self._wait(until, min(self._poll_seconds * 2 ** min(failures, 10), _LONGEST_REST_SECONDS))
