"""Reading certificates: by those whose they are, by the authority, and by anybody who has the code."""

import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, select

from app.auth.subjects import Subject
from app.auth.visibility import visible_to, within
from app.batches import service as batches
from app.certificates import accounts
from app.certificates.models import Certificate, CertificateKey
from app.certificates.names import names
from app.certificates.signing import Signer, file_of
from app.db.session import ReadSession
from app.domain.custody.certificates import MODEL, fingerprint, read_code
from app.domain.custody.credits import Shortfall, room
from app.domain.quantities import grams_from_tonnes, tonnes_text
from app.domain.rates import fixed_text
from app.enterprises.models import Site
from app.http.problems import NotFound


@dataclass(frozen=True, slots=True)
class CertificateQuery:
    """Which certificates are asked for."""

    site: str | None = None
    region: str = ""
    period: str | None = None
    limit: int = 50
    cursor: uuid.UUID | None = None


def _visible(subject: Subject) -> Select[Certificate, str]:
    return (
        select(Certificate, Site.code)
        .join(Site, Site.id == Certificate.site_id)
        .where(visible_to(subject, region=Site.region, enterprises=(Site.enterprise_id,)))
    )


def _row(session: ReadSession, subject: Subject, condition: Any) -> tuple[Certificate, str]:
    row = session.execute(_visible(subject).where(condition)).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def one(session: ReadSession, subject: Subject, code: str) -> dict[str, Any]:
    """A certificate by its code, or NotFound when there is none that one may see."""
    row = _row(session, subject, Certificate.code == (read_code(code) or ""))
    return documents(session, [row])[0]


def by_id(session: ReadSession, subject: Subject, certificate_id: uuid.UUID) -> dict[str, Any]:
    """The same by its id."""
    return documents(session, [_row(session, subject, Certificate.id == certificate_id)])[0]


def page(
    session: ReadSession, subject: Subject, query: CertificateQuery
) -> tuple[list[dict[str, Any]], uuid.UUID | None]:
    """Some certificates, the newest first, and where to go on."""
    statement = _visible(subject)
    if query.site is not None:
        statement = statement.where(Site.code == query.site)
    if query.region:
        statement = statement.where(within(Site.region, query.region))
    if query.period is not None:
        statement = statement.where(Certificate.period == query.period)
    if query.cursor is not None:
        statement = statement.where(Certificate.id < query.cursor)
    found = session.execute(statement.order_by(Certificate.id.desc()).limit(query.limit + 1)).all()
    rows = [(row[0], row[1]) for row in found]
    shown = rows[: query.limit]
    return documents(session, shown), shown[-1][0].id if len(rows) > query.limit else None


def documents(session: ReadSession, rows: Sequence[tuple[Certificate, str]]) -> list[dict[str, Any]]:
    """Certificates as their holders read them."""
    short = accounts.shortfalls_of(session, [certificate for certificate, _ in rows])
    return [
        _open(certificate, short.get(certificate.id, Shortfall()))
        | {
            "site": site,
            "reference": certificate.reference,
            "issued_by": certificate.issued_by,
            "revoked_by": certificate.revoked_by,
            "revoked_reason": certificate.revoked_reason,
            **{name: json.loads(certificate.document)[name] for name in ("recipient", "signed_by")},
        }
        for certificate, site in rows
    ]


def public(session: ReadSession, code: str) -> dict[str, Any]:
    """What anybody may know of a certificate. Raises NotFound."""
    found = session.scalar(select(Certificate).where(Certificate.code == (read_code(code) or "")))
    if found is None:
        raise NotFound
    short = accounts.shortfalls_of(session, [found])
    return _open(found, short.get(found.id, Shortfall()))


def _open(certificate: Certificate, short: Shortfall) -> dict[str, Any]:
    told = json.loads(certificate.document)
    product = told["product"]
    promised = sum(grams_from_tonnes(each["tonnes"]) for each in told["content"])
    return {
        "code": certificate.code,
        "state": _state(certificate, short),
        "enterprise": told["enterprise"]["name"],
        "region": told["site"]["region"],
        "period": certificate.period,
        "product": product["code"],
        "product_name": {"zh": product["zh"], "en": product["en"]},
        "grade": product["grade"],
        "product_tonnes": told["product_tonnes"],
        "uncovered_product_tonnes": tonnes_text(short.product_grams),
        "content": [
            each | {"uncovered_tonnes": tonnes_text(short.content.get(each["waste"], 0))}
            for each in told["content"]
        ],
        "content_percent": fixed_text(Fraction(100 * promised, certificate.product_grams), 2),
        "model": told["model"],
        "issued_at": certificate.issued_at,
        "revoked_at": certificate.revoked_at,
        "sha256": fingerprint(told),
        "key_id": certificate.key_id,
    }


def _state(certificate: Certificate, short: Shortfall) -> str:
    if certificate.revoked_at is not None:
        return "revoked"
    return "valid" if short.is_covered else "overdrawn"


def signed_file(session: ReadSession, subject: Subject, code: str) -> dict[str, Any]:
    """The signed file of a certificate. Raises NotFound."""
    certificate, _ = _row(session, subject, Certificate.code == (read_code(code) or ""))
    key = session.get_one(CertificateKey, certificate.key_id)
    return file_of(json.loads(certificate.document), key.public_key, certificate.signature)


def keys(session: ReadSession, signer: Signer) -> list[dict[str, Any]]:
    """The public keys that certificates were signed with, in the order of their first use."""
    rows = session.scalars(select(CertificateKey).order_by(CertificateKey.first_used_at, CertificateKey.id))
    return [
        {
            "key_id": row.id,
            "public_key": row.public_key,
            "first_used_at": row.first_used_at,
            "current": row.id == signer.key_id,
        }
        for row in rows
    ]


def account(session: ReadSession, subject: Subject, site: str, period: str) -> dict[str, Any]:
    """What a site may certify in a quarter. Raises NotFound."""
    book = accounts.book(session, batches.site_seen(session, subject, site), period)
    left = room(book.account, book.claims)
    wastes: Counter[str] = Counter()
    products: Counter[str] = Counter()
    for claim in book.claims:
        wastes.update(claim.content)
        products[claim.product] += claim.product_grams
    known = names(session)
    return {
        "site": site,
        "period": period,
        "model": MODEL,
        "wastes": _lines(book.account.wastes, left.wastes, wastes, known.waste),
        "products": _lines(book.account.products, left.products, products, known.product),
        "holds": {product: sorted(wastes) for product, wastes in sorted(book.account.holds.items())},
    }


def _lines(
    available: Mapping[str, int], left: Mapping[str, int], promised: Mapping[str, int], name: Any
) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "name": name(code),
            "available_tonnes": tonnes_text(available.get(code, 0)),
            "certified_tonnes": tonnes_text(promised.get(code, 0)),
            "left_tonnes": tonnes_text(left.get(code, 0)),
            "overdrawn_tonnes": tonnes_text(max(0, promised.get(code, 0) - available.get(code, 0))),
        }
        for code in sorted({*available, *promised})
    ]
