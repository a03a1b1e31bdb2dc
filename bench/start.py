"""What a process costs before it has done anything: processor time to the first answer, memory when idle.

    .venv/bin/python -m bench.start [--rounds 3]

As after an installation the modules are compiled once and then loaded; processor seconds, not the clock, since others may run
beside. Beside each stands a program that only loads the libraries everything is built on. Nothing is asserted.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from bench.goals import Line, table_of
from bench.pressing import server_seconds
from bench.servers import OURS, served

MOST_S, MOST_MB, MOST_DOMAIN_S, MOST_HELP_S = 2.0, 150, 0.05, 0.6
_PROGRAMS: Mapping[str, Sequence[str]] = {
    "domain": ("-c", "import app.domain"),
    "service": ("-c", "import app.main"),
    "libraries": ("-c", "import fastapi, psycopg, pydantic_settings, sqlalchemy.orm"),
    "help": ("-c", "from app.cli import main; main()", "--help"),
}
_MEGABYTE = 1 << 20


def spent(command: Sequence[str]) -> float:
    """Processor seconds of a program that ends by itself."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def server(folder: Path, *, worker: bool) -> tuple[float, float]:
    """Processor seconds of a server to its first answer, and its memory then [MB]."""
    url = f"sqlite:///{folder / 'start.db'}"
    with served("start", OURS, folder, database_url=url, worker_in_server=str(worker).lower()) as running:
        return server_seconds(running.process), running.process.memory_info().rss / _MEGABYTE


def measure(rounds: int) -> list[Line]:
    """Medians over the rounds; the first start of all compiles and is not counted."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
        server(folder, worker=True)
        times = {key: [spent(command) for _ in range(rounds)] for key, command in _PROGRAMS.items()}
        alone = [server(folder, worker=False) for _ in range(rounds)]
        both = [server(folder, worker=True) for _ in range(rounds)]
    known = {key: statistics.median(each) for key, each in times.items()}
    beside = f"the libraries alone {known['libraries']:.2f} s, import app.main {known['service']:.2f} s"
    start, memory = (statistics.median(each) for each in zip(*alone, strict=True))
    with_worker = statistics.median(megabytes for _, megabytes in both)
    return [
        Line("start of the server to its first answer, CPU s", MOST_S, start, beside),
        Line("memory of the idle server, MB", MOST_MB, memory, f"with a worker in it {with_worker:.0f} MB"),
        Line("import app.domain, CPU s", MOST_DOMAIN_S, known["domain"], ""),
        Line("huanlian --help, CPU s", MOST_HELP_S, known["help"], ""),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    lines = measure(options.rounds)
    Console(width=130).print(table_of("Starting: goals and what was measured here", lines))


if __name__ == "__main__":
    main()
