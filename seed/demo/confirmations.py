"""What receivers answered to tonnes declared to them: most confirm, some correct, dispute or keep silent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.domain.ledger import Purpose
from app.domain.periods import Month
from app.domain.quantities import tonnes_text
from seed.demo.filings import last_filed_at
from seed.demo.months import pick
from seed.demo.plants import Site
from seed.demo.shipments import Shipment, is_inside
from seed.demo.untidiness import DISAGREEMENTS, RECEIVER_SILENT, UNIT_SLIP, is_filed

_NEVER_ANSWER = frozenset({"gravel1", "hearth1", "raft1"})
_ANSWERED_PER_THOUSAND = 880
_CORRECTED_ABOVE_PER_TEN_THOUSAND = 80


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One answer of a receiver; sites by code. `tonnes` only with a correction."""

    sender: str
    receiver: str
    month: Month
    waste: str
    purpose: Purpose
    decision: Literal["confirm", "correct", "dispute"]
    tonnes: str | None
    comment: str | None
    at: datetime


_Answer = tuple[Literal["confirm", "correct", "dispute"], str | None, str | None]


def build_confirmations(
    seed: int, shipments: Sequence[Shipment], sites: Mapping[str, Site]
) -> tuple[Confirmation, ...]:
    """All answers in the order of time."""
    answers = sorted(_answers(seed, shipments, sites), key=lambda item: (item.at, item.sender, item.receiver))
    return tuple(answers)


def _answers(seed: int, shipments: Sequence[Shipment], sites: Mapping[str, Site]) -> Iterator[Confirmation]:
    for item in shipments:
        if item.sent is None or not is_inside(item.receiver):
            continue
        if not (is_filed(item.sender, item.month) and is_filed(item.receiver, item.month)):
            continue
        answer = _answer(seed, item)
        if answer is None:
            continue
        decision, tonnes, comment = answer
        wait = timedelta(
            days=1 + pick(seed, 18, "answer", *item.key), seconds=pick(seed, 3600, "answer second", *item.key)
        )
        yield Confirmation(
            sites[item.sender].code,
            sites[item.receiver].code,
            item.month,
            item.waste,
            item.purpose,
            decision,
            tonnes,
            comment,
            last_filed_at(seed, item.sender, item.month) + wait,
        )


def _answer(seed: int, item: Shipment) -> _Answer | None:
    if item.receiver in _NEVER_ANSWER or item.is_of(UNIT_SLIP) or item.sent is None:
        return None
    if any(item.is_of(pair) for pair in RECEIVER_SILENT):
        return "dispute", None, "我单位当月未接收该批固废，磅房无记录"
    for place, (pair, _) in enumerate(DISAGREEMENTS):
        if item.is_of(pair):
            corrected = tonnes_text(item.arrived)
            return (
                ("correct", corrected, "以我方过磅为准")
                if place % 2
                else ("dispute", None, f"与我方磅房累计 {corrected} 吨不符，请核对联单")
            )
    if pick(seed, 1000, "answers", *item.key) >= _ANSWERED_PER_THOUSAND:
        return None
    if abs(item.arrived - item.sent) * 10_000 > item.sent * _CORRECTED_ABOVE_PER_TEN_THOUSAND:
        return "correct", tonnes_text(item.arrived), "以我方过磅为准"
    return "confirm", None, None
