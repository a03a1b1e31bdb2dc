"""Batches and certificates of the walk: A records a form and a product batch, and has content certified."""

from collections.abc import Callable
from typing import Any

from api.route_walk.city import A_NAMES, A_SITE, MARCH, City, Kind
from api.route_walk.entry import (
    FILING_OF_A,
    LEDGER_OF_A,
    LEDGERS_WITH_A,
    OPEN_TO_ALL,
    SIGNED_IN,
    Asked,
    Entry,
    Fate,
    at,
    fates,
)

OWN = Kind.OWN
_FORM = {
    "site": A_SITE,
    "number": "甲-LY-1",
    "kind": "used",
    "day": f"{MARCH}-07",
    "waste": "SW02",
    "tonnes": "3",
    "signed_by": A_NAMES[3],
}
_PRODUCT = {
    "site": A_SITE,
    "number": "甲-P-1",
    "day": f"{MARCH}-07",
    "product": "cement",
    "grade": "42.5",
    "product_tonnes": "9",
    "inputs": [{"waste": "SW02", "tonnes": "3"}, {"material": "熟料", "tonnes": "6"}],
    "signed_by": A_NAMES[3],
}
_CERTIFICATE = {
    "site": A_SITE,
    "reference": "甲-1",
    "period": "2025-Q1",
    "product": "cement",
    "product_tonnes": "3",
    "content": [{"waste": "SW02", "tonnes": "1"}],
    "signed_by": A_NAMES[3],
}
_QUERY = f"site={A_SITE}&product=cement&grade=42.5&period=2025-Q1"
EVERYBODY = fates(Fate.DONE, nobody=Fate.DONE)


def _made(city: City, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = city.client.post(path, json=body, headers=city.headers(OWN))
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found


def form_id(city: City) -> str:
    """The id of A's form, recorded at first use."""
    return str(_made(city, "/v1/batches", _FORM)["id"])


def product_id(city: City) -> str:
    """The id of A's product batch, recorded at first use."""
    return str(_made(city, "/v1/product-batches", _PRODUCT)["id"])


def code(city: City) -> str:
    """The code of A's certificate, issued at first use."""
    product_id(city)
    return str(_made(city, "/v1/certificates", _CERTIFICATE)["code"])


def _of(path: str, which: Callable[[City], str], rest: str = "", **parts: Any) -> Callable[[City], Asked]:
    return lambda city: Asked(f"{path}/{which(city)}{rest}", parts)


def _after(which: Callable[[City], str], url: str, **parts: Any) -> Callable[[City], Asked]:
    def asked(city: City) -> Asked:
        which(city)
        return Asked(url, parts)

    return asked


_REASON = {"json": {"reason": "填错"}}
_BULK = FILING_OF_A | {Kind.PARTY: Fate.REJECTED, Kind.OTHER: Fate.REJECTED}

CUSTODY = [
    Entry("POST", "/v1/batches", at("/v1/batches", json=_FORM), OWN, FILING_OF_A, shows=True),
    Entry(
        "POST",
        "/v1/batches/bulk",
        at("/v1/batches/bulk?mode=atomic", json=[_FORM]),
        OWN,
        _BULK,
        shows=True,
        echoes=True,
    ),
    Entry("GET", "/v1/batches", _after(form_id, "/v1/batches"), OWN, LEDGERS_WITH_A, shows=True),
    Entry(
        "GET",
        "/v1/batches/sums",
        _after(form_id, f"/v1/batches/sums?site={A_SITE}&from={MARCH}&to={MARCH}"),
        OWN,
        LEDGER_OF_A,
        shows=True,
        echoes=True,
    ),
    Entry("GET", "/v1/batches/{batch_id}", _of("/v1/batches", form_id), OWN, LEDGER_OF_A, shows=True),
    Entry(
        "GET",
        "/v1/batches/{batch_id}/trace",
        _of("/v1/batches", form_id, "/trace"),
        OWN,
        LEDGER_OF_A,
        shows=True,
    ),
    Entry(
        "POST",
        "/v1/batches/{batch_id}/withdrawal",
        _of("/v1/batches", form_id, "/withdrawal", **_REASON),
        OWN,
        FILING_OF_A,
        shows=True,
    ),
    Entry(
        "POST", "/v1/product-batches", at("/v1/product-batches", json=_PRODUCT), OWN, FILING_OF_A, shows=True
    ),
    Entry(
        "GET",
        "/v1/product-batches",
        _after(product_id, "/v1/product-batches"),
        OWN,
        LEDGERS_WITH_A,
        shows=True,
    ),
    Entry(
        "GET",
        "/v1/product-batches/{batch_id}",
        _of("/v1/product-batches", product_id),
        OWN,
        LEDGER_OF_A,
        shows=True,
    ),
    Entry(
        "POST",
        "/v1/product-batches/{batch_id}/withdrawal",
        _of("/v1/product-batches", product_id, "/withdrawal", **_REASON),
        OWN,
        FILING_OF_A,
        shows=True,
    ),
    Entry(
        "GET",
        "/v1/reports/batch-tables",
        _after(form_id, f"/v1/reports/batch-tables?site={A_SITE}&month={MARCH}"),
        OWN,
        LEDGER_OF_A,
        shows=True,
        echoes=True,
    ),
    Entry(
        "POST",
        "/v1/certificates",
        _after(product_id, "/v1/certificates", json=_CERTIFICATE),
        OWN,
        FILING_OF_A,
        shows=True,
    ),
    Entry("GET", "/v1/certificates", _after(code, "/v1/certificates"), OWN, LEDGERS_WITH_A, shows=True),
    Entry("GET", "/v1/certificates/keys", at("/v1/certificates/keys"), Kind.NOBODY, OPEN_TO_ALL),
    Entry(
        "GET",
        "/v1/certificates/account",
        _after(code, f"/v1/certificates/account?site={A_SITE}&period=2025-Q1"),
        OWN,
        LEDGER_OF_A,
        shows=True,
        echoes=True,
    ),
    Entry("GET", "/v1/certificates/{code}", _of("/v1/certificates", code), OWN, LEDGER_OF_A, shows=True),
    Entry(
        "GET",
        "/v1/certificates/{code}/file",
        _of("/v1/certificates", code, "/file"),
        OWN,
        LEDGER_OF_A,
        shows=True,
    ),
    Entry("GET", "/v1/certificates/{code}/pdf", _of("/v1/certificates", code, "/pdf"), OWN, LEDGER_OF_A),
    Entry(
        "POST",
        "/v1/certificates/{code}/revocation",
        _of("/v1/certificates", code, "/revocation", **_REASON),
        OWN,
        FILING_OF_A,
        shows=True,
    ),
    # Whoever holds a code was handed a certificate: it says whose it is, and what it certifies.
    Entry(
        "GET",
        "/v1/certificates/{code}/public",
        _of("/v1/certificates", code, "/public"),
        Kind.NOBODY,
        EVERYBODY,
        shows=True,
    ),
    Entry("GET", "/v1/vat-rules", at("/v1/vat-rules"), OWN, SIGNED_IN),
    Entry(
        "GET",
        "/v1/vat-evidence",
        _after(product_id, f"/v1/vat-evidence?{_QUERY}"),
        OWN,
        LEDGER_OF_A,
        shows=True,
        echoes=True,
    ),
    Entry(
        "GET",
        "/v1/reports/vat-evidence",
        _after(product_id, f"/v1/reports/vat-evidence?{_QUERY}"),
        OWN,
        LEDGER_OF_A,
        shows=True,
        echoes=True,
    ),
]
