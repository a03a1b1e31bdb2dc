"""`huanlian chain run` as a person and as a machine call it; nothing depends on the order of rows."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from builders import People
from chain_runs.city import gangue_to_blocks, summary
from typer.testing import CliRunner

from app.chain_runs import columns
from app.cli import cli
from app.db.session import Database

ARGUMENTS = (
    "chain",
    "run",
    "coal-gangue-power-ash",
    "--region",
    "1402",
    "--from",
    "2025-03",
    "--to",
    "2025-03",
)


@pytest.fixture
def city(people: People, database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    gangue_to_blocks(people)
    monkeypatch.setenv("HUANLIAN_DATABASE_URL", database)
    return database


def call(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


def test_the_table_shows_both_rates_and_every_fate(city: str) -> None:
    code, output, _ = call(*ARGUMENTS)
    assert code == 0
    for text in ("69.74 %", "20.00 %", "terminal", "aac_block", "untracked", "cycling index", "3/3"):
        assert text in output, text


def test_the_json_says_the_same(city: str, sessions: Database) -> None:
    code, output, _ = call(*ARGUMENTS, "--json")
    assert code == 0
    found = json.loads(output)
    assert found["terminal"]["percent"] == "20.00"
    assert found["nominal"]["utilization.statutory"]["percent"] == "69.74"
    assert found["fates_tonnes"]["product"] == "20"
    assert found.keys() == summary(sessions).model_dump(by_alias=True).keys()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("chain", "run", "coal-to-gold"), "no such chain"),
        ((*ARGUMENTS[:-1], "2025-13"), "YYYY-MM"),
        ((*ARGUMENTS[:-1], "2024-01"), "from"),
        (("chain", "run", "all", "--region", "99"), "region"),
        (("chain", "run", "all", "--base", "nowhere"), "base"),
        (("chain", "run", "all", "--as-of", "yesterday"), "moment"),
        (("chain", "run", "all", "--as-of", "2025-01-01T00:00:00"), "time zone"),
    ],
)
def test_what_is_refused_is_named(city: str, arguments: tuple[str, ...], message: str) -> None:
    code, output, errors = call(*arguments)
    assert (code, output) == (1, "")
    assert message in errors


def test_the_order_of_rows_changes_no_bit(
    city: str, sessions: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = summary(sessions).model_dump_json()
    shuffle = random.Random(7)
    read = columns.fetched

    def shuffled(*arguments: Any) -> list[Sequence[Any]]:
        rows = read(*arguments)
        shuffle.shuffle(rows)
        return rows

    monkeypatch.setattr(columns, "fetched", shuffled)
    for _ in range(5):
        assert summary(sessions).model_dump_json() == usual


@pytest.mark.slow
def test_the_hash_seed_changes_no_bit(city: str, database_kind: str) -> None:
    outputs = set()
    for seed in ("0", "1"):
        command = [sys.executable, "-m", "app.cli", *ARGUMENTS, "--json"]
        environment = os.environ | {"PYTHONHASHSEED": seed}
        code = "from app.cli import main; import sys; sys.argv[0] = 'huanlian'; main()"
        command[1:3] = ["-c", code]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=120
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
