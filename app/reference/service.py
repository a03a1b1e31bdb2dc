"""Reference data: loading what is shipped, an administrator's changes, the codes filings are held to."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from app.db.locks import lock_names
from app.db.session import ReadSession, WriteSession
from app.domain.errors import Message
from app.http.problems import NotFound
from app.ids import new_id
from app.reference import repository
from app.reference.models import ReferenceRelease, ReferenceRow

BY_RELEASE = "release"
_LOCK = "reference"
_CODE_KINDS = ("wastes", "methods", "industries", "bases", "regions")


@dataclass(frozen=True, slots=True)
class Codes:
    """What a filing may name, as of one moment; `processes` gives the wastes that each one takes."""

    wastes: frozenset[str]
    processes: Mapping[str, frozenset[str]]
    methods: frozenset[str]
    industries: frozenset[str]
    bases: frozenset[str]
    regions: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Snapshot:
    version: tuple[int, uuid.UUID | None]
    codes: Codes


class _Cache:
    """The last snapshot of this process. Swapped whole, so that threads need no lock."""

    snapshot: _Snapshot | None = None


def codes(session: ReadSession) -> Codes:
    """Give the codes as this session sees them; read anew only when a reference row was added since."""
    version = repository.data_version(session)
    cached = _Cache.snapshot
    if cached is None or cached.version != version:
        cached = _Cache.snapshot = _Snapshot(version, _read_codes(session))
    return cached.codes


def _read_codes(session: ReadSession) -> Codes:
    known: dict[str, set[str]] = {kind: set() for kind in _CODE_KINDS}
    for kind, code in repository.current_codes(session, _CODE_KINDS):
        known[kind].add(code)
    processes = {
        code: frozenset(body["wastes"])
        for _, code, body in repository.current_bodies(session, ["processes"])
        if body["role"] in ("use", "dispose")
    }
    return Codes(processes=processes, **{kind: frozenset(found) for kind, found in known.items()})


class ShippedRow(Protocol):
    """One row of the shipped data, as seed reads it."""

    @property
    def kind(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...
    @property
    def body(self) -> Mapping[str, Any]: ...
    @property
    def source(self) -> str: ...
    @property
    def url(self) -> str | None: ...
    @property
    def retrieved_on(self) -> date | None: ...
    @property
    def verified(self) -> bool: ...


class ShippedRelease(Protocol):
    """All shipped rows under one name and hash."""

    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def rows(self) -> Sequence[ShippedRow]: ...


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did; `kept` rows are an administrator's, which a load leaves alone."""

    inserted: int
    changed: int
    unchanged: int
    kept: int
    release: str


def load(session: WriteSession, release: ShippedRelease, now: datetime) -> LoadReport:
    """Bring the rows to a release. Doing it again changes nothing."""
    lock_names(session, [_LOCK])
    present = {(row.kind, row.code): row for row in repository.current_rows(session)}
    fresh, changed, kept = [], [], 0
    for row in release.rows:
        old = present.get((row.kind, row.code))
        if old is None:
            fresh.append(_columns(row, version=1))
        elif old.release_id is None and old.changed_by != BY_RELEASE:
            kept += 1
        elif not _same(old, row):
            changed.append((old.id, _columns(row, version=old.version + 1)))
    recorded = _record(session, release, now, touched=bool(fresh or changed))
    origin = {"release_id": recorded.id, "changed_by": BY_RELEASE, "created_at": now}
    repository.supersede(session, [old_id for old_id, _ in changed], now)
    repository.add_rows(session, [columns | origin for columns in [*fresh, *(new for _, new in changed)]])
    unchanged = len(release.rows) - len(fresh) - len(changed) - kept
    return LoadReport(len(fresh), len(changed), unchanged, kept, release.name)


def _record(
    session: WriteSession, release: ShippedRelease, now: datetime, *, touched: bool
) -> ReferenceRelease:
    """Record a release, once per content; a return to an older one makes it the newest again."""
    recorded = repository.release_of(session, release.sha256)
    if recorded is None:
        recorded = ReferenceRelease(
            id=new_id(), name=release.name, sha256=release.sha256, row_count=len(release.rows), loaded_at=now
        )
        session.add(recorded)
    elif touched:
        recorded.loaded_at = now
    session.flush()
    return recorded


def _columns(row: ShippedRow, *, version: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": row.kind,
        "code": row.code,
        "version": version,
        "zh": row.zh,
        "en": row.en,
        "body": dict(row.body),
        "source": row.source,
        "url": row.url,
        "retrieved_on": row.retrieved_on,
        "verified": row.verified,
    }


def _same(old: ReferenceRow, new: ShippedRow) -> bool:
    plain = ("zh", "en", "source", "url", "retrieved_on", "verified")
    return all(getattr(old, name) == getattr(new, name) for name in plain) and _text(old.body) == _text(
        new.body
    )


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(dict(body), sort_keys=True, ensure_ascii=False)


def current(session: ReadSession, kind: str) -> list[ReferenceRow]:
    """List the current rows of a kind, in the order of their codes."""
    return repository.current_rows(session, kind)


def history(session: ReadSession, kind: str, code: str) -> list[ReferenceRow]:
    """List all versions of a row, the newest first. Raises NotFound."""
    found = repository.versions(session, kind, code)
    if not found:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """What an administrator sets of a row; the code stays."""

    zh: str
    en: str
    body: Mapping[str, Any]
    source: str
    url: str | None
    retrieved_on: date | None
    verified: bool


def change(
    session: WriteSession, kind: str, code: str, changed: Change, *, actor: str, now: datetime
) -> ReferenceRow:
    """Add a version of a row by an administrator, none for the same content again. Raises NotFound."""
    lock_names(session, [_LOCK])
    old = repository.current_row(session, kind, code)
    if old is None:
        raise NotFound(Message("没有这个代码", "there is no such code"))
    new = ReferenceRow(
        id=new_id(),
        kind=kind,
        code=code,
        version=old.version + 1,
        zh=changed.zh,
        en=changed.en,
        body=dict(changed.body),
        source=changed.source,
        url=changed.url,
        retrieved_on=changed.retrieved_on,
        verified=changed.verified,
        release_id=None,
        changed_by=actor,
        created_at=now,
        superseded_at=None,
    )
    if _same(old, new):
        return old
    old.superseded_at = now
    session.flush()
    session.add(new)
    session.flush()
    return new


def newest_release(session: ReadSession) -> ReferenceRelease | None:
    """Give the release loaded last."""
    return repository.newest_release(session)


def page(
    session: ReadSession, kind: str, *, prefix: str, length: int | None, after: str, limit: int
) -> tuple[list[ReferenceRow], str | None]:
    """Give rows after a code, and the code to go on from."""
    rows = repository.current_page(session, kind, prefix=prefix, length=length, after=after, limit=limit + 1)
    return rows[:limit], rows[limit - 1].code if len(rows) > limit else None
