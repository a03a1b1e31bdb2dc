"""Workers beside each other: evaluations take turns, and what they leave is what one of them alone would."""

import threading

from findings.town import A, B, Town, fly_ash, sent

from app.domain.periods import Month
from app.findings import evaluation
from app.findings.reading_sites import When


def test_evaluations_at_once_leave_one_set(town: Town) -> None:
    town.file(A, "2025-09", fly_ash(closing_stock_tonnes="400"))
    town.file(A, "2025-10", sent("500"))
    town.file(B, "2025-10")
    when = When(town.clock(), town.settings.timezone)
    changed = {(site, Month(2025, number)) for site in (A, B) for number in (9, 10)}
    begin = threading.Barrier(4)
    failures: list[BaseException] = []

    def evaluate(*, everything: bool) -> None:
        begin.wait(30)
        try:
            for _ in range(3):
                if everything:
                    evaluation.evaluate_all(town.sessions, when)
                else:
                    evaluation.evaluate_touched(town.sessions, changed, when)
        except BaseException as error:  # noqa: BLE001 - told to the thread that waits
            failures.append(error)

    threads = [threading.Thread(target=evaluate, kwargs={"everything": place % 2 == 0}) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    tally = town.run_all()
    assert (tally.opened, tally.reopened, tally.changed, tally.gone) == (0, 0, 0, 0)
    assert [step["kind"] for step in town.detail(town.only("receiver_silent"))["steps"]] == ["opened"]


def test_an_amendment_during_an_evaluation_is_seen_by_the_next(town: Town) -> None:
    """The job of the amendment's own event comes after, whatever the one under way has read."""
    filed = town.file(A, "2025-09", fly_ash(closing_stock_tonnes="400"))
    town.work()
    town.amend(filed, fly_ash(closing_stock_tonnes="300"))
    town.run_all()
    assert town.only("line_balance")["tonnes"] == "700"
    town.work()
    finding = town.detail(town.only("line_balance"))
    assert [step["kind"] for step in finding["steps"]] == ["opened", "evidence"], (
        "the second look changes nothing"
    )
