"""Queries on forms and product batches; what a subject may see stands at the root of each."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select, tuple_

from app.auth.subjects import Subject
from app.auth.visibility import visible_to, within
from app.batches.models import Batch, BatchLink, ProductBatch, RecipeInput
from app.db.session import ReadSession
from app.domain.custody.batches import BatchKind, Key
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Site

_MAX_IN_LIST = 400


def chunks(keys: Iterable[Any]) -> Iterator[list[Any]]:
    """The distinct keys in order, as many at a time as one statement takes."""
    ordered = sorted(set(keys))
    for start in range(0, len(ordered), _MAX_IN_LIST):
        yield ordered[start : start + _MAX_IN_LIST]


def _seen(subject: Subject) -> Any:
    return visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,))


def batches(subject: Subject) -> Select[Batch, str]:
    """Forms with the code of their site."""
    return select(Batch, Site.code).join(Site, Site.id == Batch.site_id).where(_seen(subject))


def product_batches(subject: Subject) -> Select[ProductBatch, str]:
    """Product batches with the code of their site."""
    return select(ProductBatch, Site.code).join(Site, Site.id == ProductBatch.site_id).where(_seen(subject))


def by_numbers(session: ReadSession, model: Any, keys: Iterable[Key]) -> dict[Key, Row[Any]]:
    """(site, number) → id, sha256 and withdrawn_at of what bears the number, whoever may see it."""
    found: dict[Key, Row[Any]] = {}
    for batch in chunks(keys):
        query = (
            select(Site.code, model.number, model.id, model.sha256, model.withdrawn_at)
            .join(Site, Site.id == model.site_id)
            .where(tuple_(Site.code, model.number).in_(batch))
        )
        found |= {(row.code, row.number): row for row in session.execute(query)}
    return found


def preceding_of(session: ReadSession, keys: Iterable[Key]) -> dict[Key, list[Key]]:
    """Form → the forms that it names as preceding; a withdrawn one names none."""
    links: dict[Key, list[Key]] = {}
    for batch in chunks(keys):
        query = (
            select(Site.code, Batch.number, BatchLink.preceding_site, BatchLink.preceding_number)
            .join(Batch, Batch.id == BatchLink.batch_id)
            .join(Site, Site.id == Batch.site_id)
            .where(tuple_(Site.code, Batch.number).in_(batch), Batch.withdrawn_at.is_(None))
        )
        for site, number, before_site, before_number in session.execute(query):
            links.setdefault((site, number), []).append((before_site, before_number))
    return links


def named(session: ReadSession, keys: Iterable[Key]) -> set[Key]:
    """Which of the forms some other form names as preceding."""
    found: set[Key] = set()
    link = BatchLink
    for batch in chunks(keys):
        query = select(link.preceding_site, link.preceding_number).where(
            tuple_(link.preceding_site, link.preceding_number).in_(batch)
        )
        found |= {(site, number) for site, number in session.execute(query)}
    return found


def links_of(session: ReadSession, batch_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[BatchLink]]:
    """The preceding forms of forms, in the order in which they were named."""
    found: dict[uuid.UUID, list[BatchLink]] = {}
    for batch in chunks(batch_ids):
        query = select(BatchLink).where(BatchLink.batch_id.in_(batch))
        for link in session.scalars(query.order_by(BatchLink.batch_id, BatchLink.position)):
            found.setdefault(link.batch_id, []).append(link)
    return found


def following(session: ReadSession, keys: Iterable[Key]) -> list[BatchLink]:
    """The links of forms, not withdrawn, that name one of these as preceding."""
    found: list[BatchLink] = []
    for batch in chunks(keys):
        query = (
            select(BatchLink)
            .join(Batch, Batch.id == BatchLink.batch_id)
            .where(
                tuple_(BatchLink.preceding_site, BatchLink.preceding_number).in_(batch),
                Batch.withdrawn_at.is_(None),
            )
        )
        found += session.scalars(query.order_by(BatchLink.batch_id, BatchLink.position))
    return found


def open_to(subject: Subject, own_sites: Sequence[str], own_codes: Sequence[str]) -> Any:
    """Forms that one may know of by number: those one sees, and what left another site for one's own."""
    addressed = and_(Batch.kind == BatchKind.LEFT, Batch.receiver.in_([*own_sites, *own_codes]))
    return or_(_seen(subject), addressed)


def known(session: ReadSession, keys: Iterable[Key], condition: Any) -> dict[Key, tuple[Batch, str]]:
    """(site, number) → the form with its site's code, among those that `condition` lets through."""
    found: dict[Key, tuple[Batch, str]] = {}
    for batch in chunks(keys):
        query = (
            select(Batch, Site.code)
            .join(Site, Site.id == Batch.site_id)
            .where(tuple_(Site.code, Batch.number).in_(batch), condition)
        )
        found |= {(code, row.number): (row, code) for row, code in session.execute(query)}
    return found


def codes_of(session: ReadSession, site_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[str, str]]:
    """Site → its code and the credit code of the enterprise that it is registered under."""
    query = select(Site.id, Site.code, Enterprise.credit_code).join(
        Enterprise, Enterprise.id == Site.enterprise_id
    )
    rows = session.execute(query.where(Site.id.in_(set(site_ids))))
    return {site_id: (code, credit_code) for site_id, code, credit_code in rows}


def sums(
    session: ReadSession, site_ids: Iterable[uuid.UUID], months: Iterable[Month]
) -> dict[tuple[uuid.UUID, Month, str, BatchKind], tuple[int, int]]:
    """(site, month, waste, kind) → how many forms, and their sum [g]; withdrawn ones are left out."""
    query = (
        select(
            Batch.site_id, Batch.month, Batch.waste, Batch.kind, func.count(Batch.id), func.sum(Batch.grams)
        )
        .where(Batch.site_id.in_(set(site_ids)), Batch.month.in_(set(months)), Batch.withdrawn_at.is_(None))
        .group_by(Batch.site_id, Batch.month, Batch.waste, Batch.kind)
    )
    return {
        (site_id, month, waste, kind): (count, int(grams))
        for site_id, month, waste, kind, count, grams in session.execute(query)
    }


def inputs_of(session: ReadSession, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[RecipeInput]]:
    """The inputs of product batches, in the order in which they were named."""
    found: dict[uuid.UUID, list[RecipeInput]] = {}
    for batch in chunks(ids):
        query = select(RecipeInput).where(RecipeInput.product_batch_id.in_(batch))
        for each in session.scalars(query.order_by(RecipeInput.product_batch_id, RecipeInput.position)):
            found.setdefault(each.product_batch_id, []).append(each)
    return found


def seen_site(session: ReadSession, subject: Subject, code: str) -> uuid.UUID | None:
    """The id of a site that one may see."""
    return session.scalar(select(Site.id).where(Site.code == code, _seen(subject)))


def in_region(query: Any, region: str) -> Any:
    """Keep what lies in a territory."""
    return query.where(within(Site.region, region)) if region else query


def put_in(
    session: ReadSession, site_ids: Iterable[uuid.UUID], months: Iterable[Month]
) -> dict[tuple[uuid.UUID, Month, str], int]:
    """(site, month, waste) → what all recipes name of it [g]; withdrawn product batches are left out."""
    query = (
        select(ProductBatch.site_id, ProductBatch.month, RecipeInput.waste, func.sum(RecipeInput.grams))
        .join(RecipeInput, RecipeInput.product_batch_id == ProductBatch.id)
        .where(
            ProductBatch.site_id.in_(set(site_ids)),
            ProductBatch.month.in_(set(months)),
            ProductBatch.withdrawn_at.is_(None),
            RecipeInput.waste.is_not(None),
        )
        .group_by(ProductBatch.site_id, ProductBatch.month, RecipeInput.waste)
    )
    return {
        (site_id, month, waste): int(grams)
        for site_id, month, waste, grams in session.execute(query)
        if waste is not None
    }


def used_forms(session: ReadSession, batches: Iterable[tuple[uuid.UUID, str]]) -> set[tuple[uuid.UUID, str]]:
    """Which of these (site, number) are forms of a use that count."""
    found: set[tuple[uuid.UUID, str]] = set()
    for batch in chunks(batches):
        query = select(Batch.site_id, Batch.number).where(
            tuple_(Batch.site_id, Batch.number).in_(batch),
            Batch.kind == BatchKind.USED,
            Batch.withdrawn_at.is_(None),
        )
        found |= {(site_id, number) for site_id, number in session.execute(query)}
    return found
