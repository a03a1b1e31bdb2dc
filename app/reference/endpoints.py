"""HTTP: reference data with its sources and the release loaded."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.db.session import ReadSession
from app.http.dependencies import Now, Reading, Writing
from app.http.paging import Cursor, Limit
from app.reference import service
from app.reference.schemas import (
    CoefficientIn,
    HistoryOut,
    ReferenceOut,
    ReferencePage,
    ReleaseOut,
    VersionOut,
)

router = APIRouter(prefix="/v1", tags=["reference"])

Anyone = Annotated[Subject, Depends(require())]
Admin = Annotated[Subject, Depends(require(Scope.ADMIN))]
Prefix = Annotated[
    str, Query(max_length=80, pattern=r"^[0-9A-Za-z._-]*$", description="only codes that begin with this")
]
Code = Annotated[str, Path(max_length=80, pattern=r"^[0-9A-Za-z._-]+$")]
Level = Annotated[Literal["province", "city", "county"] | None, Query(description="only this level")]
_DIGITS = {"province": 2, "city": 4, "county": 6}


@router.get("/regions")
def get_regions(
    *,
    _subject: Anyone,
    session: Reading,
    prefix: Prefix = "",
    level: Level = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> ReferencePage:
    """List provinces, cities and counties (GB/T 2260)."""
    length = None if level is None else _DIGITS[level]
    return _page(session, "regions", prefix, cursor, limit, length=length)


@router.get("/industries")
def get_industries(
    _subject: Anyone, session: Reading, prefix: Prefix = "", cursor: Cursor = "", limit: Limit = 100
) -> ReferencePage:
    """List the divisions of GB/T 4754."""
    return _page(session, "industries", prefix, cursor, limit)


@router.get("/wastes")
def get_wastes(
    _subject: Anyone, session: Reading, prefix: Prefix = "", cursor: Cursor = "", limit: Limit = 100
) -> ReferencePage:
    """List the waste classes with their tax kinds and synonyms."""
    return _page(session, "wastes", prefix, cursor, limit)


@router.get("/bases")
def get_bases(
    _subject: Anyone, session: Reading, prefix: Prefix = "", cursor: Cursor = "", limit: Limit = 100
) -> ReferencePage:
    """List the bases that targets are set for."""
    return _page(session, "bases", prefix, cursor, limit)


@router.get("/targets")
def get_targets(
    _subject: Anyone, session: Reading, prefix: Prefix = "", cursor: Cursor = "", limit: Limit = 100
) -> ReferencePage:
    """List the targets with metric, scope, period and threshold."""
    return _page(session, "targets", prefix, cursor, limit)


@router.get("/coefficients")
def get_coefficients(
    _subject: Anyone, session: Reading, prefix: Prefix = "", cursor: Cursor = "", limit: Limit = 100
) -> ReferencePage:
    """List the generation coefficients with their bands."""
    return _page(session, "coefficients", prefix, cursor, limit)


@router.get("/methods")
def get_methods(
    _subject: Anyone, session: Reading, prefix: Prefix = "", cursor: Cursor = "", limit: Limit = 100
) -> ReferencePage:
    """List the ways of measuring with their standard uncertainty."""
    return _page(session, "methods", prefix, cursor, limit)


@router.get("/processes")
def get_processes(
    _subject: Anyone, session: Reading, prefix: Prefix = "", cursor: Cursor = "", limit: Limit = 100
) -> ReferencePage:
    """List the processes that use, dispose of or store waste."""
    return _page(session, "processes", prefix, cursor, limit)


@router.get("/coefficients/{code}/history")
def get_coefficient_history(code: Code, _subject: Anyone, session: Reading) -> HistoryOut:
    """List all versions of a coefficient, the newest first, with who changed it."""
    rows = service.history(session, "coefficients", code)
    return HistoryOut(items=[VersionOut.model_validate(row, from_attributes=True) for row in rows])


@router.put("/coefficients/{code}")
def put_coefficient(
    code: Code, body: CoefficientIn, subject: Admin, session: Writing, now: Now
) -> ReferenceOut:
    """Change a coefficient, held to the rules of the shipped ones; the former version is kept, later loads leave it alone."""
    changed = service.Change(**dict(body))
    row = service.change(session, "coefficients", code, changed, actor=subject.actor, now=now)
    return ReferenceOut.model_validate(row, from_attributes=True)


def _page(
    session: ReadSession, kind: str, prefix: str, cursor: str, limit: int, *, length: int | None = None
) -> ReferencePage:
    rows, next_cursor = service.page(session, kind, prefix=prefix, length=length, after=cursor, limit=limit)
    release = service.newest_release(session)
    return ReferencePage(
        items=[ReferenceOut.model_validate(row, from_attributes=True) for row in rows],
        next_cursor=next_cursor,
        release=None if release is None else ReleaseOut.model_validate(release, from_attributes=True),
    )
