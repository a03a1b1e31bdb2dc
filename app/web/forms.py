"""What people send by forms and addresses, made safe before anything looks at it."""

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from app.domain.errors import Fault
from app.domain.periods import Month, MonthError
from app.http.problems import Invalid
from app.rates.scope import query_fault
from app.web.overview.scope import Asked

MAX_USERNAME = 64
MAX_PASSWORD = 1024
FORM_COOKIE = "huanlian_form"
_REGION = re.compile(r"\d{2}|\d{4}|\d{6}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class SignIn:
    """A filled sign-in form; `next` is wherever the reader wanted to go."""

    username: str
    password: str
    csrf: str
    next: str

    @property
    def plausible(self) -> bool:
        """Whether it can be anybody's: what is empty or too long is not worth hashing."""
        return 0 < len(self.username) <= MAX_USERNAME and 0 < len(self.password) <= MAX_PASSWORD


def local_path(asked: str) -> str:
    """Keep a path on this host, turn everything else into the start page: no redirect leads elsewhere."""
    # Browsers read a backslash as a slash and drop control characters: "/\\evil.example" leads away.
    if not asked.startswith("/") or asked.startswith("//") or "\\" in asked or not asked.isprintable():
        return "/"
    parts = urlsplit(asked)
    return "/" if parts.scheme or parts.netloc else asked


def new_form_nonce() -> str:
    """Make what the cookie of a form holds before anybody has signed in."""
    return secrets.token_urlsafe(24)


def form_token(nonce: str, secret: str) -> str:
    """Derive the form's token from its cookie: a page of another site can neither read nor compute it."""
    return hmac.new(secret.encode(), b"form:" + nonce.encode("utf-8", "replace"), sha256).hexdigest()


def form_is_ours(nonce: str | None, token: str, secret: str) -> bool:
    """Whether a form came from a page that this browser was given."""
    if not nonce:
        return False
    return hmac.compare_digest(form_token(nonce, secret).encode(), token.encode("utf-8", "replace"))


def asked_of(parameters: Mapping[str, str]) -> Asked:
    """Read what a signed-in reader chose; an empty field is not chosen. Raises Invalid naming every fault."""
    faults: list[Fault] = []
    asked = Asked(
        region=_code("region", parameters, _REGION, faults),
        waste=_code("waste", parameters, _CODE, faults),
        metric=_code("metric", parameters, _CODE, faults),
        first=_month("from", parameters, faults),
        last=_month("to", parameters, faults),
    )
    if faults:
        raise Invalid(errors=faults)
    return asked


def public_asked_of(parameters: Mapping[str, str]) -> Asked:
    """Read what somebody chose who did not sign in: a year, nothing else."""
    year = parameters.get("year", "")
    if not year:
        return Asked(whole_years=True)
    try:
        return Asked(year=Month.parse(f"{year[:8]}-01").year, whole_years=True)
    except MonthError:
        fault = query_fault("year", "bad_year", "应为如 2025 的年份", "a year such as 2025")
        raise Invalid(errors=[fault]) from None


def _code(name: str, parameters: Mapping[str, str], form: re.Pattern[str], faults: list[Fault]) -> str | None:
    value = parameters.get(name) or None
    if value is None or form.fullmatch(value):
        return value
    faults.append(query_fault(name, "bad_code", "不是有效的代码", "this is not a code"))
    return None


def _month(name: str, parameters: Mapping[str, str], faults: list[Fault]) -> Month | None:
    value = parameters.get(name) or None
    if value is None:
        return None
    try:
        return Month.parse(value)
    except MonthError:
        faults.append(query_fault(name, "bad_month", "应为如 2025-03 的月份", "a month such as 2025-03"))
        return None
