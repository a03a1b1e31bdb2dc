"""HTTP: the chains of materials and processes that ship with the program."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from app.auth.dependencies import require
from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.errors import Message
from app.http.dependencies import Reading
from app.http.paging import Cursor, Limit
from app.http.problems import NotFound
from app.reference import service
from app.reference.chains_schemas import ChainOut, ChainPage, ShippedChainOut
from app.reference.schemas import ReleaseOut
from chains.document import chain_document
from chains.loader import shipped_library

router = APIRouter(prefix="/v1", tags=["reference"])

Anyone = Annotated[Subject, Depends(require())]
ChainId = Annotated[str, Path(max_length=80, pattern=r"^[0-9A-Za-z._-]+$", description="`id` of a chain")]


@router.get("/chains")
def get_chains(_subject: Anyone, session: Reading, cursor: Cursor = "", limit: Limit = 100) -> ChainPage:
    """List the chains with their wastes, processes and yields."""
    release = _release(session)
    further = [chain for key, chain in sorted(shipped_library().chains.items()) if key > cursor]
    shown = further[:limit]
    return ChainPage(
        items=[ChainOut(**chain_document(chain)) for chain in shown],
        next_cursor=shown[-1].id if len(further) > limit else None,
        release=release,
    )


@router.get("/chains/{chain_id}")
def get_chain(chain_id: ChainId, _subject: Anyone, session: Reading) -> ShippedChainOut:
    """Give one chain with its wastes, processes and yields."""
    chain = shipped_library().chains.get(chain_id)
    if chain is None:
        raise NotFound(Message("没有这个链条", "there is no such chain"))
    return ShippedChainOut(**chain_document(chain), release=_release(session))


def _release(session: ReadSession) -> ReleaseOut | None:
    found = service.newest_release(session)
    return None if found is None else ReleaseOut.model_validate(found, from_attributes=True)
