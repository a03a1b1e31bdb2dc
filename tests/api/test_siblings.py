"""Several processes that serve one port tell their metrics as one, each sample with its process."""

import asyncio
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.parser import text_string_to_metric_families

from app.observability.siblings import Siblings


def counting(times: int) -> CollectorRegistry:
    registry = CollectorRegistry()
    Counter("asked", "Requests", ("route",), registry=registry).labels("/x").inc(times)
    Histogram("took", "Seconds", buckets=(1, 2), registry=registry).observe(times)
    return registry


def shared() -> CollectorRegistry:
    registry = CollectorRegistry()
    Gauge("waiting", "Jobs", registry=registry).set(7)
    return registry


def samples(text: bytes) -> dict[tuple[str, str | None], float]:
    return {
        (sample.name, sample.labels.get("process")): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
        if "le" not in sample.labels
    }


def test_each_is_told_once_and_what_they_share_is_too(tmp_path: Path) -> None:
    one, other = Siblings.join(tmp_path), Siblings.join(tmp_path)
    assert (one.number, other.number) == (1, 2)

    async def scrape() -> bytes:
        async with await other.answer(counting(5)):
            return await asyncio.to_thread(one.text, counting(3), shared())

    told = samples(asyncio.run(scrape()))
    assert [told["asked_total", process] for process in "12"] == [3, 5]
    assert [told["took_sum", process] for process in "12"] == [3, 5]
    assert [told["huanlian_process_up", process] for process in "12"] == [1, 1]
    assert told["waiting", None] == 7
    for each in (one, other):
        each.leave()


def test_one_that_was_killed_is_down_until_its_number_is_taken_again(tmp_path: Path) -> None:
    one, killed = Siblings.join(tmp_path), Siblings.join(tmp_path)

    async def listen_and_die() -> None:
        listening = await killed.answer(counting(1))
        listening.close()

    asyncio.run(listen_and_die())
    # A kill leaves the socket's name behind, and ends the lock.
    (tmp_path / "2.sock").touch()
    told = samples(one.text(counting(3), shared()))
    assert (told["huanlian_process_up", "2"], told["asked_total", "1"]) == (0, 3)
    assert ("asked_total", "2") not in told
    (tmp_path / "2.sock").unlink()
    killed.leave()
    successor = Siblings.join(tmp_path)
    assert successor.number == 2
    for each in (one, successor):
        each.leave()


@pytest.mark.parametrize("taken", [3])
def test_numbers_are_not_shared(tmp_path: Path, taken: int) -> None:
    joined = [Siblings.join(tmp_path) for _ in range(taken)]
    joined[1].leave()
    assert Siblings.join(tmp_path).number == 2
    for each in (joined[0], joined[2]):
        each.leave()
