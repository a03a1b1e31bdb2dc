"""Sending files as an enterprise does, with a worker that is let loose on them."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from builders import MILL, People
from support.clock import SettableClock

from app.db.session import Database
from app.imports import jobs
from app.imports.columns import BY_KEY, head_text
from app.settings import Settings
from app.worker.loop import Worker
from app.worker.registry import SliceJobs, gather

SITE, SECOND = f"{MILL}001P", f"{MILL}002P"
Cells = Mapping[str, Any]


def line(month: str = "2025-03", **more: Any) -> dict[str, Any]:
    """A row of fly ash that balances: 100 t before, 1000 generated, 800 used, 300 left."""
    return {
        "site": SITE,
        "month": month,
        "waste": "SW02",
        "opening_stock_tonnes": "100",
        "generated_tonnes": "1000",
        "used.process": "cement_blending",
        "used.tonnes": "800",
        "closing_stock_tonnes": "300",
        "signed_by": "示例负责人",
    } | more


def columns_of(rows: Iterable[Cells]) -> list[str]:
    return list(dict.fromkeys(key for row in rows for key in row))


def as_csv(*rows: Cells, encoding: str = "utf-8") -> bytes:
    """A CSV whose heads are the keys."""
    columns = columns_of(rows)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([row.get(key, "") for key in columns] for row in rows)
    return text.getvalue().encode(encoding)


def as_xlsx(*rows: Cells, heads: Mapping[str, str] | None = None) -> bytes:
    """A workbook with the heads of the template; a value is written as what it is, `heads` replace some."""
    columns = columns_of(rows)
    named = {key: head_text(BY_KEY[key]) for key in columns if key in BY_KEY} | dict(heads or {})
    return sheet([[named[key] for key in columns], *([row.get(key) for key in columns] for row in rows)])


@dataclass(frozen=True)
class Formula:
    """A formula and what a program has computed; `None` for a file that no program has opened yet."""

    text: str
    result: Any = None


def sheet(rows: Sequence[Sequence[Any]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(number, place, value)
                elif isinstance(value, Formula):
                    page.write_formula(number, place, value.text, None, value.result)
                elif value is not None:
                    page.write(number, place, value)
    return target.getvalue()


def read_back(content: bytes) -> list[list[Any]]:
    """The rows of the first sheet of a workbook, by another reader than ours."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


@dataclass
class Desk:
    """Where files are handed in."""

    people: People
    sessions: Database
    settings: Settings
    clock: SettableClock

    def send(self, content: bytes, *, enterprise: str = MILL, **asked: Any) -> Any:
        return self.people.client.post(
            "/v1/imports", params=asked, content=content, headers=self.people.of(enterprise)
        )

    def work(self) -> None:
        registry = gather([SliceJobs(jobs.HANDLERS)])
        Worker(self.sessions, self.settings, registry, clock=self.clock).drain()

    def filed(self, content: bytes, **asked: Any) -> dict[str, Any]:
        """Send, let the worker work, and read what became of it."""
        answer = self.send(content, **asked)
        assert answer.status_code == 202, answer.text
        self.work()
        told: dict[str, Any] = self.get(answer.headers["Location"]).json()
        return told

    def get(self, path: str, *, enterprise: str = MILL) -> Any:
        return self.people.client.get(path, headers=self.people.of(enterprise))

    def ledgers_of(self, told: Mapping[str, Any]) -> list[dict[str, Any]]:
        answer = self.get(f"/v1/imports/{told['id']}/ledgers?limit=200")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def ledgers(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.get("/v1/ledgers?limit=200").json()["items"]
        return items

    def workbook_of(self, told: Mapping[str, Any]) -> list[list[Any]]:
        answer = self.get(f"/v1/imports/{told['id']}/errors.xlsx")
        assert answer.status_code == 200, answer.text
        return read_back(answer.content)
