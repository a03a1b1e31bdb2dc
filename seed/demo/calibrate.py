"""Largest-remainder allocation: shares that are whole multiples of a quantum and sum to the total exactly."""

from collections.abc import Mapping
from typing import TypeVar

K = TypeVar("K")


class AllocationError(ValueError):
    """The total cannot be handed out: no multiple of the quantum, nothing to weigh by, or caps too low."""


def share_out(
    total: int, weights: Mapping[K, int], *, quantum: int = 1, caps: Mapping[K, int] | None = None
) -> dict[K, int]:
    """Hand out `total` [g] in proportion to `weights`, none above its cap [g]; the shares sum to it exactly.

    Every share is a multiple of `quantum` [g]. What a cap cuts off goes to the others in proportion. Ties go
    to the earlier key, so the answer depends on the order of `weights` and on nothing else.

    Raises AllocationError when `total` is no multiple of `quantum`, or weights or caps leave part of it over.
    """
    if total % quantum:
        raise AllocationError(f"{total} is no multiple of {quantum}")
    units = total // quantum
    shares = dict.fromkeys(weights, 0)
    limits = {key: caps[key] // quantum for key in weights} if caps is not None else None
    open_keys = [key for key, weight in weights.items() if weight > 0]
    while units:
        if not open_keys:
            raise AllocationError(f"{units * quantum} left over")
        proposal = _by_largest_remainder(units, {key: weights[key] for key in open_keys})
        full = [key for key in open_keys if limits is not None and proposal[key] > limits[key]]
        if limits is None or not full:
            shares.update(proposal)
            break
        for key in full:
            shares[key] = limits[key]
            units -= limits[key]
        closed = set(full)
        open_keys = [key for key in open_keys if key not in closed]
    return {key: share * quantum for key, share in shares.items()}


def _by_largest_remainder(units: int, weights: Mapping[K, int]) -> dict[K, int]:
    whole = sum(weights.values())
    shares = {}
    remainders = {}
    for key, weight in weights.items():
        shares[key], remainders[key] = divmod(units * weight, whole)
    left = units - sum(shares.values())
    for key in sorted(remainders, key=lambda item: -remainders[item])[:left]:
        shares[key] += 1
    return shares
