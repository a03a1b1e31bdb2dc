"""Pauses between runs: growing, bounded, spread, and the same every time."""

import uuid
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.outbox.retries import RetryPolicy

policies = st.builds(
    RetryPolicy,
    attempts=st.integers(2, 60),
    first=st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(minutes=5)),
    factor=st.floats(1, 1e6),
    longest=st.timedeltas(min_value=timedelta(minutes=5), max_value=timedelta(days=3)),
)


@given(policy=policies, job=st.uuids(), attempts=st.integers(1, 100))
def test_a_pause_is_within_its_bounds_and_ends_with_the_last_run(
    policy: RetryPolicy, job: uuid.UUID, attempts: int
) -> None:
    pause = policy.pause(job, attempts)
    assert (pause is None) == (attempts >= policy.attempts)
    if pause is not None:
        assert policy.first * 0.74 <= pause <= policy.longest
        assert pause == policy.pause(job, attempts)


def test_pauses_grow_until_the_longest() -> None:
    policy = RetryPolicy(attempts=10, first=timedelta(seconds=10), factor=4, longest=timedelta(hours=1))
    job = uuid.UUID(int=7)
    pauses = [pause.total_seconds() for n in range(1, 10) if (pause := policy.pause(job, n)) is not None]
    nominal = [10, 40, 160, 640, 2560, 3600, 3600, 3600, 3600]
    assert all(0.75 * full < pause <= full for pause, full in zip(pauses, nominal, strict=True))


def test_jobs_that_failed_together_are_not_tried_again_together() -> None:
    pauses = {RetryPolicy().pause(uuid.UUID(int=number), 1) for number in range(100)}
    assert len(pauses) == 100


def test_the_default_goes_on_for_most_of_a_day() -> None:
    policy = RetryPolicy()
    pauses = [policy.pause(uuid.UUID(int=1), attempts) for attempts in range(1, policy.attempts)]
    total = sum((pause for pause in pauses if pause is not None), timedelta())
    assert timedelta(hours=15) < total < timedelta(days=1)
