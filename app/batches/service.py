"""What other rooms ask of forms and product batches."""

import uuid
from collections.abc import Iterable

from sqlalchemy import select

from app.batches import lines, repository
from app.batches.fields import Grade, Signer, SomeTonnes, Waste
from app.batches.models import ProductBatch
from app.batches.reading import FormQuery, page, product_page, site_seen, sums
from app.batches.recording import Outcome, Recorder, Result, own_sites, record, record_products
from app.db.session import ReadSession
from app.domain.custody.credits import Recipe
from app.domain.periods import Month

__all__ = [
    "FormQuery",
    "Grade",
    "Outcome",
    "Recorder",
    "Result",
    "Signer",
    "SomeTonnes",
    "Waste",
    "own_sites",
    "page",
    "product_page",
    "put_in",
    "recipes",
    "record",
    "record_products",
    "site_seen",
    "sums",
    "used",
]

used = lines.used


def recipes(
    session: ReadSession, site_id: uuid.UUID, months: Iterable[Month]
) -> list[tuple[ProductBatch, Recipe]]:
    """The product batches of a site's months that count, with their recipes, in the order in which they came."""
    query = select(ProductBatch).where(
        ProductBatch.site_id == site_id,
        ProductBatch.month.in_(set(months)),
        ProductBatch.withdrawn_at.is_(None),
    )
    batches = list(session.scalars(query.order_by(ProductBatch.id)))
    inputs = repository.inputs_of(session, [batch.id for batch in batches])
    found = []
    for batch in batches:
        wastes: dict[str, int] = {}
        other = 0
        for each in inputs[batch.id]:
            if each.waste is None:
                other += each.grams
            else:
                wastes[each.waste] = wastes.get(each.waste, 0) + each.grams
        found.append((batch, Recipe(batch.month, batch.product, batch.product_grams, wastes, other)))
    return found


def put_in(session: ReadSession, site_id: uuid.UUID, months: Iterable[Month]) -> dict[tuple[Month, str], int]:
    """What the recipes of a site name of each waste by month [g]."""
    found = repository.put_in(session, [site_id], months)
    return {(month, waste): grams for (_, month, waste), grams in found.items()}
