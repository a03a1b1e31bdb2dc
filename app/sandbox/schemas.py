"""The JSON of a sandbox."""

import uuid

from pydantic import BaseModel, ConfigDict

from app.http.answers import TextOut
from app.sandbox.scenario import State


class ScenarioOut(BaseModel):
    """A scenario, and what was found of it in what is on file and in the journal."""

    id: str
    title: TextOut
    task: TextOut
    state: State
    message: TextOut
    evidence: dict[str, str]


class ForgeryIn(BaseModel):
    """Which webhook is to get a forged message."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"webhook": "01933b5c-7b1e-7c3a-9d43-6c0f6f3c2a10"}]}
    )

    webhook: uuid.UUID


class ForgeryOut(BaseModel):
    """What the receiver answered to it; `status` is null when it did not answer, for the reason in `failure`."""

    webhook: str
    status: int | None
    failure: str | None


class ResultsOut(BaseModel):
    """How far the integrator is."""

    passed: int
    of: int
    items: list[ScenarioOut]
