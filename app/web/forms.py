"""What people send by forms and addresses, made safe before anything looks at it."""

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from app.domain.errors import Fault
from app.domain.periods import Month, MonthError
from app.http.problems import Invalid
from app.http.validation import faults_from
from app.rates.scope import query_fault
from app.web.overview.scope import Asked

MAX_USERNAME = 64
MAX_PASSWORD = 1024
MAX_FILE_NAME = 120
FORM_COOKIE = "huanlian_form"
_REGION = re.compile(r"\d{2}|\d{4}|\d{6}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_Sent = TypeVar("_Sent", bound=BaseModel)


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


def masked(token: str) -> str:
    """Write a session's token so that it looks different each time: compressed pages then do not give it away (BREACH)."""
    plain = bytes.fromhex(token)
    mask = secrets.token_bytes(len(plain))
    return mask.hex() + bytes(one ^ other for one, other in zip(plain, mask, strict=True)).hex()


def unmasked(sent: str) -> str:
    """Read a token that was masked; what is none of ours stays what it is and fits nobody."""
    try:
        both = bytes.fromhex(sent)
    except ValueError:
        return sent
    mask, hidden = both[: len(both) // 2], both[len(both) // 2 :]
    return bytes(one ^ other for one, other in zip(hidden, mask, strict=False)).hex()


def form_is_ours(nonce: str | None, token: str, secret: str) -> bool:
    """Whether a form came from a page that this browser was given."""
    if not nonce:
        return False
    return hmac.compare_digest(form_token(nonce, secret).encode(), token.encode("utf-8", "replace"))


def asked_of(parameters: Mapping[str, str]) -> Asked:
    """Read what a signed-in reader chose; an empty field is not chosen. Raises Invalid naming every fault."""
    faults: list[Fault] = []
    asked = Asked(
        region=region("region", parameters, faults),
        waste=code("waste", parameters, faults),
        metric=code("metric", parameters, faults),
        first=month("from", parameters, faults),
        last=month("to", parameters, faults),
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


def valid(model: type[_Sent], **values: Any) -> _Sent:
    """Hold what a form sent to the shape that the API asks for. Raises Invalid naming every fault."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Invalid(errors=[fault for _, fault in faults_from(error.errors())]) from None


def file_name(sent: str) -> str:
    """Read the name of a chosen file: its last part, without what is not printable, and not too long."""
    name = "".join(
        character for character in re.split(r"[/\\\\]", sent)[-1] if character.isprintable()
    ).strip()
    return name[-MAX_FILE_NAME:] or "file"


def region(name: str, parameters: Mapping[str, str], faults: list[Fault]) -> str | None:
    """Read a region of two, four or six digits; an empty field is not chosen."""
    return _formed(name, parameters, _REGION, faults)


def code(name: str, parameters: Mapping[str, str], faults: list[Fault]) -> str | None:
    """Read a code of any kind; whether it is known is for the services to say."""
    return _formed(name, parameters, _CODE, faults)


def month(name: str, parameters: Mapping[str, str], faults: list[Fault]) -> Month | None:
    """Read a month as browsers write it."""
    value = parameters.get(name) or None
    if value is None:
        return None
    try:
        return Month.parse(value)
    except MonthError:
        faults.append(query_fault(name, "bad_month", "应为如 2025-03 的月份", "a month such as 2025-03"))
        return None


def _formed(
    name: str, parameters: Mapping[str, str], form: re.Pattern[str], faults: list[Fault]
) -> str | None:
    value = parameters.get(name) or None
    if value is None or form.fullmatch(value):
        return value
    faults.append(query_fault(name, "bad_code", "不是有效的代码", "this is not a code"))
    return None
