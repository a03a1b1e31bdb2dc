"""Registering enterprises, sites and facilities, changing a site, and the succession of a credit code.

Every registration is idempotent on its code: the same body again answers what is there, another conflicts.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.auth.subjects import Scope, Subject
from app.clock import local_date
from app.db.locks import lock_names
from app.db.session import WriteSession
from app.domain.errors import Fault, Message
from app.domain.periods import Month
from app.enterprises import repository, rules, service
from app.enterprises.models import Enterprise, Facility, Site
from app.enterprises.schemas import EnterpriseIn, FacilityIn, SiteIn, SitePatch, SuccessionIn
from app.http.problems import Conflict, Forbidden, Invalid, NotFound
from app.ids import new_id
from app.reference import service as reference
from app.transfers import service as transfers


class AlreadyRegistered(Conflict):
    code = "already_registered"
    title = Message("该代码已登记，且内容不同", "This code is registered already, with different content")


class AlreadySucceeded(Conflict):
    code = "already_succeeded"
    title = Message("该企业已有承继企业", "This enterprise has a successor already")


class SuccessionRing(Conflict):
    code = "succession_ring"
    title = Message("承继关系不能成环", "A succession must not lead back to where it began")


def register_enterprise(session: WriteSession, body: EnterpriseIn, now: datetime) -> tuple[Enterprise, bool]:
    """Register an enterprise; True when it is new. Raises Invalid, AlreadyRegistered."""
    rules.refuse(rules.place_faults(reference.codes(session), region=body.region, industry=body.industry))
    lock_names(session, [f"enterprise:{body.credit_code}"])
    present = repository.enterprise_by_code(session, body.credit_code)
    if present is not None:
        _refuse_difference(present, body.model_dump(), {"credit_code": body.credit_code})
        return present, False
    made = Enterprise(
        id=new_id(),
        **body.model_dump(),
        credit_code_valid=rules.credit_code_is_valid(body.credit_code),
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made, True


def register_site(
    session: WriteSession, subject: Subject, body: SiteIn, *, now: datetime, timezone: str
) -> tuple[Site, Enterprise, bool]:
    """Register a site of one's own enterprise, an administrator of any; True when it is new."""
    owner = _owner(session, subject, body.enterprise)
    rules.refuse(rules.place_faults(reference.codes(session), region=body.region, industry=body.industry))
    wanted = dict(body)
    del wanted["enterprise"]
    wanted["industry"] = body.industry or owner.industry
    if body.permit_number is None and rules.PERMIT_NUMBER.fullmatch(body.code):
        wanted["permit_number"] = body.code
    lock_names(session, [f"site:{name}" for name in {body.code, wanted["permit_number"]} if name])
    present = repository.site_by_code(session, body.code)
    if present is not None:
        if body.reports_from is None:
            del wanted["reports_from"]
        _refuse_difference(present, wanted | {"enterprise_id": owner.id}, {"code": body.code})
        return present, owner, False
    wanted["reports_from"] = body.reports_from or Month.of(local_date(now, timezone))
    rules.refuse(rules.period_faults(wanted["reports_from"], body.reports_until))
    _refuse_taken_permit(session, wanted["permit_number"], None)
    made = Site(id=new_id(), enterprise_id=owner.id, created_at=now, **wanted)
    session.add(made)
    session.flush()
    _adopt(session, made)
    return made, owner, True


def register_facility(
    session: WriteSession, subject: Subject, body: FacilityIn, now: datetime
) -> tuple[Facility, Site, bool]:
    """Register a facility of a site that the subject may change; True when it is new."""
    site, _ = _own_site(session, subject, body.site)
    wanted = body.model_dump(exclude={"site", "capacity_tonnes"}) | {"capacity_grams": body.capacity_tonnes}
    lock_names(session, [f"facility:{body.site}:{body.code}"])
    present = repository.facility_by_code(session, site.id, body.code)
    if present is not None:
        _refuse_difference(present, wanted, {"site": body.site, "code": body.code})
        return present, site, False
    made = Facility(id=new_id(), site_id=site.id, created_at=now, **wanted)
    session.add(made)
    session.flush()
    return made, site, True


def change_site(
    session: WriteSession, subject: Subject, code: str, patch: SitePatch
) -> tuple[Site, Enterprise]:
    """Change what was sent of a site. Raises NotFound, Forbidden, Invalid, Conflict."""
    site, owner = _own_site(session, subject, code)
    changes = {name: getattr(patch, name) for name in patch.model_fields_set}
    rules.refuse(
        [rules.required_fault(name) for name in ("name", "reports_from") if changes.get(name, "") is None]
    )
    if changes.get("permit_number") is not None:
        lock_names(session, [f"site:{changes['permit_number']}"])
        _refuse_taken_permit(session, changes["permit_number"], site.id)
    for name, value in changes.items():
        setattr(site, name, value)
    rules.refuse(rules.period_faults(site.reports_from, site.reports_until))
    session.flush()
    return site, owner


def succeed(session: WriteSession, credit_code: str, body: SuccessionIn) -> Enterprise:
    """Let a successor take over an enterprise and its sites; the old code keeps meaning the same sites."""
    # One name for all: two successions at once could otherwise close a ring.
    lock_names(session, ["enterprise:succession"])
    old = repository.enterprise_by_code(session, credit_code)
    if old is None:
        raise NotFound
    new = repository.enterprise_by_code(session, body.successor)
    if new is None:
        raise Invalid(errors=[rules.unknown_enterprise("/successor")])
    if old.successor_id is not None:
        same = (old.successor_id, old.succeeded_from, old.succession_reason)
        if same != (new.id, body.from_month, body.reason):
            raise AlreadySucceeded(extra={"credit_code": credit_code})
        return old
    last = new
    while last.id != old.id and last.successor_id is not None:
        last = repository.enterprise_by_id(session, last.successor_id)
    if last.id == old.id:
        raise SuccessionRing(extra={"credit_code": credit_code})
    old.successor_id, old.succeeded_from, old.succession_reason = new.id, body.from_month, body.reason
    # The sites go to the end of the line: the successor may have been succeeded itself.
    repository.move_sites(session, old.id, last.id)
    session.flush()
    return old


def _adopt(session: WriteSession, site: Site) -> None:
    """Link the transfers that named this site before it was registered."""
    transfers.adopt(session, service.sites_by_code(session, [site.code])[site.code])


def _owner(session: WriteSession, subject: Subject, credit_code: str) -> Enterprise:
    _refuse_readers(subject)
    owner = repository.seen_enterprise(session, subject, credit_code)
    if owner is None and Scope.ADMIN in subject.scopes:
        raise Invalid(errors=[rules.unknown_enterprise("/enterprise")])
    if owner is None:
        raise NotFound
    return owner


def _own_site(session: WriteSession, subject: Subject, code: str) -> tuple[Site, Enterprise]:
    found = repository.seen_site(session, subject, code)
    if found is None:
        raise NotFound
    _refuse_readers(subject)
    return found


def _refuse_readers(subject: Subject) -> None:
    """Refuse whoever is neither an administrator nor an enterprise: what these see is theirs to change."""
    own = subject.enterprise_id is not None and Scope.LEDGERS_WRITE in subject.scopes
    if not own and Scope.ADMIN not in subject.scopes:
        raise Forbidden


def _refuse_difference(present: Any, wanted: Mapping[str, Any], named: Mapping[str, str]) -> None:
    different = sorted(name for name, value in wanted.items() if getattr(present, name) != value)
    if different:
        message = Message("与已登记的内容不同", "differs from what is registered")
        raise AlreadyRegistered(
            errors=[Fault(f"/{rules.OUTSIDE.get(name, name)}", "differs", message) for name in different],
            extra=named,
        )


def _refuse_taken_permit(session: WriteSession, permit_number: str | None, site_id: uuid.UUID | None) -> None:
    other = None if permit_number is None else repository.site_by_permit(session, permit_number)
    if other is not None and other.id != site_id:
        message = Message("该许可证编号已属于另一场所", "this permit number belongs to another site")
        raise Conflict(message, errors=[Fault("/permit_number", "taken", message)])
