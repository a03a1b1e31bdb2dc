"""Reference data: what the codes mean, each row with its source."""

from collections.abc import Iterator
from typing import Literal

from huanlian_client.pages import each
from huanlian_client.shapes.reference import ReferenceOut
from huanlian_client.transport import Transport

Kind = Literal["wastes", "regions", "bases", "industries", "methods", "processes", "coefficients", "targets"]


class Reference:
    """`huanlian.reference`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def rows(self, kind: Kind, *, prefix: str | None = None) -> Iterator[ReferenceOut]:
        """Go through the rows of a kind whose code begins with `prefix`."""
        return each(self._transport, f"/v1/{kind}", {"prefix": prefix, "limit": 200})
