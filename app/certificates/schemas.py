"""The JSON of certificates, their accounts, and the evidence for refunds of value-added tax."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.batches.service import Grade, Signer, SomeTonnes, Waste
from app.domain.canonical_json import sha256_of
from app.domain.custody.certificates import CODE_PATTERN
from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.http.answers import TextOut
from app.http.fields import CodeText, LongText, NameText
from app.http.validation import FaultyValue

Quarter = Annotated[
    str, Field(max_length=7, pattern=r"^(199[0-9]|2[01][0-9]{2})-Q[1-4]$", examples=["2025-Q1"])
]
Product = Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9_]+$", examples=["cement"])]
CodeField = Annotated[str, Field(max_length=14, pattern=CODE_PATTERN, examples=["K7F2-9QXM-4TBH"])]
_MOST_WASTES = 20
State = Literal["valid", "overdrawn", "revoked"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ContentIn(_Strict):
    """How much of a waste the product is said to hold."""

    waste: Waste
    tonnes: SomeTonnes


class CertificateIn(_Strict):
    """A certificate asked for: tonnes of a product of a quarter, and the waste in them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "site": "91140200MA0EXAMPLF001P",
                    "reference": "HT-2025-018",
                    "period": "2025-Q1",
                    "product": "cement",
                    "grade": "42.5",
                    "product_tonnes": "400",
                    "content": [{"waste": "SW02", "tonnes": "100"}],
                    "recipient": "示例建设公司",
                    "signed_by": "示例负责人",
                }
            ]
        }
    )

    site: CodeText
    reference: Annotated[
        CodeText, Field(description="your own number for it: asking again answers the same certificate")
    ]
    period: Quarter
    product: Product
    grade: Grade | None = None
    product_tonnes: SomeTonnes
    content: Annotated[list[ContentIn], Field(min_length=1, max_length=_MOST_WASTES)]
    recipient: NameText | None = None
    signed_by: Signer

    @model_validator(mode="after")
    def _content_within_product(self) -> "CertificateIn":
        wastes = [each.waste for each in self.content]
        for place, waste in enumerate(wastes):
            if waste in wastes[:place]:
                text = Message("同一固废重复出现", "this waste stands twice")
                raise FaultyValue("waste_twice", text, f"/content/{place}/waste")
        if sum(each.tonnes for each in self.content) > self.product_tonnes:
            text = Message("固废含量之和大于产品量", "the content is more than the product")
            raise FaultyValue("content_exceeds_product", text, "/content")
        return self

    @property
    def sha256(self) -> str:
        """What makes two requests the same."""
        told = self.model_dump() | {
            "product_tonnes": tonnes_text(self.product_tonnes),
            "content": [{"waste": each.waste, "tonnes": tonnes_text(each.tonnes)} for each in self.content],
        }
        return sha256_of(told)


class RevocationIn(_Strict):
    """Why a certificate is revoked."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "合同取消"}]})

    reason: LongText


class ContentOut(BaseModel):
    """A waste in a product; `uncovered_tonnes` is what the site's account no longer bears."""

    waste: str
    zh: str
    en: str
    tonnes: str
    uncovered_tonnes: str


class PublicCertificateOut(BaseModel):
    """What anybody who has the code may know. `sha256` is that of the signed content, to compare a copy with."""

    code: str
    state: State
    enterprise: str
    region: str
    period: str
    product: str
    product_name: TextOut
    grade: str | None
    product_tonnes: str
    uncovered_product_tonnes: str
    content: list[ContentOut]
    content_percent: str
    model: str
    issued_at: datetime
    revoked_at: datetime | None
    sha256: str
    key_id: str


class CertificateOut(PublicCertificateOut):
    """A certificate as its holder and the authority read it."""

    site: str
    reference: str
    recipient: str | None
    signed_by: str
    issued_by: str
    revoked_by: str | None
    revoked_reason: str | None


class CertificatePage(BaseModel):
    items: list[CertificateOut]
    next_cursor: str | None


class CertificateFileOut(BaseModel):
    """The signed file: `content` in canonical JSON after a first line with the format is what `signature` signs."""

    format: str
    content: dict[str, Any]
    public_key: str
    signature: str


class KeyOut(BaseModel):
    key_id: str
    public_key: str
    first_used_at: datetime
    current: bool


class KeysOut(BaseModel):
    """Public keys (Ed25519, raw, hexadecimal) that certificates were signed with."""

    items: list[KeyOut]


class AccountLineOut(BaseModel):
    """One waste or product of an account; `left_tonnes` can still be certified, `overdrawn_tonnes` is promised and not there."""

    code: str
    name: TextOut
    available_tonnes: str
    certified_tonnes: str
    left_tonnes: str
    overdrawn_tonnes: str


class AccountOut(BaseModel):
    """What a site may certify in a quarter. `holds` says which wastes each product holds."""

    site: str
    period: str
    model: str
    wastes: list[AccountLineOut]
    products: list[AccountLineOut]
    holds: dict[str, list[str]]


class VatRuleOut(BaseModel):
    """A row of the lists for refunds of value-added tax, with its source and whether that was read."""

    code: str
    zh: str
    en: str
    body: dict[str, Any]
    source: str
    url: str | None
    retrieved_on: date | None
    verified: bool
    version: int


class VatRulesOut(BaseModel):
    """Rows of the lists, in the order of their codes."""

    items: list[VatRuleOut]
    next_cursor: str | None


class VatDocumentOut(BaseModel):
    """A document that the evidence stands on."""

    kind: Literal["product_batch", "ledger"]
    number: str
    day: date | None
    month: str
    sha256: str


class VatEvidenceOut(BaseModel):
    """The share of listed wastes in a product's inputs in a period, against the row of the list that covers it."""

    site: str
    product: str
    grade: str | None
    period: str
    rule: VatRuleOut | None
    verdict: Literal["pass", "fail", "insufficient", "no_rule"]
    gaps: list[TextOut]
    share_percent: str | None
    threshold_percent: str | None
    listed_tonnes: str
    inputs_tonnes: str
    product_tonnes: str
    not_examined: list[TextOut]
    documents: list[VatDocumentOut]
