"""Telling glibc's allocator to give back what was freed, in processes that run for months.

By itself it opens up to eight arenas a core, one after the other for threads that allocate at the same moment, and keeps in
each what its threads needed at their worst. A server answers in forty threads: each arena in turn meets its large page, and
what the process holds grows for an hour although nothing is kept. Its thresholds grow as well: one freed block of 16 MB lets
each arena keep up to 32 MB at its end. Two arenas are as many as can allocate at once where one thread runs at a time;
decision 0040 has the measurements.
"""

import os

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Names of parameters in <malloc.h>."""
_ARENAS = 2
_KEPT_BYTES = 1 << 20
_BY_HAND = ("MALLOC_ARENA_MAX", "MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES")


def give_back_freed_memory() -> bool:
    """Bound what the allocator keeps; whether it was told to. Before threads are started: arenas there are stay.

    Elsewhere than with glibc nothing is done, nor where whoever runs the service has set its allocator by hand.
    """
    if not _is_glibc() or any(os.environ.get(name) for name in _BY_HAND):
        return False
    import ctypes  # noqa: PLC0415 - only in a process that serves or works

    allocator = ctypes.CDLL(None)
    told = [
        allocator.mallopt(parameter, value)
        for parameter, value in (
            (_ARENA_MAX, _ARENAS),
            # Set by hand, the two no longer grow.
            (_MMAP_THRESHOLD, _KEPT_BYTES),
            (_TRIM_THRESHOLD, _KEPT_BYTES),
        )
    ]
    return all(told)


def _is_glibc() -> bool:
    try:
        return (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
    except (AttributeError, ValueError, OSError):
        return False  # no such name on other systems and other C libraries
