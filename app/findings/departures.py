"""A departure of a ledger from its permit as a finding: what the permit rules share."""

from app.domain.permits.case import Departure, Kind
from app.domain.permits.reasons import reason_of
from app.domain.quantities import tonnes_text
from app.findings.facts import Figure, SiteFacts
from app.findings.rule import Found, Plain, Severity, Values, limits
from app.findings.wording import grams_of

_FIGURES = {
    Kind.WASTE: "generated",
    Kind.CODE: "generated",
    Kind.EXPIRED: "generated_and_received",
    Kind.RECEIVED: "received",
    Kind.RECEIVER: "sent",
    Kind.STORAGE: "closing",
    Kind.USE: "used",
    Kind.DISPOSAL: "disposed",
}
_BY_WAY = {"store": "closing", "use": "used", "dispose": "disposed"}


def found_of(
    facts: SiteFacts,
    departure: Departure,
    key: tuple[str, ...],
    values: Values,
    severity: Severity | None = None,
) -> Found:
    """The finding of a departure; of a receiver's permit both parties see it, for it rests on the transfer alone."""
    threshold: dict[str, Plain] = {
        **limits(values),
        "permit": departure.permit,
        "permit_version": departure.version,
    }
    if departure.limit is not None:
        threshold["capacity_tonnes"] = tonnes_text(departure.limit)
    if departure.last_day is not None:
        threshold["valid_until"] = departure.last_day.isoformat()
    name = _figure_name(departure)
    return Found(
        site=facts.code,
        key=key,
        explanation=reason_of(departure),
        months=departure.months,
        figures=tuple(
            Figure(name, amount.grams, facts.code, amount.month, facts.books[amount.month].ref)
            for amount in departure.amounts
        ),
        threshold=threshold,
        values=_values(departure),
        waste=departure.waste,
        grams=departure.grams,
        counterpart=departure.receiver,
        is_shared=departure.receiver is not None,
        severity=severity,
    )


def is_worth_it(departure: Departure, values: Values) -> bool:
    """Whether a departure has the mass that a rule asks for."""
    return (departure.grams or 0) > grams_of(values["least_tonnes"])


def _figure_name(departure: Departure) -> str:
    if departure.kind in _FIGURES or departure.route is None:
        return _FIGURES.get(departure.kind, "generated")
    return "sent" if departure.route.by == "entrusted" else _BY_WAY[departure.route.way]


def _values(departure: Departure) -> dict[str, Plain]:
    found: dict[str, Plain] = {"departure": departure.kind.value}
    if departure.route is not None:
        found["route"] = f"{departure.route.by}_{departure.route.way}"
    if departure.waste_code is not None:
        found["waste_code"] = departure.waste_code
    if departure.places:
        found["facilities"] = " ".join(departure.places)
    if departure.parts:
        found["parts"] = " ".join(departure.parts)
    return found
