"""The columns on which a province's month is reckoned say the same as the facts that are made of it."""

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from findings.test_incremental import MONTHS, Province, lines_of, numbers
from support.clock import SettableClock

from app.db.session import Database
from app.domain.periods import Month
from app.findings import evaluation
from app.findings.networks import NetworkFacts
from app.findings.partitions import Parts, touched
from app.findings.reading_networks import NetworkReader
from app.findings.reading_sites import When
from app.findings.registry import RULES
from app.findings.rule import Partition
from app.settings import Settings

FILED: tuple[tuple[int, int, str | None, list[tuple[str, int, str]]], ...] = (
    (0, 0, "500", [("sent", 1, "500"), ("sent", 5, "40")]),  # to an enterprise with two sites
    (0, 1, "500", [("sent", 1, "40"), ("sent", 6, "1")]),  # to nobody that is known
    (1, 0, None, [("received", 0, "500"), ("sent", 3, "500")]),  # on to another province
    (1, 1, "40", [("received", 4, "40")]),  # from an enterprise with one site
    (2, 1, None, []),
    (3, 0, None, [("received", 1, "40")]),
    (3, 2, "1", [("sent", 0, "1")]),
)


@pytest.fixture
def province(sessions: Database, settings: Settings, clock: SettableClock) -> Province:
    made = Province(sessions, clock, settings, f"91140200MA{next(numbers):06d}K")
    made.settle()
    for site, month, generated, flows in FILED:
        made.file(made.sites[site], MONTHS[month], lines_of(made, generated, flows), draft=False)
    return made


def in_memory(facts: NetworkFacts) -> NetworkFacts:
    """The same without the columns that were read."""
    pairs = tuple(facts.pairs)
    return NetworkFacts(facts.province, facts.month, tuple(facts.sites), tuple(facts.transfers), pairs)


def plain(columns: Any) -> dict[str, Any]:
    """Columns by name, arrays as lists, NaN as None; a pair's name without who answers for it."""
    return {each.name: _plain(getattr(columns, each.name)) for each in fields(columns)}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [None if each != each else each for each in value.tolist()]  # noqa: PLR0124 - NaN
    return list(value) if isinstance(value, tuple | list) else plain(value)


def by_stream(facts: NetworkFacts) -> dict[tuple[str, ...], list[Any]]:
    """Each stream with its figures of three months, whatever row they stand in."""
    streams = facts.streams
    found = {}
    for row, (pair, waste, month) in enumerate(streams.keys):
        figures = [
            plain(side)[name][cell[row]]
            for cell in (streams.before, streams.now, streams.after)
            for side in (streams.sent, streams.received)
            for name in plain(side)
        ]
        about = (streams.about_sender[row], streams.about_receiver[row])
        found[(*pair.split(">")[:2], waste, str(month), *about)] = figures
    return found


def test_columns_that_are_read_are_those_of_the_facts(province: Province) -> None:
    seen = 0
    with province.sessions.reading() as session:
        for code in ("14", "13"):
            reader = NetworkReader.of(session, code, [Month.parse(month) for month in MONTHS])
            for month in map(Month.parse, MONTHS):
                read = reader.facts(month)
                made = in_memory(read)
                assert plain(read.lines) == plain(made.lines)
                assert by_stream(read) == by_stream(made)
                told, again = plain(read.columns.transfers), plain(made.columns.transfers)
                assert told == again
                assert read.columns.codes == made.columns.codes
                for row, key in enumerate(read.streams.keys):
                    pair, stream = read.stream(row)
                    assert (stream.waste, stream.month) == (key[1], month)
                    assert stream.transfers
                    assert set(stream.transfers) <= set(pair.transfers)
                seen += len(read.streams.keys)
    assert seen >= 6


def test_a_network_that_is_read_and_one_in_memory_are_told_alike(province: Province) -> None:
    told = 0
    with province.sessions.reading() as session:
        reader = NetworkReader.of(session, "14", [Month.parse(month) for month in MONTHS])
        for facts in map(reader.facts, map(Month.parse, MONTHS)):
            for rule in RULES:
                if rule.partition is Partition.NETWORK:
                    read, made = (
                        list(rule.evaluate(each, rule.defaults)) for each in (facts, in_memory(facts))
                    )
                    assert read == made
                    told += len(read)
    assert told >= 1


def test_months_beside_are_only_asked_what_looks_beside(province: Province, clock: SettableClock) -> None:
    with province.sessions.reading() as session:
        parts = touched(session, [(province.sites[0], Month.parse(MONTHS[1]))])
    month = Month.parse(MONTHS[1])
    assert {("14", month)} <= parts.networks
    assert {("14", month.previous), ("14", month.next)} <= parts.beside
    assert not parts.networks & parts.beside
    both = parts | Parts(networks=frozenset({("14", month.next)}))
    assert ("14", month.next) in both.networks - both.beside
    asked: dict[str, set[Month]] = {}

    def remembering(rule: Any) -> Any:
        def evaluate(facts: NetworkFacts, values: Any) -> Any:
            asked.setdefault(rule.id, set()).add(facts.month)
            yield from rule.evaluate(facts, values)

        return evaluate

    rules = [
        type(rule)(
            **{each.name: getattr(rule, each.name) for each in fields(rule)} | {"evaluate": remembering(rule)}
        )
        for rule in RULES
        if rule.partition is Partition.NETWORK
    ]
    only = Parts(networks=frozenset({("14", month)}), beside=frozenset({("14", month.next)}))
    evaluation.evaluate(province.sessions, only, When(clock(), "Asia/Shanghai"), rules)
    wide = {rule.id for rule in RULES if rule.looks_beside}
    assert wide == {"pair_test", "against_partners"}
    assert asked == {rule.id: {month, month.next} if rule.id in wide else {month} for rule in rules}
