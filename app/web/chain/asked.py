"""What a reader of the chain page chose, from the address and back into one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from app.chain_runs.definitions import ALL
from app.chain_runs.graph import Level
from app.chain_runs.service import RunQuery
from app.domain.errors import Fault
from app.domain.periods import Month
from app.http.problems import Invalid
from app.rates.scope import query_fault
from app.web import forms

_NODE_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class ChainAsked:
    """None is left to the page. `node` is a node that was pressed."""

    chain: str = ALL
    region: str | None = None
    base: str | None = None
    first: Month | None = None
    last: Month | None = None
    level: Level = Level.WASTE
    node: str | None = None

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> Self:
        """Read an address or a form. Raises Invalid naming every fault."""
        faults: list[Fault] = []
        asked = cls(
            chain=forms.code("chain", parameters, faults) or ALL,
            region=forms.region("region", parameters, faults),
            base=forms.code("base", parameters, faults),
            first=forms.month("from", parameters, faults),
            last=forms.month("to", parameters, faults),
            level=_level(parameters, faults),
            node=parameters.get("node", "")[:_NODE_CHARACTERS] or None,
        )
        if faults:
            raise Invalid(errors=faults)
        return asked

    @property
    def query(self) -> RunQuery:
        return RunQuery(self.chain, self.region, self.base, self.first, self.last)

    def fields(self) -> dict[str, str]:
        """What an address or a form repeats."""
        named = {
            "chain": self.chain,
            "region": self.region,
            "base": self.base,
            "from": self.first and str(self.first),
            "to": self.last and str(self.last),
            "level": None if self.level is Level.WASTE else self.level.value,
        }
        return {name: value for name, value in named.items() if value}

    def address(self, path: str = "/chain", *, node: str | None = None) -> str:
        """Write the address of this choice, with a node pressed or none."""
        fields = self.fields() | ({"node": node} if node else {})
        return f"{path}?{urlencode(fields)}"

    def api(self, form: str = "") -> str:
        """Give the address of the same flows for a machine."""
        fields = {**self.fields(), "level": self.level.value, "format": form}
        del fields["chain"]
        kept = {name: value for name, value in fields.items() if value}
        return f"/v1/chains/{self.chain}/flows?{urlencode(kept)}"

    def at(self, first: str, last: str, region: str | None) -> Self:
        """Complete the choice by what the service has made of it."""
        return replace(self, first=Month.parse(first), last=Month.parse(last), region=region)


def _level(parameters: Mapping[str, str], faults: list[Fault]) -> Level:
    value = parameters.get("level") or Level.WASTE.value
    if value in {level.value for level in Level}:
        return Level(value)
    faults.append(query_fault("level", "bad_level", "应为 waste 或 site", "this must be waste or site"))
    return Level.WASTE
