"""The pages of certificates: everything written, for the templates to place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from app.web import numbers
from app.web.batches.gather import Choices
from app.web.charts.svg import Attributes, element
from app.web.languages import Language
from app.web.texts import text


@dataclass(frozen=True, slots=True)
class Row:
    """One certificate in a list."""

    address: str
    code: str
    state: str
    state_words: str
    site: str
    period: str
    product: str
    tonnes: str
    content: str


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One waste or product of an account."""

    name: str
    available: str
    certified: str
    left: str
    over: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """The certificates one may see, and an enterprise's account."""

    rows: tuple[Row, ...]
    next: str
    sites: Choices
    site: str
    period: str
    account: tuple[AccountRow, ...]
    products: Choices
    wastes: Choices
    can_write: bool
    values: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OnePage:
    """One certificate. `facts` are labels with words; the public page has fewer of them."""

    code: str
    title: str
    state: str
    state_name: str
    state_words: str
    facts: tuple[tuple[str, str], ...]
    wastes: tuple[tuple[str, str, str], ...]
    qr: Markup | None = None
    address: str = ""
    pdf: str = ""
    file: str = ""
    revoke: str = ""


def row(item: Mapping[str, Any], language: Language) -> Row:
    """Write a certificate as a row."""
    wastes = "、".join(
        f"{each[language.value]} {numbers.separated(each['tonnes'])}" for each in item["content"]
    )
    return Row(
        f"/certificates/{item['code']}",
        item["code"],
        item["state"],
        text(f"certificates.state.{item['state']}", language),
        item["site"],
        item["period"],
        _product(item, language),
        numbers.separated(item["product_tonnes"]),
        wastes,
    )


def _product(item: Mapping[str, Any], language: Language) -> str:
    name: str = item["product_name"][language.value]
    return f"{name} {item['grade']}" if item["grade"] else name


def account_rows(account: Mapping[str, Any], language: Language) -> tuple[AccountRow, ...]:
    """Write an account."""
    return tuple(
        AccountRow(
            line["name"][language.value],
            *(
                numbers.separated(line[f"{name}_tonnes"])
                for name in ("available", "certified", "left", "overdrawn")
            ),
        )
        for line in (*account["wastes"], *account["products"])
    )


def public_page(item: Mapping[str, Any], language: Language, timezone: str) -> OnePage:
    """Write what anybody may know."""
    return OnePage(
        code=item["code"],
        title=_product(item, language),
        state=item["state"],
        state_name=text(f"certificates.state.{item['state']}", language),
        state_words=text(f"certificates.state.{item['state']}.words", language),
        facts=_named(_public_facts(item, language, timezone), language),
        wastes=tuple(
            (
                f"{each['waste']} {each[language.value]}",
                numbers.separated(each["tonnes"]),
                numbers.separated(each["uncovered_tonnes"]),
            )
            for each in item["content"]
        ),
    )


def _public_facts(item: Mapping[str, Any], language: Language, timezone: str) -> tuple[tuple[str, str], ...]:
    revoked, short = item["revoked_at"], item["uncovered_product_tonnes"]
    return (
        ("code", item["code"]),
        ("enterprise", item["enterprise"]),
        ("product", _product(item, language)),
        ("product_tonnes", numbers.separated(item["product_tonnes"])),
        ("uncovered_product", "" if short == "0" else numbers.separated(short)),
        ("share", f"{item['content_percent']}%"),
        ("period", item["period"]),
        ("model", item["model"]),
        ("issued", numbers.moment(item["issued_at"], timezone)),
        ("revoked", "" if revoked is None else numbers.moment(revoked, timezone)),
        ("sha256", item["sha256"]),
        ("key", item["key_id"]),
    )


def _named(facts: tuple[tuple[str, str], ...], language: Language) -> tuple[tuple[str, str], ...]:
    return tuple((text(f"certificates.{name}", language), words) for name, words in facts if words)


def own_page(
    item: Mapping[str, Any], language: Language, timezone: str, *, address: str, qr: Markup, can_write: bool
) -> OnePage:
    """Write a certificate for its holder and the authority."""
    page = public_page(item, language, timezone)
    more = (
        ("site", item["site"]),
        ("reference", item["reference"]),
        ("recipient", item["recipient"] or ""),
        ("signed_by", item["signed_by"]),
        ("revoked", item["revoked_reason"] or ""),
    )
    path = f"/v1/certificates/{item['code']}"
    return OnePage(
        code=page.code,
        title=page.title,
        state=page.state,
        state_name=page.state_name,
        state_words=page.state_words,
        facts=(*page.facts, *_named(more, language)),
        wastes=page.wastes,
        qr=qr,
        address=address,
        pdf=f"{path}/pdf?language={language.value}",
        file=f"{path}/file",
        revoke=f"/certificates/{item['code']}/revocation" if can_write and item["state"] != "revoked" else "",
    )


def qr_drawing(address: str, code: tuple[int, str], language: Language) -> Markup:
    """Draw a QR code: black on white, whatever the look of the page, since a scanner wants it so."""
    side, path = code
    words = text("certificates.qr", language, address=address)
    attributes: Attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        "id": "qr",
        "viewBox": f"0 0 {side} {side}",
        "role": "img",
        "aria-label": words,
        "shape-rendering": "crispEdges",
    }
    ground = element("rect", {"width": side, "height": side, "fill": "#fff"})
    return element("svg", attributes, ground, element("path", {"d": path, "fill": "#000"}))
