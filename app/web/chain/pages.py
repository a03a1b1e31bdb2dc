"""The chain page: a chain followed through the ledgers of a region or base."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.auth.subjects import Scope
from app.chain_runs import runs
from app.domain.errors import Message
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.http.problems import NotFound
from app.web import flash
from app.web.access import AUTHORITIES, reader, writer
from app.web.chain import export
from app.web.chain.asked import ChainAsked
from app.web.chain.gather import gather
from app.web.chain.view import chain_page
from app.web.page_route import PageRoute
from app.web.rendering import language_for, person_of, render

router = APIRouter(prefix="/chain", route_class=PageRoute, include_in_schema=False)

Reader = Annotated[PageSession, Depends(reader(Scope.CHAINS_READ, roles=AUTHORITIES))]
Asker = Annotated[PageSession, Depends(writer(Scope.CHAINS_READ, roles=AUTHORITIES))]
Field = Annotated[str, Form(max_length=80)]

_NO_FLOWS = Message("这个范围内没有可导出的流", "there are no flows to export in this scope")


@router.get("")
def show(request: Request, visit: Reader, session: Reading, settings: SettingsDep, now: Now) -> Response:
    """Show where the tonnes of a scope go and end."""
    figures = gather(session, visit.subject, ChainAsked.of(request.query_params), now)
    page = chain_page(figures, language_for(request), settings.timezone)
    return render(request, "chain/page.html", {"page": page, "person": person_of(visit)})


@router.post("/runs")
def ask(
    visit: Asker,
    session: Writing,
    now: Now,
    chain: Field = "",
    region: Field = "",
    base: Field = "",
    first: Annotated[str, Form(alias="from", max_length=80)] = "",
    last: Annotated[str, Form(alias="to", max_length=80)] = "",
    level: Field = "",
) -> Response:
    """Ask the worker to follow the scope with the ledgers as they are now."""
    sent = {"chain": chain, "region": region, "base": base, "from": first, "to": last, "level": level}
    asked = ChainAsked.of(sent)
    runs.request(session, visit.subject, asked.query, now)
    return flash.go(asked.address(), "run_asked")


@router.get("/flows.svg")
def as_svg(request: Request, visit: Reader, session: Reading, settings: SettingsDep, now: Now) -> Response:
    """Give the drawing as a file."""
    figures = gather(session, visit.subject, ChainAsked.of(request.query_params), now)
    page = chain_page(figures, language_for(request), settings.timezone)
    if page.panel is None:
        raise NotFound(_NO_FLOWS)
    return _file(export.svg_file(page.panel.chart), "image/svg+xml", "chain.svg")


@router.get("/flows.csv")
def as_csv(request: Request, visit: Reader, session: Reading, now: Now) -> Response:
    """Give every flow as a table."""
    figures = gather(session, visit.subject, ChainAsked.of(request.query_params), now)
    if figures.graph is None:
        raise NotFound(_NO_FLOWS)
    text = export.csv_text(figures.graph, figures.labels, language_for(request))
    return _file(f"\ufeff{text}", "text/csv; charset=utf-8", "chain.csv")


def _file(content: str, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"}
    return Response(content, media_type=media_type, headers=headers)
