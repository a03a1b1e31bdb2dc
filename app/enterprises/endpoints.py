"""HTTP: enterprises, sites and facilities."""

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.db.session import ReadSession
from app.domain.errors import Fault
from app.domain.quantities import tonnes_text
from app.enterprises import changes, history, onboarding, parties, repository, rules, succession
from app.enterprises.models import Enterprise, Facility, Site, SiteVersion
from app.enterprises.schemas import (
    EnterpriseIn,
    EnterpriseOut,
    EnterprisePage,
    FacilityIn,
    FacilityOut,
    FacilityPage,
    SiteIn,
    SiteOut,
    SitePage,
    SitePatch,
    SiteVersionOut,
    SiteVersions,
    SuccessionIn,
    WarningOut,
)
from app.http.answers import TextOut
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.http.paging import Cursor, Limit, RegionPrefix
from app.http.problems import NotFound
from app.reference import service as reference
from app.reference.service import Codes

router = APIRouter(prefix="/v1", tags=["enterprises"])


def _already(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """Describe the answer to a registration that is there already, word for word."""
    return {200: {"model": model, "description": "It was registered with this very body before"}}


Anyone = Annotated[Subject, Depends(require())]
Admin = Annotated[Subject, Depends(require(Scope.ADMIN))]
CreditCodePath = Annotated[str, Path(max_length=18, pattern=r"^[0-9A-Z]{18}$")]
SiteCodePath = Annotated[str, Path(max_length=64, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")]
FacilityCodePath = Annotated[str, Path(max_length=5, pattern=r"^T[A-Z][0-9]{3}$")]
EnterpriseFilter = Annotated[str | None, Query(max_length=18, pattern=r"^[0-9A-Z]{18}$")]
SiteFilter = Annotated[str | None, Query(max_length=64, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$")]


@router.post("/enterprises", status_code=201, responses=_already(EnterpriseOut))
def post_enterprise(
    body: EnterpriseIn,
    subject: Admin,
    session: Writing,
    now: Now,
    response: Response,
) -> EnterpriseOut:
    """Register an enterprise; the same body again answers 200."""
    enterprise, made = onboarding.register_enterprise(session, subject, body, now)
    _located(response, f"/v1/enterprises/{enterprise.credit_code}", made=made)
    return _enterprise_out(session, enterprise)


@router.get("/enterprises")
def get_enterprises(
    subject: Anyone, session: Reading, region: RegionPrefix = "", cursor: Cursor = "", limit: Limit = 50
) -> EnterprisePage:
    """List the enterprises that you may see, in the order of their credit codes."""
    rows = repository.enterprises_page(session, subject, region=region, after=cursor, limit=limit + 1)
    items = [_enterprise_out(session, row) for row in rows[:limit]]
    return EnterprisePage(items=items, next_cursor=items[-1].credit_code if len(rows) > limit else None)


@router.get("/enterprises/{credit_code}")
def get_enterprise(credit_code: CreditCodePath, subject: Anyone, session: Reading) -> EnterpriseOut:
    """Read one enterprise; a code that was succeeded still answers, and names its successor."""
    enterprise = repository.seen_enterprise(session, subject, credit_code)
    if enterprise is None:
        raise NotFound
    return _enterprise_out(session, enterprise)


@router.post("/enterprises/{credit_code}/succession")
def post_succession(
    *,
    credit_code: CreditCodePath,
    body: SuccessionIn,
    subject: Admin,
    session: Writing,
    now: Now,
    settings: SettingsDep,
) -> EnterpriseOut:
    """Name the successor of an enterprise: it answers for its sites from now on, and the old code keeps its meaning."""
    old = succession.succeed(session, subject, credit_code, body, now=now, timezone=settings.timezone)
    return _enterprise_out(session, old)


@router.post("/sites", status_code=201, responses=_already(SiteOut))
def post_site(
    *, body: SiteIn, subject: Anyone, session: Writing, now: Now, settings: SettingsDep, response: Response
) -> SiteOut:
    """Register a site of your enterprise; the same body again answers 200."""
    site, owner, made = onboarding.register_site(session, subject, body, now=now, timezone=settings.timezone)
    _located(response, f"/v1/sites/{site.code}", made=made)
    return _site_out(reference.codes(session), site, owner)


@router.get("/sites")
def get_sites(
    *,
    subject: Anyone,
    session: Reading,
    region: RegionPrefix = "",
    enterprise: EnterpriseFilter = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> SitePage:
    """List the sites that you may see, in the order of their codes."""
    line = None if enterprise is None else parties.line_of(session, enterprise)
    rows = repository.sites_page(
        session, subject, region=region, enterprises=line, after=cursor, limit=limit + 1
    )
    codes = reference.codes(session)
    items = [_site_out(codes, site, owner) for site, owner in rows[:limit]]
    return SitePage(items=items, next_cursor=items[-1].code if len(rows) > limit else None)


@router.get("/sites/{code}")
def get_site(code: SiteCodePath, subject: Anyone, session: Reading) -> SiteOut:
    """Read one site."""
    found = repository.seen_site(session, subject, code)
    if found is None:
        raise NotFound
    return _site_out(reference.codes(session), *found)


@router.patch("/sites/{code}")
def patch_site(
    *,
    code: SiteCodePath,
    body: SitePatch,
    subject: Anyone,
    session: Writing,
    now: Now,
    settings: SettingsDep,
) -> SiteOut:
    """Change what you send of a site, its region as an administrator only; what it was stays in its versions."""
    changed = changes.change_site(session, subject, code, body, now=now, timezone=settings.timezone)
    return _site_out(reference.codes(session), *changed)


@router.get("/sites/{code}/versions")
def get_site_versions(code: SiteCodePath, subject: Anyone, session: Reading) -> SiteVersions:
    """List what was known of a site, the newest first, with who changed it, when, and since which month it is so."""
    return SiteVersions(items=[_version_out(row) for row in history.versions(session, subject, code)])


@router.post("/facilities", status_code=201, responses=_already(FacilityOut))
def post_facility(
    body: FacilityIn, subject: Anyone, session: Writing, now: Now, response: Response
) -> FacilityOut:
    """Register a storage, utilization or disposal facility of your site; the same body again answers 200."""
    facility, site, made = onboarding.register_facility(session, subject, body, now)
    _located(response, f"/v1/facilities/{site.code}/{facility.code}", made=made)
    return _facility_out(facility, site)


@router.get("/facilities")
def get_facilities(
    subject: Anyone,
    session: Reading,
    site: SiteFilter = None,
    cursor: Annotated[uuid.UUID | None, Query()] = None,
    limit: Limit = 50,
) -> FacilityPage:
    """List the facilities of the sites that you may see, in the order of their registration."""
    rows = repository.facilities_page(session, subject, site=site, after=cursor, limit=limit + 1)
    items = [_facility_out(facility, of) for facility, of in rows[:limit]]
    return FacilityPage(items=items, next_cursor=str(items[-1].id) if len(rows) > limit else None)


@router.get("/facilities/{site_code}/{code}")
def get_facility(
    site_code: SiteCodePath, code: FacilityCodePath, subject: Anyone, session: Reading
) -> FacilityOut:
    """Read one facility of a site."""
    found = repository.seen_site(session, subject, site_code)
    facility = None if found is None else repository.facility_by_code(session, found[0].id, code)
    if found is None or facility is None:
        raise NotFound
    return _facility_out(facility, found[0])


def _located(response: Response, location: str, *, made: bool) -> None:
    response.headers["Location"] = location
    if not made:
        response.status_code = 200


def _warnings(faults: Sequence[Fault]) -> list[WarningOut]:
    return [WarningOut(rule=f.code, pointer=f.pointer, message=TextOut.of(f.message)) for f in faults]


def _enterprise_out(session: ReadSession, enterprise: Enterprise) -> EnterpriseOut:
    successor = enterprise.successor_id
    return EnterpriseOut(
        id=enterprise.id,
        credit_code=enterprise.credit_code,
        credit_code_valid=enterprise.credit_code_valid,
        name=enterprise.name,
        industry=enterprise.industry,
        region=enterprise.region,
        successor=repository.enterprise_by_id(session, successor).credit_code if successor else None,
        succeeded_from=enterprise.succeeded_from,
        succession_reason=enterprise.succession_reason,
        warnings=_warnings(rules.enterprise_warnings(enterprise)),
    )


def _site_out(codes: Codes, site: Site, owner: Enterprise) -> SiteOut:
    return SiteOut(
        id=site.id,
        code=site.code,
        enterprise=owner.credit_code,
        name=site.name,
        region=site.region,
        industry=site.industry,
        base=site.base,
        park=site.park,
        permit_number=site.permit_number,
        latitude=site.latitude,
        longitude=site.longitude,
        reports_from=site.reports_from,
        reports_until=site.reports_until,
        warnings=_warnings(rules.site_warnings(codes, site, owner)),
    )


def _version_out(row: SiteVersion) -> SiteVersionOut:
    kept = {name: getattr(row, name) for name in repository.KEPT}
    return SiteVersionOut(
        version=row.number,
        from_month=row.from_month,
        reason=row.reason,
        changed_by=row.actor,
        recorded_at=row.recorded_at,
        superseded_at=row.superseded_at,
        **kept,
    )


def _facility_out(facility: Facility, site: Site) -> FacilityOut:
    grams = facility.capacity_grams
    return FacilityOut.model_validate(
        {
            "id": facility.id,
            "site": site.code,
            "code": facility.code,
            "name": facility.name,
            "kind": facility.kind,
            "waste_class": facility.waste_class,
            "capacity_tonnes": None if grams is None else tonnes_text(grams),
            "latitude": facility.latitude,
            "longitude": facility.longitude,
        }
    )
