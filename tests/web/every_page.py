"""Every page that there is, with somebody who may open it and an address that shows something of the demo city.

A route of a page that is not here fails tests/web/test_every_page.py by its name: add a line.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx2
from fastapi.routing import APIRoute
from sqlalchemy import select

from app.auth.models import User
from app.auth.subjects import Role
from app.clients import people
from app.clients import service as clients
from app.clock import system_clock
from app.db.session import Database, WriteSession
from app.enterprises.models import Enterprise, Site
from app.findings.models import Finding
from app.ids import new_id
from app.imports.models import FileKind, Import, ImportMode, ImportState
from app.ledgers.models import Ledger
from app.permits.models import Permit
from app.web.registered import ROUTERS

ADMIN, REGULATOR, FIRM, STRANGER = "walker-admin", "walker-regulator", "walker-firm", ""
_FIRM_LIKE = "%水泥%"
# What is a file, or only sends the reader on, is no page to look at.
NOT_LOOKED_AT = {
    "/chain/flows.svg",
    "/chain/flows.csv",
    "/findings/{finding_id}/files/{attachment_id}",
    "/upload/template",
    "/reports/{code}/file",
    "/sign-in/provider",
    "/sign-in/provider/return",
    "/sign-in/provider/end",
    # There only before there is anybody; tests/web/test_web_admin.py looks at it.
    "/setup",
}


@dataclass(frozen=True, slots=True)
class Look:
    """Who opens what."""

    user: str
    address: str
    status: int = 200


@dataclass(frozen=True, slots=True)
class Walked:
    """What stands in the addresses."""

    site: str
    month: str
    firm_site: str
    finding: str
    permit: str
    link: str
    import_id: str
    client: tuple[str, str]
    batch: str = ""
    product_batch: str = ""
    certificate: str = ""


Address = str | Callable[[Walked], str]
PAGES: dict[str, tuple[tuple[str, Address], ...]] = {
    "/": ((REGULATOR, "/"), (FIRM, "/"), (STRANGER, "/")),
    "/sign-in": ((STRANGER, "/sign-in"),),
    "/password": ((STRANGER, lambda city: f"/password?link={quote(city.link)}"),),
    "/admin": ((ADMIN, "/admin"),),
    "/admin/users": ((ADMIN, "/admin/users"),),
    "/admin/clients": ((ADMIN, "/admin/clients"),),
    "/admin/enterprises": ((ADMIN, "/admin/enterprises"),),
    "/admin/deliveries": ((ADMIN, "/admin/deliveries"),),
    "/batches": (
        (REGULATOR, "/batches"),
        (FIRM, lambda city: f"/batches?site={city.firm_site}&month=2022-12"),
    ),
    "/batches/{batch_id:uuid}": ((FIRM, lambda city: f"/batches/{city.batch}"),),
    "/product-batches": ((FIRM, lambda city: f"/product-batches?site={city.firm_site}"),),
    "/product-batches/{batch_id:uuid}": ((FIRM, lambda city: f"/product-batches/{city.product_batch}"),),
    "/certificates": ((REGULATOR, "/certificates"), (FIRM, "/certificates")),
    "/c": ((STRANGER, "/c"),),
    "/c/{code}": ((STRANGER, lambda city: f"/c/{city.certificate}"),),
    "/certificates/{code}": ((FIRM, lambda city: f"/certificates/{city.certificate}"),),
    "/chain": ((REGULATOR, "/chain"),),
    "/figures": (
        (REGULATOR, "/figures?figure=generated"),
        (REGULATOR, lambda city: f"/figures?figure=used&site={city.site}"),
    ),
    "/findings": ((REGULATOR, "/findings"), (FIRM, "/findings")),
    "/findings/{finding_id}": ((REGULATOR, lambda city: f"/findings/{city.finding}"),),
    "/inbox": ((FIRM, "/inbox"),),
    "/ledgers": ((REGULATOR, "/ledgers"), (FIRM, "/ledgers")),
    "/ledgers/{site}/{month}": (
        (REGULATOR, lambda city: f"/ledgers/{city.site}/{city.month}"),
        (FIRM, lambda city: f"/ledgers/{city.firm_site}/2026-10"),
    ),
    "/permits": ((REGULATOR, "/permits"),),
    "/permits/{number}": ((REGULATOR, lambda city: f"/permits/{city.permit}"),),
    "/sites/{site}": ((REGULATOR, lambda city: f"/sites/{city.site}"),),
    "/sites/{code}/trace": ((REGULATOR, lambda city: f"/sites/{city.site}/trace"),),
    "/reports": ((REGULATOR, "/reports"), (FIRM, "/reports")),
    "/reports/{code}": (
        (REGULATOR, "/reports/bulletin?region=1402&year=2021"),
        (REGULATOR, "/reports/brief?region=1402&quarter=2021-Q3"),
        (REGULATOR, "/reports/year-end"),
    ),
    "/targets": ((REGULATOR, "/targets"),),
    "/targets/plan": ((REGULATOR, "/targets/plan?year=2021&target=60"),),
    "/targets/forecast": ((REGULATOR, "/targets/forecast?year=2022&through=2022-08"),),
    "/open-data": ((STRANGER, "/open-data"),),
    "/rewards": ((REGULATOR, "/rewards"),),
    "/leaders": ((REGULATOR, "/leaders"),),
    "/upload": ((FIRM, "/upload"),),
    "/upload/{import_id}": ((FIRM, lambda city: f"/upload/{city.import_id}"),),
}
# Pages that are no route of their own: what is not there, what one may not see, a scope with nothing in it.
STATES = (
    Look(REGULATOR, "/nothing-here", 404),
    Look(FIRM, "/targets", 403),
    Look(REGULATOR, "/?region=9", 422),
    Look(REGULATOR, "/?from=1999-01&to=1999-12"),
    Look(REGULATOR, "/findings?rule=pair_disagreement&from=1999-01&to=1999-12"),
)


def routes() -> set[str]:
    """The path of every page that can be opened."""
    return {
        str(route.path)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    }


def looks(city: Walked) -> list[Look]:
    """Everything to look at."""
    pages = [
        Look(user, address if isinstance(address, str) else address(city))
        for looked in PAGES.values()
        for user, address in looked
    ]
    return [*pages, *STATES]


def prepare(database: Database) -> Walked:
    """Make the people who look, and find what they look at."""
    now = system_clock()
    with database.writing() as session:
        permit = session.scalars(select(Permit.number).order_by(Permit.number)).first() or ""
        firm = session.scalars(select(Enterprise).where(Enterprise.name.like(_FIRM_LIKE))).first()
        assert firm is not None
        _make_people(session, firm, now)
        own = (
            session.scalars(
                select(Site.code).where(Site.enterprise_id == firm.id).order_by(Site.code)
            ).first()
            or ""
        )
        filed = session.execute(
            select(Site.code, Ledger.month).join(Site, Site.id == Ledger.site_id).order_by(Ledger.id.desc())
        ).first()
        assert filed is not None
        machine = clients.create_client(
            session, name=FIRM, role=Role.ENTERPRISE, enterprise=firm.credit_code, now=now
        )
        uploaded = _import(session.scalars(select(User).where(User.username == FIRM)).one(), now)
        session.add(uploaded)
        return Walked(
            site=filed[0],
            month=str(filed[1]),
            firm_site=own,
            finding=str(session.scalars(select(Finding.id).limit(1)).one()),
            permit=permit,
            link=people.new_password_link(session, FIRM, now),
            import_id=str(uploaded.id),
            client=(machine.client_id, machine.client_secret),
        )


def _make_people(session: WriteSession, firm: Enterprise, now: datetime) -> None:
    people_here: tuple[tuple[str, Role, str | None, str | None], ...] = (
        (ADMIN, Role.ADMIN, None, None),
        (REGULATOR, Role.REGULATOR, None, firm.region[:4]),
        (FIRM, Role.ENTERPRISE, firm.credit_code, None),
    )
    for username, role, enterprise, region in people_here:
        clients.create_user(
            session,
            username=username,
            name=username,
            password=clients.unknown_password(),
            role=role,
            enterprise=enterprise,
            region=region,
            now=now,
        )


def with_custody(city: Walked, url: str) -> Walked:
    """Let the firm record a batch, a product batch and a certificate over HTTP, as its own system would."""
    with httpx2.Client(base_url=url, timeout=30) as firm:
        granted = firm.post("/oauth/token", auth=city.client, data={"grant_type": "client_credentials"})
        firm.headers["Authorization"] = f"Bearer {granted.json()['access_token']}"

        def made(path: str, **body: Any) -> dict[str, Any]:
            common = {"site": city.firm_site, "signed_by": "示例负责人"}
            answer = firm.post(path, json=common | body)
            assert answer.is_success, answer.text
            found: dict[str, Any] = answer.json()
            return found

        batch = made("/v1/batches", number="LY-1", kind="used", day="2022-12-07", waste="SW02", tonnes="3")
        recipe = [{"waste": "SW02", "tonnes": "3"}, {"material": "熟料", "tonnes": "6"}]
        product = {"product": "cement", "grade": "42.5", "product_tonnes": "9", "inputs": recipe}
        product_batch = made("/v1/product-batches", number="P-1", day="2022-12-07", **product)
        content = {"product": "cement", "product_tonnes": "3", "content": [{"waste": "SW02", "tonnes": "1"}]}
        certificate = made("/v1/certificates", reference="C-1", period="2022-Q4", **content)
    return replace(
        city, batch=batch["id"], product_batch=product_batch["id"], certificate=certificate["code"]
    )


def _import(user: User, now: datetime) -> Import:
    """A file that is done, with nothing in it."""
    return Import(
        id=new_id(),
        enterprise_id=user.enterprise_id,
        subject_id=user.id,
        subject_name=user.name,
        role=Role.ENTERPRISE,
        name="台账.xlsx",
        kind=FileKind.XLSX,
        size=1,
        sha256="0" * 64,
        mode=ImportMode.EACH,
        dry_run=False,
        state=ImportState.DONE,
        done_permille=1000,
        rows_done=0,
        ledgers_done=0,
        created=0,
        unchanged=0,
        amended=0,
        rejected=0,
        with_warnings=0,
        saved=True,
        faults=[],
        created_at=now,
        ended_at=now,
    )
