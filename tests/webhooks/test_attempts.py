"""When a delivery is tried again, and what is kept of an answer, whatever a receiver says."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.http.client import Answer
from app.webhooks.attempts import MAX_EXCERPT, TRY_FOR, answered, excerpt, next_attempt, rest

NOW = datetime(2026, 1, 10, 8, 0, tzinfo=UTC)
_DAY = timedelta(days=1)
wishes = st.none() | st.timedeltas(timedelta(0), _DAY)


@given(st.lists(wishes, min_size=30, max_size=30))
def test_every_delivery_is_given_up_after_exactly_three_days(asked: list[timedelta | None]) -> None:
    at, attempts = NOW, 1
    while (following := next_attempt(attempts, NOW, at, asked[attempts])) is not None:
        assert at < following <= NOW + TRY_FOR
        wish = asked[attempts] or timedelta(0)
        assert following >= min(at + wish, NOW + TRY_FOR), "not before the receiver said"
        at, attempts = following, attempts + 1
    assert at == NOW + TRY_FOR
    assert attempts <= 11


@given(st.integers(1, 10_000), wishes)
def test_rests_grow_to_an_hour_and_no_further_unless_asked_for(failures: int, wish: timedelta | None) -> None:
    assert rest(failures, wish) >= (wish or timedelta(0))
    assert timedelta(seconds=5) <= rest(failures, None) <= rest(failures + 1, None) <= timedelta(hours=1)


@given(
    st.integers(100, 599),
    st.text()
    | st.integers().map(str)
    | st.datetimes().map(lambda at: at.strftime("%a, %d %b %Y %H:%M:%S GMT")),
)
def test_any_header_is_borne(status: int, told: str) -> None:
    answer = Answer(status, {"retry-after": told}, b"", is_whole=True, url="https://x.example/", seconds=0.2)
    attempt = answered(answer, NOW)
    assert attempt.has_arrived == (200 <= status < 300)
    assert attempt.wish is None or timedelta(0) <= attempt.wish <= _DAY
    assert attempt.wish is None or status in {429, 503}


def test_both_ways_to_write_a_wish() -> None:
    def wish(told: str) -> timedelta | None:
        return answered(Answer(429, {"retry-after": told}, b"", is_whole=True, url="", seconds=0), NOW).wish

    assert wish("120") == timedelta(minutes=2)
    assert wish("Sat, 10 Jan 2026 08:05:00 GMT") == timedelta(minutes=5)
    assert wish("Sat, 10 Jan 2026 07:00:00 GMT") == timedelta(0)
    assert wish("999999") == _DAY
    assert wish("soon") is None


@given(st.binary(max_size=2000))
def test_an_excerpt_is_a_printable_line(body: bytes) -> None:
    kept = excerpt(body)
    if kept is not None:
        assert 0 < len(kept) <= MAX_EXCERPT
        assert "\n" not in kept
        assert "\x00" not in kept
        kept.encode()
