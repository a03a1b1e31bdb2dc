"""docs/engine.md: its files are files, its commands print what it says, its Python is run."""

import doctest
import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli

TEXT = (Path(__file__).parents[2] / "docs" / "engine.md").read_text(encoding="utf-8")
BLOCKS = re.compile(r"(?:<!-- file: (?P<file>\S+) -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)```", re.DOTALL)
#: what is nothing but rounding differs from machine to machine
ROUNDING = re.compile(r"(?<=mass error )\S+(?=，)|(?<=residual )\S+(?= t)")


def of_kind(kind: str) -> list[str]:
    return [block["body"] for block in BLOCKS.finditer(TEXT) if block["kind"] == kind]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with the files of the text, to work in."""
    for block in BLOCKS.finditer(TEXT):
        if block["file"]:
            (tmp_path / block["file"]).write_text(block["body"], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plain(text: str) -> list[str]:
    return [ROUNDING.sub("0", line.rstrip()) for line in text.rstrip().splitlines()]


def sessions() -> list[tuple[str, str]]:
    """Commands of the console blocks with what they print."""
    found = []
    for body in of_kind("console"):
        for part in body.split("$ ")[1:]:
            command, _, printed = part.partition("\n")
            found.append((command, printed))
    return found


@pytest.mark.parametrize(("command", "printed"), sessions(), ids=[command for command, _ in sessions()])
def test_commands_print_what_the_text_says(folder: Path, command: str, printed: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == "huanlian"
    if "chain run" in command:
        pytest.skip("needs the demo city: tests/chain_runs runs it")
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    assert plain(result.stdout) == plain(printed)


def test_python_answers_what_the_text_says(folder: Path) -> None:
    whole = doctest.DocTestParser().get_doctest("\n".join(of_kind("python")), {}, "engine.md", None, 0)
    assert len(whole.examples) > 10
    told: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(whole, out=told.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(told)


def test_every_network_of_the_text_is_accepted(folder: Path) -> None:
    networks = [body for body in of_kind("json") if body.lstrip().startswith('{"')]
    assert len(networks) >= 4
    for number, body in enumerate(networks):
        command = "reconcile" if '"nodes"' in body else "attribute"
        file = folder / f"block{number}.json"
        file.write_text(body, encoding="utf-8")
        result = CliRunner().invoke(cli, [command, str(file), "--json"], catch_exceptions=False)
        assert result.exit_code == 0, result.stderr
        json.loads(result.stdout)


def test_the_first_example_ends_as_the_text_counts_it(folder: Path) -> None:
    """20 t stored, 28 to air, 13 product, 39 untracked of 100."""
    file = folder / "first.json"
    file.write_text(of_kind("json")[0], encoding="utf-8")
    answer = json.loads(CliRunner().invoke(cli, ["attribute", str(file), "--json"]).stdout)
    assert answer["totals"] == pytest.approx(
        {"stored": 20.0, "air": 28.0, "product": 13.0, "untracked": 39.0}
    )
