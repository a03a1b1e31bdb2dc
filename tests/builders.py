"""What many tests begin with: enterprises, sites, tokens and ledger bodies."""

from dataclasses import dataclass, field
from typing import Any

from starlette.testclient import TestClient

from app.auth.subjects import Role
from app.clients import service as clients
from app.db.session import Database

MILL = "91140200MA0EXAMPLE"
WORKS = "91140200MA0EXAMPLF"
JSON = dict[str, Any]


@dataclass
class People:
    """Speaks to the service as an administrator, as enterprises and as regulators."""

    client: TestClient
    sessions: Database
    now: Any
    _headers: dict[str, JSON] = field(default_factory=dict)

    def headers(self, role: Role, *, enterprise: str | None = None, region: str | None = None) -> JSON:
        """A bearer token of a client of that kind, made at first use."""
        key = f"{role} {enterprise} {region}"
        if key not in self._headers:
            with self.sessions.writing() as session:
                made = clients.create_client(
                    session, name=key, role=role, enterprise=enterprise, region=region, now=self.now
                )
            answer = self.client.post(
                "/oauth/token",
                auth=(made.client_id, made.client_secret),
                data={"grant_type": "client_credentials"},
            )
            assert answer.status_code == 200, answer.text
            self._headers[key] = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return self._headers[key]

    @property
    def admin(self) -> JSON:
        return self.headers(Role.ADMIN)

    def of(self, enterprise: str = MILL) -> JSON:
        return self.headers(Role.ENTERPRISE, enterprise=enterprise)

    def regulator(self, region: str = "1402") -> JSON:
        return self.headers(Role.REGULATOR, region=region)

    def register(
        self, enterprise: str = MILL, *, region: str = "140212", sites: int = 1, **more: Any
    ) -> list[str]:
        """An enterprise with sites that report from 2025-01; answers the sites' codes."""
        body = {"credit_code": enterprise, "name": "示例企业", "industry": "44", "region": region}
        assert self.client.post("/v1/enterprises", json=body, headers=self.admin).status_code in (200, 201)
        codes = [f"{enterprise}00{number}P" for number in range(1, sites + 1)]
        for code in codes:
            site = {
                "code": code,
                "enterprise": enterprise,
                "name": "示例场所",
                "region": region,
                "reports_from": "2025-01",
            }
            answer = self.client.post("/v1/sites", json=site | more, headers=self.admin)
            assert answer.status_code in (200, 201), answer.text
        return codes

    def file(self, body: JSON, *, enterprise: str = MILL, **headers: str) -> Any:
        return self.client.post("/v1/ledgers", json=body, headers=self.of(enterprise) | headers)


def ledger(site: str, month: str = "2025-03", *lines: JSON, **more: Any) -> JSON:
    """A ledger body; without lines the one of the API guide: 1000 t generated, 300 used, 100 disposed, 500 sent."""
    return {
        "site": site,
        "month": month,
        "signed_by": "示例负责人",
        "lines": list(lines) or [example_line()],
    } | more


def example_line(**more: Any) -> JSON:
    """A fly ash line that balances."""
    return {
        "waste": "SW02",
        "opening_stock_tonnes": "120",
        "generated_tonnes": "1000",
        "used": [{"process": "cement_blending", "product": "cement", "tonnes": "300"}],
        "disposed": [{"method": "landfill", "tonnes": "100", "compliant": True}],
        "sent": [{"to": WORKS + "001P", "tonnes": "500", "purpose": "use"}],
        "closing_stock_tonnes": "220",
    } | more
