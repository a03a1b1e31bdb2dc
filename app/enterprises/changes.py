"""Changing what is known of a site: a version each time, and the statistics follow its region."""

from datetime import datetime

from app.audit import service as audit
from app.auth.subjects import Scope, Subject
from app.clock import local_date
from app.db.locks import lock_names
from app.db.session import WriteSession
from app.domain.errors import Fault, Message
from app.domain.periods import Month
from app.enterprises import events, history, repository, rules
from app.enterprises.models import Enterprise, Site
from app.enterprises.onboarding import own_site, refuse_taken_permit, relink_site
from app.enterprises.rolling import move_rollups
from app.enterprises.schemas import SitePatch
from app.http.problems import Forbidden
from app.permits import service as permits
from app.reference import service as reference

_SAID_OF_THE_CHANGE = ("from_month", "reason")
_NEVER_EMPTY = ("name", "region", "industry", "reports_from")
_ONLY_AN_ADMINISTRATOR = Message(
    "行政区只能由管理员更正：它决定由谁监管",
    "only an administrator corrects the region: it decides who supervises the site",
)


def change_site(
    session: WriteSession, subject: Subject, code: str, patch: SitePatch, *, now: datetime, timezone: str
) -> tuple[Site, Enterprise]:
    """Change what was sent of a site and keep what it was. Raises NotFound, Forbidden, Invalid, Conflict."""
    lock_names(session, [f"site:{name}" for name in (code, patch.permit_number) if name])
    # Filings under way have read the site as it was: they end first, so that no sum lands in a region left behind.
    repository.hold_register(session, to_change_it=True)
    site, owner = own_site(session, subject, code)
    sent = {name: getattr(patch, name) for name in patch.model_fields_set if name not in _SAID_OF_THE_CHANGE}
    rules.refuse([rules.required_fault(name) for name in _NEVER_EMPTY if sent.get(name, "") is None])
    changes = {name: value for name, value in sent.items() if getattr(site, name) != value}
    if not changes:
        return site, owner
    _refuse_wrong(session, subject, site, changes)
    former_region, former_permit, before = site.region, site.permit_number, audit.digest(site)
    for name, value in changes.items():
        setattr(site, name, value)
    rules.refuse(rules.period_faults(site.reports_from, site.reports_until))
    session.flush()
    since = patch.from_month or Month.of(local_date(now, timezone))
    made = history.record(session, site, from_month=since, reason=patch.reason, actor=subject.actor, now=now)
    change = audit.Change(
        "site.changed", "site", site.code, before, audit.digest(site), made.number, site.region
    )
    audit.record(session, subject, [change], now=now)
    former = former_region if site.region != former_region else None
    events.tell(session, site, changes, now=now, former_region=former)
    if site.region != former_region:
        move_rollups(session, site.id, former_region, site.region)
    if {"permit_number", "reports_from", "reports_until"} & changes.keys():
        relink_site(session, site, former_permit)
        permits.rematch(session, numbers=[site.permit_number, former_permit], now=now)
    return site, owner


def _refuse_wrong(session: WriteSession, subject: Subject, site: Site, changes: dict[str, object]) -> None:
    if "region" in changes and Scope.ADMIN not in subject.scopes:
        raise Forbidden(
            _ONLY_AN_ADMINISTRATOR, errors=[Fault("/region", "forbidden", _ONLY_AN_ADMINISTRATOR)]
        )
    region, industry = (str(changes.get(name, getattr(site, name))) for name in ("region", "industry"))
    rules.refuse(rules.place_faults(reference.codes(session), region=region, industry=industry))
    if "permit_number" in changes:
        permit_number = changes["permit_number"]
        refuse_taken_permit(session, None if permit_number is None else str(permit_number), site.id)
