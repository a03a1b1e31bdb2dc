"""The routes of certificates of recycled content and of the evidence for refunds of value-added tax."""

import uuid
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.auth.dependencies import public, require
from app.auth.subjects import Scope, Subject
from app.certificates import issuing, reading, vat, vat_report
from app.certificates.names import names
from app.certificates.paper import MEDIA_TYPE, certificate_pdf
from app.certificates.qr import public_address
from app.certificates.schemas import (
    AccountOut,
    CertificateFileOut,
    CertificateIn,
    CertificateOut,
    CertificatePage,
    KeysOut,
    PublicCertificateOut,
    RevocationIn,
    VatEvidenceOut,
    VatRulesOut,
)
from app.certificates.signing import signer_of
from app.clock import local_date
from app.domain.custody.certificates import CODE_PATTERN
from app.http.dependencies import Now, Reading, SettingsDep, Writing
from app.http.fields import CodeText
from app.http.paging import Cursor, Limit, RegionPrefix
from app.reference import service as reference
from app.reports.service import FILES, Format, Language, ReportOut, answer

router = APIRouter(prefix="/v1", tags=["certificates"])

Writer = Annotated[Subject, Depends(require(Scope.LEDGERS_WRITE))]
Reader = Annotated[Subject, Depends(require(Scope.LEDGERS_READ))]
Code = Annotated[str, Path(max_length=14, pattern=CODE_PATTERN, examples=["K7F2-9QXM-4TBH"])]
QuarterQuery = Annotated[
    str, Query(max_length=7, pattern=r"^(199[0-9]|2[01][0-9]{2})-Q[1-4]$", examples=["2025-Q1"])
]
Period = Annotated[
    str,
    Query(
        max_length=7,
        pattern=r"^(199[0-9]|2[01][0-9]{2})(-(Q[1-4]|0[1-9]|1[0-2]))?$",
        examples=["2025-Q1"],
        description="a year, a quarter or a month: 2025, 2025-Q1, 2025-03",
    ),
]
ProductQuery = Annotated[str, Query(max_length=64, pattern=r"^[a-z0-9_]+$", examples=["cement"])]
GradeQuery = Annotated[
    str | None,
    Query(max_length=8, pattern=r"^[0-9]{1,3}(\.[0-9])?$", description="strength grade, of cement"),
]
Form = Annotated[Format, Query(alias="format", examples=["pdf"])]
Lang = Annotated[Language, Query()]
_ALREADY: dict[int | str, dict[str, Any]] = {
    200: {"description": "It was issued before, for the same request"}
}
_PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}
_ANYBODY = Depends(public("whoever was handed a certificate may check it"))


@router.post("/certificates", status_code=201, response_model=CertificateOut, responses=_ALREADY)
def post_certificate(
    body: CertificateIn,
    subject: Writer,
    session: Writing,
    now: Now,
    settings: SettingsDep,
    response: Response,
) -> dict[str, Any]:
    """Issue a certificate of recycled content from the site's account of a quarter; no tonne is certified twice."""
    today = local_date(now, settings.timezone)
    issuer = issuing.Issuer(subject, now, today, signer_of(settings))
    made, is_new = issuing.issue(session, body, issuer)
    if not is_new:
        response.status_code = 200
    found = reading.by_id(session, subject, made)
    response.headers["Location"] = f"/v1/certificates/{found['code']}"
    return found


@router.get("/certificates", response_model=CertificatePage)
def get_certificates(
    *,
    subject: Reader,
    session: Reading,
    site: Annotated[CodeText | None, Query()] = None,
    region: RegionPrefix = "",
    period: Annotated[str | None, Query(max_length=7, pattern=r"^(199[0-9]|2[01][0-9]{2})-Q[1-4]$")] = None,
    limit: Limit = 50,
    cursor: Annotated[uuid.UUID | None, Query()] = None,
) -> dict[str, Any]:
    """List the certificates that you may see, the newest first, each with its state as of now."""
    query = reading.CertificateQuery(site, region, period, limit, cursor)
    items, following = reading.page(session, subject, query)
    return {"items": items, "next_cursor": None if following is None else str(following)}


@router.get("/certificates/keys", response_model=KeysOut, dependencies=[_ANYBODY])
def get_keys(session: Reading, settings: SettingsDep) -> dict[str, Any]:
    """List the public keys that certificates were signed with."""
    return {"items": reading.keys(session, signer_of(settings))}


@router.get("/certificates/account", response_model=AccountOut)
def get_account(
    subject: Reader, session: Reading, site: Annotated[CodeText, Query()], period: QuarterQuery
) -> dict[str, Any]:
    """Say what a site may certify in a quarter: what went in, what is certified, what is left or over-drawn."""
    return reading.account(session, subject, site, period)


@router.get("/certificates/{code}", response_model=CertificateOut)
def get_certificate(code: Code, subject: Reader, session: Reading) -> dict[str, Any]:
    """Read a certificate with its state as of now."""
    return reading.one(session, subject, code)


@router.get("/certificates/{code}/file", response_model=CertificateFileOut)
def get_file(code: Code, subject: Reader, session: Reading, response: Response) -> dict[str, Any]:
    """Download the signed file, which anybody can check without the service."""
    response.headers["Content-Disposition"] = f'attachment; filename="certificate-{code}.json"'
    return reading.signed_file(session, subject, code)


@router.get("/certificates/{code}/pdf", response_class=Response, responses=_PDF)
def get_pdf(
    *,
    request: Request,
    code: Code,
    subject: Reader,
    session: Reading,
    now: Now,
    settings: SettingsDep,
    language: Lang = "zh",
) -> Response:
    """Download the certificate as one page with its QR code and its state as of now."""
    file = reading.signed_file(session, subject, code)
    told = reading.public(session, code)
    address = public_address(settings.public_url or str(request.base_url), told["code"])
    local = now.astimezone(ZoneInfo(settings.timezone))
    made = certificate_pdf(file, told, address, language, local)
    headers = {"Content-Disposition": f'attachment; filename="certificate-{told["code"]}.pdf"'}
    return Response(made, media_type=MEDIA_TYPE, headers=headers)


@router.post("/certificates/{code}/revocation", response_model=CertificateOut)
def post_revocation(
    code: Code, body: RevocationIn, subject: Writer, session: Writing, now: Now
) -> dict[str, Any]:
    """Revoke a certificate of your own; what it promised can be certified again."""
    return reading.by_id(session, subject, issuing.revoke(session, subject, code, body.reason, now))


@router.get("/certificates/{code}/public", response_model=PublicCertificateOut, dependencies=[_ANYBODY])
def get_public(code: Code, session: Reading) -> dict[str, Any]:
    """Check a certificate by its code: whether it stands, and for what. Open to everybody."""
    return reading.public(session, code)


@router.get("/vat-rules", response_model=VatRulesOut)
def get_vat_rules(
    _subject: Annotated[Subject, Depends(require())],
    session: Reading,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> dict[str, Any]:
    """List the rows of the lists for refunds of value-added tax, with source, dates and whether they were compared."""
    rows, following = reference.page(session, "vat_rules", prefix="", length=None, after=cursor, limit=limit)
    return {"items": rows, "next_cursor": following}


@router.get("/vat-evidence", response_model=VatEvidenceOut)
def get_vat_evidence(
    *,
    subject: Reader,
    session: Reading,
    site: Annotated[CodeText, Query()],
    product: ProductQuery,
    period: Period,
    grade: GradeQuery = None,
) -> dict[str, Any]:
    """Hold the share of listed wastes in a product's recipes against the list: pass, fail, or not enough to say."""
    asked = vat.Asked(site, product, grade, vat.span_of(period))
    return vat.document(vat.evidence(session, subject, asked))


@router.get("/reports/vat-evidence", response_model=ReportOut, responses=FILES)
def get_vat_report(
    *,
    subject: Reader,
    session: Reading,
    now: Now,
    settings: SettingsDep,
    site: Annotated[CodeText, Query()],
    product: ProductQuery,
    period: Period,
    grade: GradeQuery = None,
    form: Form = "json",
    language: Lang = "zh",
) -> Any:
    """Make the evidence for a refund of value-added tax as a file, with every batch and ledger it stands on."""
    found = vat.evidence(session, subject, vat.Asked(site, product, grade, vat.span_of(period)))
    return answer(
        vat_report.report(found, names(session), now.astimezone(ZoneInfo(settings.timezone))), form, language
    )
