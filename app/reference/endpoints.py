"""HTTP: reference data with its sources and the release loaded."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.db.session import ReadSession
from app.domain.errors import Message
from app.http.dependencies import Now, Reading, Writing
from app.http.paging import Cursor, Limit
from app.http.problems import NotFound
from app.reference import service
from app.reference.chains_schemas import ChainOut, ChainPage, ShippedChainOut
from app.reference.schemas import (
    CoefficientIn,
    HistoryOut,
    ReferenceOut,
    ReferencePage,
    ReleaseOut,
    VersionOut,
)
from chains.document import chain_document
from chains.loader import shipped_library

router = APIRouter(prefix="/v1", tags=["reference"])

Anyone = Annotated[Subject, Depends(require())]
Admin = Annotated[Subject, Depends(require(Scope.ADMIN))]
Prefix = Annotated[
    str, Query(max_length=80, pattern=r"^[0-9A-Za-z._-]*$", description="only codes that begin with this")
]
Code = Annotated[str, Path(max_length=80, pattern=r"^[0-9A-Za-z._-]+$")]
ChainId = Annotated[str, Path(max_length=80, pattern=r"^[0-9A-Za-z._-]+$", description="`id` of a chain")]
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


@router.get("/chains")
def get_chains(_subject: Anyone, session: Reading, cursor: Cursor = "", limit: Limit = 100) -> ChainPage:
    """List the chains with their wastes, processes and yields."""
    further = [chain for key, chain in sorted(shipped_library().chains.items()) if key > cursor]
    shown = further[:limit]
    return ChainPage(
        items=[ChainOut(**chain_document(chain)) for chain in shown],
        next_cursor=shown[-1].id if len(further) > limit else None,
        release=_release(session),
    )


@router.get("/chains/{chain_id}")
def get_chain(chain_id: ChainId, _subject: Anyone, session: Reading) -> ShippedChainOut:
    """Give one chain with its wastes, processes and yields."""
    chain = shipped_library().chains.get(chain_id)
    if chain is None:
        raise NotFound(Message("没有这个链条", "there is no such chain"))
    return ShippedChainOut(**chain_document(chain), release=_release(session))


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
    row = service.change(session, "coefficients", code, changed, subject=subject, now=now)
    return ReferenceOut.model_validate(row, from_attributes=True)


def _page(
    session: ReadSession, kind: str, prefix: str, cursor: str, limit: int, *, length: int | None = None
) -> ReferencePage:
    rows, next_cursor = service.page(session, kind, prefix=prefix, length=length, after=cursor, limit=limit)
    return ReferencePage(
        items=[ReferenceOut.model_validate(row, from_attributes=True) for row in rows],
        next_cursor=next_cursor,
        release=_release(session),
    )


def _release(session: ReadSession) -> ReleaseOut | None:
    found = service.newest_release(session)
    return None if found is None else ReleaseOut.model_validate(found, from_attributes=True)
