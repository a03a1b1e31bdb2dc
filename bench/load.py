"""`python -m bench.load [--profile steady|stress|spike] [--database sqlite|postgresql|both] [--minutes 1] [--soak 20]`.

Starts a server of ours on a fresh database with the demo city and a made province in it (on PostgreSQL a worker beside it),
lets a crowd loose on it and prints by kind of request: how many, median, p95, p99, errors; then what the server held and spent.
`--soak MINUTES` presses gently and prints memory and handles of each minute, and whether they grow. Exit 1 when an answer was
an error or a sum is wrong.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.crowd import world
from bench.crowd.profiles import PROFILES
from bench.crowd.watching import Sample, Watch
from bench.servers import OURS, postgres, served

_SETTINGS = {"access_token_seconds": "3600", "rate_limit_address": "100000/minute"}
_WORKER = ("-c", "from app.cli import main; main()", "worker")
_SOAK_USERS = 12
_WARM_MINUTES = 5


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/huanlian.db"
        return
    with postgres() as databases:
        yield databases.new()


@contextmanager
def _worker(url: str, folder: Path) -> Iterator[psutil.Process]:
    """`huanlian worker`, until the block ends."""
    settings = {f"HUANLIAN_{name.upper()}": value for name, value in _SETTINGS.items()}
    environment = dict(psutil.Process().environ()) | settings | {"HUANLIAN_DATABASE_URL": url}
    environment["PYTHONPATH"] = str(Path(__file__).resolve().parents[1])
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *_WORKER], env=environment, stdout=log, stderr=log, cwd=folder
        )
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()


def _press(console: Console, kind: str, profiles: tuple[str, ...], minutes: float, servers: int) -> bool:
    """One profile after the other on one database; whether all was well."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="huanlian-load-")))
        url = stack.enter_context(_database(kind, folder))
        world.make(url).keep(folder / "world.json")
        more = ("--workers", str(servers)) if servers > 1 else ()
        command = (*OURS[:-1], *more, OURS[-1])
        server = stack.enter_context(served("server", command, folder, database_url=url, **_SETTINGS))
        processes = {"server": server.process}
        if kind == "postgresql":
            processes["worker"] = stack.enter_context(_worker(url, folder))
        sound = True
        for turn, profile in enumerate(profiles):
            watches = {name: Watch(process) for name, process in processes.items()}
            told = _let_loose(server.port, folder, profile, minutes, turn)
            for watch in watches.values():
                watch.close()
            _show(
                console,
                f"{kind}, {PROFILES[profile].name if profile in PROFILES else profile}",
                told,
                watches,
            )
            if profile not in PROFILES:
                _show_minutes(console, kind, watches)
            sound &= not any(each["errors"] for each in told["kinds"].values())
        wrong = world.wrong_rollups(url)
        console.print(f"sums that are not those of their lines: {wrong}")
        return sound and wrong == 0


def _let_loose(port: int, folder: Path, profile: str, minutes: float, turn: int) -> Any:
    """A crowd on the server, until its time is over; answers what it wrote down."""
    result = folder / "result.json"
    command = (sys.executable, "-m", "bench.crowd.users", f"http://127.0.0.1:{port}")
    more = (str(folder / "world.json"), profile, str(60 * minutes), str(turn), str(result))
    subprocess.run([*command, *more], check=True)
    return json.loads(result.read_text())


def _show(console: Console, title: str, told: dict[str, Any], watches: dict[str, Watch]) -> None:
    heads = ("what", "requests", "a second", "p50 ms", "p95 ms", "p99 ms", "sent away", "errors")
    table = Table(*heads, title=title)
    for name, kind in told["kinds"].items():
        shown = [f"{kind['requests']:,}", f"{kind['a_second']:.1f}"]
        shown += [f"{kind[share] or 0:,.0f}" for share in ("p50", "p95", "p99")]
        table.add_row(name, *shown, str(kind["sent_away"]), str(kind["errors"]))
    console.print(table)
    for line in told["said"]:
        console.print(f"  {line}", markup=False)
    console.print("acknowledged: " + ", ".join(f"{what} {n:,}" for what, n in told["acknowledged"].items()))
    for name, watch in watches.items():
        if watch.samples:
            console.print(_held(name, watch.samples, told["seconds"]))


def _held(name: str, samples: list[Sample], seconds: float) -> str:
    first, last = samples[0], samples[-1]
    most = max(each.megabytes for each in samples)
    handles = max(each.handles for each in samples)
    share = (last.processor_s - first.processor_s) / seconds
    return (
        f"{name}: {first.megabytes:.0f} MB at first, {most:.0f} MB at most; "
        f"{handles} file handles at most; {share:.0%} of a core"
    )


def _show_minutes(console: Console, kind: str, watches: dict[str, Watch]) -> None:
    for name, watch in watches.items():
        table = Table("minute", "MB", "file handles", title=f"{kind}, {name}")
        for sample in watch.minutes():
            table.add_row(f"{sample.at_s / 60:.0f}", f"{sample.megabytes:.1f}", str(sample.handles))
        console.print(table)
        memory, handles = watch.courses(_WARM_MINUTES)
        console.print(f"{name} from minute {_WARM_MINUTES} on: MB {memory}; file handles {handles}")


def main() -> int:
    """Run and print; exit 1 when an answer was an error or a sum is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--profile", choices=[*PROFILES, "all"], default="steady")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--servers", type=int, default=1, help="server processes, on PostgreSQL")
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="press gently and watch what grows")
    parser.add_argument("--users", type=int, default=_SOAK_USERS, help="of a soak")
    asked = parser.parse_args()
    console = Console(width=120)
    kinds = ("sqlite", "postgresql") if asked.database == "both" else (asked.database,)
    profiles = tuple(PROFILES) if asked.profile == "all" else (asked.profile,)
    if asked.soak:
        profiles = (str(asked.users),)
    sound = True
    for kind in kinds:
        servers = asked.servers if kind == "postgresql" else 1
        sound &= _press(console, kind, profiles, asked.soak or asked.minutes, servers)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
