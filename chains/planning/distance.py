"""How far it is between two sites: the great circle of the mean sphere."""

import math

EARTH_RADIUS_METRES = 6_371_008.8
"""Mean radius R₁ = (2a + b)/3 of GRS 80 [m]. Source: Moritz, Geodetic Reference System 1980."""


def metres_between(start: tuple[float, float], end: tuple[float, float]) -> int:
    """Distance of two points given as (latitude, longitude) [degrees], in whole metres [m].

    Haversine formula: 2R · asin √(sin²(Δφ/2) + cos φ₁ · cos φ₂ · sin²(Δλ/2)); on the ellipsoid the distance differs by
    0.5 % at most, and a road by far more. Raises ValueError for what is no latitude or longitude.
    Source: Sinnott, Virtues of the haversine, Sky and Telescope 68 (1984) 159.
    """
    for latitude, longitude in (start, end):
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise ValueError(f"no place on earth: {latitude}, {longitude}")
    (north, east), (other_north, other_east) = (tuple(map(math.radians, point)) for point in (start, end))
    half = (
        math.sin((other_north - north) / 2) ** 2
        + math.cos(north) * math.cos(other_north) * math.sin((other_east - east) / 2) ** 2
    )
    return round(2 * EARTH_RADIUS_METRES * math.asin(min(1.0, math.sqrt(half))))
