"""Issuing and revoking certificates. A tonne is promised once: the account is read and drawn on under one lock."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from app.audit import service as audit
from app.auth.subjects import Subject
from app.batches import service as batches
from app.certificates import accounts
from app.certificates.models import Certificate, CertificateKey, CertifiedContent
from app.certificates.names import Names, names
from app.certificates.schemas import CertificateIn
from app.certificates.signing import Signer
from app.db.base import table_of
from app.db.locks import lock_names
from app.db.session import WriteSession
from app.domain.canonical_json import canonical
from app.domain.custody.certificates import FORMAT, MODEL, new_code, read_code
from app.domain.custody.credits import room
from app.domain.errors import Fault, Message
from app.domain.permits.execution import Span
from app.domain.quantities import tonnes_text
from app.enterprises import service as enterprises
from app.enterprises.models import Enterprise, Site
from app.enterprises.service import SiteRow
from app.http.problems import Conflict, Invalid, NotFound
from app.ids import new_id
from app.outbox.events import NewEvent, publish


class ReferenceTaken(Conflict):
    code = "reference_taken"
    title = Message("该编号已用于内容不同的证书", "This reference stands on a certificate with other content")


class NotEnough(Conflict):
    code = "not_enough_content"
    title = Message(
        "账户余额不足：同一吨不能证明两次", "The account does not hold as much: no tonne is certified twice"
    )


class AlreadyRevoked(Conflict):
    code = "already_revoked"
    title = Message("该证书已吊销", "This certificate was revoked before")


@dataclass(frozen=True, slots=True)
class Issuer:
    """On whose behalf, when, on which day there, and with which key."""

    subject: Subject
    now: datetime
    today: date
    signer: Signer


def issue(session: WriteSession, asked: CertificateIn, by: Issuer) -> tuple[uuid.UUID, bool]:
    """Issue a certificate; answers its id and whether it is new. Raises NotFound, Invalid, ReferenceTaken, NotEnough."""
    site = batches.own_sites(session, by.subject, {asked.site}).get(asked.site)
    if site is None:
        text = Message("没有这个场所，或不属于您", "there is no such site, or it is not yours")
        raise NotFound(text, errors=[Fault("/site", "unknown_site", text)])
    lock_names(session, [_lock(asked.site)])
    present = session.scalar(
        select(Certificate).where(Certificate.site_id == site.id, Certificate.reference == asked.reference)
    )
    if present is not None:
        if present.request_sha256 != asked.sha256:
            raise ReferenceTaken(errors=[Fault("/reference", ReferenceTaken.code, ReferenceTaken.title)])
        return present.id, False
    _refuse_future(asked, by.today)
    _refuse_beyond(session, asked, site.id)
    return _write(session, asked, site, by), True


def _lock(site: str) -> str:
    return f"certificates:{site}"


def _refuse_future(asked: CertificateIn, today: date) -> None:
    if Span.parse(asked.period).first.first_day > today:
        text = Message("该季度尚未开始", "this quarter has not begun yet")
        raise Invalid(errors=[Fault("/period", "future_period", text)])


def _refuse_beyond(session: WriteSession, asked: CertificateIn, site_id: uuid.UUID) -> None:
    book = accounts.book(session, site_id, asked.period)
    left = room(book.account, book.claims)
    faults = []
    holds = book.account.holds.get(asked.product)
    if holds is None:
        text = Message("该季度没有这种产品的批次", "no batch of this product is on file for the quarter")
        raise Invalid(errors=[Fault("/product", "no_batches", text)])
    if asked.product_tonnes > left.products.get(asked.product, 0):
        faults.append(_too_much("/product_tonnes", left.products.get(asked.product, 0)))
    for place, each in enumerate(asked.content):
        if each.waste not in holds:
            text = Message("该产品的配方中没有这种固废", "no recipe of this product holds this waste")
            raise Invalid(errors=[Fault(f"/content/{place}/waste", "not_in_product", text)])
        if each.tonnes > left.wastes.get(each.waste, 0):
            faults.append(_too_much(f"/content/{place}/tonnes", left.wastes.get(each.waste, 0)))
    if faults:
        raise NotEnough(errors=faults)


def _too_much(pointer: str, left: int) -> Fault:
    tonnes = tonnes_text(left)
    return Fault(
        pointer,
        NotEnough.code,
        Message(f"最多还可证明 {tonnes} 吨", f"at most {tonnes} t can still be certified"),
    )


def _write(session: WriteSession, asked: CertificateIn, row: SiteRow, by: Issuer) -> uuid.UUID:
    site, enterprise = session.get_one(Site, row.id), session.get_one(Enterprise, row.enterprise_id)
    code = new_code()
    content = _content(asked, code, {"site": site, "enterprise": enterprise}, by, names(session))
    _keep_key(session, by)
    made = Certificate(
        id=new_id(),
        code=code,
        site_id=row.id,
        reference=asked.reference,
        period=asked.period,
        product=asked.product,
        product_grams=asked.product_tonnes,
        request_sha256=asked.sha256,
        document=canonical(content),
        signature=by.signer.sign(content),
        key_id=by.signer.key_id,
        issued_by=by.subject.actor,
        issued_at=by.now,
    )
    session.add(made)
    session.flush()
    session.add_all(
        CertifiedContent(certificate_id=made.id, waste=each.waste, grams=each.tonnes)
        for each in asked.content
    )
    session.flush()
    _tell(session, "certificate.issued", made, site, by.subject, by.now)
    return made.id


def _content(
    asked: CertificateIn, code: str, of: Mapping[str, Any], by: Issuer, known: Names
) -> dict[str, Any]:
    """What is signed."""
    span, site, enterprise = Span.parse(asked.period), of["site"], of["enterprise"]
    return {
        "format": FORMAT,
        "code": code,
        "issued_at": by.now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "enterprise": {"name": enterprise.name, "credit_code": enterprise.credit_code},
        "site": {"code": site.code, "name": site.name, "region": site.region},
        "reference": asked.reference,
        "period": {"text": asked.period, "from": str(span.first), "to": str(span.last)},
        "product": {"code": asked.product, **known.product(asked.product), "grade": asked.grade},
        "product_tonnes": tonnes_text(asked.product_tonnes),
        "content": [
            {"waste": each.waste, **known.waste(each.waste), "tonnes": tonnes_text(each.tonnes)}
            for each in sorted(asked.content, key=lambda each: each.waste)
        ],
        "model": MODEL,
        "recipient": asked.recipient,
        "signed_by": asked.signed_by,
        "key_id": by.signer.key_id,
    }


def _keep_key(session: WriteSession, by: Issuer) -> None:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"id": by.signer.key_id, "public_key": by.signer.public_key, "first_used_at": by.now}
    session.execute(dialect.insert(table_of(CertificateKey)).values(row).on_conflict_do_nothing())


def revoke(session: WriteSession, subject: Subject, code: str, reason: str, now: datetime) -> uuid.UUID:
    """Revoke a certificate of one's own: what it promised is free again. Raises NotFound, AlreadyRevoked."""
    found = session.scalar(select(Certificate).where(Certificate.code == (read_code(code) or "")))
    site = None if found is None else enterprises.sites_by_id(session, [found.site_id])[found.site_id]
    if found is None or site is None or site.code not in batches.own_sites(session, subject, {site.code}):
        raise NotFound
    lock_names(session, [_lock(site.code)])
    session.refresh(found)
    if found.revoked_at is not None:
        raise AlreadyRevoked
    found.revoked_by, found.revoked_at, found.revoked_reason = subject.actor, now, reason
    session.flush()
    row = session.get_one(Site, found.site_id)
    _tell(session, "certificate.revoked", found, row, subject, now)
    return found.id


def _tell(
    session: WriteSession, what: str, certificate: Certificate, site: Site, subject: Subject, now: datetime
) -> None:
    digest = audit.digest(certificate)
    told = audit.Change(what, "certificate", str(certificate.id), after=digest, region=site.region)
    audit.record(session, subject, [told], now=now)
    payload = {
        "certificate": certificate.code,
        "site": site.code,
        "period": certificate.period,
        "product": certificate.product,
        "product_tonnes": tonnes_text(certificate.product_grams),
    }
    event = NewEvent(what, payload, region=site.region, enterprise_id=site.enterprise_id, site_id=site.id)
    publish(session, [event], now=now)
