"""`huanlian audit` and `huanlian receipt`: is the log what it was, and does a receipt hold."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.opening import opened, read_settings, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from app.domain.audit.anchors import Anchor
    from app.domain.audit.flaws import Flaw, Report

audit_app = typer.Typer(help="审计日志 / the audit log", no_args_is_help=True)
receipt_app = typer.Typer(help="填报回执 / receipts of filings", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]
_Anchors = Annotated[
    Path | None,
    typer.Option(
        "--anchors",
        exists=True,
        dir_okay=False,
        readable=True,
        metavar="FILE",
        help="另行保存的锚定值（GET /v1/audit/anchors 的答复）/ anchors kept elsewhere, as that route answers them",
    ),
]
_Export = Annotated[
    Path | None,
    typer.Option(
        "--file",
        exists=True,
        dir_okay=False,
        readable=True,
        metavar="FILE",
        help="核验导出文件，不需数据库 / check an export; needs no database",
    ),
]
_Partial = Annotated[
    bool,
    typer.Option("--partial", help="导出经过筛选，允许缺号 / the export was filtered: gaps are no flaws"),
]
_Ledgers = Annotated[
    bool,
    typer.Option("--ledgers", help="并核对每份台账 / also that every ledger is the one that was recorded"),
]
_MOST_ANCHOR_BYTES = 32 * 1024 * 1024


@audit_app.callback()
def _audit() -> None:
    """审计日志：核验、导出、锚定 / the audit log: verify, export, anchors."""


@audit_app.command(
    epilog="例 examples:  huanlian audit verify    ·    huanlian audit verify --file audit.ndjson --anchors anchors.json"
)
def verify(
    *,
    file: _Export = None,
    anchors: _Anchors = None,
    partial: _Partial = False,
    ledgers: _Ledgers = False,
    json_output: _Json = False,
) -> None:
    """核验整条哈希链，指出被改动的记录与字段 / check the whole chain; names the entry and the field that was changed.

    Exit 0: intact; 1: flawed, or refused.
    """
    if partial and file is None:
        raise typer.BadParameter("--partial 须与 --file 同用 / --partial goes with --file")
    if ledgers and file is not None:
        raise typer.BadParameter("--ledgers 需要数据库 / --ledgers needs the database")
    published = [] if anchors is None else _read_anchors(anchors)
    if file is None:
        _tell(_of_database(published, with_ledgers=ledgers), json_output=json_output)
        return
    report = _of_file(file, published, is_partial=partial)
    if report.checked == 0 and not report.flaws:
        refuse(f"{file}: 没有记录，无从核验 / there are no entries: nothing was checked")
    if report.flaws and all(flaw.code == "missing" for flaw in report.flaws):
        typer.echo(
            "只有缺号：若导出经过筛选，请加 --partial / only gaps: a filtered export takes --partial",
            err=True,
        )
    _tell(report, json_output=json_output)


def _of_file(file: Path, published: Iterable[Anchor], *, is_partial: bool) -> Report:
    from app.domain.audit.exports import verify_lines  # noqa: PLC0415 - only when the command runs
    from app.domain.audit.verifying import Verifier  # noqa: PLC0415 - same

    with _waiting(), file.open("rb") as lines:
        return verify_lines(lines, Verifier(anchors=published, is_partial=is_partial))


def _of_database(published: Iterable[Anchor], *, with_ledgers: bool) -> Report:
    from app.audit.verification import verify as run  # noqa: PLC0415 - only when the command runs
    from app.ledgers.service import flaws_against_log  # noqa: PLC0415 - same

    with opened(read_settings()) as database, database.reading() as session, _waiting():
        report = run(session, published=published)
        for flaw in flaws_against_log(session) if with_ledgers else ():
            report.add(flaw)
    return report


def _waiting() -> AbstractContextManager[object]:
    """A sign of life on a terminal: a million entries take a minute or two."""
    from rich.console import Console  # noqa: PLC0415 - only when the command runs

    return Console(stderr=True).status("核验 verifying …")


def _tell(report: Report, *, json_output: bool) -> None:
    if json_output:
        typer.echo(json.dumps(_document(report), ensure_ascii=False))
    else:
        for flaw in report.flaws:
            typer.echo(_line(flaw), err=True)
        if report.flaw_count > len(report.flaws):
            typer.echo(f"… {report.flaw_count - len(report.flaws)} 处未列 more", err=True)
        span = f"{report.first}-{report.last}" if report.first is not None else "-"
        typer.echo(
            f"{'完好 intact' if report.is_intact else '不符 FLAWED'}: 记录 entries {span} ({report.checked}), "
            f"待封 unsealed {report.unsealed}, 锚定 anchors {report.anchors_met}"
        )
        if report.head is not None and report.checked:
            typer.echo(f"末封 head: {report.last} {report.head}")
    if not report.is_intact:
        raise typer.Exit(1)


def _document(report: Report) -> dict[str, Any]:
    return {
        "ok": report.is_intact,
        "checked": report.checked,
        "first": report.first,
        "last": report.last,
        "head": report.head,
        "unsealed": report.unsealed,
        "anchors_met": report.anchors_met,
        "flaw_count": report.flaw_count,
        "flaws": [_flaw(flaw) for flaw in report.flaws],
    }


def _flaw(flaw: Flaw) -> dict[str, Any]:
    return {
        "number": flaw.number,
        "line": flaw.line,
        "field": flaw.field,
        "code": flaw.code,
        "message": {"zh": flaw.message.zh, "en": flaw.message.en},
    }


def _line(flaw: Flaw) -> str:
    where = "" if flaw.number is None else f"记录 entry {flaw.number}, "
    line = "" if flaw.line is None else f"行 line {flaw.line}, "
    return f"{where}{line}字段 field {flaw.field}: {flaw.message.zh} / {flaw.message.en}"


@audit_app.command(epilog="例 example:  huanlian audit export --output audit.ndjson")
def export(
    *,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="写入文件 / write to a file")
    ] = None,
) -> None:
    """导出全部记录为 NDJSON，可离线核验 / export all entries as NDJSON, to be checked without the database."""
    from app.audit.reading import AuditQuery, exported  # noqa: PLC0415 - only when the command runs
    from app.auth.subjects import SCOPES_OF, Role, Subject  # noqa: PLC0415 - same
    from app.ids import new_id  # noqa: PLC0415 - same

    whoever = Subject(new_id(), "operator", Role.ADMIN, SCOPES_OF[Role.ADMIN])
    with opened(read_settings()) as database, database.reading() as session:
        lines = exported(session, whoever, AuditQuery())
        if output is None:
            sys.stdout.writelines(lines)
            return
        # Moved to its place when it is whole: half a log would be read as a log that was cut off.
        growing = output.with_name(f"{output.name}.growing")
        try:
            with growing.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(lines)
            growing.replace(output)
        finally:
            growing.unlink(missing_ok=True)


@audit_app.command("anchors", epilog="例 example:  huanlian audit anchors > anchors.json")
def list_anchors() -> None:
    """输出每日锚定值，供公布或另行保存 / print the daily anchors, to be published or kept elsewhere."""
    from app.audit.anchors import all_anchors  # noqa: PLC0415 - only when the command runs

    with opened(read_settings()) as database, database.reading() as session:
        items = [anchor.document() for anchor in all_anchors(session)]
    typer.echo(json.dumps({"items": items}))


@receipt_app.callback()
def _receipts() -> None:
    """填报回执：离线核验 / receipts of filings: check them offline."""


@receipt_app.command(
    "verify", epilog="例 example:  huanlian receipt verify receipt.json --anchors anchors.json"
)
def verify_receipt(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE", show_default=False)
    ],
    *,
    anchors: _Anchors = None,
    json_output: _Json = False,
) -> None:
    """核验回执：内容、封印、锚定证明；不需数据库 / check a receipt: content, seal, proof; needs no database.

    Exit 0: it holds; 1: it does not, or was refused.
    """
    from app.domain.audit.receipts import proven_by, verify_receipt  # noqa: PLC0415 - only when the command runs

    published = [] if anchors is None else _read_anchors(anchors)
    told = _read_json(file)
    flaws = verify_receipt(told, published)
    proof = None if flaws else proven_by(told, published)
    if json_output:
        document = {"ok": not flaws, "proven_by": proof, "flaws": [_flaw(flaw) for flaw in flaws]}
        typer.echo(json.dumps(document, ensure_ascii=False))
    elif proof is not None:
        typer.echo(f"成立 holds: {told['site']} {told['month']} v{told['version']}, {_PROVEN[proof]}")
    for flaw in flaws if not json_output else ():
        typer.echo(_line(flaw), err=True)
    if flaws:
        raise typer.Exit(1)


_PROVEN = {
    "content": "仅内容，尚未封印 by its content alone, not yet sealed",
    "seal": "封印 by its seal",
    "anchor": "锚定证明（未与另行保存的锚定值比对）by the anchor in it (not compared with one kept elsewhere)",
    "published_anchor": "另行保存的锚定值 by an anchor kept elsewhere",
}


def _read_json(file: Path) -> Any:
    try:
        if file.stat().st_size > _MOST_ANCHOR_BYTES:
            refuse(f"{file}: 文件过大 too large")
        return json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        refuse(f"{file}: 不是 JSON not JSON")


def _read_anchors(file: Path) -> list[Anchor]:
    from app.domain.audit.anchors import BadAnchor, read_anchor  # noqa: PLC0415 - only when the command runs

    told = _read_json(file)
    items = told.get("items", [told]) if isinstance(told, dict) else told
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        refuse(f"{file}: 不是锚定值 no anchors")
    found = []
    for place, item in enumerate(items):
        try:
            found.append(read_anchor(item))
        except BadAnchor as error:
            refuse(f"{file}: /items/{place}/{error}: 不是锚定值 not an anchor")
    return found
