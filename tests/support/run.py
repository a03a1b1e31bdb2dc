"""What one test run shares between its processes: a folder, and a pipe that closes when the run is over.

The first pytest process owns the run; the workers of pytest-xdist are told its folder. The owner holds
the writing end of a FIFO open; helpers that outlive a worker (the PostgreSQL keeper) read the other end
and so learn of the run's end, even of a kill -9. Nothing here imports the service.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Run:
    """The shared folder; `worker` names this process among those of the run."""

    directory: Path
    worker: str
    _owned_fd: int | None = field(default=None, repr=False)

    @classmethod
    def begin(cls) -> "Run":
        """Own a new run."""
        directory = Path(tempfile.mkdtemp(prefix="huanlian-tests-"))
        fifo = directory / "alive"
        os.mkfifo(fifo)
        # Opened for both directions, so that opening waits for nobody.
        return cls(directory, "main", os.open(fifo, os.O_RDWR | os.O_NONBLOCK))

    @classmethod
    def join(cls, directory: str, worker: str) -> "Run":
        """Take part in a run as one of its workers."""
        return cls(Path(directory), worker)

    @property
    def alive_fifo(self) -> Path:
        return self.directory / "alive"

    @property
    def keeper_lock(self) -> Path:
        return self.directory / "keeper.lock"

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """One process of the run at a time."""
        with (self.directory / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def end(self) -> None:
        """Close the pipe, wait until helpers have cleaned up, remove the folder. Workers do nothing."""
        if self._owned_fd is None:
            return
        with self.keeper_lock.open("w") as lock:
            os.close(self._owned_fd)
            self._owned_fd = None
            fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(self.directory, ignore_errors=True)
