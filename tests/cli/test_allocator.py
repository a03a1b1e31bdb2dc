"""What processes that run for months tell glibc's allocator, asked of the allocator itself."""

import os
import subprocess
import sys
from types import FunctionType

import pytest

from app.cli import allocator, processes, serving
from app.cli.worker import _run as work_on

# Twelve threads allocate while all of them are there, then the allocator says how many arenas it has.
_PROGRAM = """
import ctypes, threading
from app.cli.allocator import give_back_freed_memory
print(give_back_freed_memory(), flush=True)
together = threading.Barrier(12)
def work():
    kept = [bytearray(4_000) for _ in range(100)]
    together.wait()
threads = [threading.Thread(target=work) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc = ctypes.CDLL(None)
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""

_glibc_only = pytest.mark.skipif(not allocator._is_glibc(), reason="another C library")  # noqa: SLF001 - as it asks


def _run(**environment: str) -> tuple[bool, int]:
    """Whether the allocator was told, and how many arenas twelve threads left."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=plain | environment, capture_output=True, text=True, check=True
    )
    told, _, arenas = done.stdout.partition("\n")
    return told == "True", arenas.count("<heap nr=")


@_glibc_only
def test_threads_share_two_arenas() -> None:
    assert _run() == (True, 2)


@pytest.mark.parametrize("process", [serving.run_server, processes.serve_one_of_many, work_on])
def test_every_process_that_stays_tells_it(process: FunctionType) -> None:
    assert allocator.give_back_freed_memory.__name__ in process.__code__.co_names


@_glibc_only
def test_what_the_operator_set_stands() -> None:
    told, arenas = _run(MALLOC_ARENA_MAX="5")
    assert not told
    assert arenas == 5


@pytest.mark.parametrize("error", [ValueError, AttributeError, OSError])
def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def unknown(_name: str) -> str:
        raise error

    monkeypatch.setattr(os, "confstr", unknown)
    assert not allocator.give_back_freed_memory()


@pytest.mark.parametrize("version", [None, "musl 1.2"])
def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch, version: str | None) -> None:
    monkeypatch.setattr(os, "confstr", lambda _name: version)
    assert not allocator.give_back_freed_memory()
