"""What other rooms ask of certificates."""

from app.certificates.issuing import Issuer, issue, revoke
from app.certificates.paper import certificate_pdf
from app.certificates.qr import public_address, qr_path
from app.certificates.reading import (
    CertificateQuery,
    account,
    by_id,
    keys,
    one,
    page,
    public,
    signed_file,
)
from app.certificates.signing import flaws_of, signer_of

__all__ = [
    "CertificateQuery",
    "Issuer",
    "account",
    "by_id",
    "certificate_pdf",
    "flaws_of",
    "issue",
    "keys",
    "one",
    "page",
    "public",
    "public_address",
    "qr_path",
    "revoke",
    "signed_file",
    "signer_of",
]
