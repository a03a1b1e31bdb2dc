"""Signing secrets and signatures as Standard Webhooks asks for them.

A secret that signs must be known in clear. Instead of keeping it, it is derived from the service's secret key and a
random id when it is needed: the database alone tells nobody a secret.
"""

import base64
import hmac
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from standardwebhooks import Webhook as Signer

_PURPOSE = b"huanlian: signing secret of a webhook, 1\0"


def derived(secret_key: str, secret_id: uuid.UUID) -> str:
    """The secret of this id, as its owner was told it: `whsec_` and 32 bytes in base64."""
    key = hmac.digest(secret_key.encode(), _PURPOSE + secret_id.bytes, "sha256")
    return "whsec_" + base64.b64encode(key).decode()


def fingerprint(secret: str) -> str:
    """What is stored of a secret, to notice that it can no longer be derived."""
    return sha256(secret.encode()).hexdigest()


def headers(secrets: Sequence[str], message_id: uuid.UUID, at: datetime, body: str) -> Mapping[str, str]:
    """The headers of one message; a receiver needs to know any one of the secrets."""
    signatures = [Signer(secret).sign(str(message_id), at, body) for secret in secrets]
    return {
        "webhook-id": str(message_id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
