"""The client's types agree with the contract, field by field; every method calls an operation that the contract has."""

import json
import re
import types
from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import (
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from huanlian_client import Huanlian, shapes
from support.openapi import SNAPSHOT

from app.sandbox.endpoints import router as sandbox


def routes_of(router: APIRouter) -> dict[str, Any]:
    app = FastAPI()
    app.include_router(router)
    return app.openapi()


PUBLISHED: dict[str, Any] = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
#: what only a sandbox has is not published
SANDBOX: dict[str, Any] = routes_of(sandbox)
SCHEMAS: dict[str, Any] = SANDBOX["components"]["schemas"] | PUBLISHED["components"]["schemas"]
PATHS: dict[str, Any] = SANDBOX["paths"] | PUBLISHED["paths"]
#: two schemas of the service have one name in different slices
NAMES = {
    "LedgerWarningOut": "app__ledgers__schemas__WarningOut",
    "RegistrationWarningOut": "app__enterprises__schemas__WarningOut",
    "CaseStepOut": "app__findings__schemas__StepOut",
    "EvidenceFigureOut": "app__findings__schemas__FigureOut",
    "ChainSummaryOut": "app__chain_runs__schemas__SummaryOut",
    "ChainQualityOut": "app__chain_runs__schemas__QualityOut",
    "TraceStepOut": "app__chain_runs__schemas__StepOut",
}


def shapes_there_are() -> list[Any]:
    modules = [import_module(f"{shapes.__name__}.{found.name}") for found in iter_modules(shapes.__path__)]
    return sorted(
        {
            value
            for module in modules
            for value in vars(module).values()
            if is_typeddict(value) and value.__module__ == module.__name__
        },
        key=lambda shape: str(shape.__name__),
    )


def schema_of(shape: Any) -> dict[str, Any]:
    found: dict[str, Any] = SCHEMAS[NAMES.get(shape.__name__, shape.__name__)]
    return found


@pytest.mark.parametrize("shape", shapes_there_are(), ids=lambda shape: shape.__name__)
def test_a_shape_has_the_fields_of_its_schema(shape: Any) -> None:
    schema = schema_of(shape)
    fields = shape.__annotations__
    assert sorted(set(fields) - set(schema["properties"])) == [], "the contract has no such field"
    assert sorted(set(schema.get("required", ())) - set(fields)) == [], (
        "the contract requires it: add it to huanlian_client.shapes"
    )
    assert {name for name in fields if name in shape.__required_keys__} == set(schema.get("required", ()))
    wrong = [
        f"{name}: {annotation} is not {schema['properties'][name]}"
        for name, annotation in fields.items()
        if not agrees(annotation, schema["properties"][name])
    ]
    assert not wrong, "\n".join(wrong)


def agrees(annotation: Any, schema: dict[str, Any]) -> bool:
    """Whether a type says what a schema says."""
    return kinds_of_type(annotation) == kinds_of_schema(schema)


PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null", Any: "any"}


def kinds_of_type(annotation: Any) -> set[str]:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in {NotRequired, Required}:
        return kinds_of_type(parts[0])
    if origin in {Union, types.UnionType}:
        return set().union(*map(kinds_of_type, parts))
    if origin is Literal:
        return {f"={value!r}" for value in parts}
    if origin in {list, dict}:
        return {f"{origin.__name__} of {sorted(kinds_of_type(parts[-1]))}"}
    # A quantity is a number in the contract; whole ones and exact ones are numbers without a float's trouble.
    return {"string", "integer", "number"} if annotation is Decimal else {name_of(annotation)}


def name_of(annotation: Any) -> str:
    name = (
        NAMES.get(annotation.__name__, annotation.__name__) if is_typeddict(annotation) else PLAIN[annotation]
    )
    return str(name)


def kinds_of_schema(schema: dict[str, Any]) -> set[str]:
    match schema:
        case {"$ref": str(reference)}:
            name = reference.rpartition("/")[2]
            kinds = {name} if SCHEMAS[name].get("type") == "object" else kinds_of_schema(SCHEMAS[name])
        case {"const": value}:
            kinds = {f"={value!r}"}
        case {"enum": values}:
            kinds = {f"={value!r}" for value in values}
        case {"anyOf": parts}:
            kinds = set().union(*map(kinds_of_schema, parts))
            is_quantity = any("pattern" in part for part in parts) and {"string", "number"} <= kinds
            kinds |= {"integer"} if is_quantity else set()
        case {"type": "array", "items": items}:
            kinds = {f"list of {sorted(kinds_of_schema(items))}"}
        case {"type": "object"}:
            values = schema.get("additionalProperties")
            kinds = {f"dict of {sorted(kinds_of_schema(values if isinstance(values, dict) else {}))}"}
        case _:
            kinds = {schema.get("type", "any")}
    return kinds


def test_a_field_that_differs_would_be_seen() -> None:
    assert agrees(str | None, {"anyOf": [{"type": "string"}, {"type": "null"}]})
    assert not agrees(str, {"anyOf": [{"type": "string"}, {"type": "null"}]})
    assert not agrees(Literal["use"], {"enum": ["use", "store"], "type": "string"})
    assert not agrees(list[str], {"type": "array", "items": {"type": "integer"}})


Use = Callable[[Huanlian], Any]
_PAGE: dict[str, Any] = {"items": [], "next_cursor": None, "has_more": False}
USES: dict[str, Use] = {
    "ledgers.validate": lambda h: h.ledgers.validate({"site": "S", "month": "2025-01", "nil": True}),
    "ledgers.file": lambda h: h.ledgers.file({"site": "S", "month": "2025-01", "nil": True}),
    "ledgers.bulk": lambda h: h.ledgers.bulk([{"site": "S", "month": "2025-01", "nil": True}]),
    "ledgers.amend": lambda h: h.ledgers.amend(
        "L", {"site": "S", "month": "2025-01", "nil": True, "reason": "R"}, version=1
    ),
    "ledgers.get": lambda h: h.ledgers.get("L"),
    "ledgers.receipt": lambda h: h.ledgers.receipt("L", version=2),
    "ledgers.versions": lambda h: h.ledgers.versions("L"),
    "ledgers.find": lambda h: list(
        h.ledgers.find(site="S", region="1402", first="2025-01", last="2025-02", state="submitted")
    ),
    "transfers.find": lambda h: list(
        h.transfers.find(
            direction="incoming", site="S", waste="SW02", first="2025-01", last="2025-02", undecided=True
        )
    ),
    "transfers.get": lambda h: h.transfers.get("T"),
    "transfers.confirm": lambda h: h.transfers.confirm("T"),
    "transfers.correct": lambda h: h.transfers.correct("T", Decimal("1.5")),
    "transfers.dispute": lambda h: h.transfers.dispute("T", "not come"),
    "rates.get": lambda h: h.rates.get(
        "utilization.plain",
        group_by="month",
        region="14",
        waste=["SW02", "SW03"],
        first="2025-01",
        last="2025-02",
    ),
    "rates.metrics": lambda h: h.rates.metrics(),
    "rates.progress": lambda h: h.rates.progress(region="14", year=2025),
    "findings.find": lambda h: list(
        h.findings.find(
            rule="leak",
            region="14",
            site="S",
            waste="SW02",
            first="2025-01",
            last="2025-02",
            state="open",
            present=True,
        )
    ),
    "findings.get": lambda h: h.findings.get("F"),
    "findings.answer": lambda h: h.findings.answer("F", "weighed"),
    "findings.attach": lambda h: h.findings.attach("F", "a.pdf", b"%PDF"),
    "events.page": lambda h: h.events.page("7", types=["ledger.submitted", "ledger.amended"]),
    "chains.flows": lambda h: h.chains.flows(
        "all", region="14", first="2025-01", last="2025-02", stock="fifo"
    ),
    "chains.fates": lambda h: h.chains.fates("all", group_by="site", region="14"),
    "chains.trace": lambda h: h.chains.trace("S", "SW02", direction="up", first="2025-01", last="2025-02"),
    "permits.put": lambda h: h.permits.put("P", {"region": "140212"}, version=1),
    "permits.get": lambda h: h.permits.get("P", month="2025-01"),
    "permits.versions": lambda h: h.permits.versions("P"),
    "permits.find": lambda h: list(h.permits.find(region="14", matched=False)),
    "permits.compliance": lambda h: h.permits.compliance("P", "2025-01", "2025-03"),
    "permits.execution_report": lambda h: h.permits.execution_report("P", "2025-Q1"),
    "permits.headroom": lambda h: h.permits.headroom("P", month="2025-03"),
    "permits.import_file": lambda h: h.permits.import_file(b"[]", "application/json", mapping="shanxi"),
    "permits.get_import": lambda h: h.permits.get_import("I"),
    "permits.import_rows": lambda h: list(h.permits.import_rows("I")),
    "permits.import_answer": lambda h: h.permits.import_answer("I"),
    "webhooks.create": lambda h: h.webhooks.create("https://a.example/", types=["ledger.*"]),
    "webhooks.find": lambda h: list(h.webhooks.find()),
    "webhooks.get": lambda h: h.webhooks.get("W"),
    "webhooks.change": lambda h: h.webhooks.change("W", enabled=True),
    "webhooks.delete": lambda h: h.webhooks.delete("W"),
    "webhooks.new_secret": lambda h: h.webhooks.new_secret("W"),
    "webhooks.ping": lambda h: h.webhooks.ping("W"),
    "webhooks.deliveries": lambda h: list(h.webhooks.deliveries("W", state="pending")),
    "webhooks.delivery": lambda h: h.webhooks.delivery("W", "D"),
    "webhooks.replay": lambda h: h.webhooks.replay("W", "0"),
    "register.enterprise": lambda h: h.register.enterprise(
        {"credit_code": "C", "industry": "44", "name": "N", "region": "140212"}
    ),
    "register.site": lambda h: h.register.site(
        {"code": "S", "enterprise": "C", "name": "N", "region": "140212"}
    ),
    "register.facility": lambda h: h.register.facility(
        {"site": "S", "code": "TS001", "name": "N", "kind": "storage"}
    ),
    "register.get_site": lambda h: h.register.get_site("S"),
    "register.sites": lambda h: list(h.register.sites(region="14", enterprise="C")),
    "sandbox.results": lambda h: h.sandbox.results(),
    "sandbox.forge": lambda h: h.sandbox.forge("W"),
    "reference.rows": lambda h: list(h.reference.rows("wastes", prefix="SW")),
}


@pytest.mark.parametrize("name", USES)
def test_a_method_calls_an_operation_of_the_contract(name: str) -> None:
    requests: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/oauth/token":
            return httpx2.Response(200, json={"access_token": "t", "expires_in": 900})
        requests.append(request)
        return httpx2.Response(200, json=_PAGE)

    http = httpx2.Client(base_url="http://localhost", transport=httpx2.MockTransport(answer))
    with Huanlian("http://localhost", "id", "secret", http=http) as huanlian:
        USES[name](huanlian)
        noun, _, method = name.partition(".")
        returns = get_type_hints(getattr(type(getattr(huanlian, noun)), method))["return"]
    (request,) = requests
    operation = operation_of(request)
    assert answers(returns) in answered_by(operation), f"{returns} is not what is answered"
    declared = {(each["in"], each["name"]): each for each in operation.get("parameters", ())}
    asked = set(request.url.params)
    assert {key for key in asked if ("query", key) not in declared} == set()
    required = {key for (where, key), each in declared.items() if where == "query" and each.get("required")}
    assert required <= asked
    if "requestBody" in operation:
        assert request.headers["content-type"] in operation["requestBody"]["content"]
    if ("header", "Idempotency-Key") in declared:
        assert request.headers["idempotency-key"]


def answers(returns: Any) -> str | None:
    """Name the schema that a method gives: of the whole answer, or `[]` of the items of a list."""
    if get_origin(returns) in {list, Iterator}:
        return f"{name_of(get_args(returns)[0])}[]"
    return name_of(returns) if is_typeddict(returns) else None


def answered_by(operation: dict[str, Any]) -> set[str | None]:
    """Name the schemas that an operation answers with; None where it answers with no JSON."""
    found: set[str | None] = set()
    for status, answer in operation["responses"].items():
        if not status.startswith("2"):
            continue
        schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
        for each in schema.get("anyOf", [schema]):
            whole = each.get("$ref", "").rpartition("/")[2]
            items = SCHEMAS.get(whole, {}).get("properties", {}).get("items", {}).get("items", {})
            found |= {whole or None, f"{items.get('$ref', '').rpartition('/')[2]}[]"}
    return found


def operation_of(request: httpx2.Request) -> dict[str, Any]:
    """Find the operation that a request is meant for; a path without parameters goes before one with."""
    fitting = [
        item[request.method.lower()]
        for path, item in sorted(PATHS.items(), key=lambda each: each[0].count("{"))
        if request.method.lower() in item
        and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.url.path)
    ]
    assert fitting, f"the contract has no {request.method} {request.url.path}"
    found: dict[str, Any] = fitting[0]
    return found


def test_no_method_is_left_out() -> None:
    http = httpx2.Client(
        base_url="http://localhost", transport=httpx2.MockTransport(lambda _: httpx2.Response(500))
    )
    with Huanlian("http://localhost", "id", "secret", http=http) as huanlian:
        methods = {
            f"{noun}.{method}" for noun, each in public(huanlian) for method, _ in public_methods(each)
        }
    assert methods - set(USES) == {
        "events.since",
        "events.follow",
        "transport.send",
        "transport.get",
        "transport.post",
    }


def public(huanlian: Huanlian) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in vars(huanlian).items() if not name.startswith("_"))


def public_methods(noun: Any) -> Iterator[tuple[str, Any]]:
    return (
        (name, value)
        for name, value in vars(type(noun)).items()
        if not name.startswith("_") and callable(value)
    )


def test_the_readme_names_every_noun() -> None:
    readme = (Path(shapes.__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    for noun in {name.partition(".")[0] for name in USES}:
        assert f"huanlian.{noun}" in readme
