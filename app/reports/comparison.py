"""What was reported first, or stood at an earlier moment, beside what stands now: by site and waste, difference by difference."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.db.session import ReadSession
from app.domain.errors import Message
from app.domain.rates import Totals
from app.rates.service import Scope, filed_versions
from app.reports import figures, names, repository
from app.reports.document import Cell, Column, Document, Mass, Number, Rate, Section, Table, Text, Whole
from app.reports.figures import AMOUNTS, NEW_WASTE, PLAIN, STATUTORY, TONNES, Question
from app.reports.repository import SiteWaste
from app.reports.year_end import POINTS

_Key = tuple[str, str]
_SHOWN = tuple(field for field, _, _ in AMOUNTS if "prior" not in field)
_FIRST = Message("首次申报", "as first reported")
_NOW = Message("现行", "as now")


@dataclass(frozen=True, slots=True)
class Compared:
    """Both states by site and waste; `then` names the earlier one."""

    before: Mapping[_Key, SiteWaste]
    now: Mapping[_Key, SiteWaste]
    corrections: Mapping[str, int]
    then: Message

    def changed(self) -> list[_Key]:
        """Where the two differ, in the order of site and waste."""
        keys = sorted({*self.before, *self.now})
        return [key for key in keys if _totals(self.before, key) != _totals(self.now, key)]


def comparison(session: ReadSession, question: Question) -> Document:
    """Compare first versions with current ones; with `question.as_of`, what stood at that moment with what stands now."""
    figures.scope_of(session, question)
    today = replace(question, as_of=None)
    scope = figures.scope_of(session, today)
    found = _compared(session, question, scope)
    cell = figures.whole(session, question.subject, scope)
    name, when = names.place(session, scope.region), question.period.words
    return Document(
        kind="comparison",
        title=Message(
            f"{name.zh}{when.zh}台账数据变动比对", f"Changes of what was reported, {name.en}, {when.en}"
        ),
        subtitle=Message(f"{found.then.zh}与{_NOW.zh}比对", f"{found.then.en} against {_NOW.en}"),
        period=question.period,
        scope=figures.scope_words(session, scope),
        provenance=figures.provenance(today, cell, (STATUTORY, PLAIN, NEW_WASTE), caveats=(_CAVEAT,)),
        sections=(_overall(found), _differences(found, names.wastes(session))),
        about=scope.region or "CN",
    )


_CAVEAT = Message(
    "首次申报指每份台账最早提交的版本（草稿除外）；台账只增不改，每次更正均留存版本、时间与原因。",
    "First reported is the earliest version of each ledger that was submitted, drafts apart. Ledgers are append-only: every "
    "correction is kept with its time and reason.",
)


_COUNTED = Message(
    "更正次数按场所计：同一场所列多行时每行重复，合计只计一次。",
    "Corrections are those of the site: each of its rows repeats them, the total counts them once.",
)


def _compared(session: ReadSession, question: Question, scope: Scope) -> Compared:
    subject = question.subject
    now = repository.sums_of(session, subject, scope, filed_versions(scope))
    if question.as_of is None:
        earlier, then = repository.first_versions(scope), _FIRST
    else:
        earlier = filed_versions(replace(scope, as_of=question.as_of))
        moment = question.moment.isoformat(sep=" ", timespec="seconds")
        then = Message(f"截至 {moment}", f"as of {moment}")
    before = repository.sums_of(session, subject, scope, earlier)
    return Compared(before, now, repository.corrections(session, subject, scope), then)


def _totals(states: Mapping[_Key, SiteWaste], key: _Key) -> Totals:
    found = states.get(key)
    return Totals() if found is None else found.totals


def _sum(states: Mapping[_Key, SiteWaste]) -> Totals:
    return sum((found.totals for found in states.values()), Totals())


def _overall(found: Compared) -> Section:
    changed = found.changed()
    sites = len({site for site, _ in changed})
    corrected = sum(found.corrections.values())
    sentence = Message(
        f"报告期台账共更正 {corrected:,} 次；{sites:,} 个场所的 {len(changed):,} 项（场所×固废）数字与{found.then.zh}不同。",
        f"Ledgers of the period were corrected {corrected:,} times; {len(changed):,} figures (site and waste) of {sites:,} "
        f"sites differ from what stood {found.then.en}.",
    )
    before, now = _sum(found.before), _sum(found.now)
    return Section(
        Message("一、总体变动", "1. Overall"),
        (sentence,),
        (_amounts(before, now, found.then), _rates(before, now, found.then)),
        id="overall",
    )


def _amounts(before: Totals, now: Totals, then: Message) -> Table:
    columns = (
        Column("item", Message("项目", "Item"), width=2),
        Column("before_tonnes", then, TONNES, width=1.4),
        Column("now_tonnes", _NOW, TONNES, width=1.4),
        Column("difference_tonnes", Message("差额", "Difference"), TONNES, width=1.4),
    )
    rows = tuple(
        (Text(words), Mass(old), Mass(new), Mass(new - old))
        for field, _, words in AMOUNTS
        for old, new in [(getattr(before, field), getattr(now, field))]
    )
    return Table("amounts", Message("总量", "Amounts"), columns, rows)


def _rates(before: Totals, now: Totals, then: Message) -> Table:
    columns = (
        Column("metric", Message("指标编号", "Metric"), width=1.5),
        Column("name", Message("指标", "Rate"), width=2),
        Column("before", then),
        Column("now", _NOW),
        Column("difference_points", Message("变动", "Difference"), POINTS),
    )
    rows = []
    for metric in (STATUTORY, PLAIN, NEW_WASTE):
        old, new = metric.of(before), metric.of(now)
        moved = None if old.value is None or new.value is None else (new.value - old.value) * 100
        rows.append((Text(metric.id), Text(metric.name), Rate.of(old), Rate.of(new), Number(moved)))
    return Table("rates", Message("比率", "Rates"), columns, tuple(rows))


def _differences(found: Compared, wastes: Mapping[str, Message]) -> Section:
    pairs = [(field, name, words) for field, name, words in AMOUNTS if field in _SHOWN]
    columns = (
        Column("site", Message("场所编码", "Site"), width=1.4),
        Column("name", Message("场所", "Site name"), width=1.4),
        Column("waste", Message("固废", "Waste"), width=0.9),
        Column("corrections", Message("更正次数", "Corrections"), width=0.6),
        *(
            Column(
                f"{name}_difference", Message(f"{words.zh}差额", f"{words.en}, difference"), TONNES, width=1.1
            )
            for _, name, words in pairs
        ),
        Column(
            "generated_tonnes_before",
            Message(f"产生量，{found.then.zh}", f"Generated, {found.then.en}"),
            TONNES,
            width=1.2,
        ),
        Column("generated_tonnes_now", Message("产生量，现行", "Generated, as now"), TONNES, width=1.2),
    )
    rows = tuple(_row(found, key, wastes) for key in found.changed())
    total = _total_row(found)
    table = Table(
        "differences",
        Message("有变动的场所与固废", "Sites and wastes that changed"),
        columns,
        (*rows, total) if rows else (),
        (_COUNTED,) if rows else (),
        1 if rows else 0,
    )
    return Section(Message("二、逐项差额", "2. Difference by difference"), tables=(table,), id="differences")


def _row(found: Compared, key: _Key, wastes: Mapping[str, Message]) -> tuple[Cell, ...]:
    known = found.now.get(key) or found.before[key]
    old, new = _totals(found.before, key), _totals(found.now, key)
    return (
        Text(known.site),
        Text(known.name),
        Text(names.coded(wastes, known.waste)),
        Whole(found.corrections.get(known.site, 0)),
        *_deltas(old, new),
        Mass(old.generated_grams),
        Mass(new.generated_grams),
    )


def _total_row(found: Compared) -> tuple[Cell, ...]:
    """Of the rows shown, so that the column adds up; the whole scope stands in section 1."""
    keys = found.changed()
    old = sum((_totals(found.before, key) for key in keys), Totals())
    new = sum((_totals(found.now, key) for key in keys), Totals())
    shown = {site for site, _ in keys}
    corrected = sum(count for site, count in found.corrections.items() if site in shown)
    return (
        Text(Message("合计", "Total")),
        Text(""),
        Text(""),
        Whole(corrected),
        *_deltas(old, new),
        Mass(old.generated_grams),
        Mass(new.generated_grams),
    )


def _deltas(old: Totals, new: Totals) -> tuple[Mass, ...]:
    return tuple(Mass(getattr(new, field) - getattr(old, field)) for field in _SHOWN)
