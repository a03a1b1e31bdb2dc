"""How well findings name what was planted: precision, recall, tonnes, and false alarms at honest sites."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan

from bench.faults import Fault

CLEAR = 3.0
"""From so many σ on a fault should be found."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A finding: at which site and, of a transfer, with whom; its months by number; its tonnes."""

    rule: str
    site: int
    counterpart: int | None
    months: tuple[int, ...]
    tonnes: float

    @property
    def places(self) -> tuple[int, ...]:
        return (self.site,) if self.counterpart is None else (self.site, self.counterpart)


@dataclass(frozen=True)
class Truth:
    """What was planted among `site_months` of site and month."""

    faults: Sequence[Fault]
    site_months: int

    @cached_property
    def _at(self) -> dict[tuple[int, int], list[Fault]]:
        found: dict[tuple[int, int], list[Fault]] = defaultdict(list)
        for fault in self.faults:
            for site in fault.named:
                for month in fault.months:
                    found[site, month].append(fault)
        return found

    @property
    def honest_months(self) -> int:
        """Site-months that no fault can show in."""
        return self.site_months - len(self._at)

    def is_honest(self, site: int, month: int) -> bool:
        return (site, month) not in self._at

    def meant(self, alarm: Alarm) -> list[Fault]:
        """The faults an alarm names: at the culprit in its months, or at its partner when it speaks of one site only."""
        near = [
            fault
            for site in alarm.places
            for month in alarm.months
            for fault in self._at.get((site, month), ())
        ]
        unique = {id(fault): fault for fault in near}.values()
        return [fault for fault in unique if alarm.counterpart is None or fault.site in alarm.places]


@dataclass(frozen=True)
class Score:
    """Alarms held against the truth. A share of nothing is nan."""

    name: str
    truth: Truth
    alarms: Sequence[Alarm]

    @cached_property
    def _meant(self) -> list[list[Fault]]:
        return [self.truth.meant(alarm) for alarm in self.alarms]

    @property
    def precision(self) -> float:
        return _share(sum(1 for meant in self._meant if meant), len(self.alarms))

    @property
    def false_alarms(self) -> float:
        """Alarms that name no fault, per 100 honest site-months."""
        return 100 * _share(sum(1 for meant in self._meant if not meant), self.truth.honest_months)

    @property
    def honest_flagged(self) -> float:
        """The share of honest site-months at which an alarm points."""
        flagged = {
            (alarm.site, month)
            for alarm, meant in zip(self.alarms, self._meant, strict=True)
            if not meant
            for month in alarm.months
            if self.truth.is_honest(alarm.site, month)
        }
        return _share(len(flagged), self.truth.honest_months)

    def recall(self, faults: Iterable[Fault]) -> float:
        """The share of these faults that an alarm names."""
        asked, named = list(faults), {id(fault) for meant in self._meant for fault in meant}
        return _share(sum(1 for fault in asked if id(fault) in named), len(asked))

    def tonnes_found(self, faults: Iterable[Fault]) -> float:
        """Tonnes found / tonnes hidden; of each fault what the best rule says, no more than was hidden."""
        asked = list(faults)
        hidden = sum(sum(fault.tonnes.values()) for fault in asked)
        return _share(sum(self._told.get(id(fault), 0.0) for fault in asked), hidden)

    @cached_property
    def _told(self) -> dict[int, float]:
        by_rule: dict[tuple[int, str], float] = defaultdict(float)
        hidden: dict[int, float] = {}
        for alarm, meant in zip(self.alarms, self._meant, strict=True):
            for fault in meant:
                share = len(fault.months.intersection(alarm.months)) / len(alarm.months)
                by_rule[id(fault), alarm.rule] += alarm.tonnes * share
                hidden[id(fault)] = sum(fault.tonnes.values())
        best: dict[int, float] = defaultdict(float)
        for (which, _), tonnes in by_rule.items():
            best[which] = max(best[which], min(tonnes, hidden[which]))
        return best


def _share(part: float, whole: float) -> float:
    return part / whole if whole else nan
