"""The list of permits, and one permit beside its ledgers, as view models."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from app.domain.errors import Message
from app.domain.periods import Month
from app.domain.quantities import grams_from_tonnes
from app.web import numbers
from app.web.charts import palette
from app.web.charts.shares import share_bar
from app.web.languages import Language
from app.web.permits.gather import SOON, VIEWS, Line, Listed
from app.web.texts import text
from app.web.view_models import Choice, Footing, Table, Tile


@dataclass(frozen=True, slots=True)
class PermitLine:
    """One permit of the list."""

    number: str
    address: str
    name: str
    until: str
    state: str
    late: bool
    findings: str
    findings_address: str


@dataclass(frozen=True, slots=True)
class PermitsPage:
    """The list."""

    tiles: tuple[Tile, ...]
    views: tuple[Choice, ...]
    regions: tuple[Choice, ...]
    lines: tuple[PermitLine, ...]
    next: str


@dataclass(frozen=True, slots=True)
class DepartureLine:
    """One way in which the ledgers are not what the permit says."""

    words: str
    mass: str
    full: str
    capacity: str


@dataclass(frozen=True, slots=True)
class RoomLine:
    """What a group of facilities may still take."""

    name: str
    words: str
    outlook: str
    bar: Markup
    late: bool


@dataclass(frozen=True, slots=True)
class PermitPage:
    """One permit."""

    number: str
    name: str
    until: str
    state: str
    late: bool
    verdict: str
    departs: bool
    months: str
    departures: tuple[DepartureLine, ...]
    room: str
    rooms: tuple[RoomLine, ...]
    wastes: Table
    versions: tuple[str, ...]
    remarks: tuple[str, ...]
    compliance: str
    execution: str


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes permits for one reader."""

    language: Language
    timezone: str
    today: date
    wastes: Mapping[str, Message]

    def page(
        self, found: Listed, view: str, region: str | None, regions: Mapping[str, Message], as_of: str
    ) -> PermitsPage:
        """Write the list."""
        following = {"view": view, "region": region or "", "after": found.next}
        return PermitsPage(
            tiles=tuple(self._tile(name, found.counts[name], as_of) for name in VIEWS),
            views=tuple(
                Choice(name, text(f"permits.view.{name}", self.language), name == view) for name in VIEWS
            ),
            regions=tuple(
                Choice(code, self.language.heading(name), code == (region or ""))
                for code, name in regions.items()
            ),
            lines=tuple(self._line(line, found.rules) for line in found.lines),
            next=f"/permits?{urlencode(following)}" if found.next else "",
        )

    def _tile(self, name: str, count: int, as_of: str) -> Tile:
        formula = ""
        if name == "departing":
            words = text("permits.formula.departing", self.language)
            formula = text("footing.formula", self.language, formula=words)
        return Tile(
            key=f"permits-{name}",
            name=text(f"permits.tile.{name}", self.language),
            value=numbers.count(count),
            unit="",
            full="",
            words=(),
            footing=Footing(formula, "", as_of),
            address=f"/permits?view={name}",
        )

    def _line(self, line: Line, rules: Mapping[str, Message]) -> PermitLine:
        permit = line.permit
        state, late = self.state(permit.valid_from, permit.valid_until)
        counts = [
            text(
                "permits.findings.count",
                self.language,
                rule=self.language.heading(rules[rule]),
                count=numbers.count(number),
            )
            for rule, number in line.findings.items()
        ]
        return PermitLine(
            number=permit.number,
            address=f"/permits/{permit.number}",
            name=line.site_name or text("permits.unmatched", self.language),
            until=str(permit.valid_until or "—"),
            state=state,
            late=late,
            findings=text("comma", self.language).join(counts),
            findings_address=f"/findings?site={line.site}" if counts else "",
        )

    def state(self, begins: date | None, ends: date | None) -> tuple[str, bool]:
        """Say whether a permit holds today, and whether somebody should look."""
        if ends is None:
            return text("permits.state.unknown", self.language), False
        if begins is not None and begins > self.today:
            return text("permits.state.not_yet", self.language), False
        days = (ends - self.today).days
        if days < 0:
            return text("permits.state.expired", self.language, days=numbers.count(-days)), True
        if days <= SOON.days:
            return text("permits.state.expiring", self.language, days=numbers.count(days)), True
        return text("permits.state.valid", self.language), False

    def one(
        self,
        permit: Mapping[str, Any],
        compared: Mapping[str, Any] | None,
        room: Mapping[str, Any] | None,
        versions: Mapping[str, Any],
    ) -> PermitPage:
        """Write one permit; without a site there is nothing to compare."""
        number, content = permit["number"], permit["content"]
        state, late = self.state(permit["valid_from"], permit["valid_until"])
        return PermitPage(
            number=number,
            name=compared["site_name"] if compared else text("permits.unmatched", self.language),
            until=str(permit["valid_until"] or "—"),
            state=state,
            late=late,
            verdict=text(f"permits.verdict.{compared['verdict']}", self.language) if compared else "",
            departs=compared is not None and compared["verdict"] == "departs",
            months=self._months(compared) if compared else "",
            departures=tuple(self._departure(each) for each in compared["departures"]) if compared else (),
            room=self._room_title(room) if room else text("permits.headroom.unknown", self.language),
            rooms=tuple(self._room(at, group) for at, group in enumerate(room["items"])) if room else (),
            wastes=self._wastes(content),
            versions=tuple(self._version(each) for each in versions["items"]),
            remarks=tuple(self._both(each["message"].model_dump()) for each in permit["warnings"]),
            compliance=f"/v1/permits/{number}/compliance" if compared else "",
            execution=self._execution(number, compared) if compared else "",
        )

    def _both(self, told: Mapping[str, str]) -> str:
        return self.language.heading(Message(told["zh"], told["en"]))

    def _months(self, compared: Mapping[str, Any]) -> str:
        return text(
            "permits.months",
            self.language,
            first=compared["from"],
            last=compared["to"],
            expected=numbers.count(compared["months_expected"]),
            filed=numbers.count(compared["months_filed"]),
        )

    def _departure(self, each: Mapping[str, Any]) -> DepartureLine:
        mass = (
            None if each["tonnes"] is None else numbers.mass(grams_from_tonnes(each["tonnes"]), self.language)
        )
        capacity = ""
        if each["capacity_tonnes"] is not None:
            limit = str(numbers.mass(grams_from_tonnes(each["capacity_tonnes"]), self.language))
            capacity = text("permits.departure.capacity", self.language, mass=limit)
        return DepartureLine(
            self._both(each["reason"]), str(mass) if mass else "", mass.full if mass else "", capacity
        )

    def _room_title(self, room: Mapping[str, Any]) -> str:
        month = numbers.month(Month.parse(room["month"]), self.language)
        return text("permits.headroom", self.language, month=month)

    def _room(self, at: int, group: Mapping[str, Any]) -> RoomLine:
        comma = text("comma", self.language)
        names = [facility["name"] or facility["code"] for facility in group["facilities"]]
        ways = comma.join(text(f"permits.way.{way}", self.language) for way in group["ways"])
        taken = grams_from_tonnes(group["taken_tonnes"])
        taken_words = str(numbers.mass(taken, self.language))
        capacity = None if group["capacity_tonnes"] is None else grams_from_tonnes(group["capacity_tonnes"])
        share = float(Fraction(taken, capacity)) if capacity else 0.0
        words = (
            text("permits.headroom.unbounded", self.language, taken=taken_words)
            if capacity is None
            else text(
                "permits.headroom.words",
                self.language,
                taken=taken_words,
                capacity=str(numbers.mass(capacity, self.language)),
            )
        )
        over = share > 1
        return RoomLine(
            name=f"{comma.join(names)} · {ways}",
            words=words,
            outlook="" if capacity is None else self._outlook(group, over=over),
            bar=share_bar(f"room-{at}", share, palette.USED, missing=over),
            late=over,
        )

    def _outlook(self, group: Mapping[str, Any], *, over: bool) -> str:
        if over:
            return text("permits.headroom.over", self.language)
        pace = self._signed(group["pace_tonnes_per_month"])
        if group["exceeded_in"] is None:
            return text("permits.headroom.never", self.language, pace=pace)
        month = numbers.month(Month.parse(group["exceeded_in"]), self.language)
        return text("permits.headroom.exceeded", self.language, pace=pace, month=month)

    def _signed(self, tonnes: str) -> str:
        """Write a change of a stock, which may shrink."""
        grams = grams_from_tonnes(tonnes.removeprefix("-"))
        return str(numbers.mass(-grams if tonnes.startswith("-") else grams, self.language))

    def _wastes(self, content: Mapping[str, Any]) -> Table:
        head = tuple(text(key, self.language) for key in ("permits.waste", "permits.code", "permits.routes"))
        rows = []
        for waste in content.get("wastes", ()):
            code = waste["waste"]
            name = self.language.heading(self.wastes[code]) if code in self.wastes else code
            routes = [self._route(route) for route in waste.get("routes") or ()]
            rows.append(
                (name, waste.get("waste_code") or code, text("comma", self.language).join(routes) or "—")
            )
        return Table(text("permits.wastes", self.language), head, tuple(rows))

    def _route(self, route: Mapping[str, str]) -> str:
        way = text(f"permits.way.{route['way']}", self.language)
        return text(f"permits.by.{route['by']}", self.language, way=way)

    def _version(self, each: Mapping[str, Any]) -> str:
        received: datetime = each["received_at"]
        return text(
            "permits.version",
            self.language,
            version=numbers.count(each["version"]),
            from_=str(each["effective_from"] or "—"),
            at=numbers.moment(received, self.timezone),
        )

    def _execution(self, number: str, compared: Mapping[str, Any]) -> str:
        year = Month.parse(compared["to"]).year
        return f"/v1/permits/{number}/execution-report?{urlencode({'period': year, 'format': 'xlsx'})}"
