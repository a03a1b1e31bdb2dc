"""Forms and product batches as an enterprise sends them."""

from typing import Any

from builders import JSON, MILL, WORKS

MILL_SITE, WORKS_SITE = f"{MILL}001P", f"{WORKS}001P"


def form(number: str, kind: str = "generated", tonnes: str = "100", **more: Any) -> JSON:
    """A form of the mill, of 14 March 2025 and fly ash unless said otherwise."""
    return {
        "site": MILL_SITE,
        "number": number,
        "kind": kind,
        "day": "2025-03-14",
        "waste": "SW02",
        "tonnes": tonnes,
        "signed_by": "示例经办人",
    } | more


def after(*numbers: str, site: str | None = None) -> list[JSON]:
    """Preceding forms."""
    return [{"number": number} | ({"site": site} if site else {}) for number in numbers]


def cement(
    number: str, ash: str = "250", clinker: str = "750", made: str | None = "1000", **more: Any
) -> JSON:
    """A batch of cement of the works, of 20 March 2025: ash and clinker unless said otherwise."""
    return {
        "site": WORKS_SITE,
        "number": number,
        "day": "2025-03-20",
        "product": "cement",
        "grade": "42.5",
        "product_tonnes": made,
        "inputs": [{"waste": "SW02", "tonnes": ash}, {"material": "熟料", "tonnes": clinker}],
        "signed_by": "示例经办人",
    } | more


def works_ledger(used: str, month: str = "2025-03") -> JSON:
    """The works take in 500 t of the mill's ash and use some of it."""
    line = {
        "waste": "SW02",
        "received": [{"from": MILL_SITE, "tonnes": "500"}],
        "used": [
            {"process": "cement_blending", "product": "cement", "tonnes": used, "received_tonnes": used}
        ],
        "closing_stock_tonnes": str(500 - int(used)),
    }
    return {"site": WORKS_SITE, "month": month, "signed_by": "示例负责人", "lines": [line]}
