"""What was known of a site, and when: every change is a version, and an earlier moment can be asked for."""

from collections.abc import Sequence
from datetime import datetime

from app.auth.subjects import Subject
from app.db.session import ReadSession, WriteSession
from app.domain.periods import Month
from app.enterprises import repository
from app.enterprises.models import Site, SiteVersion
from app.http.problems import NotFound


def record(
    session: WriteSession,
    site: Site,
    *,
    from_month: Month,
    reason: str | None,
    actor: str,
    now: datetime,
) -> SiteVersion:
    """Keep what `site` says now as its newest version; the version before ends at this moment."""
    newest = repository.newest_version(session, site.id)
    if newest is not None:
        newest.superseded_at = now
    made = SiteVersion(
        site_id=site.id,
        number=1 if newest is None else newest.number + 1,
        from_month=from_month,
        reason=reason,
        actor=actor,
        recorded_at=now,
        superseded_at=None,
        **{name: getattr(site, name) for name in repository.KEPT},
    )
    session.add(made)
    session.flush()
    return made


def versions(session: ReadSession, subject: Subject, code: str) -> Sequence[SiteVersion]:
    """List the versions of a site that the subject may see now, the newest first. Raises NotFound."""
    found = repository.seen_site(session, subject, code)
    if found is None:
        raise NotFound
    return repository.versions(session, found[0].id)
