"""The sentences of the pages of certificates."""

from app.domain.errors import Message

TEXTS = {
    "nav.certificates": Message("证书", "Certificates"),
    "certificates": Message("再生含量证书", "Certificates of recycled content"),
    "certificates.lead": Message(
        "按质量平衡法（ISO 22095）由配方和台账计算：一个季度内投入产品的固废，每一吨只能证明一次。",
        "Worked out by mass balance (ISO 22095) from recipes and ledgers: of the waste put into products in a quarter, "
        "each tonne is certified once.",
    ),
    "certificates.none": Message("还没有证书", "No certificates yet"),
    "certificates.none.lead": Message(
        "登记产品批次后，即可从账户余额中签发。",
        "Once product batches are recorded, they are issued from the account.",
    ),
    "certificates.code": Message("编码", "Code"),
    "certificates.state": Message("状态", "State"),
    "certificates.state.valid": Message("有效", "valid"),
    "certificates.state.overdrawn": Message("超额", "over-drawn"),
    "certificates.state.revoked": Message("已吊销", "revoked"),
    "certificates.state.overdrawn.words": Message(
        "签发之后，配方或台账被更正，账户不再支撑全部内容；未被支撑的吨数列在下面。",
        "Recipes or ledgers were corrected after it was issued: the account no longer bears all of it. "
        "What is not borne stands below.",
    ),
    "certificates.state.revoked.words": Message(
        "该证书已被吊销，不再证明任何内容。", "This certificate was revoked and certifies nothing any more."
    ),
    "certificates.state.valid.words": Message(
        "该证书有效，账户支撑其全部内容。", "This certificate stands, and the account bears all of it."
    ),
    "certificates.site": Message("场所", "Site"),
    "certificates.enterprise": Message("企业", "Enterprise"),
    "certificates.period": Message("平衡期", "Balancing period"),
    "certificates.product": Message("产品", "Product"),
    "certificates.product_tonnes": Message("产品量（吨）", "Product (t)"),
    "certificates.content": Message("再生含量（吨）", "Recycled content (t)"),
    "certificates.share": Message("含量占产品", "Share of the product"),
    "certificates.uncovered": Message("未被支撑（吨）", "Not borne (t)"),
    "certificates.uncovered_product": Message("产品量中未被支撑（吨）", "Of the product, not borne (t)"),
    "certificates.recipient": Message("交付对象", "Delivered to"),
    "certificates.reference": Message("企业编号", "Your reference"),
    "certificates.signed_by": Message("企业负责人", "Signed by"),
    "certificates.issued": Message("签发", "Issued"),
    "certificates.revoked": Message("吊销", "Revoked"),
    "certificates.sha256": Message("内容指纹（SHA-256）", "Content (SHA-256)"),
    "certificates.key": Message("签名密钥", "Signing key"),
    "certificates.model": Message("模式", "Model"),
    "certificates.waste": Message("固废", "Waste"),
    "certificates.account": Message("账户", "Account"),
    "certificates.account.none": Message(
        "这个季度没有产品批次，账户为空。", "No product batches of this quarter: the account is empty."
    ),
    "certificates.available": Message("可证明（吨）", "Available (t)"),
    "certificates.certified": Message("已证明（吨）", "Certified (t)"),
    "certificates.left": Message("余额（吨）", "Left (t)"),
    "certificates.over": Message("超额（吨）", "Over-drawn (t)"),
    "certificates.of": Message("项目", "Of"),
    "certificates.issue": Message("签发证书", "Issue a certificate"),
    "certificates.issue.button": Message("签发", "Issue"),
    "certificates.grade": Message("强度等级（水泥）", "Grade (of cement)"),
    "certificates.input.waste": Message("第 {place} 种固废", "Waste {place}"),
    "certificates.input.tonnes": Message("第 {place} 种固废含量（吨）", "Content of waste {place} (t)"),
    "certificates.nothing": Message("无", "none"),
    "certificates.next": Message("更早的证书", "Earlier certificates"),
    "certificates.back": Message("全部证书", "All certificates"),
    "certificates.files": Message("下载", "Download"),
    "certificates.file": Message("签名文件（JSON）", "Signed file (JSON)"),
    "certificates.public": Message("公开核验页", "Public page"),
    "certificates.qr": Message("公开核验页的二维码：{address}", "QR code of the public page: {address}"),
    "certificates.revoke": Message("吊销", "Revoke"),
    "certificates.revoke.words": Message(
        "吊销后公开页立即显示，占用的吨数释放出来。不能撤销。",
        "The public page says so at once, and the tonnes are free again. This cannot be undone.",
    ),
    "certificates.revoke.reason": Message("原因", "Why"),
    "certificates.quarter": Message("季度（如 2025-Q1）", "Quarter (such as 2025-Q1)"),
    "check": Message("核验证书", "Check a certificate"),
    "check.lead": Message(
        "这里只显示可以公开的内容。请与手中证书的编码、产品、含量和内容指纹比对。",
        "Only what is public is shown here. Compare code, product, content and fingerprint with the certificate at hand.",
    ),
    "check.code": Message("证书编码", "Code of the certificate"),
    "check.button": Message("核验", "Check"),
    "check.unknown": Message("没有这个编码的证书", "There is no certificate with this code"),
    "check.unknown.lead": Message(
        "请核对是否抄错；仍查不到，请不要相信这份证书。",
        "See whether it was mistyped; if it stays unknown, do not rely on that certificate.",
    ),
    "check.offline": Message(
        "签名文件可离线核验：huanlian certificate verify 文件 --key 公钥（GET /v1/certificates/keys）。",
        "The signed file is checked offline by: huanlian certificate verify FILE --key KEY (GET /v1/certificates/keys).",
    ),
    "done.certificate_issued": Message("证书已签发。", "The certificate is issued."),
    "done.certificate_there": Message(
        "同一编号的证书早已签发。", "The certificate of this reference was issued before."
    ),
    "done.certificate_revoked": Message("证书已吊销。", "The certificate is revoked."),
}
