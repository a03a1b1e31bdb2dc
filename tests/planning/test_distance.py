"""Great circles: known distances, symmetry, and what is no place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chains.planning import metres_between

points = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(
    ("start", "end", "kilometres"),
    [
        # A degree of latitude, a quarter of a meridian, half of the equator on the sphere of 6371.0088 km.
        ((0.0, 0.0), (1.0, 0.0), 111.195),
        ((0.0, 0.0), (90.0, 0.0), 10007.557),
        ((0.0, -90.0), (0.0, 90.0), 20015.115),
        # Datong to Taiyuan, by the haversine worked out by hand to the kilometre.
        ((40.0768, 113.3001), (37.8706, 112.5489), 253.8),
    ],
)
def test_known_distances(start: tuple[float, float], end: tuple[float, float], kilometres: float) -> None:
    assert metres_between(start, end) / 1000 == pytest.approx(kilometres, abs=1.0)


@given(points, points)
def test_there_and_back_is_the_same_and_never_more_than_half_around(
    start: tuple[float, float], end: tuple[float, float]
) -> None:
    assert metres_between(start, end) == metres_between(end, start)
    assert 0 <= metres_between(start, end) <= 20_015_115
    assert metres_between(start, start) == 0


def test_what_is_no_place_is_refused() -> None:
    with pytest.raises(ValueError, match="no place"):
        metres_between((91.0, 0.0), (0.0, 0.0))
