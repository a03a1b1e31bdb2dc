"""A short round of what `make schemathesis` does for minutes: the same cases every time."""

from pathlib import Path

import pytest
from support.fuzz import fuzz


@pytest.mark.slow
def test_generated_requests_find_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Two enterprises and a regulator as peers, every check, a few cases for each operation."""
    done = fuzz(tmp_path, "--seed", "1", "--phases", "examples,coverage,fuzzing", "--max-examples", "1")
    report = capfd.readouterr().out
    assert done.returncode == 0, report
