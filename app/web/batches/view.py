"""The pages of batches: everything written, for the templates to place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from markupsafe import Markup

from app.web import numbers
from app.web.batches.gather import Choices
from app.web.batches.graph import graph
from app.web.languages import Language
from app.web.texts import text

KINDS = ("generated", "stored", "left", "used", "disposed")


@dataclass(frozen=True, slots=True)
class FormRow:
    """One form in a list."""

    address: str
    number: str
    kind: str
    day: str
    waste: str
    tonnes: str
    preceding: str
    signed_by: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListPage:
    """The forms of a site's month."""

    sites: Choices
    site: str
    month: str
    sums: tuple[tuple[str, ...], ...]
    rows: tuple[FormRow, ...]
    next: str
    tables: str
    kinds: Choices
    wastes: Choices
    processes: Choices
    can_write: bool
    values: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """One form of a trace, as a row of its table."""

    address: str
    step: str
    number: str
    site: str
    kind: str
    day: str
    tonnes: str


@dataclass(frozen=True, slots=True)
class OnePage:
    """One form or product batch. `facts` are labels with words, `said` what is said of it now."""

    number: str
    title: str
    facts: tuple[tuple[str, str], ...]
    said: tuple[str, ...]
    withdrawn: str
    withdraw: str
    back: str
    drawing: Markup | None = None
    nodes: tuple[Node, ...] = ()
    trace_words: tuple[str, ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product batch in a list."""

    address: str
    number: str
    day: str
    product: str
    made: str
    share: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProductsPage:
    """The product batches of a site."""

    sites: Choices
    site: str
    rows: tuple[ProductRow, ...]
    next: str
    products: Choices
    wastes: Choices
    can_write: bool
    values: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


def kinds(language: Language) -> Choices:
    """The kinds of forms, in the order in which waste passes through them."""
    return tuple((kind, text(f"batches.kind.{kind}", language)) for kind in KINDS)


def said(document: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    """What is said of a form, and that it was withdrawn."""
    words = [warning["message"][language.value] for warning in document["warnings"]]
    if document["withdrawn_at"] is not None:
        words.insert(0, text("batches.withdrawn", language))
    return tuple(words)


def form_row(form: Mapping[str, Any], names: Mapping[str, str], language: Language) -> FormRow:
    """Write a form as a row."""
    return FormRow(
        f"/batches/{form['id']}",
        form["number"],
        text(f"batches.kind.{form['kind']}", language),
        form["day"].isoformat(),
        names.get(form["waste"], form["waste"]),
        numbers.separated(form["tonnes"]),
        "、".join(each["number"] for each in form["preceding"]),
        form["signed_by"],
        said(form, language),
    )


def sum_rows(
    items: Sequence[Mapping[str, Any]], names: Mapping[str, str], language: Language
) -> tuple[tuple[str, ...], ...]:
    """Write the sums beside the ledger."""
    return tuple(
        (
            text(f"batches.kind.{item['kind']}", language),
            names.get(item["waste"], item["waste"]),
            str(item["forms"]),
            numbers.separated(item["batches_tonnes"]),
            _or_none(item["ledger_tonnes"]),
            _or_none(item["difference_tonnes"]),
            text(f"batches.standing.{item['standing']}", language),
        )
        for item in items
    )


def _or_none(tonnes: str | None) -> str:
    return "—" if tonnes is None else numbers.separated(tonnes)


def one_form(
    form: Mapping[str, Any],
    traced: Mapping[str, Any],
    names: Mapping[str, str],
    processes: Mapping[str, str],
    language: Language,
    timezone: str,
    *,
    can_write: bool,
) -> OnePage:
    """Write one form with its graph."""
    facts = [
        ("batches.site", form["site"]),
        ("batches.kind", text(f"batches.kind.{form['kind']}", language)),
        ("batches.day", form["day"].isoformat()),
        ("batches.waste", names.get(form["waste"], form["waste"])),
        ("batches.tonnes", numbers.separated(form["tonnes"])),
        ("batches.preceding_words", "、".join(_preceding(each) for each in form["preceding"])),
        *(
            (f"batches.{name}", form[name] or "")
            for name in ("receiver", "facility", "carrier", "vehicle", "signed_by", "note")
        ),
        ("batches.process", processes.get(form["process"], form["process"] or "")),
        ("batches.recorded", recorded(form, timezone)),
    ]
    return OnePage(
        number=form["number"],
        title=text(f"batches.kind.{form['kind']}", language),
        facts=tuple((text(name, language), value) for name, value in facts if value),
        said=said(form, language),
        withdrawn=form["withdrawn_reason"] or "",
        withdraw=f"/batches/{form['id']}/withdrawal" if can_write and form["withdrawn_at"] is None else "",
        back=f"/batches?site={form['site']}&month={form['month']}",
        drawing=graph(traced, language),
        nodes=tuple(_node(node, language) for node in traced["nodes"]),
        trace_words=_trace_words(traced, language),
    )


def _trace_words(traced: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    words = [text("batches.trace.words", language, count=str(len(traced["nodes"])))]
    if traced["beyond_upstream"] or traced["beyond_downstream"]:
        up, down = str(traced["beyond_upstream"]), str(traced["beyond_downstream"])
        words.append(text("batches.trace.beyond", language, up=up, down=down))
    if traced["truncated"]:
        words.append(text("batches.trace.truncated", language))
    return tuple(words)


def _preceding(each: Mapping[str, Any]) -> str:
    return each["number"] if each["tonnes"] is None else f"{each['number']} ({each['tonnes']} t)"


def recorded(document: Mapping[str, Any], timezone: str) -> str:
    """Who recorded it when."""
    at: datetime = document["recorded_at"]
    return f"{numbers.moment(at, timezone)} · {document['recorded_by']}"


def _node(node: Mapping[str, Any], language: Language) -> Node:
    return Node(
        f"/batches/{node['id']}",
        f"{node['distance']:+d}" if node["distance"] else "0",
        node["number"],
        node["site"],
        text(f"batches.kind.{node['kind']}", language),
        node["day"].isoformat(),
        numbers.separated(node["tonnes"]),
    )


def product_row(batch: Mapping[str, Any], names: Mapping[str, str], language: Language) -> ProductRow:
    """Write a product batch as a row."""
    grade = f" {batch['grade']}" if batch["grade"] else ""
    return ProductRow(
        f"/product-batches/{batch['id']}",
        batch["number"],
        batch["day"].isoformat(),
        names.get(batch["product"], batch["product"]) + grade,
        _or_none(batch["product_tonnes"]),
        numbers.fraction_percent(Fraction(batch["waste_share"])),
        said(batch, language),
    )


def one_product(
    batch: Mapping[str, Any],
    products: Mapping[str, str],
    wastes: Mapping[str, str],
    language: Language,
    timezone: str,
    *,
    can_write: bool,
) -> OnePage:
    """Write one product batch with its recipe."""
    row = product_row(batch, products, language)
    facts = (
        ("batches.site", batch["site"]),
        ("batches.day", row.day),
        ("products.product", row.product),
        ("products.made", row.made),
        ("products.share", row.share),
        ("batches.signed_by", batch["signed_by"]),
        ("batches.note", batch["note"] or ""),
        ("batches.recorded", recorded(batch, timezone)),
    )
    inputs = tuple(
        (
            each["material"]
            or " · ".join(filter(None, (wastes.get(each["waste"], each["waste"]), each["batch"]))),
            numbers.separated(each["tonnes"]),
        )
        for each in batch["inputs"]
    )
    is_open = can_write and batch["withdrawn_at"] is None
    return OnePage(
        number=batch["number"],
        title=row.product,
        facts=tuple((text(name, language), value) for name, value in facts if value),
        said=row.said,
        withdrawn=batch["withdrawn_reason"] or "",
        withdraw=f"/product-batches/{batch['id']}/withdrawal" if is_open else "",
        back=f"/product-batches?site={batch['site']}",
        inputs=inputs,
    )
