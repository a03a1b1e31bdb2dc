"""Months that were first filed wrongly and amended: what stood there before, made from what stands now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from app.domain.ledger import LedgerContent, Line, Sent, Used, totals_of
from app.domain.periods import Month
from seed.demo.chains import BOTTOM_ASH, FLY_ASH, GANGUE, GYPSUM, SLAG, TAILINGS, product_of
from seed.demo.flows import QUANTUM
from seed.demo.plants import Site


class Slip(StrEnum):
    """How the earlier version was wrong."""

    SHORT_WEIGHING = "short_weighing"
    TOO_WET = "too_wet"
    COUNTED_AS_USE = "counted_as_use"
    WRONG_FIGURE = "wrong_figure"
    RECEIVED_SHORT = "received_short"
    WRONG_RECEIVER = "wrong_receiver"
    NIL_BY_MISTAKE = "nil_by_mistake"


@dataclass(frozen=True, slots=True)
class Revision:
    """One amendment: days after the first filing, what was wrong by which share [‰], and the reason given."""

    days: int
    slip: Slip
    waste: str
    share: int
    reason: str


_FORMS = "月末过磅单晚到，补录后产生量与贮存量调增"
_WET = "原按含水率估值折算，现按化验结果调减产生量与贮存量"
_FILL = "现场核查：矸石填沟造地不符合综合利用认定，由自行利用改列自行处置"
_TYPED = "处置量录入时数字颠倒，按台账原件更正"

# Use that turned out to be filling of ravines is what a city finds when it looks into its utilization rate.
REVISIONS: Mapping[tuple[str, Month], tuple[Revision, ...]] = {
    ("pine_w1", Month(2021, 1)): (Revision(24, Slip.SHORT_WEIGHING, GANGUE, 60, _FORMS),),
    ("jade1", Month(2021, 2)): (Revision(12, Slip.NIL_BY_MISTAKE, FLY_ASH, 0, "误作零申报，补报当月台账"),),
    ("swan1", Month(2021, 3)): (Revision(35, Slip.SHORT_WEIGHING, FLY_ASH, 45, _FORMS),),
    ("birch_w1", Month(2021, 4)): (Revision(63, Slip.COUNTED_AS_USE, GANGUE, 300, _FILL),),
    ("boulder1", Month(2021, 5)): (
        Revision(20, Slip.RECEIVED_SHORT, FLY_ASH, 100, "漏录夜班进厂车次，按磅房记录补录接收量与利用量"),
    ),
    ("crane1", Month(2021, 6)): (Revision(41, Slip.TOO_WET, GYPSUM, 80, _WET),),
    ("oak_w1", Month(2021, 7)): (
        Revision(30, Slip.COUNTED_AS_USE, GANGUE, 400, _FILL),
        Revision(95, Slip.COUNTED_AS_USE, GANGUE, 200, "复核：剩余填沟矸石一并由利用改列处置"),
    ),
    ("swallow1", Month(2021, 8)): (Revision(9, Slip.WRONG_FIGURE, FLY_ASH, 0, _TYPED),),
    ("anvil1", Month(2021, 10)): (Revision(27, Slip.TOO_WET, SLAG, 70, _WET),),
    ("falcon1", Month(2021, 11)): (Revision(18, Slip.SHORT_WEIGHING, BOTTOM_ASH, 90, _FORMS),),
    ("pine2", Month(2021, 12)): (Revision(52, Slip.COUNTED_AS_USE, GANGUE, 350, _FILL),),
    ("spruce_w1", Month(2022, 1)): (Revision(44, Slip.COUNTED_AS_USE, GANGUE, 250, _FILL),),
    ("magpie1", Month(2022, 2)): (Revision(15, Slip.SHORT_WEIGHING, TAILINGS, 55, _FORMS),),
    ("swallow1", Month(2022, 5)): (Revision(6, Slip.WRONG_FIGURE, FLY_ASH, 0, _TYPED),),
    ("crane2", Month(2022, 6)): (Revision(38, Slip.SHORT_WEIGHING, FLY_ASH, 50, _FORMS),),
    ("birch2", Month(2022, 9)): (
        Revision(21, Slip.WRONG_RECEIVER, GANGUE, 0, "接收单位误选，按转移联单更正为实际接收单位"),
    ),
}

_MISTAKEN_RECEIVER = "kiln1"


def before(content: LedgerContent, revision: Revision, sites: Mapping[str, Site]) -> LedgerContent:
    """Undo a revision: the content that stood on file until then."""
    if revision.slip is Slip.NIL_BY_MISTAKE:
        return replace(content, nil=True, lines=(), activity=())
    if revision.slip is Slip.WRONG_RECEIVER:
        return _change(
            content, revision.waste, lambda line: _misdirected(line, sites[_MISTAKEN_RECEIVER].code)
        )
    change = _CHANGES[revision.slip]
    return _change(content, revision.waste, lambda line: change(line, revision.share))


def _change(content: LedgerContent, waste: str, change: Callable[[Line], Line]) -> LedgerContent:
    lines = tuple(_kept_honest(change(line)) if line.waste == waste else line for line in content.lines)
    return replace(content, lines=lines)


def _kept_honest(line: Line) -> Line:
    """Nobody claims more compliant storage than went into store."""
    return replace(
        line, compliant_stored_grams=min(line.compliant_stored_grams, max(0, totals_of(line).stored_grams))
    )


def _part(grams: int, share: int) -> int:
    return grams * share // 1000 // QUANTUM * QUANTUM


def _generated_by(line: Line, change: int) -> Line:
    return replace(
        line, generated_grams=line.generated_grams + change, closing_grams=line.closing_grams + change
    )


def _short(line: Line, share: int) -> Line:
    return _generated_by(line, -_part(line.generated_grams, share))


def _wet(line: Line, share: int) -> Line:
    return _generated_by(line, _part(line.generated_grams, share))


def _counted_as_use(line: Line, share: int) -> Line:
    """Put a part of the disposal under utilization, as land reclamation."""
    first, *others = line.disposed
    part = _part(first.grams, share)
    process = "land_reclamation"
    used = Used(part, process, product_of(process))
    return replace(
        line, disposed=(replace(first, grams=first.grams - part), *others), used=(*line.used, used)
    )


def _wrong_figure(line: Line, _share: int) -> Line:
    """Swap the two leading figures of the disposed tonnes; the line no longer balances."""
    first, *others = line.disposed
    digits = str(first.grams)
    swapped = int(digits[1] + digits[0] + digits[2:])
    return replace(line, disposed=(replace(first, grams=swapped), *others))


def _received_short(line: Line, share: int) -> Line:
    received, used = line.received[0], line.used[0]
    part = _part(received.grams, share)
    return replace(
        line,
        received=(replace(received, grams=received.grams - part), *line.received[1:]),
        used=(
            replace(used, grams=used.grams - part, of_received_grams=used.of_received_grams - part),
            *line.used[1:],
        ),
    )


def _misdirected(line: Line, party: str) -> Line:
    first: Sent = line.sent[0]
    return replace(line, sent=(replace(first, party=party), *line.sent[1:]))


_CHANGES: Mapping[Slip, Callable[[Line, int], Line]] = {
    Slip.SHORT_WEIGHING: _short,
    Slip.TOO_WET: _wet,
    Slip.COUNTED_AS_USE: _counted_as_use,
    Slip.WRONG_FIGURE: _wrong_figure,
    Slip.RECEIVED_SHORT: _received_short,
}
