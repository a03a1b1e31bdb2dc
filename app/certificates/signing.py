"""Signing certificates (Ed25519, RFC 8032) and checking a file without the service.

The private key is HUANLIAN_CERTIFICATE_KEY (64 hexadecimal digits, the seed) or, without it, derived from the secret key. The
public keys that were ever used are kept and published, so that a change of key leaves older certificates checkable.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.canonical_json import NotCanonical
from app.domain.custody.certificates import FORMAT, message_of
from app.settings import Settings

_PURPOSE = b"huanlian certificate signing key, version 1"
_HEX = {
    "public_key": re.compile(r"[0-9a-f]{64}", re.ASCII),
    "signature": re.compile(r"[0-9a-f]{128}", re.ASCII),
}
Flaw = Literal["unreadable", "malformed", "not_canonical", "changed", "other_key"]


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its public one and the name by which it is known."""

    private: Ed25519PrivateKey
    public_key: str
    key_id: str

    def sign(self, content: Mapping[str, Any]) -> str:
        return self.private.sign(message_of(content)).hex()


def key_id_of(public_key: str) -> str:
    """Name a public key: the start of its SHA-256."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:16]


def signer_of(settings: Settings) -> Signer:
    """The key that this service signs with."""
    private = Ed25519PrivateKey.from_private_bytes(_seed(settings))
    public_key = private.public_key().public_bytes_raw().hex()
    return Signer(private, public_key, key_id_of(public_key))


def _seed(settings: Settings) -> bytes:
    if settings.certificate_key is None:
        secret = settings.secret_key.get_secret_value().encode()
        return HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(secret)
    return bytes.fromhex(settings.certificate_key.get_secret_value())


def file_of(content: Mapping[str, Any], public_key: str, signature: str) -> dict[str, Any]:
    """The file that a holder keeps and anybody can check."""
    return {"format": FORMAT, "content": dict(content), "public_key": public_key, "signature": signature}


def flaws_of(told: Any, key: str | None = None) -> list[tuple[str, Flaw]]:
    """(field, what is wrong with it) of a file; none when it holds. `key` is a public key that came another way."""
    if not isinstance(told, Mapping):
        return [("file", "unreadable")]
    if told.get("format") != FORMAT:
        return [("format", "malformed")]
    wrong: list[tuple[str, Flaw]] = [
        (name, "malformed")
        for name, pattern in _HEX.items()
        if not isinstance(told.get(name), str) or not pattern.fullmatch(told[name])
    ]
    content = told.get("content")
    if not isinstance(content, Mapping):
        wrong.append(("content", "malformed"))
    if wrong or not isinstance(content, Mapping):
        return wrong
    if key is not None and told["public_key"] != key.strip().lower():
        return [("public_key", "other_key")]
    return _signature_flaws(content, told["public_key"], told["signature"])


def _signature_flaws(content: Mapping[str, Any], public_key: str, signature: str) -> list[tuple[str, Flaw]]:
    try:
        message = message_of(content)
    except (NotCanonical, RecursionError):
        return [("content", "not_canonical")]
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(
            bytes.fromhex(signature), message
        )
    except (InvalidSignature, ValueError):
        return [("signature", "changed")]
    return []
