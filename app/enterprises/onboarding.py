"""Registering enterprises, sites and facilities.

Every registration is idempotent on its code: the same body again answers what is there, another conflicts.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.audit import service as audit
from app.auth.subjects import Scope, Subject
from app.clock import local_date
from app.db.locks import lock_names
from app.db.session import WriteSession
from app.domain.errors import Fault, Message
from app.domain.periods import Month
from app.enterprises import events, history, repository, rules, service
from app.enterprises.models import Enterprise, Facility, Site
from app.enterprises.schemas import EnterpriseIn, FacilityIn, SiteIn
from app.http.problems import Conflict, Forbidden, Invalid, NotFound
from app.ids import new_id
from app.permits import service as permits
from app.reference import service as reference
from app.transfers import service as transfers


class CodeTaken(Conflict):
    code = "code_taken"
    title = Message("该代码已被其他企业的场所使用", "A site of another enterprise has this code")


class AlreadyRegistered(Conflict):
    code = "already_registered"
    title = Message("该代码已登记，且内容不同", "This code is registered already, with different content")


def register_enterprise(
    session: WriteSession, subject: Subject, body: EnterpriseIn, now: datetime
) -> tuple[Enterprise, bool]:
    """Register an enterprise, as an administrator; True when it is new. Raises Invalid, AlreadyRegistered."""
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
    repository.hold_register(session, to_change_it=True)
    session.add(made)
    session.flush()
    transfers.relink(session, [made.credit_code])
    change = audit.Change(
        "enterprise.registered",
        "enterprise",
        made.credit_code,
        after=audit.digest(made),
        region=made.region,
    )
    audit.record(session, subject, [change], now=now)
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
        _refuse_hidden(session, subject, present)
        if body.reports_from is None:
            del wanted["reports_from"]
        _refuse_difference(present, wanted, {"code": body.code})
        now_owner = repository.enterprise_by_id(
            session, service.last_successor(session, present.enterprise_id)
        )
        _refuse_another_owner(present, owner, now_owner)
        return present, now_owner, False
    wanted["reports_from"] = body.reports_from or Month.of(local_date(now, timezone))
    rules.refuse(rules.period_faults(wanted["reports_from"], body.reports_until))
    refuse_taken_permit(session, wanted["permit_number"], None)
    repository.hold_register(session, to_change_it=True)
    made = Site(id=new_id(), enterprise_id=owner.id, created_at=now, **wanted)
    session.add(made)
    session.flush()
    history.record(session, made, from_month=made.reports_from, reason=None, actor=subject.actor, now=now)
    was_named = relink_site(session, made)
    permits.rematch(session, numbers=[made.permit_number], now=now)
    change = audit.Change(
        "site.registered", "site", made.code, after=audit.digest(made), version=1, region=made.region
    )
    audit.record(session, subject, [change], now=now)
    if was_named:
        events.tell(session, made, ["code"], now=now)
    return made, repository.enterprise_by_id(session, owner.last_successor_id or owner.id), True


def register_facility(
    session: WriteSession, subject: Subject, body: FacilityIn, now: datetime
) -> tuple[Facility, Site, bool]:
    """Register a facility of a site that the subject may change; True when it is new."""
    site, _ = own_site(session, subject, body.site)
    wanted = body.model_dump(exclude={"site", "capacity_tonnes"}) | {"capacity_grams": body.capacity_tonnes}
    lock_names(session, [f"facility:{body.site}:{body.code}"])
    present = repository.facility_by_code(session, site.id, body.code)
    if present is not None:
        _refuse_difference(present, wanted, {"site": body.site, "code": body.code})
        return present, site, False
    made = Facility(id=new_id(), site_id=site.id, created_at=now, **wanted)
    session.add(made)
    session.flush()
    change = audit.Change(
        "facility.registered",
        "facility",
        f"{site.code}/{made.code}",
        after=audit.digest(made),
        region=site.region,
    )
    audit.record(session, subject, [change], now=now)
    events.tell(session, site, ["facilities"], now=now)
    return made, site, True


def _owner(session: WriteSession, subject: Subject, credit_code: str) -> Enterprise:
    _refuse_readers(subject)
    owner = repository.seen_enterprise(session, subject, credit_code)
    if owner is None and Scope.ADMIN in subject.scopes:
        raise Invalid(errors=[rules.unknown_enterprise("/enterprise")])
    if owner is None:
        raise NotFound
    _refuse_former(subject, repository.enterprise_by_id(session, owner.last_successor_id or owner.id))
    return owner


def own_site(session: WriteSession, subject: Subject, code: str) -> tuple[Site, Enterprise]:
    found = repository.seen_site(session, subject, code)
    if found is None:
        raise NotFound
    _refuse_readers(subject)
    _refuse_former(subject, found[1])
    return found


def _refuse_readers(subject: Subject) -> None:
    """Refuse whoever is neither an administrator nor an enterprise: what these see is theirs to change."""
    own = subject.enterprise_id is not None and Scope.LEDGERS_WRITE in subject.scopes
    if not own and Scope.ADMIN not in subject.scopes:
        raise Forbidden


def _refuse_former(subject: Subject, owner: Enterprise) -> None:
    """Refuse an enterprise that was succeeded: it goes on seeing what was its own, its successor acts for it."""
    if Scope.ADMIN not in subject.scopes and subject.enterprise_id != owner.id:
        raise Forbidden(Message("已由承继企业办理", "the enterprise that succeeded this one acts for it now"))


def relink_site(session: WriteSession, site: Site, former_permit: str | None = None) -> bool:
    """Let the transfers that named this site, or an enterprise whose only site it was or is, find whom they mean.

    Tells whether any of them found another one.
    """
    line = [repository.enterprise_by_id(session, site.enterprise_id)]
    while line[-1].successor_id is not None:
        line.append(repository.enterprise_by_id(session, line[-1].successor_id))
    named = [site.code, site.permit_number, former_permit, *(member.credit_code for member in line)]
    return transfers.relink(session, [code for code in named if code is not None])


def _refuse_hidden(session: WriteSession, subject: Subject, site: Site) -> None:
    """Say of a site that the asker may not see that its code is taken, and nothing of what is registered."""
    if repository.seen_site(session, subject, site.code) is None:
        raise CodeTaken(errors=[Fault("/code", "taken", CodeTaken.title)], extra={"code": site.code})


def _refuse_another_owner(site: Site, owner: Enterprise, now_owner: Enterprise) -> None:
    """Accept the enterprise that a site was registered under, and the one that followed it."""
    if owner.id not in (site.enterprise_id, now_owner.id):
        message = Message("该场所属于另一企业", "this site belongs to another enterprise")
        raise AlreadyRegistered(errors=[Fault("/enterprise", "differs", message)], extra={"code": site.code})


def _refuse_difference(present: Any, wanted: Mapping[str, Any], named: Mapping[str, str]) -> None:
    different = sorted(name for name, value in wanted.items() if getattr(present, name) != value)
    if different:
        message = Message("与已登记的内容不同", "differs from what is registered")
        raise AlreadyRegistered(
            errors=[Fault(f"/{rules.OUTSIDE.get(name, name)}", "differs", message) for name in different],
            extra=named,
        )


def refuse_taken_permit(session: WriteSession, permit_number: str | None, site_id: uuid.UUID | None) -> None:
    other = None if permit_number is None else repository.site_by_permit(session, permit_number)
    if other is not None and other.id != site_id:
        message = Message("该许可证编号已属于另一场所", "this permit number belongs to another site")
        raise Conflict(message, errors=[Fault("/permit_number", "taken", message)])
