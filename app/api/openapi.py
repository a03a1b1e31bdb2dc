"""The published contract: FastAPI's own document, with who may come in and how every route refuses."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts

from app.api import bounds
from app.auth.dependencies import Requirement
from app.auth.sessions import COOKIE
from app.auth.subjects import Scope
from app.http.problems import MEDIA_TYPE
from app.http.rate_limit.contract import RATE_LIMIT_HEADERS, RETRY_AFTER, TOO_MANY_REQUESTS

_TEXT = {"type": "string"}
_MESSAGE = {
    "type": "object",
    "required": ["zh", "en"],
    "properties": {"zh": _TEXT, "en": _TEXT},
}
_FAULT = {
    "type": "object",
    "required": ["pointer", "code", "message"],
    "properties": {
        "pointer": _TEXT | {"description": "RFC 6901 pointer into the body, or #query/…, #path/…, #header/…"},
        "code": _TEXT,
        "message": {"$ref": "#/components/schemas/ProblemMessage"},
    },
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details; every refusal has this shape.",
    "required": ["type", "title", "status", "detail", "message", "errors"],
    "properties": {
        "type": _TEXT | {"format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": _TEXT,
        "message": {"$ref": "#/components/schemas/ProblemMessage"},
        "errors": {
            "type": "array",
            "maxItems": 100,
            "items": {"$ref": "#/components/schemas/ProblemFault"},
        },
        "request_id": _TEXT | {"format": "uuid"},
    },
}
_SIGNED_ACCESS = (
    "A signed token of 15 minutes, made and checked after RFC8725: one algorithm, the audience checked, "
    "and no secret inside."
)
_SCHEMES = {
    "oauth2": {
        "type": "oauth2",
        "description": _SIGNED_ACCESS,
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/oauth/token",
                "scopes": {scope.value: scope.value.replace(":", " ") for scope in Scope},
            }
        },
    },
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": _SIGNED_ACCESS},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
}
_PHRASES = {
    "400": "The request cannot be read",
    "401": "No valid token",
    "403": "The token lacks a scope",
    "404": "No such thing, or not for this subject",
    "413": "The body is too large",
    "422": "The content is not valid; `errors` says where",
    "429": TOO_MANY_REQUESTS,
    "500": "Something went wrong here; nothing was saved",
    "503": "Busy or not ready; try again",
    "default": "Any other refusal",
}
_DESCRIPTION = (
    "Ledgers of bulk industrial solid waste, month by month: what arose, was used, disposed of, stored and "
    "sent, and the utilization rates that follow. Masses are decimal text in tonnes, months `YYYY-MM`, moments UTC."
)
_TAGS = {
    "ledgers": "A site's monthly ledger: filed, checked, amended, decided on.",
    "transfers": "What went from site to site, as either side reported it.",
    "rates": "Utilization and disposal rates with their coverage, and the progress towards targets.",
    "bulletins": "Published totals checked against the formulas.",
    "enterprises": "Enterprises, their sites and facilities.",
    "clients": "Machine clients, their secrets and tokens.",
    "reference": "Regions, wastes, processes, coefficients, targets, with their sources.",
    "audit": "Who changed what, in a chain of hashes that shows any change.",
    "webhooks": "Addresses that events are sent to, signed after Standard Webhooks, and the log of their deliveries.",
    "operations": "Is the service well, and do its figures agree with each other.",
}
_METHODS = ("get", "put", "post", "delete", "patch", "head")


def install(app: FastAPI) -> None:
    """Let `app.openapi()` give our document, made at the first call."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(
        title=app.title,
        version=app.version,
        description=_DESCRIPTION,
        routes=app.routes,
        servers=[{"url": "/", "description": "This service, local or production", "x-internal": False}],
    )
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError", "Month-Input", "Month-Output"):
        schemas.pop(name, None)
    schemas.update(Problem=_PROBLEM, ProblemMessage=_MESSAGE, ProblemFault=_FAULT)
    components["securitySchemes"] = _SCHEMES
    doors = {(path, method): door for path, method, door in _doors(app)}
    for path, item in made["paths"].items():
        for method in _METHODS:
            if method in item:
                _complete(item[method], path, method, doors.get((path, method)))
    made["tags"] = [{"name": name, "description": words} for name, words in _TAGS.items()]
    bounds.complete(made)
    return made


def _doors(app: FastAPI) -> Iterator[tuple[str, str, Requirement | None]]:
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            for method in route.methods or ():
                yield str(route.path_format), method.lower(), requirement_of(route.dependant)


def requirement_of(dependant: Dependant) -> Requirement | None:
    """Find the door of a route among its dependencies and theirs."""
    if isinstance(dependant.call, Requirement):
        return dependant.call
    found = (requirement_of(inner) for inner in dependant.dependencies)
    return next((door for door in found if door is not None), None)


def _complete(operation: dict[str, Any], path: str, method: str, door: Requirement | None) -> None:
    if door is not None:
        scopes = sorted(scope.value for scope in door.scopes)
        operation["security"] = [{"oauth2": scopes}, {"bearer": []}]
        if method in {"get", "head"}:
            operation["security"].append({"session": []})
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = _never_null(parameter["schema"])
    answers = operation["responses"]
    for status in {*_refusals_of(operation, path, door), *answers}:
        if status == "default" or status[0] in "45":
            answers[status] = _refusal(status, answers.get(status, {}))
    for status, answer in answers.items():
        if status[0] in "24":
            answer["headers"] = answer.get("headers", {}) | RATE_LIMIT_HEADERS
    answers["429"]["headers"] |= RETRY_AFTER
    operation["responses"] = dict(sorted(answers.items()))


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is there or not; unlike a field of a body it cannot be null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if not kinds:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return rest | (kinds[0] if len(kinds) == 1 else {"anyOf": kinds})


def _refusals_of(operation: Mapping[str, Any], path: str, door: Requirement | None) -> set[str]:
    """Name the ways in which a request of this kind can be refused."""
    refusals = {"429", "500", "503", "default"}
    if door is not None:
        refusals |= {"401", "403"}
    if "{" in path:
        refusals.add("404")
    if "requestBody" in operation:
        refusals |= {"400", "413", "422"}
    if operation.get("parameters"):
        refusals.add("422")
    return refusals


def _refusal(status: str, told: Mapping[str, Any]) -> dict[str, Any]:
    words = _PHRASES.get(status) or told.get("description") or _PHRASES["default"]
    kept = {key: value for key, value in told.items() if key == "headers"}
    return kept | {
        "description": words,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
