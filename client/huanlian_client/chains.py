"""Chains: the flows of tonnes, where they end, and where a site's tonnes come from or go."""

from typing import Literal, TypedDict, Unpack, cast

from huanlian_client.pages import query_of, whole
from huanlian_client.shapes.chains import FatesOut, FlowsOut, TraceOut
from huanlian_client.transport import Transport, in_path


class Scope(TypedDict, total=False):
    """What is followed: `region` or `base`, months from `first` to `last`, how stock is drawn."""

    region: str
    base: str
    first: str
    last: str
    stock: Literal["mixed", "fifo"]


class Chains:
    """`huanlian.chains`; `chain` is an id of GET /v1/chains, or `all`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def flows(
        self, chain: str, *, level: Literal["site", "waste"] = "waste", **scope: Unpack[Scope]
    ) -> FlowsOut:
        """Read the graph of a chain in a scope."""
        asked = {"level": level, **query_of(scope)}
        return cast("FlowsOut", self._transport.get(f"/v1/chains/{in_path(chain)}/flows", asked))

    def fates(
        self, chain: str, *, group_by: Literal["waste", "site"] | None = None, **scope: Unpack[Scope]
    ) -> FatesOut:
        """Read where each generated tonne ends, with all its groups."""
        path = f"/v1/chains/{in_path(chain)}/fates"
        asked = {"group_by": group_by, "limit": 200, **query_of(scope)}
        return cast("FatesOut", whole(self._transport, path, asked))

    def trace(
        self,
        site: str,
        waste: str,
        *,
        direction: Literal["up", "down"] = "down",
        first: str | None = None,
        last: str | None = None,
    ) -> TraceOut:
        """Read where a site's waste went, or came from."""
        asked = {"waste": waste, "direction": direction, "from": first, "to": last}
        return cast("TraceOut", self._transport.get(f"/v1/sites/{in_path(site)}/trace", asked))
