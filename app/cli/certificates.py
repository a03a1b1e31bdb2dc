"""`huanlian certificate`: issue, list, revoke; and verify, which needs neither the service nor its database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.opening import opened, read_settings, refuse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.auth.subjects import Subject
    from app.certificates.schemas import CertificateIn
    from app.settings import Settings

certificate_app = typer.Typer(help="再生含量证书 / certificates of recycled content", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]
_Site = Annotated[str, typer.Option("--site", metavar="CODE", help="场所编码 / the site's code")]
_Period = Annotated[str, typer.Option("--period", metavar="YYYY-Qn", help="季度 / quarter, e.g. 2021-Q3")]
_File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE")]
_Content = Annotated[
    list[str], typer.Option("--content", metavar="SWnn=TONNES", help="固废含量，可重复 / content; repeatable")
]
_Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", dir_okay=False, help="另存签名文件 .json 或 .pdf / write it"),
]
_MOST_BYTES = 1024 * 1024
_STATES = {"valid": "有效 valid", "overdrawn": "超额 OVER-DRAWN", "revoked": "已吊销 revoked"}
_FLAWS = {
    "unreadable": "不是证书文件 / this is no certificate",
    "malformed": "缺失或格式不符 / absent or not of its form",
    "not_canonical": "含有签名格式之外的值 / holds a value that cannot have been signed",
    "changed": "签名不符：内容被改动 / the signature does not hold: the content was changed",
    "other_key": "不是由所给密钥签署 / not signed with the key that was given",
}


@certificate_app.callback()
def _certificate() -> None:
    """再生含量证书：签发、核验、列表、吊销 / certificates of recycled content: issue, verify, list, revoke."""


@certificate_app.command(
    epilog="例 example:  huanlian certificate issue --site 91140200MA0EXAMPLE001P --period 2021-Q3 --product cement "
    "--tonnes 400 --content SW02=80 --reference HT-018 --signed-by 示例负责人 --out certificate.json"
)
def issue(
    *,
    site: _Site,
    period: _Period,
    product: Annotated[str, typer.Option("--product", help="产品代码 / product, e.g. cement")],
    tonnes: Annotated[str, typer.Option("--tonnes", help="产品量（吨） / tonnes of the product")],
    content: _Content,
    reference: Annotated[str, typer.Option("--reference", help="企业自己的编号 / your own number for it")],
    signed_by: Annotated[str, typer.Option("--signed-by", help="企业负责人 / who signs for the enterprise")],
    grade: Annotated[str | None, typer.Option("--grade", help="强度等级 / strength grade, of cement")] = None,
    recipient: Annotated[str | None, typer.Option("--recipient", help="交付对象 / delivered to")] = None,
    out: _Out = None,
    json_output: _Json = False,
) -> None:
    """签发证书；余额不足则拒绝 / issue a certificate; refused when the account does not hold as much.

    Asked again under the same reference it answers the same certificate. Exit 0: done; 1: refused.
    """
    asked = _asked(
        {
            "site": site,
            "reference": reference,
            "period": period,
            "product": product,
            "grade": grade,
            "product_tonnes": tonnes,
            "content": [_content(each) for each in content],
            "recipient": recipient,
            "signed_by": signed_by,
        }
    )
    _show(_issued(asked, out), json_output=json_output)
    if out is not None:
        typer.echo(str(out), err=True)


def _content(text: str) -> dict[str, str]:
    waste, separator, tonnes = text.partition("=")
    if not separator:
        raise typer.BadParameter("--content SW02=80")
    return {"waste": waste.strip(), "tonnes": tonnes.strip()}


def _asked(body: Mapping[str, Any]) -> CertificateIn:
    from pydantic import ValidationError  # noqa: PLC0415 - only when the command runs

    from app.certificates.schemas import CertificateIn  # noqa: PLC0415 - same
    from app.http.validation import faults_from  # noqa: PLC0415 - same

    try:
        return CertificateIn.model_validate(body)
    except ValidationError as error:
        faults = [fault for _, fault in faults_from(error.errors())]
        refuse(*(f"{fault.pointer}: {fault.message.zh} / {fault.message.en}" for fault in faults))


def _issued(asked: CertificateIn, out: Path | None) -> dict[str, Any]:
    """Issue and read back; the file is written after the commit, so that none is without its certificate."""
    from app.certificates import service  # noqa: PLC0415 - only when the command runs
    from app.clock import local_date, system_clock  # noqa: PLC0415 - same

    if out is not None and out.suffix.lower() not in (".json", ".pdf"):
        raise typer.BadParameter("--out: .json .pdf")
    settings, subject, now = read_settings(), _operator(), system_clock()
    signer = service.signer_of(settings)
    issuer = service.Issuer(subject, now, local_date(now, settings.timezone), signer)
    with opened(settings) as database:
        with database.writing() as session:
            made, _ = service.issue(session, asked, issuer)
        with database.reading() as session:
            told = service.by_id(session, subject, made)
            file = service.signed_file(session, subject, told["code"])
    if out is not None:
        _write(out, file, told, settings)
    return told


def _write(out: Path, file: Mapping[str, Any], told: Mapping[str, Any], settings: Settings) -> None:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - only when the command runs

    from app.certificates import service  # noqa: PLC0415 - only when the command runs
    from app.clock import system_clock  # noqa: PLC0415 - same

    if out.suffix.lower() == ".json":
        written = json.dumps(file, ensure_ascii=False, indent=2).encode() + b"\n"
    elif settings.public_url is None:
        refuse(
            "证书已签发；PDF 的二维码需要设置 HUANLIAN_PUBLIC_URL / issued; a PDF's QR code needs HUANLIAN_PUBLIC_URL"
        )
    else:
        now = system_clock().astimezone(ZoneInfo(settings.timezone))
        address = service.public_address(settings.public_url, told["code"])
        written = service.certificate_pdf(file, told, address, "zh", now)
    try:
        out.write_bytes(written)
    except OSError as error:
        refuse(f"{told['code']}: {out}: {error.strerror}")


@certificate_app.command(
    epilog="例 examples:  huanlian certificate verify certificate.json    ·    "
    "huanlian certificate verify certificate.json --key 5f0c…"
)
def verify(
    file: _File,
    *,
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="HEX", help="另行取得的公钥 / the public key as it came another way"),
    ] = None,
    json_output: _Json = False,
) -> None:
    """离线核验证书文件 / check a certificate file without the service.

    Exit 0: the signature holds; 1: it does not, or the file is none. Whether it was revoked or is over-drawn since, only
    the service knows: ask for its code at /c/CODE.
    """
    from app.certificates.signing import flaws_of, key_id_of  # noqa: PLC0415 - only when the command runs

    told = _read(file)
    flaws = flaws_of(told, key)
    document = {
        "ok": not flaws,
        "flaws": [{"field": name, "code": flaw} for name, flaw in flaws],
        "proven_by": None if flaws else "given_key" if key else "key_in_file",
        "key_id": None if flaws else key_id_of(told["public_key"]),
        "content": None if flaws else told["content"],
    }
    if json_output:
        typer.echo(json.dumps(document, ensure_ascii=False))
    elif flaws:
        for name, flaw in flaws:
            typer.echo(f"{file}: {name}: {_FLAWS[flaw]}", err=True)
    else:
        _tell(told, by_given_key=key is not None)
    if flaws:
        raise typer.Exit(1)


def _read(file: Path) -> Any:
    if file.stat().st_size > _MOST_BYTES:
        return None
    try:
        return json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        return None


def _tell(told: Mapping[str, Any], *, by_given_key: bool) -> None:
    content = told["content"]
    # Whoever holds a key may sign what he likes: the fields are shown as they stand.
    shown = {name: content.get(name) for name in ("code", "period", "product", "product_tonnes", "content")}
    typer.echo("完好 intact:")
    for name, value in shown.items():
        typer.echo(f"  {name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")
    typer.echo(f"公钥 public key: {told['public_key']}")
    if not by_given_key:
        typer.echo(
            "公钥取自文件本身；请与签发方公布的公钥（GET /v1/certificates/keys）比对，或用 --key 给出 / "
            "the key came with the file: compare it with the published one, or give that with --key",
            err=True,
        )


@certificate_app.command("list")
def list_certificates(
    *,
    site: Annotated[str | None, typer.Option("--site", metavar="CODE")] = None,
    period: Annotated[str | None, typer.Option("--period", metavar="YYYY-Qn")] = None,
    json_output: _Json = False,
) -> None:
    """列出证书及其现状，新的在前 / list certificates with their state as of now, the newest first."""
    from app.certificates import service  # noqa: PLC0415 - only when the command runs

    items: list[dict[str, Any]] = []
    with opened(read_settings()) as database, database.reading() as session:
        cursor = None
        while True:
            query = service.CertificateQuery(site=site, period=period, limit=200, cursor=cursor)
            found, cursor = service.page(session, _operator(), query)
            items += found
            if cursor is None:
                break
    if json_output:
        typer.echo(json.dumps({"items": items}, ensure_ascii=False, default=str))
        return
    for item in items:
        typer.echo(_line(item))


@certificate_app.command()
def revoke(
    code: Annotated[str, typer.Argument(metavar="CODE")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="原因 / why")],
    json_output: _Json = False,
) -> None:
    """吊销证书，释放其占用的吨数 / revoke a certificate; what it promised is free again. It cannot be undone."""
    from app.certificates import service  # noqa: PLC0415 - only when the command runs
    from app.clock import system_clock  # noqa: PLC0415 - same

    if not reason.strip():
        raise typer.BadParameter("--reason")
    subject = _operator()
    with opened(read_settings()) as database:
        with database.writing() as session:
            gone = service.revoke(session, subject, code, reason.strip()[:2_000], system_clock())
        with database.reading() as session:
            told = service.by_id(session, subject, gone)
    _show(told, json_output=json_output)


@certificate_app.command()
def keys(*, json_output: _Json = False) -> None:
    """列出用过的公钥 / list the public keys that certificates were signed with."""
    from app.certificates import service  # noqa: PLC0415 - only when the command runs

    settings = read_settings()
    signer = service.signer_of(settings)
    with opened(settings) as database, database.reading() as session:
        found = service.keys(session, signer)
    if json_output:
        typer.echo(json.dumps({"items": found}, ensure_ascii=False, default=str))
        return
    for each in found:
        typer.echo(
            f"{each['key_id']}  {each['public_key']}  {'现用 current' if each['current'] else ''}".rstrip()
        )


def _show(told: Mapping[str, Any], *, json_output: bool) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False, default=str) if json_output else _line(told))


def _line(told: Mapping[str, Any]) -> str:
    wastes = ", ".join(f"{each['waste']} {each['tonnes']} t" for each in told["content"])
    return (
        f"{told['code']}  {_STATES[told['state']]}  {told['period']}  {told['site']}  "
        f"{told['product']} {told['product_tonnes']} t  ({wastes})"
    )


def _operator() -> Subject:
    from app.auth.subjects import SCOPES_OF, Role, Subject  # noqa: PLC0415 - only when a command runs
    from app.ids import new_id  # noqa: PLC0415 - same

    return Subject(new_id(), "command line", Role.ADMIN, SCOPES_OF[Role.ADMIN])
