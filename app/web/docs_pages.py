"""The pages of the API documentation."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.auth.dependencies import public
from app.web.access import Visitor
from app.web.docs import routes_of
from app.web.page_route import PageRoute
from app.web.rendering import person_of, render

ASSETS_PATH = "/docs/assets"

router = APIRouter(prefix="/docs", route_class=PageRoute, include_in_schema=False)


@router.get("", dependencies=[Depends(public("the contract is open to all, the data is not"))])
def interactive(request: Request, visitor: Visitor) -> Response:
    """Show Swagger UI."""
    values = {"openapi": request.app.openapi_url, "assets": ASSETS_PATH, "person": person_of(visitor)}
    return render(request, "docs.html", values)


@router.get("/api", dependencies=[Depends(public("the contract is open to all, the data is not"))])
def plain_list(request: Request, visitor: Visitor) -> Response:
    """List the routes for readers without scripts."""
    values = {
        "openapi": request.app.openapi_url,
        "routes": routes_of(request.app.openapi()),
        "person": person_of(visitor),
    }
    return render(request, "docs_api.html", values)
