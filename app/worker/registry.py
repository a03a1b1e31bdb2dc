"""Who does which job: the handlers of all slices, their periods, and the events that make jobs."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.audit import jobs as audit
from app.chain_runs import jobs as chain_runs
from app.db.session import ReadSession
from app.events import jobs as events
from app.findings import jobs as findings
from app.imports import jobs as imports
from app.outbox.jobs import Handler
from app.outbox.retries import RetryPolicy
from app.outbox.schedules import Periodic
from app.permits import jobs as permits
from app.rates import jobs as rates
from app.reconciliations import jobs as reconciliations
from app.transfers import jobs as transfers
from app.webhooks import jobs as webhooks

IsWaiting = Callable[[ReadSession], bool]


@dataclass(frozen=True, slots=True)
class SliceJobs:
    """What a slice's jobs.py offers.

    `handlers`: kind → function. `periodic`: what comes again. `subscriptions`: kind → types of events (or
    `topic.*`) after which a job of that kind is made; its payload is `{"after", "upto"}`, positions of the feed (see
    outbox/feed.py).
    `policies`: kind → how often and when to try again; the default where absent. `waiting`: kind → whether there is
    something to do, asked again and again; then a job of that kind is made, one at a time and without payload.
    """

    handlers: Mapping[str, Handler]
    periodic: Sequence[Periodic] = ()
    subscriptions: Mapping[str, Collection[str]] = field(default_factory=dict)
    policies: Mapping[str, RetryPolicy] = field(default_factory=dict)
    waiting: Mapping[str, IsWaiting] = field(default_factory=dict)


class BadRegistry(Exception):  # noqa: N818 - a fact about the program
    """Two handlers of one kind, or a period, subscription or policy of a kind that nobody handles."""


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything a worker can do."""

    handlers: Mapping[str, Handler]
    periodic: tuple[Periodic, ...]
    subscriptions: Mapping[str, frozenset[str]]
    policies: Mapping[str, RetryPolicy]
    waiting: Mapping[str, IsWaiting]

    def policy(self, kind: str) -> RetryPolicy:
        return self.policies.get(kind, RetryPolicy())


def gather(parts: Iterable[SliceJobs]) -> Registry:
    """Put the slices' parts together. Raises BadRegistry when they contradict each other."""
    parts = tuple(parts)
    kinds = [kind for part in parts for kind in part.handlers]
    periodic = tuple(each for part in parts for each in part.periodic)
    subscribed = [kind for part in parts for kind in part.subscriptions]
    _refuse_twice("handler", kinds)
    _refuse_twice("period", [each.name for each in periodic])
    _refuse_twice("subscription", subscribed)
    named = {each.kind for each in periodic} | set(subscribed)
    named |= {kind for part in parts for kind in (*part.policies, *part.waiting)}
    if strangers := sorted(named - set(kinds)):
        raise BadRegistry(f"nobody handles {', '.join(strangers)}")
    return Registry(
        handlers={kind: handler for part in parts for kind, handler in part.handlers.items()},
        periodic=periodic,
        subscriptions={
            kind: frozenset(types) for part in parts for kind, types in part.subscriptions.items()
        },
        policies={kind: policy for part in parts for kind, policy in part.policies.items()},
        waiting={kind: asked for part in parts for kind, asked in part.waiting.items()},
    )


def _refuse_twice(what: str, names: Sequence[str]) -> None:
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise BadRegistry(f"more than one {what} of {', '.join(twice)}")


# One entry a slice, in the order of the alphabet.
SLICES: tuple[SliceJobs, ...] = (
    SliceJobs(audit.HANDLERS, audit.PERIODIC, waiting=audit.WAITING),
    SliceJobs(chain_runs.HANDLERS, chain_runs.PERIODIC),
    SliceJobs(events.HANDLERS, events.PERIODIC),
    SliceJobs(findings.HANDLERS, findings.PERIODIC, findings.SUBSCRIPTIONS),
    SliceJobs(imports.HANDLERS, imports.PERIODIC),
    SliceJobs(permits.HANDLERS, permits.PERIODIC),
    SliceJobs(rates.HANDLERS, rates.PERIODIC),
    SliceJobs(reconciliations.HANDLERS, reconciliations.PERIODIC),
    SliceJobs(transfers.HANDLERS, transfers.PERIODIC),
    SliceJobs(webhooks.HANDLERS, webhooks.PERIODIC, webhooks.SUBSCRIPTIONS, webhooks.POLICIES),
)


def shipped() -> Registry:
    """The registry of this program."""
    return gather(SLICES)
