"""docs/integrators.md, done as it says against a real sandbox: curl, then Python; in the end all scenarios are passed."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sandbox.running import Sandbox, command, serving, surroundings
from support.databases import filled_database
from support.project import ROOT
from support.run import Run

from app.sandbox import firms
from app.sandbox.scenarios import ALL

TEXT = (ROOT / "docs" / "integrators.md").read_text(encoding="utf-8")
BLOCKS = re.compile(r"```(?P<kind>\w+)\n(?P<body>.*?)```", re.DOTALL)


def of_kind(kind: str) -> list[str]:
    return [block["body"] for block in BLOCKS.finditer(TEXT) if block["kind"] == kind]


@pytest.fixture(scope="module")
def sandbox(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("sandbox")
    with filled_database("sqlite", run, folder) as url, serving(url, folder) as sandbox:
        yield sandbox


@pytest.mark.slow
def test_the_guide_passes_every_scenario(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shutil.which("curl"), "the guide's examples need curl"
    script = "set -euo pipefail\n" + "\n".join(of_kind("sh"))
    told = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=surroundings(sandbox),
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    for printed in of_kind("text"):
        assert printed.strip() in told.stdout

    for name, value in surroundings(sandbox).items():
        monkeypatch.setenv(name, value)
    namespace: dict[str, object] = {}
    for body in of_kind("python"):
        exec(compile(body, "docs/integrators.md", "exec"), namespace)

    results = json.loads(command(sandbox.database_url, "results", "--json").stdout)
    left = [
        (item["id"], item["message"]["en"], item["evidence"])
        for item in results["items"]
        if item["state"] != "passed"
    ]
    assert left == []
    assert (results["passed"], results["of"]) == (15, 15)
    assert namespace["results"] == results
    table = command(sandbox.database_url, "results").stdout
    assert "15 / 15" in table
    assert table.count("✓") == 15


def test_the_guide_lists_the_scenarios_and_the_firms() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", TEXT, re.MULTILINE)
    assert rows == [(str(number), scenario.id) for number, scenario in enumerate(ALL, 1)]
    for code in [firm.credit_code for firm in firms.FIRMS] + [site.code for site in firms.SITES]:
        assert f"`{code}`" in TEXT


def test_every_console_command_is_one() -> None:
    commands = [line for body in of_kind("console") for line in body.splitlines() if line.startswith("$ ")]
    assert commands == ["$ huanlian sandbox --port 8000"]
