"""A certificate on paper: one page with its QR code, set by the same program as the reports."""

from app.certificates.paper.pdf import MEDIA_TYPE, certificate_pdf

__all__ = ["MEDIA_TYPE", "certificate_pdf"]
