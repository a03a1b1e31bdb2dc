"""Running the rules: over what a change touches, or over everything. Both come to the same set of findings.

A batch reads its facts in a session that holds nobody up (SQLite has one writer, and a province's month takes seconds), and
replaces the findings in a short transaction of its own, one evaluation at a time. When a change has come in between that
touches the batch, what was found is thrown away and looked for again (`changes.py`); a change that comes later has its own job.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text

from app.db.locks import lock_names
from app.db.session import Database, ReadSession, WriteSession
from app.domain.periods import Month
from app.findings import parameters, registry
from app.findings.changes import Seen
from app.findings.models import Finding
from app.findings.partitions import (
    Parts,
    chunks,
    every,
    network_name,
    pair_name,
    site_name,
    touched,
)
from app.findings.reading_networks import NetworkReader
from app.findings.reading_pairs import pair_facts
from app.findings.reading_sites import When, site_facts
from app.findings.replacing import Placed, Tally
from app.findings.replacing import replace as replace_findings
from app.findings.rule import Partition, Rule, Values

_SITES_AT_ONCE = 100
_PAIRS_AT_ONCE = 200
_MONTHS_AT_ONCE = 3
_ATTEMPTS = 3
_LOCK = "findings:evaluation"
_WAIT = "120s"
Rules = Sequence[Rule[Any]]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What these rules found in these partitions: all there is now."""

    rules: tuple[str, ...]
    partitions: tuple[str, ...]
    placed: list[Placed]


@dataclass(frozen=True, slots=True)
class _Batch:
    """Partitions of one kind that are evaluated in one transaction."""

    partitions: tuple[str, ...]
    evaluate: Callable[[ReadSession, Rules, dict[str, Values]], list[_Answer]]
    kind: Partition


def evaluate_touched(database: Database, site_months: Collection[tuple[str, Month]], when: When) -> Tally:
    """Evaluate again what these changed site-months touch."""
    with database.reading() as session:
        parts = touched(session, site_months)
    return evaluate(database, parts, when)


def evaluate_all(
    database: Database, when: When, *, region: str = "", rule_ids: Collection[str] | None = None
) -> Tally:
    """Evaluate everything, or what a region has a part in, by all rules or by some."""
    with database.reading() as session:
        parts = every(session, region)
    rules = [rule for rule in registry.RULES if rule_ids is None or rule.id in rule_ids]
    tally = evaluate(database, parts, when, rules)
    if not region:
        tally.add(_clear(database, parts, when, rules))
    return tally


def evaluate(database: Database, parts: Parts, when: When, rules: Rules = registry.RULES) -> Tally:
    """Evaluate these partitions by these rules."""
    tally = Tally()
    for batch in _batches(parts, when):
        chosen = [rule for rule in rules if rule.partition is batch.kind]
        if not chosen:
            continue
        tally.add(_settle(database, batch, chosen, when))
    return tally


def _settle(database: Database, batch: _Batch, rules: Rules, when: When) -> Tally:
    """Evaluate a batch beside the writers; when changes keep overtaking it, the last time among them."""
    for _ in range(_ATTEMPTS):
        with database.reading() as reading:
            seen, values = Seen.read(reading), parameters.current(reading)
            answers = batch.evaluate(reading, rules, values)
        with database.reading() as reading:
            # What came while the facts were read may be much: it is worked out before the writer is held.
            still = Seen.read(reading)
            if seen.overtaken(reading, batch.partitions):
                continue
        with database.writing() as session:
            _hold(session)
            if values == parameters.current(session) and not still.overtaken(session, batch.partitions):
                return _replace(session, answers, when)
    with database.writing() as session:
        _hold(session)
        return _replace(session, batch.evaluate(session, rules, parameters.current(session)), when)


def _replace(session: WriteSession, answers: Iterable[_Answer], when: When) -> Tally:
    tally = Tally()
    for each in answers:
        tally.add(replace_findings(session, each.rules, each.partitions, each.placed, when.now))
    return tally


def _hold(session: WriteSession) -> None:
    """Wait for the evaluation under way; longer than a request would, since nobody waits for the answer."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT set_config('lock_timeout', :wait, true)"), {"wait": _WAIT})
    lock_names(session, [_LOCK])


def _clear(database: Database, parts: Parts, when: When, rules: Rules) -> Tally:
    """Let go of what was found in partitions that are no more, and by rules that are no more."""
    names, alive = set(parts.names()), {rule.id for rule in registry.RULES}
    chosen = {rule.id for rule in rules}
    stale: dict[str, set[str]] = defaultdict(set)
    tally = Tally()
    with database.writing() as session:
        _hold(session)
        query = select(Finding.rule, Finding.partition).where(Finding.present.is_(True)).distinct()
        for rule, partition in session.execute(query):
            if rule not in alive or (rule in chosen and partition not in names):
                stale[rule].add(partition)
        for rule in sorted(stale):
            tally.add(replace_findings(session, [rule], stale[rule], [], when.now))
    return tally


def _batches(parts: Parts, when: When) -> Iterator[_Batch]:
    for codes in chunks(sorted(parts.sites), _SITES_AT_ONCE):
        yield _Batch(tuple(map(site_name, codes)), _Sites(codes, when), Partition.SITE)
    for keys in chunks(sorted(parts.pairs), _PAIRS_AT_ONCE):
        yield _Batch(tuple(map(pair_name, keys)), _Pairs(keys), Partition.PAIR)
    by_province: dict[str, list[Month]] = defaultdict(list)
    for province, month in sorted(parts.networks | parts.beside):
        by_province[province].append(month)
    for province, mine in by_province.items():
        for months in chunks(mine, _MONTHS_AT_ONCE):
            whole = frozenset(month for month in months if (province, month) in parts.networks)
            names = tuple(network_name((province, month)) for month in months)
            yield _Batch(names, _Networks(province, months, whole), Partition.NETWORK)


@dataclass(frozen=True, slots=True)
class _Sites:
    codes: list[str]
    when: When

    def __call__(self, session: ReadSession, rules: Rules, values: dict[str, Values]) -> list[_Answer]:
        facts = [(site_name(each.code), each) for each in site_facts(session, self.codes, self.when)]
        return [_answer(rules, values, facts, map(site_name, self.codes))]


@dataclass(frozen=True, slots=True)
class _Pairs:
    keys: list[tuple[str, str]]

    def __call__(self, session: ReadSession, rules: Rules, values: dict[str, Values]) -> list[_Answer]:
        facts = [(pair_name(key), each) for key, each in pair_facts(session, self.keys)]
        return [_answer(rules, values, facts, map(pair_name, self.keys))]


@dataclass(frozen=True, slots=True)
class _Networks:
    """Months of a province: those of `whole` by all rules, the others by those that look at the months beside."""

    province: str
    months: list[Month]
    whole: frozenset[Month]

    def __call__(self, session: ReadSession, rules: Rules, values: dict[str, Values]) -> list[_Answer]:
        reader = NetworkReader.of(session, self.province, self.whole)
        looking = [rule for rule in rules if rule.looks_beside]
        answers = []
        for month in self.months:
            chosen, name = (rules if month in self.whole else looking), network_name((self.province, month))
            if chosen:
                answers.append(_answer(chosen, values, [(name, reader.facts(month))], [name]))
        return answers


def _answer(
    rules: Rules, values: dict[str, Values], facts: Iterable[tuple[str, Any]], partitions: Iterable[str]
) -> _Answer:
    placed = [
        Placed(rule, partition, found)
        for partition, each in facts
        for rule in rules
        for found in rule.evaluate(each, values[rule.id])
    ]
    return _Answer(tuple(rule.id for rule in rules), tuple(partitions), placed)
