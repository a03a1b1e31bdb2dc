"""Certificates of recycled content, what they promise, and the public keys that they were signed with."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import UtcDateTime


class CertificateKey(Base):
    """A public key (Ed25519, 64 hexadecimal digits) that certificates were signed with; kept when the key is changed."""

    __tablename__ = "certificate_keys"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    public_key: Mapped[str] = mapped_column(String(64))
    first_used_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Certificate(Base):
    """What was certified, once and for all; `document` is the signed canonical JSON. It ends by being revoked.

    `reference` is the enterprise's own number for it, once per site: asking again answers the same certificate.
    """

    __tablename__ = "certificates"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    code: Mapped[str] = mapped_column(String(14), unique=True)
    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sites.id"))
    reference: Mapped[str] = mapped_column(String(64))
    period: Mapped[str] = mapped_column(String(7))
    product: Mapped[str] = mapped_column(String(64))
    product_grams: Mapped[int] = mapped_column(BigInteger)
    request_sha256: Mapped[str] = mapped_column(String(64))
    document: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(String(128))
    key_id: Mapped[str] = mapped_column(ForeignKey("certificate_keys.id"))
    issued_by: Mapped[str] = mapped_column(String(240))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(240))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_reason: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index("uq_certificates_site_id_reference", "site_id", "reference", unique=True),
        Index("ix_certificates_site_id_period", "site_id", "period"),
    )


class CertifiedContent(Base):
    """How much of a waste [g] a certificate promises."""

    __tablename__ = "certified_contents"

    certificate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("certificates.id"), primary_key=True)
    waste: Mapped[str] = mapped_column(String(8), primary_key=True)
    grams: Mapped[int] = mapped_column(BigInteger)
