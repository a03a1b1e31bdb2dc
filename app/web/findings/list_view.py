"""The list of findings as a view model."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.auth.subjects import Role
from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import grams_from_tonnes
from app.findings.models import CaseState
from app.findings.rule import Severity, Tonnes
from app.findings.summary import Score
from app.web import numbers
from app.web.findings.asked import ORDERS, VIEWS, FindingsAsked
from app.web.languages import Language
from app.web.texts import text
from app.web.view_models import Choice, Footing, Tile

# As they stand in the sentences of rules: SW04, building_gypsum.
_CODE = re.compile(r"\bSW\d{2}\b|\b[a-z]+(?:_[a-z]+)+\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding in a list."""

    id: str
    title: str
    explanation: str
    severity: str
    severity_words: str
    place: str
    site_address: str
    waste: str
    months: str
    mass: str
    full: str
    state: str
    state_words: tuple[str, ...]
    late: bool
    assignee: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader can change."""

    views: tuple[Choice, ...]
    rules: tuple[Choice, ...]
    severities: tuple[Choice, ...]
    wastes: tuple[Choice, ...]
    orders: tuple[Choice, ...]
    site: str
    assignee: str
    first: str
    last: str
    region: str


@dataclass(frozen=True, slots=True)
class FindingsPage:
    """The whole page."""

    lead: str
    tiles: tuple[Tile, ...]
    filters: Filters
    lines: tuple[FindingLine, ...]
    next: str
    here: str
    may_assign: bool
    assignees: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many findings there are: to be handled, overdue, in all; and the tonnes of all [g]."""

    active: int
    overdue: int
    every: int
    unseen_grams: int
    untracked_grams: int
    estimated_grams: int


def counted(scores: Iterable[Score], active: int, overdue: int) -> Counted:
    """Add up the sites: no tonne is in two of them."""
    found = list(scores)
    return Counted(
        active=active,
        overdue=overdue,
        every=sum(score.findings for score in found),
        unseen_grams=sum(score.unseen_grams for score in found),
        untracked_grams=sum(score.grams(Tonnes.UNTRACKED) for score in found),
        estimated_grams=sum(score.grams(Tonnes.ESTIMATED) for score in found),
    )


@dataclass(frozen=True, slots=True)
class Names:
    """Names of the codes in the list."""

    rules: Mapping[str, Message]
    wastes: Mapping[str, Message]
    sites: Mapping[str, Message]
    codes: Mapping[str, Message]
    """Of wastes, processes and products: whatever a sentence of a rule may name."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the list for one reader."""

    language: Language
    role: Role
    today: date
    as_of: str
    names: Names

    def page(
        self, asked: FindingsAsked, items: Iterable[Mapping[str, Any]], cursor: str | None, count: Counted
    ) -> FindingsPage:
        """Write the whole page."""
        lines = tuple(self.line(item) for item in items)
        lead = "findings.lead.own" if self.role is Role.ENTERPRISE else "findings.lead"
        return FindingsPage(
            lead=text(lead, self.language),
            tiles=self._tiles(count),
            filters=self._filters(asked),
            lines=lines,
            next=asked.address(cursor) if cursor else "",
            here=asked.address(),
            may_assign=self.role is not Role.ENTERPRISE,
            assignees=tuple(sorted({line.assignee for line in lines} - {""})),
        )

    def line(self, item: Mapping[str, Any]) -> FindingLine:
        """Write one finding."""
        mass, full = self.mass(item)
        late = item["state"] == CaseState.NOTIFIED and bool(
            item["deadline"] and item["deadline"] < str(self.today)
        )
        return FindingLine(
            id=item["id"],
            title=self.of(item["title"]),
            explanation=numbers.grouped(self.with_names(self.of(item["explanation"]))),
            severity=item["severity"],
            severity_words=text(f"findings.severity.{item['severity']}", self.language),
            place=item["site_name"] or item["site"],
            site_address=f"/sites/{item['site']}" if item["site_name"] else "",
            waste=self.waste(item["waste"]),
            months=self.months(item),
            mass=mass,
            full=full,
            state=item["state"],
            state_words=tuple(self.state(item, late=late)),
            late=late,
            assignee=item["assignee"] or "",
        )

    def of(self, told: Mapping[str, str]) -> str:
        return self.language.heading(Message(told["zh"], told["en"]))

    def with_names(self, words: str) -> str:
        """Put names in place of codes; a permit keeps its number, which may be a site's code."""
        for code, name in self.names.sites.items():
            alone = rf"(?<!许可证 )(?<!permit ){re.escape(code)}"
            words = re.sub(alone, self.language.of(name).replace("\\", r"\\"), words)
        return _CODE.sub(lambda found: self._worded(found[0]), words)

    def _worded(self, code: str) -> str:
        return self.language.of(self.names.codes[code]) if code in self.names.codes else code

    def waste(self, code: str | None) -> str:
        if code is None:
            return ""
        return self.language.heading(self.names.wastes[code]) if code in self.names.wastes else code

    def months(self, item: Mapping[str, Any]) -> str:
        """Write the months a finding is about."""
        if item["from"] is None or item["to"] is None:
            return ""
        return numbers.period(Month.parse(item["from"]), Month.parse(item["to"]), self.language)

    def mass(self, item: Mapping[str, Any]) -> tuple[str, str]:
        """Write the tonnes with their uncertainty, and the full tonnes."""
        if item["tonnes"] is None:
            return "", text("findings.not_weighed", self.language)
        sigma = item["sigma_tonnes"]
        told = numbers.measured(
            grams_from_tonnes(item["tonnes"]),
            None if sigma is None else grams_from_tonnes(sigma),
            self.language,
        )
        return str(told), told.full

    def state(self, item: Mapping[str, Any], *, late: bool) -> Iterable[str]:
        """Say where the case stands."""
        yield text(f"findings.state.{item['state']}", self.language)
        if item["deadline"] and item["state"] == CaseState.NOTIFIED:
            yield text("findings.deadline", self.language, date=item["deadline"])
        if late:
            yield text("findings.overdue", self.language)
        if not item["present"]:
            yield text("findings.gone", self.language)

    def _tiles(self, count: Counted) -> tuple[Tile, ...]:
        say = self.language
        unseen = numbers.mass(count.unseen_grams, say)
        parts = (
            ("findings.tile.untracked", count.untracked_grams),
            ("findings.tile.estimated", count.estimated_grams),
        )
        footing = Footing(
            text("footing.formula", say, formula=text("findings.formula.unseen", say)), "", self.as_of
        )
        plain = Footing("", "", self.as_of)
        return (
            Tile(
                key="findings-open",
                name=text("findings.tile.open", say),
                value=numbers.count(count.active),
                unit="",
                full="",
                words=(text("findings.tile.of", say, count=numbers.count(count.every)),),
                footing=plain,
            ),
            Tile(
                key="findings-unseen",
                name=text("findings.tile.unseen", say),
                value=unseen.value,
                unit=unseen.unit,
                full=unseen.full,
                words=tuple(text(key, say, mass=str(numbers.mass(grams, say))) for key, grams in parts),
                footing=footing,
            ),
            Tile(
                key="findings-overdue",
                name=text("findings.tile.overdue", say),
                value=numbers.count(count.overdue),
                unit="",
                full="",
                words=(),
                footing=plain,
            ),
        )

    def _filters(self, asked: FindingsAsked) -> Filters:
        any_rule = text("findings.rule.any", self.language)
        any_severity = text("findings.severity.any", self.language)
        return Filters(
            views=self._choices({view: f"findings.view.{view}" for view in VIEWS}, asked.view),
            rules=(
                Choice("", any_rule, asked.rule is None),
                *(
                    Choice(code, self.language.heading(name), code == asked.rule)
                    for code, name in self.names.rules.items()
                ),
            ),
            severities=(
                Choice("", any_severity, asked.severity is None),
                *self._choices(
                    {one: f"findings.severity.{one}" for one in reversed(Severity)}, asked.severity
                ),
            ),
            wastes=(
                Choice("", text("all_wastes", self.language), asked.waste is None),
                *(
                    Choice(code, self.language.heading(name), code == asked.waste)
                    for code, name in self.names.wastes.items()
                ),
            ),
            orders=self._choices({order: f"findings.order.{order}" for order in ORDERS}, asked.order),
            site=asked.site or "",
            assignee=asked.assignee or "",
            first=str(asked.first or ""),
            last=str(asked.last or ""),
            region=asked.region or "",
        )

    def _choices(self, values: Mapping[str, str], chosen: str | None) -> tuple[Choice, ...]:
        """Offer values by the keys of their names."""
        return tuple(
            Choice(value, text(key, self.language), value == chosen) for value, key in values.items()
        )
