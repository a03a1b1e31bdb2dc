"""Reading forms and product batches: one, lists, and their sums beside the ledgers."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.auth.subjects import Subject
from app.batches import flags, lines, repository
from app.batches.flags import Flag
from app.batches.models import Batch, BatchLink, ProductBatch, RecipeInput
from app.db.session import ReadSession
from app.domain.custody.batches import BatchKind, standing
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from app.domain.rates import fixed_text
from app.enterprises.models import Site
from app.http.problems import NotFound


@dataclass(frozen=True, slots=True)
class FormQuery:
    """Which forms are asked for; the newest numbers last, as they came."""

    site: str | None = None
    region: str = ""
    first: Month | None = None
    last: Month | None = None
    kind: BatchKind | None = None
    waste: str | None = None
    product: str | None = None
    limit: int = 50
    cursor: uuid.UUID | None = None


def one(session: ReadSession, subject: Subject, batch_id: uuid.UUID) -> dict[str, Any]:
    """A form, or NotFound when there is none that one may see."""
    row = session.execute(repository.batches(subject).where(Batch.id == batch_id)).one_or_none()
    if row is None:
        raise NotFound
    return documents(session, subject, [(row[0], row[1])])[0]


def several(
    session: ReadSession, subject: Subject, ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, dict[str, Any]]:
    """These forms, by their ids."""
    found: list[tuple[Batch, str]] = []
    for batch in repository.chunks(ids):
        rows = session.execute(repository.batches(subject).where(Batch.id.in_(batch)))
        found += [(row[0], row[1]) for row in rows]
    return {each["id"]: each for each in documents(session, subject, found)}


def page(
    session: ReadSession, subject: Subject, query: FormQuery
) -> tuple[list[dict[str, Any]], uuid.UUID | None]:
    """Some forms in the order in which they came, and where to go on."""
    statement = _chosen(repository.batches(subject), Batch, query)
    if query.kind is not None:
        statement = statement.where(Batch.kind == query.kind)
    if query.waste is not None:
        statement = statement.where(Batch.waste == query.waste)
    found = session.execute(statement.order_by(Batch.id).limit(query.limit + 1)).all()
    rows = [(row[0], row[1]) for row in found]
    shown = rows[: query.limit]
    following = shown[-1][0].id if len(rows) > query.limit else None
    return documents(session, subject, shown), following


def _chosen(statement: Any, model: Any, query: FormQuery) -> Any:
    if query.site is not None:
        statement = statement.where(Site.code == query.site)
    if query.first is not None:
        statement = statement.where(model.month >= query.first)
    if query.last is not None:
        statement = statement.where(model.month <= query.last)
    if query.cursor is not None:
        statement = statement.where(model.id > query.cursor)
    return repository.in_region(statement, query.region)


def documents(
    session: ReadSession, subject: Subject, rows: Sequence[tuple[Batch, str]]
) -> list[dict[str, Any]]:
    """Forms as they are answered, with their preceding forms and what is said of them."""
    batches = [batch for batch, _ in rows]
    links = repository.links_of(session, [batch.id for batch in batches])
    known = flags.known_to(session, subject, batches, links)
    said = flags.of_batches(session, batches, links, known)
    return [
        _batch(batch, site, links.get(batch.id, []), known, said.get(batch.id, [])) for batch, site in rows
    ]


def _batch(
    batch: Batch, site: str, links: Sequence[BatchLink], known: flags.Known, said: Sequence[Flag]
) -> dict[str, Any]:
    plain = (
        "id", "number", "kind", "day", "waste", "waste_code", "receiver", "facility", "process", "carrier", "vehicle",
        "note", "signed_by", "sha256", "recorded_by", "recorded_at", "withdrawn_at", "withdrawn_reason",
    )  # fmt: skip
    return {name: getattr(batch, name) for name in plain} | {
        "kind": batch.kind.value,
        "site": site,
        "table": batch.kind.table,
        "month": str(batch.month),
        "tonnes": tonnes_text(batch.grams),
        "preceding": [
            {
                "site": link.preceding_site,
                "number": link.preceding_number,
                "tonnes": None if link.grams is None else tonnes_text(link.grams),
                "known": (link.preceding_site, link.preceding_number) in known,
            }
            for link in links
        ],
        "warnings": [_warning(flag) for flag in said],
    }


def _warning(flag: Flag) -> dict[str, Any]:
    return {
        "rule": flag.rule,
        "pointer": flag.pointer,
        "message": {"zh": flag.message.zh, "en": flag.message.en},
        "tonnes": None if flag.grams is None else tonnes_text(flag.grams),
    }


def sums(
    session: ReadSession, subject: Subject, site: str, first: Month, last: Month
) -> list[dict[str, Any]]:
    """The forms of a site's months by month, waste and kind beside what the ledgers say. Raises NotFound."""
    site_id = site_seen(session, subject, site)
    months = [first.plus(step) for step in range(_steps(first, last))]
    figures = lines.figures(session, [site_id], months)
    counted = repository.sums(session, [site_id], months)
    items = []
    for key in sorted(counted, key=lambda each: (each[1], each[2], each[3].table)):
        _, month, waste, kind = key
        forms, grams = counted[key]
        line = figures.get((site_id, month, waste))
        ledger = None if line is None else line.counterpart(kind)
        items.append(
            {
                "month": str(month),
                "waste": waste,
                "kind": kind.value,
                "table": kind.table,
                "forms": forms,
                "batches_tonnes": tonnes_text(grams),
                "ledger_tonnes": None if ledger is None else tonnes_text(ledger),
                "difference_tonnes": None if ledger is None else tonnes_text(grams - ledger),
                "standing": standing(kind, grams, line).value,
            }
        )
    return items


def _steps(first: Month, last: Month) -> int:
    return (last.year - first.year) * 12 + last.number - first.number + 1


def site_seen(session: ReadSession, subject: Subject, code: str) -> uuid.UUID:
    """The id of a site that one may see. Raises NotFound."""
    found = repository.seen_site(session, subject, code)
    if found is None:
        raise NotFound
    return found


def product(session: ReadSession, subject: Subject, batch_id: uuid.UUID) -> dict[str, Any]:
    """A product batch, or NotFound when there is none that one may see."""
    row = session.execute(
        repository.product_batches(subject).where(ProductBatch.id == batch_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return product_documents(session, [(row[0], row[1])])[0]


def product_page(
    session: ReadSession, subject: Subject, query: FormQuery
) -> tuple[list[dict[str, Any]], uuid.UUID | None]:
    """Some product batches in the order in which they came, and where to go on."""
    statement = _chosen(repository.product_batches(subject), ProductBatch, query)
    if query.product is not None:
        statement = statement.where(ProductBatch.product == query.product)
    found = session.execute(statement.order_by(ProductBatch.id).limit(query.limit + 1)).all()
    rows = [(row[0], row[1]) for row in found]
    shown = rows[: query.limit]
    following = shown[-1][0].id if len(rows) > query.limit else None
    return product_documents(session, shown), following


def product_documents(session: ReadSession, rows: Sequence[tuple[ProductBatch, str]]) -> list[dict[str, Any]]:
    """Product batches as they are answered, with their recipes and what is said of them."""
    batches = [batch for batch, _ in rows]
    inputs = repository.inputs_of(session, [batch.id for batch in batches])
    said = flags.of_products(session, batches, inputs)
    return [_product(batch, site, inputs[batch.id], said.get(batch.id, [])) for batch, site in rows]


def _product(
    batch: ProductBatch, site: str, inputs: Sequence[RecipeInput], said: Sequence[Flag]
) -> dict[str, Any]:
    plain = (
        "id", "number", "day", "product", "grade", "note", "signed_by", "sha256", "recorded_by", "recorded_at",
        "withdrawn_at", "withdrawn_reason",
    )  # fmt: skip
    wastes = sum(each.grams for each in inputs if each.waste is not None)
    share = Fraction(wastes, sum(each.grams for each in inputs))
    return {name: getattr(batch, name) for name in plain} | {
        "site": site,
        "month": str(batch.month),
        "product_tonnes": None if batch.product_grams is None else tonnes_text(batch.product_grams),
        "inputs": [
            {
                "waste": each.waste,
                "material": each.material,
                "batch": each.batch,
                "tonnes": tonnes_text(each.grams),
            }
            for each in inputs
        ],
        "waste_share": fixed_text(share, 6),
        "warnings": [_warning(flag) for flag in said],
    }
