"""What the pages of batches show, read from the services."""

from datetime import date

from sqlalchemy import func, select

from app.auth.subjects import Role, Subject
from app.auth.visibility import visible_to
from app.batches.models import Batch, ProductBatch
from app.db.session import ReadSession
from app.domain.periods import Month
from app.enterprises.models import Site
from app.reference import service as reference
from app.web.languages import Language

_MOST_SITES = 500
Choices = tuple[tuple[str, str], ...]


def sites(session: ReadSession, subject: Subject, model: type[Batch] | type[ProductBatch]) -> Choices:
    """(code, name) of one's own sites; to an authority those that have recorded something."""
    query = select(Site.code, Site.name).where(
        visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,))
    )
    if subject.role is not Role.ENTERPRISE:
        query = query.where(Site.id.in_(select(model.site_id)))
    return tuple((code, name) for code, name in session.execute(query.order_by(Site.code).limit(_MOST_SITES)))


def newest_month(
    session: ReadSession, site: str, today: date, model: type[Batch] | type[ProductBatch] = Batch
) -> Month:
    """The last month with a form, or with a product batch; without any the present one."""
    query = select(func.max(model.month)).join(Site, Site.id == model.site_id).where(Site.code == site)
    found = session.scalar(query)
    return Month.of(today) if found is None else found


def wastes(session: ReadSession, language: Language) -> Choices:
    """The wastes with their names."""
    rows = reference.current(session, "wastes")
    return tuple((row.code, f"{row.code} {row.zh if language is Language.ZH else row.en}") for row in rows)


def products(session: ReadSession, language: Language) -> Choices:
    """The products with their names."""
    found: dict[str, str] = {}
    for row in reference.current(session, "processes"):
        for code, name in row.body["product_names"].items():
            found[code] = name[language.value]
    return tuple(sorted(found.items(), key=lambda item: item[1]))


def processes(session: ReadSession, language: Language) -> Choices:
    """The ways of use and disposal with their names."""
    rows = reference.current(session, "processes")
    return tuple(
        (row.code, row.zh if language is Language.ZH else row.en)
        for row in rows
        if row.body["role"] in ("use", "dispose")
    )
