"""A permit's content as JSON and back: what is stored, hashed, sent out, and taken in by PUT, all in one shape."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.permits.capacities import capacity_of
from app.domain.permits.content import PermitContent, PermitFacility, PermitWaste, Route
from app.domain.permits.validity import ReportDeadline, Validity


def document(content: PermitContent) -> dict[str, Any]:
    """The normal form: every field there, lists that are sets in order, figures as decimal text."""
    validity = content.validity
    return {
        "number": content.number,
        "region": content.region,
        "holder": content.holder,
        "issuer": content.issuer,
        "issued_on": _iso(content.issued_on),
        "valid_from": None if validity is None else validity.first.isoformat(),
        "valid_until": None if validity is None else validity.last.isoformat(),
        "wastes": [_waste(waste) for waste in content.wastes],
        "facilities": [_facility(facility) for facility in content.facilities],
        "report_deadlines": [
            {"period": each.period, "months_after": each.months_after, "day": each.day}
            for each in sorted(content.deadlines, key=lambda each: each.period)
        ],
    }


def canonical(content: PermitContent) -> str:
    """The text that is stored and hashed; permits that say the same give the same text."""
    return json.dumps(document(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_of(text: str | bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def content_of(stored: str) -> PermitContent:
    """The content of a stored document."""
    known = json.loads(stored)
    first, last = known["valid_from"], known["valid_until"]
    return PermitContent(
        number=known["number"],
        region=known["region"],
        holder=known["holder"],
        issuer=known["issuer"],
        issued_on=_date(known["issued_on"]),
        validity=None if first is None else Validity(date.fromisoformat(first), date.fromisoformat(last)),
        wastes=tuple(_waste_of(waste) for waste in known["wastes"]),
        facilities=tuple(_facility_of(facility) for facility in known["facilities"]),
        deadlines=tuple(ReportDeadline(**each) for each in known["report_deadlines"]),
    )


def plain(number: Decimal) -> str:
    """The shortest exact decimal without an exponent: 10.50 → "10.5", 1E+2 → "100"."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _waste(waste: PermitWaste) -> dict[str, Any]:
    return {
        "waste": waste.waste,
        "waste_code": waste.waste_code,
        "name": waste.name,
        "class": waste.waste_class,
        "source": waste.source,
        "routes": [{"by": by, "way": way} for by, way in sorted(waste.routes)],
    }


def _waste_of(known: Mapping[str, Any]) -> PermitWaste:
    return PermitWaste(
        waste=known["waste"],
        waste_code=known["waste_code"],
        name=known["name"],
        waste_class=known["class"],
        source=known["source"],
        routes=frozenset(Route(each["by"], each["way"]) for each in known["routes"]),
    )


def _facility(facility: PermitFacility) -> dict[str, Any]:
    capacity = facility.capacity
    return {
        "code": facility.code,
        "kind": facility.kind,
        "name": facility.name,
        "type": facility.type,
        "capacity": None if capacity is None else {"amount": plain(capacity.amount), "unit": capacity.unit},
        "area_m2": None if facility.area_m2 is None else plain(facility.area_m2),
        "latitude": facility.latitude,
        "longitude": facility.longitude,
        "standard": facility.standard,
        "standard_met": facility.standard_met,
        "wastes": sorted(facility.wastes),
        "ways": sorted(facility.ways),
    }


def _facility_of(known: Mapping[str, Any]) -> PermitFacility:
    capacity, area = known["capacity"], known["area_m2"]
    return PermitFacility(
        code=known["code"],
        kind=known["kind"],
        name=known["name"],
        type=known["type"],
        capacity=None if capacity is None else capacity_of(capacity["amount"], capacity["unit"]),
        area_m2=None if area is None else Decimal(area),
        latitude=known["latitude"],
        longitude=known["longitude"],
        standard=known["standard"],
        standard_met=known["standard_met"],
        wastes=frozenset(known["wastes"]),
        ways=frozenset(known["ways"]),
    )
