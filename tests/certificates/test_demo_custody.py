"""The demo's batches: they say what the books say, and what is wrong on purpose is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.batches.service import sums
from app.certificates import vat
from app.certificates.service import CertificateQuery, page
from app.db.session import Database
from app.domain.permits.execution import Span
from app.ids import new_id
from seed.demo.batches import MAKERS, MONTHS, REVOKED, SOURCE, weeks
from seed.demo.plants import build_sites

OFFICIAL = Subject(new_id(), "r", Role.REGULATOR, SCOPES_OF[Role.REGULATOR], region="1402")


@given(st.integers(0, 10**13))
def test_weeks_sum_to_their_month_to_the_gram(grams: int) -> None:
    parts = weeks(grams)
    assert sum(parts) == grams
    assert min(parts) >= 0


@pytest.mark.demo_city
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_demo_is_whole_and_its_flaws_are_found(sessions: Database) -> None:
    sites = build_sites(20211402)
    with sessions.reading() as session:
        for plant in (SOURCE, *MAKERS):
            items = sums(session, OFFICIAL, sites[plant].code, MONTHS[0], MONTHS[-1])
            assert items, plant
            assert {item["standing"] for item in items} == {"equal"}, plant
        certificates, following = page(session, OFFICIAL, CertificateQuery())
        assert following is None
        states = {(item["site"], item["state"]) for item in certificates}
        assert (sites["gravel1"].code, "overdrawn") in states
        assert (sites["feather1"].code, "valid") in states
        (revoked,) = (item for item in certificates if item["reference"] == REVOKED)
        assert (revoked["state"], revoked["site"]) == ("revoked", sites["feather1"].code)
        verdicts = {
            plant: vat.document(
                vat.evidence(
                    session, OFFICIAL, vat.Asked(sites[plant].code, made[0], made[1], Span.parse("2021-Q3"))
                )
            )["verdict"]
            for plant, made in MAKERS.items()
        }
    assert verdicts == {"boulder1": "pass", "feather1": "pass", "gravel1": "fail", "kite1": "pass"}
