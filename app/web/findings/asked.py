"""Which findings a reader of the list asked for, from the address and back into one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self
from urllib.parse import urlencode

from app.domain.errors import Fault
from app.domain.periods import Month
from app.findings.models import CaseState
from app.findings.reading import FindingQuery
from app.findings.rule import Severity
from app.http.problems import Invalid
from app.rates.scope import query_fault
from app.web import forms

PAGE = 50
ACTIVE = (CaseState.OPEN, CaseState.NOTIFIED, CaseState.ANSWERED, CaseState.CONFIRMED)
_STATES: Mapping[str, tuple[CaseState, ...]] = {
    "active": ACTIVE,
    "unassigned": (CaseState.OPEN,),
    "overdue": (CaseState.NOTIFIED,),
    "answered": (CaseState.ANSWERED,),
    "done": (CaseState.DISMISSED, CaseState.CLOSED),
    "all": (),
}
VIEWS = tuple(_STATES)
ORDERS = ("tonnes", "newest")
_NAME_CHARACTERS = 200
_CURSOR_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class FindingsAsked:
    """None is not asked for."""

    view: str = "active"
    order: str = "tonnes"
    rule: str | None = None
    severity: str | None = None
    region: str | None = None
    site: str | None = None
    waste: str | None = None
    first: Month | None = None
    last: Month | None = None
    assignee: str | None = None
    cursor: str | None = None

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> Self:
        """Read an address. Raises Invalid naming every fault."""
        faults: list[Fault] = []
        asked = cls(
            view=_one_of("view", parameters, VIEWS, faults),
            order=_one_of("order", parameters, ORDERS, faults),
            rule=forms.code("rule", parameters, faults),
            severity=_one_of("severity", parameters, ("", *Severity), faults) or None,
            region=forms.region("region", parameters, faults),
            site=forms.code("site", parameters, faults),
            waste=forms.code("waste", parameters, faults),
            first=forms.month("from", parameters, faults),
            last=forms.month("to", parameters, faults),
            assignee=parameters.get("assignee", "").replace("\0", "")[:_NAME_CHARACTERS] or None,
            cursor=parameters.get("cursor", "").replace("\0", "")[:_CURSOR_CHARACTERS] or None,
        )
        if faults:
            raise Invalid(errors=faults)
        return asked

    def query(self, today: date) -> FindingQuery:
        """Ask for one page of them."""
        return FindingQuery(
            rules=(self.rule,) if self.rule else (),
            region=self.region,
            site=self.site,
            waste=self.waste,
            first=self.first,
            last=self.last,
            states=_STATES[self.view],
            severity=Severity(self.severity) if self.severity else None,
            assignee=self.assignee,
            overdue_on=today if self.view == "overdue" else None,
            order="newest" if self.order == "newest" else "tonnes",
            limit=PAGE,
            cursor=self.cursor,
        )

    def scored(self) -> FindingQuery:
        """Ask for the tonnes of the same place and time, whatever the state of the cases."""
        return FindingQuery(
            region=self.region, site=self.site, waste=self.waste, first=self.first, last=self.last
        )

    def fields(self, cursor: str | None = None) -> dict[str, str]:
        """What an address repeats; what is usual is left out."""
        named = {
            "view": None if self.view == "active" else self.view,
            "order": None if self.order == "tonnes" else self.order,
            "rule": self.rule,
            "severity": self.severity,
            "region": self.region,
            "site": self.site,
            "waste": self.waste,
            "from": self.first and str(self.first),
            "to": self.last and str(self.last),
            "assignee": self.assignee,
            "cursor": cursor,
        }
        return {name: value for name, value in named.items() if value}

    def address(self, cursor: str | None = None) -> str:
        """Write the address of this list, from a cursor on or from its beginning."""
        fields = self.fields(cursor)
        return f"/findings?{urlencode(fields)}" if fields else "/findings"


def _one_of(name: str, parameters: Mapping[str, str], allowed: tuple[str, ...], faults: list[Fault]) -> str:
    value = parameters.get(name) or allowed[0]
    if value in allowed:
        return value
    faults.append(query_fault(name, "unknown_value", "没有这个选项", "this is not one of the choices"))
    return allowed[0]
