"""The sentences of a certificate on paper, in one language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from app.domain.errors import Message

Language = Literal["zh", "en"]
STATES = {
    "valid": Message("有效", "valid"),
    "overdrawn": Message("超额：账户不足以支撑全部内容", "over-drawn: the account no longer bears all of it"),
    "revoked": Message("已吊销", "revoked"),
}
_LABELS = {
    "title": Message("再生含量证书", "Certificate of recycled content"),
    "model": Message("质量平衡法（ISO 22095:2020）", "Mass balance (ISO 22095:2020)"),
    "code": Message("证书编码", "Code"),
    "state": Message("打印时状态", "State when printed"),
    "enterprise": Message("生产企业", "Enterprise"),
    "site": Message("生产场所", "Site"),
    "product": Message("产品", "Product"),
    "product_tonnes": Message("产品量（吨）", "Product (t)"),
    "uncovered_product": Message("产品量中无支撑（吨）", "Of the product, not borne (t)"),
    "period": Message("平衡期", "Balancing period"),
    "recipient": Message("交付对象", "Delivered to"),
    "reference": Message("企业编号", "Reference"),
    "issued": Message("签发时间", "Issued"),
    "signed_by": Message("企业负责人", "Signed by"),
    "waste": Message("固体废物", "Waste"),
    "tonnes": Message("含量（吨）", "Content (t)"),
    "uncovered": Message("其中无支撑（吨）", "Not borne (t)"),
    "share": Message("合计占产品", "In sum, of the product"),
    "sha256": Message("内容指纹（SHA-256）", "Content (SHA-256)"),
    "key": Message("签名密钥", "Signing key"),
    "signature": Message("签名（Ed25519）", "Signature (Ed25519)"),
    "check": Message(
        "扫码或在下列网址核对现状；签名文件可离线核验：huanlian certificate verify 文件",
        "Scan or open the address to see the present state; the signed file is checked offline by: "
        "huanlian certificate verify FILE",
    ),
    "meaning": Message(
        "含量按平衡期内投入产品的固体废物计算并分摊，同一吨不重复证明；它不是对单个产品实物成分的化验结论。",
        "The content is that of the waste put into products within the balancing period; no tonne is certified twice. "
        "It is no chemical analysis of a single piece.",
    ),
}


def words(
    file: Mapping[str, Any], public: Mapping[str, Any], language: Language, now: datetime
) -> dict[str, Any]:
    """What is printed: labels with values, the table of wastes, the signature."""
    content = file["content"]
    state = _said(STATES[public["state"]], language)
    short = public["uncovered_product_tonnes"] if public["uncovered_product_tonnes"] != "0" else ""
    grade = f" {content['product']['grade']}" if content["product"]["grade"] else ""
    facts = {
        "code": content["code"],
        "state": f"{state} · {now.isoformat(sep=' ', timespec='minutes')}",
        "enterprise": f"{content['enterprise']['name']} {content['enterprise']['credit_code']}",
        "site": f"{content['site']['name']} {content['site']['code']}",
        "product": f"{content['product'][language]}{grade}",
        "product_tonnes": content["product_tonnes"],
        "uncovered_product": short,
        "period": f"{content['period']['text']} ({content['period']['from']} – {content['period']['to']})",
        "recipient": content["recipient"] or "—",
        "reference": content["reference"],
        "issued": content["issued_at"],
        "signed_by": content["signed_by"],
    }
    return {
        "language": language,
        "valid": public["state"] == "valid",
        **{name: _said(_LABELS[name], language) for name in ("title", "model", "check", "meaning")},
        "facts": [[_said(_LABELS[name], language), value] for name, value in facts.items() if value],
        "heads": [_said(_LABELS[name], language) for name in ("waste", "tonnes", "uncovered")],
        "rows": [
            [f"{each['waste']} {each[language]}", each["tonnes"], each["uncovered_tonnes"]]
            for each in public["content"]
        ],
        "share": f"{_said(_LABELS['share'], language)} {public['content_percent']} %",
        "proof": [
            [_said(_LABELS["sha256"], language), public["sha256"]],
            [_said(_LABELS["key"], language), f"{public['key_id']} · {file['public_key']}"],
            [_said(_LABELS["signature"], language), file["signature"]],
        ],
    }


def _said(message: Message, language: Language) -> str:
    return message.zh if language == "zh" else message.en
