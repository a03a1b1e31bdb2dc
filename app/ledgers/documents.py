"""The canonical JSON of a ledger: the copy of record whose SHA-256 is the receipt. parse ∘ format changes nothing."""

import hashlib
from typing import Any

from pydantic_core import to_json

from app.domain.ledger import Activity, Disposed, LedgerContent, Line, Sent, Used
from app.domain.ledger_checks import Warn
from app.domain.quantities import tonnes_text
from app.ledgers.percentages import percent_text


def canonical(content: LedgerContent) -> str:
    """One text for one content: sorted keys, no spaces, tonnes as the shortest exact decimals."""
    return to_json(document(content)).decode()


def sha256_of(text: str) -> str:
    """The receipt of a canonical text."""
    return hashlib.sha256(text.encode()).hexdigest()


def document(content: LedgerContent) -> dict[str, Any]:
    """The ledger in the shape in which it was sent, quantities as decimal text; keys stand in their order already."""
    return {
        "activity": [_activity(activity) for activity in content.activity],
        "lines": [_line(line) for line in content.lines],
        "month": str(content.month),
        "nil": content.nil,
        "signed_by": content.signed_by,
        "site": content.site,
    }


def _line(line: Line) -> dict[str, Any]:
    moisture = line.moisture_millipercent
    return {
        "basis": line.basis,
        "closing_stock_tonnes": tonnes_text(line.closing_grams),
        "compliant_stored_tonnes": tonnes_text(line.compliant_stored_grams),
        "disposed": [_disposed(disposed) for disposed in line.disposed],
        "dumped_tonnes": tonnes_text(line.dumped_grams),
        "generated_tonnes": tonnes_text(line.generated_grams),
        "method": line.method,
        "moisture_percent": None if moisture is None else percent_text(moisture),
        "opening_stock_tonnes": tonnes_text(line.opening_grams),
        "received": [
            {"from": taken.party, "purpose": taken.purpose, "tonnes": tonnes_text(taken.grams)}
            for taken in line.received
        ],
        "sent": [_sent(sent) for sent in line.sent],
        "used": [_used(used) for used in line.used],
        "waste": line.waste,
        "waste_code": line.waste_code,
    }


def _disposed(disposed: Disposed) -> dict[str, Any]:
    return {
        "compliant": disposed.compliant,
        "facility": disposed.facility,
        "method": disposed.method,
        "prior_stock_tonnes": tonnes_text(disposed.prior_stock_grams),
        "received_tonnes": tonnes_text(disposed.of_received_grams),
        "tonnes": tonnes_text(disposed.grams),
    }


def _sent(sent: Sent) -> dict[str, Any]:
    return {
        "out_of_province": sent.out_of_province,
        "prior_stock_tonnes": tonnes_text(sent.prior_stock_grams),
        "purpose": sent.purpose,
        "received_tonnes": tonnes_text(sent.of_received_grams),
        "to": sent.party,
        "tonnes": tonnes_text(sent.grams),
    }


def _used(used: Used) -> dict[str, Any]:
    """A use. Product tonnes that nobody stated are not written: so a ledger without them keeps the receipt it has."""
    stated = used.product_grams is not None
    return {
        "prior_stock_tonnes": tonnes_text(used.prior_stock_grams),
        "process": used.process,
        "product": used.product,
        **({"product_tonnes": tonnes_text(used.product_grams or 0)} if stated else {}),
        "received_tonnes": tonnes_text(used.of_received_grams),
        "tonnes": tonnes_text(used.grams),
    }


def _activity(activity: Activity) -> dict[str, Any]:
    said = {"kind": activity.kind, "tonnes": tonnes_text(activity.grams), **activity.parameters}
    return dict(sorted(said.items()))


def warning_document(warn: Warn) -> dict[str, Any]:
    """A warning as it is answered and kept."""
    return {
        "rule": warn.rule,
        "severity": warn.severity,
        "pointer": warn.pointer,
        "message": {"zh": warn.message.zh, "en": warn.message.en},
        "tonnes": None if warn.grams is None else tonnes_text(warn.grams),
    }
