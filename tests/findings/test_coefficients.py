"""Coefficients as they stand in the reference data, and as an administrator changed them."""

from decimal import Decimal

from findings.town import A, Town
from sqlalchemy import select

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.findings.reading_coefficients import coefficients
from app.ids import new_id
from app.reference import service as reference
from app.reference.models import ReferenceRow

PERSON = Subject(new_id(), "test", Role.ADMIN, SCOPES_OF[Role.ADMIN])


def gangue(town: Town, month: str, tonnes: str) -> None:
    """A month in which 10,000 t of coal were raised."""
    line = {
        "waste": "SW04",
        "method": "belt_scale",
        "generated_tonnes": tonnes,
        "closing_stock_tonnes": tonnes,
    }
    if month != "2025-09":
        line |= {"opening_stock_tonnes": tonnes, "closing_stock_tonnes": str(2 * int(tonnes))}
    town.file(A, month, line, activity=[{"kind": "raw_coal", "tonnes": "10000"}])


def test_a_changed_coefficient_counts_from_the_next_run(town: Town) -> None:
    gangue(town, "2025-09", "300")
    gangue(town, "2025-10", "300")
    town.work()
    finding = town.only("generation_outside_band")
    assert (finding["tonnes"], finding["present"]) == ("3400", True)
    with town.sessions.writing() as session:
        row = session.execute(
            select(ReferenceRow).where(
                ReferenceRow.code == "gangue.raw_coal", ReferenceRow.superseded_at.is_(None)
            )
        ).scalar_one()
        changed = reference.Change(
            zh=row.zh,
            en=row.en,
            body=row.body | {"low": "0.02"},
            source=row.source,
            url=row.url,
            retrieved_on=row.retrieved_on,
            verified=row.verified,
        )
        reference.change(session, "coefficients", row.code, changed, subject=PERSON, now=town.clock())
    town.run_all()
    assert town.only("generation_outside_band")["present"] is False


def test_every_coefficient_is_read_with_its_numbers(town: Town) -> None:
    with town.sessions.reading() as session:
        told = {each.code: each for each in coefficients(session)}
    ash, gypsum = told["ash.coal_burnt"], told["fgd_gypsum.so2_removed"]
    assert (ash.wastes, ash.form, ash.band_percent) == (("SW02", "SW03"), "ash", Decimal(20))
    assert (gypsum.value, gypsum.parameters["purity"]) == (Decimal("2.6875"), Decimal("0.90"))
    assert told["fly_ash.coal_burnt.pulverised"].variant == "pulverised"
