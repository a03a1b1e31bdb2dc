"""Rates, what they mean, and how far targets are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypedDict, Unpack, cast

from huanlian_client.pages import query_of, whole
from huanlian_client.shapes.rates import MetricOut, RatesOut, TargetsProgressOut
from huanlian_client.transport import Transport

GroupBy = Literal["month", "region", "waste", "site", "industry"]


class Scope(TypedDict, total=False):
    """What a rate is about: one of `region`, `base`, `park`, `site`; wastes; months from `first` to `last`."""

    region: str
    base: str
    park: str
    site: str
    waste: str | Sequence[str]
    first: str
    last: str


class Rates:
    """`huanlian.rates`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(
        self,
        metric: str,
        *,
        group_by: GroupBy | None = None,
        as_of: datetime | None = None,
        **scope: Unpack[Scope],
    ) -> RatesOut:
        """Compute a rate with all its groups."""
        asked = {"metric": metric, "group_by": group_by, "as_of": as_of, **query_of(scope)}
        return cast("RatesOut", whole(self._transport, "/v1/rates", asked))

    def metrics(self) -> list[MetricOut]:
        """Read the metrics with their formulas and sources."""
        return cast("list[MetricOut]", self._transport.get("/v1/metrics")["items"])

    def progress(
        self, *, region: str | None = None, base: str | None = None, year: int | None = None
    ) -> TargetsProgressOut:
        """Read how the scope stands to every target that applies to it."""
        asked = {"region": region, "base": base, "year": year}
        return cast("TargetsProgressOut", self._transport.get("/v1/targets/progress", asked))
