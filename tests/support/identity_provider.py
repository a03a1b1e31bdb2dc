"""Providers of identities on loopback: a real one, and one that says in its tokens what a test wants it to say."""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "huanlian"
CLIENT_SECRET = "a secret: with/odd+characters"
_ACCESS_TOKEN = "access"


_PROGRAM = """
import sys
from oidc_provider_mock import run_server_in_thread
with run_server_in_thread() as server:
    print(server.server_port, flush=True)
    sys.stdin.read()
"""


@contextmanager
def real_provider() -> Iterator[str]:
    """Run a provider as a process of its own; gives its issuer. It ends when its input does."""
    command = [sys.executable, "-W", "ignore", "-c", _PROGRAM]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port, "the provider did not start"
        yield f"http://localhost:{port}"
        assert process.stdin is not None
        process.stdin.close()


class LyingProvider:
    """A provider whose every answer a test can choose."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.document: dict[str, Any] | None = None
        self._answer: dict[str, Any] = {}
        self._keys = {name: RSAKey.generate_key(2048, {"kid": name}) for name in ("ours", "next", "other")}
        self._current = "ours"

    @classmethod
    @contextmanager
    def running(cls) -> Iterator["LyingProvider"]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        provider = cls(f"http://127.0.0.1:{server.server_port}")
        server.provider = provider  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def change_keys(self) -> None:
        self._current = "next"

    def tell(
        self,
        *,
        nonce: str,
        claims: dict[str, Any] | None = None,
        without: Sequence[str] = (),
        key: str = "",
        algorithm: str = "RS256",
        beside: dict[str, str] | None = None,
        **token: Any,
    ) -> None:
        """Choose what the next code is exchanged for: the truth, but for what is given. `beside` is the browser's."""
        del beside
        truth = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "w-1",
            "nonce": nonce,
            "iat": time.time(),
            "exp": time.time() + 600,
            "at_hash": _half_hash(_ACCESS_TOKEN),
            "preferred_username": "wang",
        }
        said = {name: value for name, value in (truth | (claims or {})).items() if name not in without}
        signed = token.get("token", "") if "token" in token else self._signed(said, key, algorithm)
        self._answer = {"access_token": _ACCESS_TOKEN, "token_type": "Bearer"}
        if signed is not None:
            self._answer["id_token"] = signed

    def _signed(self, claims: dict[str, Any], key: str, algorithm: str) -> str:
        chosen = self._keys[key or self._current]
        header = {"alg": algorithm, "kid": self._current}
        signed = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
        if algorithm == "none":
            return f"{signed}."
        if algorithm == "HS256":
            # By hand: the library would not let anybody make such a token.
            public = self._keys[self._current].as_pem(private=False)
            return f"{signed}.{_encoded(hmac.new(public, signed.encode(), hashlib.sha256).digest())}"
        return jwt.encode(header, claims, chosen, algorithms=[algorithm])

    def answer(self, path: str) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            return self.document or {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        if path == "/keys":
            published = self._keys[self._current].as_dict(private=False)
            return {"keys": [published, {"kty": "unheard-of", "kid": "x"}, "rubbish"]}
        return self._answer


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._answer()

    def _answer(self) -> None:
        body = json.dumps(self.server.provider.answer(self.path)).encode()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    log_message = staticmethod(lambda *_: None)


def _half_hash(text: str) -> str:
    return _encoded(hashlib.sha256(text.encode()).digest()[:16])


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
