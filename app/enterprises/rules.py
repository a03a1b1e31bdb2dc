"""What is refused, and what is accepted with a warning, when someone registers."""

import re
from collections.abc import Sequence

from stdnum.cn import uscc

from app.domain.errors import Fault, Message
from app.domain.periods import Month
from app.enterprises.models import Enterprise, Site
from app.http.problems import Invalid
from app.reference.service import Codes

PERMIT_NUMBER = re.compile(r"[0-9A-Z]{18}[0-9]{3}[A-Z]", re.ASCII)
OUTSIDE = {"enterprise_id": "enterprise", "capacity_grams": "capacity_tonnes"}
"""Names of columns where the body calls them otherwise."""

_UNKNOWN_REGION = Message("行政区代码不在 GB/T 2260 中", "this is not a county code of GB/T 2260")
_UNKNOWN_INDUSTRY = Message("行业代码不在 GB/T 4754 中", "this is not a division of GB/T 4754")
_UNKNOWN_ENTERPRISE = Message(
    "没有登记这个统一社会信用代码", "no enterprise with this credit code is registered"
)
_BAD_PERIOD = Message("终止月份早于起始月份", "the last month is before the first")
_REQUIRED = Message("此项不能为空", "this must not be empty")
_CHECK_DIGIT = Message(
    "统一社会信用代码校验位不符，请核对（仍予登记）",
    "the check character of the credit code is wrong; please verify it (registered all the same)",
)
_OTHER_PERMIT = Message(
    "许可证编号不以本企业的统一社会信用代码开头",
    "the permit number does not begin with the enterprise's code",
)
_UNKNOWN_BASE = Message(
    "没有这个基地代码，不计入任何基地的目标", "no such base; the site counts towards no base's target"
)


def refuse(faults: Sequence[Fault]) -> None:
    """Raise Invalid when there are faults."""
    if faults:
        raise Invalid(errors=faults)


def credit_code_is_valid(credit_code: str) -> bool:
    """Check the check characters of GB 32100. Real codes fail them, so nothing is refused for it."""
    return bool(uscc.is_valid(credit_code))


def place_faults(codes: Codes, *, region: str, industry: str | None) -> list[Fault]:
    """Find a region or an industry that the standards do not have; an industry is known by its division."""
    faults = []
    if industry is not None and industry[:2] not in codes.industries:
        faults.append(Fault("/industry", "unknown_industry", _UNKNOWN_INDUSTRY))
    # GB/T 2260 writes a city as 140200 and a province as 140000 where a six-digit code is asked for.
    if region not in codes.regions and region.removesuffix("00").removesuffix("00") not in codes.regions:
        faults.append(Fault("/region", "unknown_region", _UNKNOWN_REGION))
    return faults


def period_faults(first: Month, last: Month | None) -> list[Fault]:
    """Find a reporting period that ends before it begins."""
    return [Fault("/reports_until", "bad_period", _BAD_PERIOD)] if last is not None and last < first else []


def unknown_enterprise(pointer: str) -> Fault:
    return Fault(pointer, "unknown_enterprise", _UNKNOWN_ENTERPRISE)


def required_fault(name: str) -> Fault:
    return Fault(f"/{name}", "missing", _REQUIRED)


def enterprise_warnings(enterprise: Enterprise) -> list[Fault]:
    """List what to look at in an enterprise."""
    return [] if enterprise.credit_code_valid else [Fault("/credit_code", "check_digit", _CHECK_DIGIT)]


def site_warnings(codes: Codes, site: Site, owner: Enterprise) -> list[Fault]:
    """List what to look at in a site; after a succession its permit may still bear the former code."""
    warnings = []
    if site.permit_number is not None and site.permit_number[:18] != owner.credit_code:
        warnings.append(Fault("/permit_number", "permit_of_another", _OTHER_PERMIT))
    if site.base is not None and site.base not in codes.bases:
        warnings.append(Fault("/base", "unknown_base", _UNKNOWN_BASE))
    return warnings
