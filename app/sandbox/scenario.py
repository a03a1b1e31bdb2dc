"""A scenario: what an integrator is to do, and a function that looks at what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.errors import Message
from app.sandbox.world import World


class State(StrEnum):
    """How far a scenario is."""

    OPEN = "open"
    """Nothing of it was seen yet."""
    WRONG = "wrong"
    """Something was seen, and it is not what was asked for."""
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. `evidence` names where: ledgers, versions, requests."""

    state: State
    message: Message
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One of the things that an integrator must have shown."""

    id: str
    title: Message
    task: Message
    judge: Callable[[World], Verdict]


def passed(zh: str, en: str, **evidence: object) -> Verdict:
    return Verdict(State.PASSED, Message(zh, en), _texts(evidence))


def wrong(zh: str, en: str, **evidence: object) -> Verdict:
    return Verdict(State.WRONG, Message(zh, en), _texts(evidence))


def not_yet(zh: str, en: str) -> Verdict:
    return Verdict(State.OPEN, Message(zh, en))


def _texts(evidence: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in evidence.items()}
