"""The generation coefficients that hold now, an administrator's changes included."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.db.session import ReadSession
from app.findings.facts import Coefficient
from app.reference import service as reference


def coefficients(session: ReadSession) -> tuple[Coefficient, ...]:
    """All rows, in the order of their codes."""
    rows = reference.current(session, "coefficients")
    return tuple(_coefficient(row.code, row.version, row.body) for row in rows)


def _coefficient(code: str, version: int, body: Mapping[str, Any]) -> Coefficient:
    return Coefficient(
        code=code,
        version=version,
        wastes=tuple(sorted(body["wastes"])),
        activity=body["activity"],
        form=body["form"],
        variant=body["variant"],
        **{name: _decimal(body[name]) for name in ("value", "low", "high", "band_percent")},
        parameters={name: Decimal(text) for name, text in body["parameters"].items()},
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
