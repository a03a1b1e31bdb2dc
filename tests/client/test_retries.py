"""When a request is sent again: pure arithmetic."""

from datetime import UTC, datetime

import pytest
from huanlian_client.retries import Outcome, Retries, outcome_of, retry_after_seconds
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 1, 10, 8, 0, tzinfo=UTC)


@given(st.integers(1, 60), st.integers(1, 60), st.booleans())
def test_waits_grow_to_their_bound_and_end(attempts: int, attempt: int, repeatable: bool) -> None:  # noqa: FBT001
    retries = Retries(attempts=attempts, first_seconds=0.5, longest_seconds=8)
    wait = retries.wait_seconds(attempt, Outcome.NOT_DONE, repeatable=repeatable, retry_after=None)
    if attempt >= attempts:
        assert wait is None
    else:
        ceiling = min(8.0, 0.5 * 2 ** (attempt - 1))
        assert wait is not None
        assert ceiling / 2 <= wait <= ceiling


@given(st.floats(0, 1000, allow_nan=False))
def test_retry_after_is_kept_to_or_given_up(seconds: float) -> None:
    retries = Retries(patience_seconds=120)
    wait = retries.wait_seconds(1, Outcome.NOT_DONE, repeatable=False, retry_after=seconds)
    assert wait == (seconds if seconds <= 120 else None)


def test_what_may_have_been_done_is_done_again_only_where_that_is_safe() -> None:
    retries = Retries()
    assert retries.wait_seconds(1, Outcome.UNKNOWN, repeatable=False, retry_after=None) is None
    assert retries.wait_seconds(1, Outcome.UNKNOWN, repeatable=True, retry_after=None) is not None
    assert retries.wait_seconds(1, Outcome.DONE, repeatable=True, retry_after=None) is None


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.DONE),
        (409, Outcome.DONE),
        (500, Outcome.DONE),
        (429, Outcome.NOT_DONE),
        (503, Outcome.NOT_DONE),
        (408, Outcome.NOT_DONE),
        (502, Outcome.UNKNOWN),
        (504, Outcome.UNKNOWN),
    ],
)
def test_a_status_says_whether_anything_happened(status: int, outcome: Outcome) -> None:
    assert outcome_of(status) is outcome


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Sat, 10 Jan 2026 08:00:30 GMT", 30.0),
        ("Sat, 10 Jan 2026 07:00:00 GMT", 0.0),
        ("-3", None),
        ("soon", None),
        ("", None),
        ("١٢", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after_seconds({"retry-after": text}, NOW) == seconds


def test_no_header_no_wait() -> None:
    assert retry_after_seconds({}, NOW) is None
