"""Chains of materials and processes as they go out."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from app.http.answers import TextOut
from app.reference.schemas import ReleaseOut


class MaterialOut(TextOut):
    """A material; `waste` is its class, null of what is no waste."""

    id: str
    kind: Literal["raw", "waste", "product", "air"]
    unit: str
    waste: str | None


class ProcessOut(TextOut):
    """A process; `rest` is where the part of an input goes that no yield accounts for."""

    id: str
    role: Literal["source", "use", "dispose", "store"]
    rest: Literal["product", "air"]
    takes: list[str]
    gives: list[str]


class FigureOut(BaseModel):
    """Amount of `material` per amount of `basis` in a process, with its band and where it comes from."""

    process: str
    material: str
    basis: str
    value: str
    low: str
    high: str
    unit: str
    source: str
    url: str | None
    retrieved_on: date | None
    verified: bool
    note: TextOut | None


class ChainOut(TextOut):
    """A chain: what it takes, what it does, what it gives; the engine follows `yields`."""

    id: str
    version: int
    summary: TextOut
    wastes: list[str]
    materials: list[MaterialOut]
    processes: list[ProcessOut]
    yields: list[FigureOut] = Field(description="t of material per t of basis that is put in")
    intensities: list[FigureOut]
    norms: list[FigureOut]


class ShippedChainOut(ChainOut):
    """A chain and the reference data loaded beside it."""

    release: ReleaseOut | None


class ChainPage(BaseModel):
    items: list[ChainOut]
    next_cursor: str | None
    release: ReleaseOut | None
