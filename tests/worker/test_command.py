"""`huanlian jobs` shows what failed and lets it be tried again."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner
from worker.working import Bench

from app.cli.worker import jobs_app
from app.outbox.jobs import JobFailed
from app.outbox.retries import RetryPolicy

Command = Callable[..., Any]


@pytest.fixture
def jobs(database: str, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", database)

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(jobs_app, list(arguments), catch_exceptions=False)

    return run


def bury(bench: Bench) -> str:
    def fail(*_: Any) -> None:
        raise JobFailed("the receiver answered 503")

    made = bench.ask(9)
    bench.worker(fail, policy=RetryPolicy(attempts=1)).work_one()
    return str(made)


def test_dead_letters_are_listed_with_their_reason_and_without_their_content(
    bench: Bench, jobs: Command
) -> None:
    dead = bury(bench)
    bench.ask(1, kind="test.other", key="1402")
    (told,) = json.loads(jobs("list", "--state", "dead", "--json").output)
    assert (told["id"], told["kind"], told["attempts"]) == (dead, "test.note", 1)
    assert told["last_error"].startswith("JobFailed: the receiver answered 503")
    assert "payload" not in told
    both = json.loads(jobs("list", "--json").output)
    assert sorted(job["state"] for job in both) == ["dead", "waiting"]
    assert [job["key"] for job in json.loads(jobs("list", "--kind", "test.other", "--json").output)] == [
        "1402"
    ]
    assert "503" in jobs("list").output


def test_a_dead_letter_is_tried_again(bench: Bench, jobs: Command) -> None:
    dead = bury(bench)
    assert jobs("retry", dead).exit_code == 0
    assert [job.attempts for job in bench.jobs()] == [0]
    refused = jobs("retry", dead)
    assert (refused.exit_code, "no such dead letter" in refused.output) == (1, True)
    assert "nothing waits" not in jobs("list").output


def test_all_dead_letters_are_tried_again(bench: Bench, jobs: Command) -> None:
    for _ in range(3):
        bury(bench)
    assert "0" in jobs("retry", "--all", "--kind", "test.other").output
    assert "3" in jobs("retry", "--all").output
    assert {job.state.value for job in bench.jobs()} == {"waiting"}


@pytest.mark.parametrize(
    "arguments", [("retry",), ("retry", "--all", "0199"), ("retry", "x"), ("list", "--state", "gone")]
)
def test_wrong_usage_is_two(jobs: Command, arguments: tuple[str, ...]) -> None:
    assert jobs(*arguments).exit_code == 2
