"""For whom a client or a person speaks: an enterprise, a territory, or everyone."""

import re
import uuid
from dataclasses import dataclass

from sqlalchemy import select

from app.auth.subjects import Role
from app.db.session import ReadSession
from app.domain.errors import Fault, Message
from app.enterprises.models import Enterprise
from app.http.problems import Invalid

_REGION = re.compile(r"([0-9]{2}|[0-9]{4}|[0-9]{6})\Z")
_TEXTS = {
    "unknown_enterprise": Message("没有此统一社会信用代码的企业", "no enterprise has this credit code"),
    "enterprise_required": Message("企业角色须注明企业", "the role of an enterprise needs an enterprise"),
    "region_required": Message("此角色须注明辖区", "this role needs a region"),
    "bad_region": Message("辖区须为 2、4 或 6 位行政区划代码", "a region has 2, 4 or 6 digits"),
    "not_for_this_role": Message("此角色不适用此项", "this does not go with the role"),
}


@dataclass(frozen=True, slots=True)
class Owner:
    """What a subject of a role is bound to."""

    enterprise_id: uuid.UUID | None
    region: str | None


def owner_of(session: ReadSession, role: Role, enterprise: str | None, region: str | None) -> Owner:
    """Check that the role is bound to what it needs and to nothing else. Raises Invalid."""
    wants_enterprise = role is Role.ENTERPRISE
    wants_region = role in (Role.REGULATOR, Role.PERMIT_SYSTEM)
    if enterprise is not None and not wants_enterprise:
        raise _refused("/enterprise", "not_for_this_role")
    if region is not None and not wants_region:
        raise _refused("/region", "not_for_this_role")
    if wants_region:
        if region is None:
            raise _refused("/region", "region_required")
        if not _REGION.match(region):
            raise _refused("/region", "bad_region")
    if not wants_enterprise:
        return Owner(None, region)
    if enterprise is None:
        raise _refused("/enterprise", "enterprise_required")
    found = session.scalar(select(Enterprise.id).where(Enterprise.credit_code == enterprise))
    if found is None:
        raise _refused("/enterprise", "unknown_enterprise")
    return Owner(found, None)


def _refused(pointer: str, code: str) -> Invalid:
    return Invalid(errors=[Fault(pointer, code, _TEXTS[code])])
