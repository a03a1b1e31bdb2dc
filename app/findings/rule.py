"""What a rule is. One rule is one small file of `app/findings/rules/`, added to the tuple in `registry.py`.

A rule is pure: it sees facts (`facts.py`) and the current values of its parameters, never a database, a clock or
another rule. It yields what it finds; the same facts give the same findings, in any order and on any machine. To add
one:

    RULE = Rule(
        id="dumped", version=1, severity=Severity.HIGH, tonnes_are=Tonnes.IRREGULAR, partition=Partition.SITE,
        text=Message("倾倒丢弃", "Waste was dumped"),
        law=DUMPING,
        since=date(2020, 9, 1),
        parameters=(Parameter("least_tonnes", Decimal(0), "t", Decimal(0), Decimal(10**6), Message("…", "…")),),
        evaluate=evaluate,
    )

    def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]: ...

What the three partitions give to `evaluate`, and when it is called again:

* SITE: `SiteFacts`, all months of one site: its books, what others declare to it, its facilities. Again whenever the
  site, or a site that names it, files or amends, or a receiver states something; and every night.
* PAIR: `PairFacts`, all months between one sender and one receiver. Again whenever one of the two files.
* NETWORK: `NetworkFacts`, one month of one province: all its sites' lines and all transfers that touch it, those of
  the months beside it as pairs. Again whenever one of its sites files the month, or a site elsewhere that trades with
  one of them; when one of the months beside it is filed, only with `looks_beside`. Of a site of another province nothing
  is known but what stands in the transfers. Reckon on its columns (`columns.py`), make facts of what stands out only.

What a rule yields for a partition replaces what it had yielded for it before: a key that is new opens a finding, one
that is still there keeps its case and gets the newer evidence, one that is gone closes by itself. So a key must name
the fact and nothing that may vary with its size: waste, month, counterpart; of a run of months the first one. A key
must not depend on the partition's other facts, and must be unique within the rule in the whole database: the site's
code is put before it by `Found.full_key`.

Raise `version` whenever the same facts would give another finding or other words.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar

from app.domain.errors import Message
from app.domain.periods import Month
from app.findings.facts import Figure
from app.findings.lawbook import Provision

Values: TypeAlias = Mapping[str, Decimal]
"""The current value of each of a rule's parameters, by name, in the parameter's unit."""
Plain: TypeAlias = str | int | bool | None
F = TypeVar("F")


class Severity(StrEnum):
    """How soon somebody should look."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Tonnes(StrEnum):
    """What a finding's tonnes mean, and so whether they count in a score (docs/findings.md)."""

    UNTRACKED = "untracked"
    """Mass that has no proven end, or no proven origin."""
    IRREGULAR = "irregular"
    """Mass whose way is known and not allowed, or not proven to be allowed."""
    ESTIMATED = "estimated"
    """Mass that nobody reported, by the site's own ordinary month."""


class Partition(StrEnum):
    """The unit in which a rule is evaluated."""

    SITE = "site"
    PAIR = "pair"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number an administrator may change between `low` and `high`, in `unit`."""

    name: str
    default: Decimal
    unit: str
    low: Decimal
    high: Decimal
    text: Message


@dataclass(frozen=True, slots=True)
class Found:
    """One fact that a rule objects to.

    `site`: code of the registered site it is about. `key`: what tells it from other findings of the rule at that site.
    `grams`: the mass at issue [g], `sigma_grams` its standard uncertainty where there is one. `figures`: the numbers
    it rests on, each with the ledger that says so. `values`: whatever else was computed, `threshold`: what it was held
    to. Is it shared, the counterpart sees it too: then every figure must be one of the two reports of their transfer.
    """

    site: str
    key: tuple[str, ...]
    explanation: Message
    months: tuple[Month, ...]
    figures: tuple[Figure, ...]
    threshold: Mapping[str, Plain]
    values: Mapping[str, Plain] = field(default_factory=dict)
    waste: str | None = None
    grams: int | None = None
    sigma_grams: int | None = None
    counterpart: str | None = None
    is_shared: bool = False
    severity: Severity | None = None

    @property
    def full_key(self) -> str:
        return "|".join((self.site, *self.key))


@dataclass(frozen=True, slots=True)
class Rule(Generic[F]):
    """A rule with everything an official asks about it: what it says, by which law, since when, with which numbers."""

    id: str
    version: int
    severity: Severity
    tonnes_are: Tonnes
    partition: Partition
    text: Message
    law: Provision
    since: date
    parameters: tuple[Parameter, ...]
    evaluate: Callable[[F, Values], Iterator[Found]]
    looks_beside: bool = False
    """Whether a rule about a network also looks at the months beside it; the others need not run when those change."""

    @property
    def defaults(self) -> dict[str, Decimal]:
        return {parameter.name: parameter.default for parameter in self.parameters}


def limits(values: Values) -> dict[str, Plain]:
    """The threshold of a finding that was held to nothing but its rule's parameters."""
    return {name: plain(value) for name, value in values.items()}


def plain(value: Decimal) -> str:
    """The shortest decimal of a parameter: Decimal("3.00") → "3"."""
    return format(value.normalize(), "f")
