"""How far an integrator is: every scenario judged by what is on file and what the journal saw."""

from dataclasses import dataclass
from typing import Any

from app.db.session import ReadSession
from app.domain.errors import Message
from app.sandbox.guard import refuse_others
from app.sandbox.scenario import Scenario, State, Verdict
from app.sandbox.scenarios import ALL
from app.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Result:
    """A scenario and what was found of it."""

    scenario: Scenario
    verdict: Verdict


def results(session: ReadSession) -> tuple[Result, ...]:
    """Judge all scenarios, in their order. Raises NotASandbox."""
    refuse_others(session)
    world = World.read(session)
    return tuple(Result(scenario, scenario.judge(world)) for scenario in ALL)


def passed_count(found: tuple[Result, ...]) -> int:
    """Count the scenarios that were passed."""
    return sum(result.verdict.state is State.PASSED for result in found)


def document(found: tuple[Result, ...]) -> dict[str, Any]:
    """The results as JSON."""
    return {
        "passed": passed_count(found),
        "of": len(found),
        "items": [
            {
                "id": result.scenario.id,
                "title": _both(result.scenario.title),
                "task": _both(result.scenario.task),
                "state": result.verdict.state.value,
                "message": _both(result.verdict.message),
                "evidence": dict(result.verdict.evidence),
            }
            for result in found
        ],
    }


def _both(message: Message) -> dict[str, str]:
    return {"zh": message.zh, "en": message.en}
