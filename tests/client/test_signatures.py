"""Deliveries: what the service's library signs is accepted, every changed byte is not."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from huanlian_client import BadSignature, verify
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
OTHER = "whsec_" + base64.b64encode(b"another secret of thirty-two byt").decode()
AT = datetime(2026, 1, 10, 8, 0, tzinfo=UTC)
EVENT: dict[str, Any] = {
    "id": "e1",
    "type": "ledger.submitted",
    "schema_version": 1,
    "timestamp": "2026-01-10T08:00:00Z",
    "region": "140212",
    "data": {"site": "示例"},
}
BODY = json.dumps(EVENT, ensure_ascii=False).encode()


def signed(body: bytes = BODY, secret: str = SECRET, at: datetime = AT) -> dict[str, str]:
    return {
        "Webhook-Id": "e1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign("e1", at, body.decode()),
    }


def test_what_the_library_signs_is_accepted() -> None:
    assert verify(SECRET, signed(), BODY, now=AT.timestamp()) == EVENT


def test_both_secrets_count_while_one_is_changed() -> None:
    headers = signed()
    headers["Webhook-Signature"] = (
        "v1a,xx " + Webhook(OTHER).sign("e1", AT, BODY.decode()) + " " + headers["Webhook-Signature"]
    )
    assert verify([OTHER, SECRET], headers, BODY, now=AT.timestamp())["id"] == "e1"
    assert verify(SECRET, headers, BODY, now=AT.timestamp())["id"] == "e1"
    assert verify([OTHER, SECRET], signed(), BODY, now=AT.timestamp())["id"] == "e1"


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_every_changed_byte_is_seen(place: int, flip: int) -> None:
    changed = bytearray(BODY)
    changed[place] ^= flip
    with pytest.raises(BadSignature):
        verify(SECRET, signed(), bytes(changed), now=AT.timestamp())


@pytest.mark.parametrize(
    "wrong",
    [
        {"Webhook-Id": "e2"},
        {"Webhook-Id": ""},
        {"Webhook-Timestamp": str(int(AT.timestamp()) + 1)},
        {"Webhook-Timestamp": "yesterday"},
        {"Webhook-Timestamp": ""},
        {"Webhook-Signature": ""},
        {"Webhook-Signature": "v1,"},
        {"Webhook-Signature": "v1,é"},
        {"Webhook-Signature": "v2," + signed()["Webhook-Signature"].partition(",")[2]},
    ],
)
def test_headers_that_are_wrong(wrong: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        verify(SECRET, signed() | wrong, BODY, now=AT.timestamp())


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_old_delivery_is_not_played_again(seconds: int) -> None:
    with pytest.raises(BadSignature, match="old"):
        verify(SECRET, signed(), BODY, now=AT.timestamp() + seconds)


def test_a_secret_of_another_is_not_ours() -> None:
    with pytest.raises(BadSignature):
        verify(OTHER, signed(), BODY, now=AT.timestamp())
    with pytest.raises(ValueError, match="whsec_"):
        verify("whsec_not base64!", signed(), BODY, now=AT.timestamp())


@pytest.mark.parametrize("body", [b"[]", b"{", b""])
def test_a_signed_body_that_is_no_event(body: bytes) -> None:
    with pytest.raises(BadSignature, match="signed"):
        verify(SECRET, signed(body), body, now=AT.timestamp())
