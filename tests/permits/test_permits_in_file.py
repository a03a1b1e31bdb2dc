"""Files of permits: workbooks, CSV and JSON, row by row answered, taken in by a job that may die at any point."""

import csv
import io
import json
import tracemalloc
import uuid
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest
import xlsxwriter
from builders import MILL, WORKS, People
from permits.permit_bodies import JSON, NUMBER, permit
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from support.clock import SettableClock

from app.auth.subjects import Role
from app.db.session import Database, WriteSession
from app.outbox.jobs import JobContext
from app.permits import importing
from app.permits.columns import ColumnMapping, plain
from app.permits.files import permits_of
from app.permits.models import FileFormat, Permit, PermitVersionRow
from app.settings import Settings
from app.worker.loop import Worker
from app.worker.registry import shipped

SQLITE_ONLY = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
HEADS = [
    "许可证编号", "行政区划代码", "单位名称", "有效期起", "有效期止", "年报时限", "固废种类", "类别（无关）", "固废类别",
    "产生环节", "去向", "设施编号", "设施类别", "设施名称", "设施能力", "能力单位", "设施接收固废",
]  # fmt: skip


def row(number: str = NUMBER, **cells: str | float) -> list[str | float]:
    """A row of a province's export: one waste and one store."""
    said = {
        "许可证编号": number,
        "行政区划代码": "140212",
        "单位名称": "示例发电有限公司",
        "有效期起": "2023/5/10",
        "有效期止": "2028年5月9日",
        "年报时限": "次年1月31日前",
        "固废种类": "粉煤灰",
        "固废类别": "Ⅰ类",
        "产生环节": "锅炉除尘",
        "去向": "自行贮存；委托利用",
        "设施编号": "TS001",
        "设施类别": "贮存设施",
        "设施名称": "示例灰场",
        "设施能力": "50",
        "能力单位": "万吨",
    } | cells
    return [said.get(head, "") for head in HEADS]


def as_csv(rows: Sequence[Sequence[Any]], encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADS, *rows])
    return text.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Sequence[Any]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        for place, cells in enumerate([HEADS, *rows]):
            sheet.write_row(place, 0, cells)
    return target.getvalue()


class Office:
    """Sends files as the permit system of 1402 and lets the worker take them in."""

    def __init__(self, people: People, sessions: Database, settings: Settings, clock: SettableClock) -> None:
        self.people, self.sessions = people, sessions
        self.headers = people.headers(Role.PERMIT_SYSTEM, region="1402")
        self.context = JobContext(sessions, settings, clock)
        self.worker = Worker(sessions, settings, shipped(), clock=clock, name="w1")

    def post(self, content: bytes, query: str = "", headers: JSON | None = None) -> Any:
        sent = (headers or self.headers) | {"Content-Type": "application/octet-stream"}
        return self.people.client.post(f"/v1/permits/import{query}", content=content, headers=sent)

    def take(self, content: bytes, query: str = "") -> JSON:
        """Send a file, let it be taken in, say how it ended."""
        sent = self.post(content, query)
        assert sent.status_code == 202, sent.text
        assert sent.json()["state"] == "waiting"
        self.worker.drain()
        return self.get(sent.headers["Location"]).json()

    def get(self, url: str) -> Any:
        return self.people.client.get(url, headers=self.headers)

    def rows(self, ended: JSON) -> list[JSON]:
        found: list[JSON] = self.get(f"/v1/permits/imports/{ended['id']}/rows?limit=200").json()["items"]
        return found

    def answer(self, ended: JSON) -> bytes:
        content: bytes = self.get(f"/v1/permits/imports/{ended['id']}/answer").content
        return content

    def permit(self, number: str = NUMBER) -> JSON:
        found: JSON = self.get(f"/v1/permits/{number}").json()
        return found


@pytest.fixture
def office(people: People, sessions: Database, settings: Settings, clock: SettableClock) -> Office:
    return Office(people, sessions, settings, clock)


def test_a_workbook_is_taken_in_row_by_row_and_comes_back(office: Office) -> None:
    office.people.register()
    rows = [
        row(),
        # Further wastes and facilities of the same permit: a number may stand once, as where cells are merged.
        row("", 固废种类="SW03 炉渣", 设施编号="TS002", 设施类别="综合利用", 设施能力="120,000", 能力单位="吨/年",
            设施接收固废="SW02，炉渣"),
        row(f"{MILL}002P", 行政区划代码="130102"),
        row(f"{MILL}003P"),
        row("not a number"),
    ]  # fmt: skip
    ended = office.take(as_xlsx(rows))
    assert (ended["format"], ended["state"], ended["rows_total"]) == ("xlsx", "done", 6)
    assert ended["counts"] == {"created": 2, "rejected": 2, "unmatched": 1}

    content = office.permit()["content"]
    assert (content["valid_from"], content["valid_until"]) == ("2023-05-10", "2028-05-09")
    assert content["report_deadlines"] == [{"period": "year", "months_after": 1, "day": 31}]
    assert [(w["waste"], w["class"], w["routes"]) for w in content["wastes"]] == [
        (code, "I", [{"by": "entrusted", "way": "use"}, {"by": "self", "way": "store"}])
        for code in ("SW02", "SW03")
    ]
    assert [(f["code"], f["kind"], f["capacity"], f["wastes"]) for f in content["facilities"]] == [
        ("TS001", "storage", {"amount": "50", "unit": "万t"}, []),
        ("TS002", "utilization", {"amount": "120000", "unit": "t/a"}, ["SW02", "SW03"]),
    ]
    outcomes = {(each["row"], each["outcome"]): each["notes"] for each in office.rows(ended)}
    assert list(outcomes) == [
        (2, "created"), (3, "created"), (4, "rejected"), (5, "unmatched"), (6, "rejected"),
    ]  # fmt: skip
    assert [(n["field"], n["code"]) for n in outcomes[4, "rejected"]] == [("region", "wrong_jurisdiction")]
    assert [(n["field"], n["code"]) for n in outcomes[6, "rejected"]] == [("number", "bad_number")]


def test_the_workbook_comes_back_with_what_became_of_each_row(office: Office) -> None:
    office.people.register()
    rows = [row(), row("", 固废种类="SW03"), row(f"{MILL}002P", 行政区划代码="130102"), row(f"{MILL}003P")]
    ended = office.take(as_xlsx(rows))
    book = CalamineWorkbook.from_filelike(io.BytesIO(office.answer(ended)))
    sheet = book.get_sheet_by_index(0).to_python()
    assert sheet[0][: len(HEADS)] == HEADS
    assert sheet[1][: len(HEADS)] == [str(cell) for cell in rows[0]]
    assert [line[len(HEADS)].split()[-1] for line in sheet[1:]] == [
        "created",
        "created",
        "rejected",
        "matched",
    ]
    assert sheet[3][len(HEADS) + 1] == "行政区划代码: 该许可证不在您的管辖范围内"
    assert "not in your jurisdiction" in sheet[3][len(HEADS) + 2]

    again = office.take(as_xlsx(rows))
    assert again["counts"] == {"rejected": 1, "unchanged": 3}
    changed = office.take(
        as_csv([row(f"{MILL}003P", 设施能力="60"), row("", 固废种类="SW06", 设施编号="")], "gb18030")
    )
    assert (changed["format"], changed["counts"]) == ("csv", {"unmatched": 2})
    assert office.permit(f"{MILL}003P")["version"] == 2
    back = office.answer(changed).decode("utf-8-sig")
    assert "已保存，未关联场所" in back


@SQLITE_ONLY
def test_the_rows_a_permit_came_as_are_its_payload(office: Office) -> None:
    office.take(as_csv([row(), row("", 固废种类="SW03")]))
    raw = office.get(f"/v1/permits/{NUMBER}/versions/1/payload").json()
    assert [(line["row"], line["cells"]["固废种类"]) for line in raw["rows"]] == [(2, "粉煤灰"), (3, "SW03")]
    assert office.get(f"/v1/permits/{NUMBER}/versions").json()["items"][0]["source"].startswith("import:")


@SQLITE_ONLY
def test_json_comes_entry_by_entry_with_its_bytes(office: Office) -> None:
    office.people.register()
    entries = [permit(number=NUMBER), permit(number=f"{MILL}002P", wastes="none"), {"region": "140212"}, 7]
    content = json.dumps({"items": entries, "more": [1]}, indent=1).encode()
    ended = office.take(content, "?name=permits.json")
    assert (ended["format"], ended["counts"]) == ("json", {"created": 1, "rejected": 3})
    raw = office.get(f"/v1/permits/{NUMBER}/versions/1/payload").content
    assert raw in content
    assert json.loads(raw) == entries[0]
    lines = list(csv.reader(io.StringIO(office.answer(ended).decode("utf-8-sig"))))
    assert [line[0] for line in lines] == ["item", "1", "2", "3", "4"]
    assert lines[2][3].startswith("/wastes")


@SQLITE_ONLY
def test_formulas_are_values_on_the_way_in_and_texts_on_the_way_back(office: Office) -> None:
    office.people.register()
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADS)
        sheet.write_string(0, len(HEADS), "=备注")
        sheet.write_row(1, 0, row())
        sheet.write_formula(1, HEADS.index("设施能力"), "=20+30", None, 50)
        sheet.write_string(1, len(HEADS), '=HYPERLINK("http://example.org")')
        sheet.write_row(2, 0, row(f"{MILL}002P"))
        sheet.write_formula(2, HEADS.index("设施能力"), "=1/0", None, "#DIV/0!")
        sheet.write_row(3, 0, row(f"{MILL}003P", 单位名称="@SUM(1)", 设施名称="-2+3"))
    ended = office.take(target.getvalue())
    assert ended["counts"] == {"created": 1, "rejected": 1, "unmatched": 1}
    assert office.permit()["content"]["facilities"][0]["capacity"] == {"amount": "50", "unit": "万t"}
    assert office.rows(ended)[1]["notes"][0]["code"] == "cell_in_error"
    with zipfile.ZipFile(io.BytesIO(office.answer(ended))) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    assert not [name for name, part in parts.items() if b"<f>" in part or b"<hyperlink" in part]
    back = CalamineWorkbook.from_filelike(io.BytesIO(office.answer(ended))).get_sheet_by_index(0).to_python()
    assert [back[0][len(HEADS)], back[1][len(HEADS)]] == ["'=备注", '\'=HYPERLINK("http://example.org")']
    assert back[3][HEADS.index("单位名称")] == "'@SUM(1)"
    assert back[3][HEADS.index("设施名称")] == "'-2+3"


@SQLITE_ONLY
def test_what_contradicts_itself_is_refused_at_its_row_and_column(office: Office) -> None:
    office.people.register()
    rows = [
        row(),
        row("", 单位名称="别的公司", 设施能力="60"),
        row(f"{MILL}002P", 去向="自行倾倒", 能力单位="车"),
        row(f"{MILL}003P", 固废种类="飞灰", 有效期止="长期"),
        row(NUMBER),
    ]
    ended = office.take(as_csv(rows))
    assert ended["counts"] == {"rejected": 5}
    said = {
        (each["row"], note["field"], note["code"]) for each in office.rows(ended) for note in each["notes"]
    }
    assert said == {
        (3, "holder", "contradicts"), (3, "capacity", "contradicts"),
        (4, "routes", "literal_error"), (4, "capacity_unit", "unknown_unit"),
        (5, "waste", "string_pattern_mismatch"), (5, "valid_until", "bad_day"),
        (6, "number", "apart"),
    }  # fmt: skip
    line = list(csv.reader(io.StringIO(office.answer(ended).decode("utf-8-sig"))))[1]
    assert line[-2] == "见同一许可证的其他行"


@SQLITE_ONLY
def test_a_provinces_heads_are_known_by_its_mapping(office: Office) -> None:
    office.people.register()
    text = "示例许可证号,示例区划,设施编号,设施类别,示例能力（万吨）\n" + f"{NUMBER},140212,TS001,灰场,50\n"
    lost = office.take(text.encode())
    assert (lost["state"], lost["failure"]["code"]) == ("failed", "head_missing")
    ended = office.take(text.encode(), "?mapping=example-province")
    assert ended["counts"] == {"created": 1}
    facility = office.permit()["content"]["facilities"][0]
    assert (facility["kind"], facility["capacity"]) == ("storage", {"amount": "50", "unit": "万t"})
    refused = office.post(text.encode(), "?mapping=nowhere")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/mapping")


def _bomb() -> bytes:
    """A workbook of some megabytes that unpacks to more than half a gigabyte."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        with zipfile.ZipFile(io.BytesIO(as_xlsx([row()]))) as good:
            for part in good.namelist():
                if not part.endswith("sheet1.xml"):
                    packed.writestr(part, good.read(part))
        with packed.open("xl/worksheets/sheet1.xml", "w") as sheet:
            blanks = b" " * (4 << 20)
            sheet.write(b"<worksheet>")
            for _ in range(130):
                sheet.write(blanks)
    return target.getvalue()


@SQLITE_ONLY
def test_what_is_no_file_of_permits_is_refused_as_a_whole(office: Office) -> None:
    for content, code in (
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "old_workbook"),
    ):
        refused = office.post(content)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)
    for content, code in (
        (b"PK\x03\x04 not really", "not_a_workbook"),
        (_bomb(), "unpacks_too_large"),
        (b'[{"number": 1}, ', "json_invalid"),
        (b'{"number": 1}', "json_invalid"),
        (b"[" * 100_000, "json_invalid"),
        (b"[NaN]", "json_invalid"),
        (b"\x00\x01\x02", "not_text"),
        ("名称,其他\n1,2\n".encode(), "head_missing"),
    ):
        ended = office.take(content)
        assert (ended["state"], ended["failure"]["code"]) == ("failed", code)
        assert ended["failure"]["zh"]
        assert office.get(f"/v1/permits/imports/{ended['id']}/answer").status_code == 409
    assert office.people.client.get("/v1/permits", headers=office.headers).json()["items"] == []


@SQLITE_ONLY
def test_a_file_is_its_senders_alone(office: Office) -> None:
    office.people.register()
    ended = office.take(as_csv([row()]))
    far = office.people.headers(Role.PERMIT_SYSTEM, region="13")
    for rest in ("", "/rows", "/answer"):
        url = f"/v1/permits/imports/{ended['id']}{rest}"
        assert office.people.client.get(url, headers=far).status_code == 404
        assert office.people.client.get(url, headers=office.people.admin).status_code == 200
        assert office.people.client.get(url, headers=office.people.regulator()).status_code == 403
    for headers in (office.people.of(MILL), office.people.regulator()):
        assert office.post(as_csv([row()]), headers=headers).status_code == 403


class Died(Exception):  # noqa: N818 - what a kill looks like from inside
    """The worker is gone."""


def test_a_worker_that_dies_loses_nothing_and_doubles_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended once before and once after each of the four batches: every row is counted once."""
    monkeypatch.setattr(importing, "AT_ONCE", 3)
    content = as_csv([row(f"{MILL}{serial:03d}P") for serial in range(1, 11)])
    sent = office.post(content)
    take, calls = importing._take, 0  # noqa: SLF001 - the batch is where dying would hurt

    def die(context: JobContext, session: WriteSession, *rest: Any) -> None:
        nonlocal calls
        calls += 1
        if calls % 2:
            raise Died
        take(context, session, *rest)

    monkeypatch.setattr(importing, "_take", die)
    import_id = uuid.UUID(sent.json()["id"])

    def after(_made: Any) -> None:
        raise Died

    ended = 0
    for _ in range(30):
        try:
            importing.carry_out(office.context, import_id, after)
            break
        except Died:
            ended += 1
    assert ended >= 8
    found = office.get(f"/v1/permits/imports/{import_id}").json()
    assert (found["state"], found["counts"], found["rows_done"]) == ("done", {"unmatched": 10}, 11)
    with office.sessions.reading() as session:
        for model in (Permit, PermitVersionRow):
            assert session.scalar(select(func.count()).select_from(model)) == 10
    lines = list(csv.reader(io.StringIO(office.answer(found).decode("utf-8-sig"))))
    assert len(lines) == 11
    office.worker.drain()
    assert office.get(f"/v1/permits/imports/{import_id}").json() == found


def test_memory_does_not_grow_with_the_file() -> None:
    """Twice the permits, and no more held at once: what is read is let go."""
    fields = {
        "许可证编号": "number",
        "行政区划代码": "region",
        "固废种类": "waste",
        "去向": "routes",
        "设施编号": "facility",
    }
    mapping = ColumnMapping("test", {plain(head): field for head, field in fields.items()}, {}, {}, {})

    def peak(count: int) -> int:
        numbers = (f"{WORKS}{serial % 1000:03d}{'PQRSTU'[serial // 1000]}" for serial in range(count))
        source = io.BytesIO(as_csv([row(number) for number in numbers]))
        tracemalloc.start()
        found = sum(1 for _ in permits_of(FileFormat.CSV, source, mapping))
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found == count
        return held

    # What grows is the list of the numbers that were seen, some 100 bytes each.
    assert peak(6_000) < peak(3_000) + 3_000 * 250
