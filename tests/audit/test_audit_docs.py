"""The check by hand of docs/operations.md: run as it stands there, it says what the command says."""

import re
from pathlib import Path

import pytest
from support.audit_rows import chain, lines
from support.project import ROOT

TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
[BY_HAND] = re.findall(r"<!-- by hand -->\n```python\n(.*?)```", TEXT, re.DOTALL)
ROWS = chain(7)


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "audit.ndjson"
    waiting = b'{"entry":{"number":null},"marks":null,"previous":null,"seal":null}\n'
    file.write_bytes(b"".join(lines(ROWS)) + waiting)
    return file


def test_the_check_by_hand_ends_at_the_head(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(BY_HAND, "operations.md", "exec"), {})
    assert capsys.readouterr().out.strip() == ROWS[-1].seal


def test_the_check_by_hand_sees_what_was_changed(export: Path) -> None:
    export.write_bytes(export.read_bytes().replace("示例企业5".encode(), "示例企业6".encode()))
    with pytest.raises(AssertionError, match="entry 5"):
        exec(compile(BY_HAND, "operations.md", "exec"), {})
