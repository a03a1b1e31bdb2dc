"""What a kind of report is to its page: the fields of its form and who makes the document of them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from app.auth.subjects import Role, Scope, Subject
from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.periods import Month, MonthError
from app.http.problems import Invalid
from app.rates.scope import query_fault
from app.reports.service import Document, Period
from app.web.access import AUTHORITIES

FieldKind = Literal["region", "site", "year", "half", "quarter", "month", "period", "date", "text", "choice"]

_REGION = re.compile(r"\d{2}|\d{4}|\d{6}", re.ASCII)
_MOST_LETTERS = 64
_WORDS = {
    "region": Message("行政区", "Region"),
    "site": Message("场所编码", "Site code"),
    "year": Message("年份", "Year"),
    "half": Message("半年", "Half-year"),
    "quarter": Message("季度", "Quarter"),
    "period": Message("年、季或月", "Year, quarter or month"),
    "month": Message("月份", "Month"),
    "date": Message("日期", "Date"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form. Without a label of its own it is called what its kind is called."""

    name: str
    kind: FieldKind
    label: Message | None = None
    required: bool = True
    choices: tuple[tuple[str, Message], ...] = ()
    """Of a choice: value and words, the usual one first."""

    @property
    def words(self) -> Message:
        return self.label or _WORDS.get(self.kind, Message(self.name, self.name))


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what, when: `now` is aware and in the zone people here live in; `values` are as they were sent."""

    session: ReadSession
    subject: Subject
    now: datetime
    values: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """What was sent in a field; None for an empty one. Raises Invalid when it is too long to be meant."""
        value = self.values.get(name, "").strip()
        if len(value) > _MOST_LETTERS or not value.isprintable():
            raise self.refused(name, "最多 64 个字符", "64 characters are the most")
        return value or None

    def region(self, name: str = "region") -> str | None:
        """A region of two, four or six digits; None for an empty field. Raises Invalid."""
        value = self.text(name)
        if value is not None and _REGION.fullmatch(value) is None:
            raise self.refused(name, "应为二、四或六位行政区代码", "a region code of two, four or six digits")
        return value

    def year(self, name: str = "year") -> int:
        """A year. Raises Invalid without one."""
        try:
            return Month.parse(f"{self.text(name) or ''}-01").year
        except MonthError:
            raise self.refused(name, "应为如 2025 的年份", "a year such as 2025") from None

    def month(self, name: str = "month") -> Month:
        """A month. Raises Invalid without one."""
        try:
            return Month.parse(self.text(name) or "")
        except MonthError:
            raise self.refused(name, "应为如 2025-03 的月份", "a month such as 2025-03") from None

    def quarter(self, name: str = "quarter") -> Period:
        """The months of a quarter such as 2025-Q1. Raises Invalid without one."""
        try:
            return Period.quarter(self.text(name) or "")
        except ValueError:
            raise self.refused(name, "应为如 2025-Q1 的季度", "a quarter such as 2025-Q1") from None

    def refused(self, name: str, zh: str, en: str) -> Invalid:
        """A refusal of what stands in one field."""
        return Invalid(errors=[query_fault(name, "bad_value", zh, en)])


@dataclass(frozen=True, slots=True)
class Kind:
    """A report that people may make: `code` is its address below /reports."""

    code: str
    title: Message
    about: Message
    fields: tuple[Field, ...]
    make: Callable[[Asked], Document]
    roles: frozenset[Role] = AUTHORITIES
    scopes: frozenset[Scope] = frozenset({Scope.RATES_READ})

    def is_for(self, subject: Subject) -> bool:
        """Whether somebody may make it at all; what of it, the services say."""
        return subject.role in self.roles and self.scopes <= subject.scopes
