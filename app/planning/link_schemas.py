"""Rates, sites and new links as they leave."""

from fractions import Fraction
from typing import Self

from pydantic import BaseModel

from app.domain.quantities import tonnes_text
from app.domain.rates import Ratio, fixed_text
from app.planning.parameters import FEN_PER_YUAN
from app.planning.service import Effect, NewLink
from app.planning.world import World


def yuan_text(fen: Fraction | int) -> str:
    """Money [fen] as yuan with two decimals."""
    return fixed_text(Fraction(fen) / FEN_PER_YUAN, 2)


class PlanRateOut(BaseModel):
    """A rate; without a value, the reason."""

    value: str | None
    percent: str | None
    numerator_tonnes: str
    denominator_tonnes: str
    reason: str | None

    @classmethod
    def of(cls, ratio: Ratio) -> Self:
        return cls(
            value=ratio.value_text(),
            percent=ratio.percent_text(),
            numerator_tonnes=tonnes_text(ratio.numerator),
            denominator_tonnes=tonnes_text(ratio.denominator),
            reason=ratio.reason,
        )


class PlanEffectOut(BaseModel):
    """A rate as it is, and with the new links in it."""

    before: PlanRateOut
    after: PlanRateOut

    @classmethod
    def of(cls, effect: Effect) -> Self:
        return cls(before=PlanRateOut.of(effect.before), after=PlanRateOut.of(effect.after))


class PlanSiteOut(BaseModel):
    """A site and where it stands; null where nobody has said."""

    code: str
    name: str
    latitude: float | None
    longitude: float | None

    @classmethod
    def of(cls, world: World, code: str) -> Self:
        spot = world.spots[code]
        latitude, longitude = spot.place or (None, None)
        return cls(code=code, name=spot.name, latitude=latitude, longitude=longitude)


class PlanLinkOut(BaseModel):
    """Tonnes that a plant would take in beyond `existing_tonnes`, which stay. Distances in km, costs in yuan."""

    sender: PlanSiteOut
    receiver: PlanSiteOut
    waste: str
    process: str
    facilities: list[str]
    tonnes: str
    existing_tonnes: str
    great_circle_km: str
    road_km: str
    yuan_per_tonne: str
    yuan: str
    residues_tonnes: dict[str, str]

    @classmethod
    def of(cls, world: World, link: NewLink) -> Self:
        each = link.candidate
        residues = {into: round(share * link.grams) for into, share in sorted(each.residues.items())}
        return cls(
            sender=PlanSiteOut.of(world, each.supply.site),
            receiver=PlanSiteOut.of(world, each.room.site),
            waste=each.supply.waste,
            process=each.process,
            facilities=list(each.room.facilities),
            tonnes=tonnes_text(link.grams),
            existing_tonnes=tonnes_text(each.existing_grams),
            great_circle_km=fixed_text(Fraction(each.metres, 1000), 3),
            road_km=fixed_text(Fraction(each.road_metres, 1000), 3),
            yuan_per_tonne=yuan_text(each.cost_fen),
            yuan=yuan_text(link.cost_fen),
            residues_tonnes={into: tonnes_text(grams) for into, grams in residues.items()},
        )
