"""The register: enterprises, their sites and facilities. To register is idempotent on the code."""

from collections.abc import Iterator
from typing import Any, cast

from huanlian_client.pages import each
from huanlian_client.shapes.register import (
    EnterpriseIn,
    EnterpriseOut,
    FacilityIn,
    FacilityOut,
    SiteIn,
    SiteOut,
)
from huanlian_client.transport import Transport, in_path


class Register:
    """`huanlian.register`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def enterprise(self, body: EnterpriseIn) -> EnterpriseOut:
        """Register an enterprise (administrators)."""
        return cast("EnterpriseOut", self._put("/v1/enterprises", body))

    def site(self, body: SiteIn) -> SiteOut:
        """Register a site of your own, as an administrator of any enterprise."""
        return cast("SiteOut", self._put("/v1/sites", body))

    def facility(self, body: FacilityIn) -> FacilityOut:
        """Register a facility of a site."""
        return cast("FacilityOut", self._put("/v1/facilities", body))

    def get_site(self, code: str) -> SiteOut:
        """Read one site."""
        return cast("SiteOut", self._transport.get(f"/v1/sites/{in_path(code)}"))

    def sites(self, *, region: str | None = None, enterprise: str | None = None) -> Iterator[SiteOut]:
        """Go through the sites you may see."""
        asked = {"region": region, "enterprise": enterprise, "limit": 200}
        return each(self._transport, "/v1/sites", asked)

    def _put(self, path: str, body: Any) -> Any:
        return self._transport.post(path, body, repeatable=True)
