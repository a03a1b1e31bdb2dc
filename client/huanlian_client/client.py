"""The client: one object that speaks for one machine client."""

import time
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx2

from huanlian_client.chains import Chains
from huanlian_client.events import Events
from huanlian_client.findings import Findings
from huanlian_client.ledgers import Ledgers
from huanlian_client.permits import Permits
from huanlian_client.rates import Rates
from huanlian_client.reference import Reference
from huanlian_client.register import Register
from huanlian_client.retries import Retries
from huanlian_client.sandbox import Sandbox
from huanlian_client.transfers import Transfers
from huanlian_client.transport import USER_AGENT, Credentials, Pause, Timer, Transport
from huanlian_client.webhooks import Webhooks

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Huanlian:
    """The service as one client sees it. Close it, or use it with `with`. May be used by several threads.

    `retries` says how patient it is; `http` takes an httpx2.Client of your own (certificates, a proxy), whose base URL is
    then yours to set. Without TLS the secret would travel in the open: only `plain_http=True` allows it beyond this machine.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        *,
        scope: str | None = None,
        retries: Retries | None = None,
        timeout_seconds: float = 30.0,
        plain_http: bool = False,
        http: httpx2.Client | None = None,
        pause: Pause = time.sleep,
        timer: Timer = time.monotonic,
    ) -> None:
        _refuse_open_secrets(base_url, plain_http=plain_http)
        self._http = http or httpx2.Client(
            base_url=base_url, timeout=timeout_seconds, headers={"user-agent": USER_AGENT}
        )
        transport = Transport(
            self._http,
            Credentials(client_id, client_secret, scope),
            retries or Retries(),
            pause=pause,
            timer=timer,
        )
        self.transport = transport
        self.ledgers = Ledgers(transport)
        self.transfers = Transfers(transport)
        self.rates = Rates(transport)
        self.findings = Findings(transport)
        self.events = Events(transport, pause)
        self.chains = Chains(transport)
        self.permits = Permits(transport)
        self.webhooks = Webhooks(transport)
        self.register = Register(transport)
        self.reference = Reference(transport)
        self.sandbox = Sandbox(transport)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _refuse_open_secrets(base_url: str, *, plain_http: bool) -> None:
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("the base URL is https:// and a host")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not plain_http:
        raise ValueError("http:// would send the secret in the open; say plain_http=True if that is meant")
