"""Ledger contents as JSON bodies of POST /v1/ledgers: decimal strings; of zeros only stocks are written."""

from typing import Any

from app.domain.ledger import Activity, Disposed, LedgerContent, Line, Received, Sent, Used
from app.domain.quantities import tonnes_text

Body = dict[str, Any]


def ledger_body(content: LedgerContent) -> Body:
    """Write a content as the body of a filing, masses in tonnes."""
    body: Body = {"site": content.site, "month": str(content.month), "nil": content.nil}
    if content.signed_by is not None:
        body["signed_by"] = content.signed_by
    if not content.nil:
        body["lines"] = [_line(line) for line in content.lines]
    if content.activity:
        body["activity"] = [_activity(activity) for activity in content.activity]
    return body


def _line(line: Line) -> Body:
    body: Body = {"waste": line.waste, "basis": line.basis, "method": line.method}
    if line.moisture_millipercent is not None:
        body["moisture_percent"] = (
            f"{line.moisture_millipercent // 1000}.{line.moisture_millipercent % 1000:03d}"[:-2]
        )
    body["opening_stock_tonnes"] = tonnes_text(line.opening_grams)
    body |= _tonnes(generated=line.generated_grams)
    lists = {
        "received": [_received(flow) for flow in line.received],
        "used": [_used(flow) for flow in line.used],
        "disposed": [_disposed(flow) for flow in line.disposed],
        "sent": [_sent(flow) for flow in line.sent],
    }
    body |= {name: entries for name, entries in lists.items() if entries}
    body |= _tonnes(dumped=line.dumped_grams, compliant_stored=line.compliant_stored_grams)
    body["closing_stock_tonnes"] = tonnes_text(line.closing_grams)
    return body


def _tonnes(**masses: int) -> Body:
    return {f"{name}_tonnes": tonnes_text(grams) for name, grams in masses.items() if grams}


def _received(flow: Received) -> Body:
    return {"from": flow.party, "tonnes": tonnes_text(flow.grams), "purpose": flow.purpose}


def _used(flow: Used) -> Body:
    body: Body = {"process": flow.process, "product": flow.product, "tonnes": tonnes_text(flow.grams)}
    if flow.product_grams is not None:
        body["product_tonnes"] = tonnes_text(flow.product_grams)
    return body | _tonnes(prior_stock=flow.prior_stock_grams, received=flow.of_received_grams)


def _disposed(flow: Disposed) -> Body:
    body: Body = {"method": flow.method, "facility": flow.facility, "tonnes": tonnes_text(flow.grams)}
    body |= _tonnes(prior_stock=flow.prior_stock_grams, received=flow.of_received_grams)
    return body | {"compliant": flow.compliant}


def _sent(flow: Sent) -> Body:
    body: Body = {"to": flow.party, "tonnes": tonnes_text(flow.grams), "purpose": flow.purpose}
    body |= _tonnes(prior_stock=flow.prior_stock_grams, received=flow.of_received_grams)
    return body | {"out_of_province": flow.out_of_province}


def _activity(activity: Activity) -> Body:
    return {"kind": activity.kind, "tonnes": tonnes_text(activity.grams), **activity.parameters}
