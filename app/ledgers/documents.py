"""The canonical JSON of a ledger: the copy of record whose SHA-256 is the receipt. parse ∘ format changes nothing."""

import hashlib
import json
from typing import Any

from app.domain.ledger import Activity, LedgerContent, Line, Used
from app.domain.ledger_checks import Warn
from app.domain.quantities import tonnes_text
from app.ledgers.percentages import percent_text


def canonical(content: LedgerContent) -> str:
    """One text for one content: sorted keys, no spaces, tonnes as the shortest exact decimals."""
    return json.dumps(document(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_of(text: str) -> str:
    """The receipt of a canonical text."""
    return hashlib.sha256(text.encode()).hexdigest()


def document(content: LedgerContent) -> dict[str, Any]:
    """The ledger in the shape in which it was sent, quantities as decimal text."""
    return {
        "site": content.site,
        "month": str(content.month),
        "nil": content.nil,
        "signed_by": content.signed_by,
        "lines": [_line(line) for line in content.lines],
        "activity": [_activity(activity) for activity in content.activity],
    }


def _line(line: Line) -> dict[str, Any]:
    moisture = line.moisture_millipercent
    return {
        "waste": line.waste,
        "waste_code": line.waste_code,
        "basis": line.basis,
        "moisture_percent": None if moisture is None else percent_text(moisture),
        "method": line.method,
        "opening_stock_tonnes": tonnes_text(line.opening_grams),
        "generated_tonnes": tonnes_text(line.generated_grams),
        "received": [
            {"from": r.party, "tonnes": tonnes_text(r.grams), "purpose": r.purpose} for r in line.received
        ],
        "used": [_used(used) for used in line.used],
        "disposed": [
            {"method": d.method, "facility": d.facility, "compliant": d.compliant, **_parts(d)}
            for d in line.disposed
        ],
        "sent": [
            {"to": s.party, "purpose": s.purpose, "out_of_province": s.out_of_province, **_parts(s)}
            for s in line.sent
        ],
        "dumped_tonnes": tonnes_text(line.dumped_grams),
        "compliant_stored_tonnes": tonnes_text(line.compliant_stored_grams),
        "closing_stock_tonnes": tonnes_text(line.closing_grams),
    }


def _used(used: Used) -> dict[str, Any]:
    """A use. Product tonnes that nobody stated are not written: so a ledger without them keeps the receipt it has."""
    said = {"process": used.process, "product": used.product, **_parts(used)}
    return said if used.product_grams is None else said | {"product_tonnes": tonnes_text(used.product_grams)}


def _parts(flow: Any) -> dict[str, str]:
    return {
        "tonnes": tonnes_text(flow.grams),
        "prior_stock_tonnes": tonnes_text(flow.prior_stock_grams),
        "received_tonnes": tonnes_text(flow.of_received_grams),
    }


def _activity(activity: Activity) -> dict[str, Any]:
    return {"kind": activity.kind, "tonnes": tonnes_text(activity.grams), **activity.parameters}


def warning_document(warn: Warn) -> dict[str, Any]:
    """A warning as it is answered and kept."""
    return {
        "rule": warn.rule,
        "severity": warn.severity,
        "pointer": warn.pointer,
        "message": {"zh": warn.message.zh, "en": warn.message.en},
        "tonnes": None if warn.grams is None else tonnes_text(warn.grams),
    }
