"""An evaluation holds no writer up, and what a change has overtaken is never written."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from findings.town import A, B, Town, fly_ash, sent

from app.findings import evaluation, registry
from app.findings.changes import Seen
from app.findings.facts import SiteFacts
from app.findings.partitions import Parts, site_name
from app.findings.reading_sites import When
from app.findings.rule import Found, Rule, Values


def interrupted(rule_id: str, change: Callable[[], None], times: int) -> tuple[Rule[SiteFacts], list[int]]:
    """A rule during whose evaluation others go on filing: `change` is made after its facts were read."""
    rule: Rule[SiteFacts] = registry.BY_ID[rule_id]
    calls: list[int] = []

    def evaluate(facts: SiteFacts, values: Values) -> Iterator[Found]:
        calls.append(len(calls))
        if len(calls) <= times:
            change()
        yield from rule.evaluate(facts, values)

    return replace(rule, evaluate=evaluate), calls


def test_what_was_amended_meanwhile_is_looked_at_again(town: Town) -> None:
    filed = town.file(A, "2025-09", fly_ash(closing_stock_tonnes="400"))
    rule, calls = interrupted("line_balance", lambda: _amend(town, filed), times=1)
    tally = evaluation.evaluate(town.sessions, Parts(sites=frozenset({A})), _when(town), [rule])
    assert len(calls) == 2, "what was seen before the amendment was thrown away"
    assert (tally.opened, town.findings()) == (0, [])


def test_what_others_filed_meanwhile_is_not_waited_for(town: Town) -> None:
    town.file(A, "2025-09", fly_ash(closing_stock_tonnes="400"))
    rule, calls = interrupted("line_balance", lambda: _file(town), times=1)
    tally = evaluation.evaluate(town.sessions, Parts(sites=frozenset({A})), _when(town), [rule])
    assert (len(calls), tally.opened) == (1, 1)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_whoever_is_overtaken_again_and_again_ends_among_the_writers(town: Town) -> None:
    months = iter(("2025-09", "2025-10", "2025-11"))
    rule, calls = interrupted(
        "line_balance",
        lambda: town.file(A, next(months), fly_ash(closing_stock_tonnes="400")) and None,
        times=3,
    )
    tally = evaluation.evaluate(town.sessions, Parts(sites=frozenset({A})), _when(town), [rule])
    assert len(calls) == 4
    assert tally.opened == 3


def test_an_event_that_was_there_before_overtakes_nobody(town: Town) -> None:
    town.file(A, "2025-09", sent("100"))
    with town.sessions.reading() as session:
        seen = Seen.read(session)
    town.work()  # gives the places
    with town.sessions.reading() as session:
        assert not seen.overtaken(session, [site_name(A), site_name(B)])
    town.file(A, "2025-10", sent("100"))
    with town.sessions.reading() as session:
        assert seen.overtaken(session, [site_name(B)]), "the receiver that is named"
        assert not seen.overtaken(session, ["site:somebody else"])


def _amend(town: Town, filed: dict[str, object]) -> None:
    town.amend(filed, fly_ash())


def _file(town: Town) -> None:
    town.file(B, "2025-10", fly_ash())


def _when(town: Town) -> When:
    return When(town.clock(), town.settings.timezone)
