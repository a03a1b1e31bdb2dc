"""A soak's verdict: what grows is told from what only wavers."""

import random

import pytest

from bench.crowd.profiles import PROFILES
from bench.crowd.watching import Course, Slope

_MINUTES = [float(minute) for minute in range(5, 20)]


def _held(rise: float, noise: float) -> list[float]:
    chance = random.Random(7)
    return [300 + rise * minute + chance.uniform(-noise, noise) for minute in _MINUTES]


@pytest.mark.parametrize(
    ("rise", "noise", "grows"),
    [(0.0, 0.0, False), (0.0, 8.0, False), (2.0, 1.0, True), (-2.0, 1.0, False), (0.1, 0.2, False)],
    ids=["still", "wavering", "leaking", "shrinking", "surely, but too little to matter"],
)
def test_growth_is_told_from_noise(rise: float, noise: float, *, grows: bool) -> None:
    slope = Slope.of(_MINUTES, _held(rise, noise))
    assert slope.grows is grows
    assert abs(slope.a_minute - rise) <= slope.uncertainty + 1e-9


# The worker's memory in the soak of 2026-11-21, 22:02 UTC, from minute 5 on [MB].
_FILLED = [
    178.4,
    179.4,
    181.2,
    181.7,
    181.8,
    182.2,
    187.3,
    186.6,
    186.4,
    186.6,
    187.5,
    186.7,
    190.1,
    188.2,
    187.5,
]


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        (_held(0.0, 1.0), "flat"),
        (_held(1.0, 0.5), "growing"),
        (_held(0.5, 0.1), "growing"),
        (_FILLED, "grew and levelled off"),
        ([31.0] * 3 + [33.0] * 12, "grew and levelled off"),
    ],
    ids=["wavering", "leaking", "leaking slowly", "filling", "two handles more, once"],
)
def test_what_filled_is_told_from_what_leaks(values: list[float], verdict: str) -> None:
    assert Course.of(_MINUTES, values).verdict == verdict


def test_too_few_minutes_tell_nothing() -> None:
    assert not Slope.of([0.0, 1.0], [100.0, 900.0]).grows


def test_a_spike_comes_and_goes() -> None:
    spike = PROFILES["spike"]
    users = [spike.users_at(second, 100.0) for second in (0, 29, 31, 69, 71, 99, 101)]
    assert users == [10, 10, 75, 75, 10, 10, None]
