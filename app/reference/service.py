"""Reference data: loading what is shipped, an administrator's changes, the codes filings are held to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Protocol

from app.audit import service as audit
from app.auth.subjects import Subject
from app.db.locks import lock_names
from app.db.session import ReadSession, WriteSession
from app.domain.errors import Fault, Message
from app.http.problems import Invalid, NotFound
from app.ids import new_id
from app.outbox.events import NewEvent, publish
from app.reference import repository
from app.reference.checks import ROW_CHECKS, stays_of_its_kind
from app.reference.models import ReferenceRelease, ReferenceRow
from app.reference.shapes import ShippedRow, bodies_have_their_shape

BY_RELEASE = "release"
_LOCK = "reference"
# The loader says what stood in the file; what a caller sent is not repeated.
_WITHOUT_VALUE = {
    "wrong_shape": Message("字段缺失或类型不符", "absent or of the wrong type"),
    "unknown_waste": Message("固废种类未登记", "this waste is not known"),
}
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
    version: repository.Version
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
    """What a load did; `kept` rows are an administrator's, which a load leaves alone; `retired` are gone from the release."""

    inserted: int
    changed: int
    unchanged: int
    kept: int
    retired: int
    release: str


def load(session: WriteSession, release: ShippedRelease, now: datetime) -> LoadReport:
    """Bring the rows to a release: new ones, changed ones, and those it no longer has are retired into the history.

    Doing it again changes nothing; a row that comes back goes on counting its versions.
    """
    lock_names(session, [_LOCK])
    present = {(row.kind, row.code): row for row in repository.current_rows(session)}
    numbers = repository.newest_versions(session)
    fresh, changed, kept = [], [], 0
    for row in release.rows:
        old = present.get((row.kind, row.code))
        if old is None:
            fresh.append(_columns(row, version=numbers.get((row.kind, row.code), 0) + 1))
        elif _is_an_administrators(old):
            kept += 1
        elif not _same(old, row):
            changed.append((old.id, _columns(row, version=old.version + 1)))
    shipped = {(row.kind, row.code) for row in release.rows}
    retired = [
        row.id for key, row in present.items() if key not in shipped and not _is_an_administrators(row)
    ]
    recorded = _record(session, release, now, touched=bool(fresh or changed or retired))
    origin = {"release_id": recorded.id, "changed_by": BY_RELEASE, "created_at": now}
    repository.supersede(session, [*(old_id for old_id, _ in changed), *retired], now)
    new_rows = [*fresh, *(new for _, new in changed)]
    others = [(row.kind, row.code) for row in present.values() if row.id in set(retired)]
    ids = repository.next_ids(session)
    repository.add_rows(session, [columns | origin | {"id": next(ids)} for columns in new_rows])
    if fresh or changed or retired:
        told = audit.Change("reference.loaded", "reference_release", release.name, after=release.sha256)
        audit.record(session, audit.operator(), [told], now=now)
    if numbers:  # the first load changes nothing that was held to anything
        _tell(session, [*others, *((row["kind"], row["code"]) for row in new_rows)], now)
    unchanged = len(release.rows) - len(fresh) - len(changed) - kept
    return LoadReport(len(fresh), len(changed), unchanged, kept, len(retired), release.name)


def _is_an_administrators(row: ReferenceRow) -> bool:
    return row.release_id is None and row.changed_by != BY_RELEASE


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
    session: WriteSession, kind: str, code: str, changed: Change, *, subject: Subject, now: datetime
) -> ReferenceRow:
    """Add a version of a row by an administrator, none for the same content again. Raises NotFound, Invalid.

    It must pass what a shipped row must pass.
    """
    lock_names(session, [_LOCK])
    old = repository.current_row(session, kind, code)
    if old is None:
        raise NotFound(Message("没有这个代码", "there is no such code"))
    new = ReferenceRow(
        id=next(repository.next_ids(session)),
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
        changed_by=subject.actor,
        created_at=now,
        superseded_at=None,
    )
    if _same(old, new):
        return old
    _refuse_faults(session, old, new)
    old.superseded_at = now
    session.flush()
    session.add(new)
    session.flush()
    _write_down(session, subject, old, new, now)
    _tell(session, [(kind, code)], now)
    return new


def _write_down(
    session: WriteSession, subject: Subject, old: ReferenceRow, new: ReferenceRow, now: datetime
) -> None:
    told = audit.Change(
        "reference.changed",
        "reference",
        f"{new.kind}/{new.code}",
        audit.digest(_content(old)),
        audit.digest(_content(new)),
        new.version,
    )
    audit.record(session, subject, [told], now=now)


def _tell(session: WriteSession, rows: Sequence[tuple[str, str]], now: datetime) -> None:
    """Publish which rows say something else than before."""
    told = [{"kind": kind, "code": code} for kind, code in rows]
    publish(session, [NewEvent("reference.changed", each, region=None) for each in told], now=now)


def _content(row: ReferenceRow) -> dict[str, Any]:
    """What a version says, and where it is from."""
    return {each.name: getattr(row, each.name) for each in fields(Change)}


def _refuse_faults(session: ReadSession, old: ReferenceRow, new: ReferenceRow) -> None:
    faults = list(bodies_have_their_shape([new])) or [
        *stays_of_its_kind(old, new),
        *(
            fault
            for check in ROW_CHECKS
            for fault in check([new, *repository.current_rows(session, "wastes")])
        ),
    ]
    own = f"/{new.kind}/{new.code}/"
    mine = [fault for fault in faults if fault.pointer.startswith(own)]
    if mine:
        raise Invalid(
            errors=[
                Fault(
                    _pointer(fault.pointer[len(own) :]),
                    fault.code,
                    _WITHOUT_VALUE.get(fault.code, fault.message),
                )
                for fault in mine
            ]
        )


def _pointer(field: str) -> str:
    """Where a field of a row stands in the body of a change."""
    outside = {member.name for member in fields(Change)} - {"body"}
    return f"/{field}" if field in outside else f"/body/{field}"


def newest_release(session: ReadSession) -> ReferenceRelease | None:
    """Give the release loaded last."""
    return repository.newest_release(session)


def page(
    session: ReadSession, kind: str, *, prefix: str, length: int | None, after: str, limit: int
) -> tuple[list[ReferenceRow], str | None]:
    """Give rows after a code, and the code to go on from."""
    rows = repository.current_page(session, kind, prefix=prefix, length=length, after=after, limit=limit + 1)
    return rows[:limit], rows[limit - 1].code if len(rows) > limit else None
