"""Two slices never do the same job, and nobody promises a job that no one does."""

from collections.abc import Mapping
from datetime import time, timedelta

import pytest
from pydantic import JsonValue

from app.outbox.events import TOPICS
from app.outbox.jobs import JobContext
from app.outbox.retries import RetryPolicy
from app.outbox.schedules import Daily, Every, Periodic
from app.worker.registry import BadRegistry, SliceJobs, gather, shipped


def idle(_context: JobContext, payload: Mapping[str, JsonValue]) -> None:
    assert payload is not None


def nightly(name: str, kind: str) -> Periodic:
    return Periodic(name, kind, Daily(time(2, 30)))


def test_two_handlers_of_one_kind_are_refused() -> None:
    with pytest.raises(BadRegistry, match=r"more than one handler of findings\.run"):
        gather([SliceJobs({"findings.run": idle}), SliceJobs({"chains.run": idle, "findings.run": idle})])


def test_two_periods_of_one_name_are_refused() -> None:
    both = (nightly("night", "a.run"), Periodic("night", "a.run", Every(timedelta(hours=1))))
    with pytest.raises(BadRegistry, match="more than one period of night"):
        gather([SliceJobs({"a.run": idle}, periodic=both)])


@pytest.mark.parametrize(
    "part",
    [
        SliceJobs({}, periodic=(nightly("night", "a.run"),)),
        SliceJobs({}, subscriptions={"a.run": {"ledger.submitted"}}),
        SliceJobs({}, policies={"a.run": RetryPolicy()}),
        SliceJobs({}, waiting={"a.run": lambda _session: True}),
    ],
)
def test_what_nobody_handles_is_refused(part: SliceJobs) -> None:
    with pytest.raises(BadRegistry, match=r"nobody handles a\.run"):
        gather([part, SliceJobs({"b.run": idle})])


def test_parts_are_put_together() -> None:
    patient = RetryPolicy(attempts=40)
    registry = gather(
        [
            SliceJobs({"a.run": idle}, periodic=(nightly("night", "a.run"),), policies={"a.run": patient}),
            SliceJobs({"b.run": idle}, subscriptions={"b.run": ["ledger.submitted", "ledger.amended"]}),
        ]
    )
    assert set(registry.handlers) == {"a.run", "b.run"}
    assert [each.name for each in registry.periodic] == ["night"]
    assert registry.subscriptions == {"b.run": frozenset({"ledger.submitted", "ledger.amended"})}
    assert (registry.policy("a.run"), registry.policy("b.run")) == (patient, RetryPolicy())


def test_what_is_shipped_is_consistent() -> None:
    registry = shipped()
    topics = {name.partition(".")[0] for types in registry.subscriptions.values() for name in types}
    assert topics <= set(TOPICS)
