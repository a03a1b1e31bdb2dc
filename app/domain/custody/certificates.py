"""The document of a certificate of recycled content: what is signed, byte for byte, and what its code looks like.

What is signed is `huanlian-certificate/1`, a line feed, and the canonical JSON (RFC 8785) of the content in UTF-8: the first
line keeps a signature from being taken for one of anything else that the same key may sign one day.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from app.domain.canonical_json import canonical, sha256_of

FORMAT = "huanlian-certificate/1"
MODEL = "ISO 22095:2020 mass balance"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE = re.compile(rf"[{_ALPHABET}]{{4}}(-[{_ALPHABET}]{{4}}){{2}}", re.ASCII)
_LOOK_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
CODE_PATTERN = r"^[0-9A-Za-z]{4}(-?[0-9A-Za-z]{4}){2}$"


def new_code() -> str:
    """Make a public code: twelve characters of Crockford's alphabet, 60 bits that nobody guesses."""
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return f"{drawn[:4]}-{drawn[4:8]}-{drawn[8:]}"


def read_code(text: str) -> str | None:
    """Read a code as people type it: small letters, without dashes, O for 0; None when it is none."""
    plain = text.strip().upper().replace("-", "").replace(" ", "").translate(_LOOK_ALIKE)
    code = f"{plain[:4]}-{plain[4:8]}-{plain[8:]}"
    return code if _CODE.fullmatch(code) else None


def message_of(content: Mapping[str, Any]) -> bytes:
    """What is signed. Raises NotCanonical."""
    return f"{FORMAT}\n{canonical(content)}".encode()


def fingerprint(content: Mapping[str, Any]) -> str:
    """The SHA-256 of the content's canonical JSON, for comparing by eye."""
    return sha256_of(content)
