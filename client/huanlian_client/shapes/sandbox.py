"""A sandbox: the scenarios and how far you are. Only a sandbox has these; they are not in the published contract."""

from typing import Literal, TypedDict

from huanlian_client.shapes.values import TextOut


class ScenarioOut(TypedDict):
    """A scenario, and what was found of it in what is on file and in the journal."""

    id: str
    title: TextOut
    task: TextOut
    state: Literal["open", "wrong", "passed"]
    message: TextOut
    evidence: dict[str, str]


class ResultsOut(TypedDict):
    """How far the integrator is."""

    passed: int
    of: int
    items: list[ScenarioOut]


class ForgeryOut(TypedDict):
    """What your receiver answered to a forged message; `status` is null when it did not answer."""

    webhook: str
    status: int | None
    failure: str | None
