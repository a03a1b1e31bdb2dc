"""Shapes that answers of several slices share."""

from typing import Protocol, Self

from pydantic import BaseModel

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.domain.rates import Metric


class TextOut(BaseModel):
    """A text in both languages."""

    zh: str
    en: str

    @classmethod
    def of(cls, message: Message) -> Self:
        return cls(zh=message.zh, en=message.en)


class Covered(Protocol):
    """What says how much of a scope is on file."""

    @property
    def ledgers_filed(self) -> int: ...
    @property
    def ledgers_expected(self) -> int: ...
    @property
    def sent_grams(self) -> int: ...
    @property
    def confirmed_grams(self) -> int: ...


class CoverageOut(BaseModel):
    """How much of what should be known is known."""

    ledgers_filed: int
    ledgers_expected: int
    sent_tonnes: str
    confirmed_tonnes: str

    @classmethod
    def of(cls, covered: Covered) -> Self:
        return cls(
            ledgers_filed=covered.ledgers_filed,
            ledgers_expected=covered.ledgers_expected,
            sent_tonnes=tonnes_text(covered.sent_grams),
            confirmed_tonnes=tonnes_text(covered.confirmed_grams),
        )


class RateMetricOut(BaseModel):
    """How a rate is computed, after which source, in both languages."""

    id: str
    version: int
    name: TextOut
    formula: TextOut
    source: TextOut

    @classmethod
    def of(cls, metric: Metric) -> Self:
        texts = {name: TextOut.of(getattr(metric, name)) for name in ("name", "formula", "source")}
        return cls(id=metric.id, version=metric.version, **texts)
