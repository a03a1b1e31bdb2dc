"""How well findings name what was planted: precision, recall, tonnes, and false alarms at honest sites."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from math import nan

from bench.faults import Fault
from bench.province import WASTES, Mistake

CLEAR = 3.0
"""From so many σ on a fault should be found."""


DISJOINT = (
    ("pair_disagreement", "pair_test"),
    ("pair_disagreement", "against_partners"),
    ("line_balance", "line_test"),
)
"""Rules that never tell the same tonnes: what one finds beyond doubt the other leaves out."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A finding: at which site and, of a transfer, with whom; its months by number; its tonnes."""

    rule: str
    site: int
    counterpart: int | None
    months: tuple[int, ...]
    tonnes: float
    waste: str | None = None

    @property
    def places(self) -> tuple[int, ...]:
        return (self.site,) if self.counterpart is None else (self.site, self.counterpart)


@dataclass(frozen=True)
class Truth:
    """What was planted among `site_months` of site and month."""

    faults: Sequence[Fault]
    site_months: int
    mistakes: AbstractSet[Mistake] = frozenset()

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

    def is_mistake(self, alarm: Alarm) -> bool:
        """Tell whether a figure that the alarm speaks of is honestly wrong, by more than three σ of its method.

        Of a transfer one of its two figures; else one of the site's own or its partners' word of what they exchanged.
        """
        if alarm.counterpart is not None:
            one, other = alarm.places
            return any(
                (site, month, waste, partner) in self.mistakes
                for month in alarm.months
                for waste in self._wastes(alarm)
                for site, partner in ((one, other), (other, one))
            )
        return any(
            (alarm.site, month, waste) in self._wrong
            for month in alarm.months
            for waste in self._wastes(alarm)
        )

    def _wastes(self, alarm: Alarm) -> Iterable[str]:
        return WASTES if alarm.waste is None else (alarm.waste,)

    @cached_property
    def _wrong(self) -> set[tuple[int, int, str]]:
        """Site, month, waste of the figures that are wrong, at whoever wrote them and at whom they are about."""
        return {
            (end, month, waste)
            for site, month, waste, partner in self.mistakes
            for end in (site, partner)
            if end is not None
        }


@dataclass(frozen=True)
class Score:
    """Alarms held against the truth. A share of nothing is nan."""

    name: str
    truth: Truth
    alarms: Sequence[Alarm]

    @cached_property
    def _meant(self) -> list[list[Fault]]:
        return [self.truth.meant(alarm) for alarm in self.alarms]

    @cached_property
    def _right(self) -> list[bool]:
        """Which alarms name a planted fault, or a figure that is honestly wrong."""
        pairs = zip(self.alarms, self._meant, strict=True)
        return [bool(meant) or self.truth.is_mistake(alarm) for alarm, meant in pairs]

    @property
    def precision(self) -> float:
        """The share of the alarms that are right: the ledger is wrong there."""
        return _share(sum(self._right), len(self.alarms))

    @property
    def precision_by_tonnes(self) -> float:
        """The same, every alarm by its tonnes."""
        pairs = zip(self.alarms, self._right, strict=True)
        return _share(
            sum(alarm.tonnes for alarm, right in pairs if right), sum(alarm.tonnes for alarm in self.alarms)
        )

    @property
    def planted_only(self) -> float:
        """The share of the alarms that name what was planted; an honest mistake that is rightly told counts as false."""
        return _share(sum(1 for meant in self._meant if meant), len(self.alarms))

    @property
    def false_alarms(self) -> float:
        """Alarms where nothing is wrong, per 100 honest site-months."""
        return 100 * _share(self._right.count(False), self.truth.honest_months)

    @property
    def honest_flagged(self) -> float:
        """The share of honest site-months at which an alarm points, rightly (an honest mistake) or not."""
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
        for which, _ in by_rule:
            rules = {rule: by_rule.get((which, rule), 0.0) for (fault, rule) in by_rule if fault == which}
            both = (sum(rules.get(rule, 0.0) for rule in disjoint) for disjoint in DISJOINT)
            best[which] = min(max(*rules.values(), *both), hidden[which])
        return best


def _share(part: float, whole: float) -> float:
    return part / whole if whole else nan
