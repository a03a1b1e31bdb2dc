"""How much of an allowance is left: rates from the settings, counted by `limits`."""

import math
from dataclasses import dataclass
from functools import partial

import structlog
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from starlette.concurrency import run_in_threadpool

from app.clock import Clock
from app.http.rate_limit.storage import ClockedMemory
from app.settings import Settings

_log = structlog.get_logger("huanlian.rate_limit")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands after a request: `remaining` of `limit` for the next `reset_s` seconds."""

    allowance: str
    limit: int
    remaining: int
    reset_s: int
    allowed: bool


class Allowance:
    """So many requests in a fixed window, for each key on its own."""

    def __init__(self, name: str, rate: str, clock: Clock, shared: Storage | None) -> None:
        self.name = name
        self._item: RateLimitItem = parse(rate)
        self._clock = clock
        self._own = FixedWindowRateLimiter(ClockedMemory(clock))
        self._shared = None if shared is None else FixedWindowRateLimiter(shared)

    async def spend(self, *key: str) -> Standing:
        """Count one request of `key`."""
        if self._shared is not None:
            try:
                # It asks another host, which must not hold up everybody else.
                return await run_in_threadpool(partial(self._spend, self._shared, *key))
            except StorageError as error:
                # A limit that cannot be asked must not shut the service: this process counts on its own meanwhile.
                _log.warning("rate_limit_storage_unavailable", error=type(error).__name__)
        return self._spend(self._own, *key)

    async def forget(self, *key: str) -> None:
        """Begin anew for `key`."""
        self._own.clear(self._item, self.name, *key)
        if self._shared is not None:
            try:
                await run_in_threadpool(self._shared.clear, self._item, self.name, *key)
            except StorageError as error:
                _log.warning("rate_limit_storage_unavailable", error=type(error).__name__)

    def _spend(self, limiter: FixedWindowRateLimiter, *key: str) -> Standing:
        allowed = limiter.hit(self._item, self.name, *key)
        window = limiter.get_window_stats(self._item, self.name, *key)
        left_s = math.ceil(window.reset_time - self._clock().timestamp())
        return Standing(
            allowance=self.name,
            limit=self._item.amount,
            remaining=max(0, window.remaining),
            reset_s=min(max(left_s, 1), self._item.get_expiry()),
            allowed=allowed,
        )


@dataclass(frozen=True, slots=True)
class Allowances:
    """One for each kind of caller."""

    client: Allowance
    address: Allowance
    sign_in: Allowance
    sign_in_address: Allowance

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> "Allowances":
        """Make those of the settings. Raises limits.errors.ConfigurationError for a storage that cannot be used."""
        uri = settings.rate_limit_storage_uri
        shared = None if uri is None else _shared_storage(uri.get_secret_value())
        return cls(
            client=Allowance("client", settings.rate_limit_client, clock, shared),
            address=Allowance("address", settings.rate_limit_address, clock, shared),
            sign_in=Allowance("sign_in", settings.rate_limit_sign_in, clock, shared),
            sign_in_address=Allowance("sign_in_address", settings.rate_limit_sign_in_address, clock, shared),
        )


def _shared_storage(uri: str) -> Storage:
    storage = storage_from_string(uri, wrap_exceptions=True)
    if not isinstance(storage, Storage):
        raise TypeError("HUANLIAN_RATE_LIMIT_STORAGE_URI: name a storage that is not async+")
    return storage
