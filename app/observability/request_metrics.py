"""Counts every request on its way out: route template, method, status, duration."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import Counter, Histogram

from app.http.middleware import App, Message, Receive, Scope, Send
from app.observability.metrics import Metrics

# Whatever no route took: unknown addresses, and what was refused before it was routed.
UNROUTED = "(none)"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER_METHOD = "(other)"
_CLIENT_ERRORS = range(400, 500)
# Routes that file one ledger, and the outcome of an answer without a fault. A route that files many says the
# outcomes itself, in `request.state.ledger_outcomes`.
_NOTHING_SAID: Mapping[str, Any] = {}
_FILING = {
    ("POST", "/v1/ledgers"): "created",
    ("POST", "/v1/ledgers/{ledger_id}/amendments"): "amended",
}


class RequestMetrics:
    """Measures what is inside it."""

    def __init__(self, app: App, *, counter: "RequestCounter") -> None:
        self._app = app
        self._counter = counter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Without an answer it is a crash, which the outermost handler turns into a 500.
        status = 500

        async def send_and_look(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self._counter.begin()
        started = time.perf_counter()
        try:
            await self._app(scope, receive, send_and_look)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else _OTHER_METHOD
            elapsed_s = time.perf_counter() - started
            self._counter.end(template_of(scope), method, status, elapsed_s, scope.get("state", {}))


class RequestCounter:
    """Counts into the metrics. A child of a metric is looked up once and kept: that costs most."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._counters: dict[tuple[str, str, int], Counter] = {}
        self._histograms: dict[tuple[str, str], Histogram] = {}

    def begin(self) -> None:
        """A request has come."""
        self._metrics.in_flight.inc()

    def end(
        self, route: str, method: str, status: int, elapsed_s: float, state: Mapping[str, Any] = _NOTHING_SAID
    ) -> None:
        """A request has ended; `state` is what was said of it on its way."""
        self._metrics.in_flight.dec()
        counter = self._counters.get((route, method, status))
        if counter is None:
            counter = self._metrics.requests.labels(route, method, str(status))
            self._counters[route, method, status] = counter
        counter.inc()
        histogram = self._histograms.get((route, method))
        if histogram is None:
            histogram = self._metrics.seconds.labels(route, method)
            self._histograms[route, method] = histogram
        histogram.observe(elapsed_s)
        limited_by = state.get("limited_by")
        if limited_by is not None:
            self._metrics.limited.labels(limited_by).inc()
        for outcome, count in _ledgers(state, method, route, status):
            self._metrics.ledgers.labels(outcome).inc(count)


def _ledgers(state: Mapping[str, Any], method: str, route: str, status: int) -> Iterable[tuple[str, int]]:
    outcomes: Mapping[str, int] | None = state.get("ledger_outcomes")
    if outcomes is not None:
        return outcomes.items()
    filed = _FILING.get((method, route))
    if filed is None or status >= _CLIENT_ERRORS.stop:
        return ()
    return [("rejected" if status in _CLIENT_ERRORS else filed, 1)]


def template_of(scope: Scope) -> str:
    """Give the address of the route that was taken as it is written in the code: `/v1/ledgers/{ledger_id}`."""
    template = getattr(scope.get("route"), "path_format", None)
    if isinstance(template, str):
        return template
    # A folder of files that is hung in leaves its own address behind, never what was asked for below it.
    folder = scope.get("root_path")
    return f"{folder}/{{path}}" if folder else UNROUTED
