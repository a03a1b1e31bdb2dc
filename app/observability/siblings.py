"""The metrics of several processes that serve one port: a scrape meets one of them, which asks the others.

Each holds a number from 1 on, by the lock of a file that ends with the process, and answers at a socket of that number
in a folder that only the service's user can open. What a process counts gets the label `process`; what is asked of the
database is told once.
"""

import asyncio
import fcntl
import os
import socket
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from app.observability.metrics import Metrics

FOLDER_VARIABLE = "HUANLIAN_SERVER_PROCESSES"
"""Not a setting: the parent of several processes tells them their folder by it."""

_MOST_PROCESSES = 128
_PATIENCE_S = 2.0
_log = structlog.get_logger("huanlian.metrics")


@dataclass(slots=True)
class Siblings:
    """This process among those that serve together."""

    folder: Path
    number: int
    _lock: int
    """Held as long as the process lives, and so as long as the number is its own."""

    @classmethod
    def join(cls, folder: Path) -> "Siblings":
        """Take the lowest free number. Raises RuntimeError when all are taken."""
        for number in range(1, _MOST_PROCESSES + 1):
            lock = os.open(folder / f"{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
            else:
                return cls(folder, number, lock)
        raise RuntimeError(f"{folder}: more than {_MOST_PROCESSES} processes")

    async def answer(self, registry: CollectorRegistry) -> asyncio.Server:
        """Tell whoever asks what this process counts; until the server that is returned is closed."""

        async def tell(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(generate_latest(registry))
            await writer.drain()
            writer.close()

        own = self._socket(self.number)
        # Of a process that had the number before and was killed.
        own.unlink(missing_ok=True)
        return await asyncio.start_unix_server(tell, str(own))

    def text(self, own: CollectorRegistry, shared: CollectorRegistry) -> bytes:
        """Everything in Prometheus' text format: of each process what it counts, and what all of them share."""
        told = {self.number: generate_latest(own).decode()}
        for path in sorted(self.folder.glob("*.sock")):
            if int(path.stem) != self.number:
                self._ask(int(path.stem), told)
        registry = CollectorRegistry()
        registry.register(_Labelled(told))
        return generate_latest(registry) + generate_latest(shared)

    def leave(self) -> None:
        """Be asked no more."""
        self._socket(self.number).unlink(missing_ok=True)
        os.close(self._lock)

    def _ask(self, number: int, told: dict[int, str]) -> None:
        try:
            with socket.socket(socket.AF_UNIX) as talk:
                talk.settimeout(_PATIENCE_S)
                talk.connect(str(self._socket(number)))
                with talk.makefile("rb") as answer:
                    told[number] = answer.read().decode()
        except OSError as error:
            _log.warning("process_does_not_answer", process=number, error=type(error).__name__)
            told[number] = ""

    def _socket(self, number: int) -> Path:
        return self.folder / f"{number}.sock"


@asynccontextmanager
async def among_siblings(metrics: Metrics) -> AsyncIterator[None]:
    """Take part in a server of several processes, where there is one: tell the others, and be told by them."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder is None:
        yield
        return
    siblings = Siblings.join(Path(folder))
    listening = await siblings.answer(metrics.registry)
    metrics.gather = siblings.text
    try:
        yield
    finally:
        listening.close()
        siblings.leave()


class _Labelled(Collector):
    """The same families of several processes as one, each sample with its process; an empty text is of one that is silent."""

    def __init__(self, told: dict[int, str]) -> None:
        self._told = told

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily(
            "huanlian_process_up", "Whether a process of this server tells its metrics", labels=("process",)
        )
        families: dict[str, Metric] = {}
        for number, text in sorted(self._told.items()):
            up.add_metric((str(number),), float(bool(text)))
            for family in text_string_to_metric_families(text):
                kept = families.setdefault(
                    family.name, Metric(family.name, family.documentation, family.type)
                )
                kept.samples += [_labelled(sample, number) for sample in family.samples]
        yield up
        yield from families.values()

    def describe(self) -> Iterable[Metric]:
        """Name nothing ahead."""
        return ()


def _labelled(sample: Sample, number: int) -> Sample:
    return sample._replace(labels={**sample.labels, "process": str(number)})
