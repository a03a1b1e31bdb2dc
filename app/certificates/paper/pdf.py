"""The certificate as PDF. Everything printed comes from the signed content and the present state, as data."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from app.certificates.paper.words import Language, words
from app.certificates.qr import qr_svg
from app.reports.service import PDF, set_paper

MEDIA_TYPE = PDF
_TEMPLATE = Path(__file__).parent / "certificate.typ"


def certificate_pdf(
    file: Mapping[str, Any], public: Mapping[str, Any], address: str, language: Language, now: datetime
) -> bytes:
    """One page in a language, with the QR code of `address`. Raises RenderingFailed."""
    told = words(file, public, language, now) | {"address": address, "qr": qr_svg(address)}
    return set_paper(_TEMPLATE, told, now)
