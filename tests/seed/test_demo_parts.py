"""The demo's building blocks: allocation, noise, numbers of enterprises, logins, the same city everywhere."""

import hashlib
import os
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from app.auth.subjects import Role
from app.domain.periods import Month
from seed.demo.calibrate import AllocationError, share_out
from seed.demo.city import SEED, build_city
from seed.demo.firms import UNREGISTERED_HAULIER, build_firms, credit_check, organisation_check
from seed.demo.manifest import CauseKind
from seed.demo.months import MONTHS, Season, pick, seasonal, spread
from seed.demo.yearplan import PLANS, PUBLISHED_2021, wan

WEIGHTS = st.dictionaries(st.text(max_size=4), st.integers(0, 10**9), min_size=1, max_size=12)


@given(units=st.integers(0, 10**9), weights=WEIGHTS, quantum=st.sampled_from((1, 7, 10_000)))
def test_shares_sum_to_the_total_and_lie_within_one_quantum(
    units: int, weights: dict[str, int], quantum: int
) -> None:
    whole = sum(weights.values())
    if not whole:
        return
    shares = share_out(units * quantum, weights, quantum=quantum)

    assert sum(shares.values()) == units * quantum
    for key, share in shares.items():
        assert share % quantum == 0
        assert abs(share * whole - units * quantum * weights[key]) < quantum * whole


@given(weights=WEIGHTS, data=st.data())
def test_caps_hold_and_nothing_is_lost(weights: dict[str, int], data: st.DataObject) -> None:
    caps = {key: data.draw(st.integers(0, 10**6)) for key in weights}
    room = sum(cap for key, cap in caps.items() if weights[key])
    total = data.draw(st.integers(0, room))

    shares = share_out(total, weights, caps=caps)

    assert sum(shares.values()) == total
    assert all(0 <= shares[key] <= caps[key] for key in weights)
    assert not any(shares[key] for key in weights if not weights[key])


@pytest.mark.parametrize(
    ("total", "weights", "quantum", "caps"),
    [(15, {"a": 1}, 10, None), (10, {"a": 0}, 1, None), (10, {"a": 1, "b": 2}, 1, {"a": 4, "b": 5})],
)
def test_what_cannot_be_handed_out_is_refused(
    total: int, weights: dict[str, int], quantum: int, caps: dict[str, int] | None
) -> None:
    with pytest.raises(AllocationError):
        share_out(total, weights, quantum=quantum, caps=caps)


def test_noise_depends_on_seed_and_key_alone() -> None:
    draws = [spread(SEED, 50, "site", number) for number in range(4000)]

    assert draws == [spread(SEED, 50, "site", number) for number in range(4000)]
    assert min(draws) >= -50
    assert max(draws) <= 50
    assert abs(sum(draws)) < 4000
    assert {pick(SEED, 3, number) for number in range(99)} == {0, 1, 2}
    assert pick(1, 10**9, "a") != pick(2, 10**9, "a") != pick(2, 10**9, "b")


@pytest.mark.parametrize("season", Season)
def test_an_average_month_is_a_thousand(season: Season) -> None:
    assert len(MONTHS) == 24
    assert abs(sum(seasonal(season, month) for month in MONTHS[:12]) - 12_000) <= 400
    assert seasonal(season, Month(2021, 5)) == seasonal(season, Month(2022, 5))


def test_year_plans_sum_to_the_published_totals() -> None:
    plan = PLANS[2021]

    assert wan("0.01") == 100 * 10**6
    assert sum(plan.generated.values()) == PUBLISHED_2021["generated"] == wan("6523.08")
    assert sum(plan.used.values()) == PUBLISHED_2021["used"]
    assert sum(plan.disposed.values()) == PUBLISHED_2021["disposed"]


def test_check_characters_agree_with_published_codes() -> None:
    # 91110000600037341L: the example of python-stdnum; its organisation code is 60003734-1.
    assert organisation_check("60003734") == "1"
    assert credit_check("91110000600037341") == "L"


def test_enterprises_are_plainly_fictitious_and_structurally_valid() -> None:
    firms = build_firms()
    codes = [firm.credit_code for firm in firms.values()]

    assert len(set(codes)) == len(codes) == len({firm.name for firm in firms.values()})
    for firm in firms.values():
        assert firm.name.startswith("示例")
        assert firm.credit_code[8:12] == "XXXX"
        assert firm.credit_code[16] == organisation_check(firm.credit_code[8:16])
        assert firm.credit_code[2:8] == firm.region
    assert all(uscc.is_valid(code) for code in (*codes, UNREGISTERED_HAULIER))
    assert UNREGISTERED_HAULIER not in codes


def test_permit_numbers_are_credit_code_three_digits_and_a_letter() -> None:
    sites = build_city().sites
    permits = [site.permit_number for site in sites if site.permit_number is not None]

    assert len({site.code for site in sites}) == len(sites)
    assert len(permits) == len(set(permits)) == len(sites) - 3
    for site in sites:
        assert site.name.startswith("示例")
        assert site.permit_number in (site.code, None)
        if site.permit_number is not None:
            assert len(site.permit_number) == 22
            assert site.permit_number[:18] == site.enterprise
            assert site.permit_number[18:21].isdigit()
            assert site.permit_number[21].isalpha()
        assert 39 < site.latitude < 41
        assert 112 < site.longitude < 115


def test_bases_parks_and_industries_are_filled() -> None:
    sites = build_city().sites

    assert {site.base for site in sites} == {"datong", None}
    assert 8 <= sum(site.base is not None for site in sites) <= 30
    assert len({site.park for site in sites} - {None}) == 3
    assert {"06", "44", "30", "31", "26", "08", "42", "77"} == {site.industry for site in sites}


def test_one_regulator_three_enterprises_and_a_permit_system_sign_in() -> None:
    city = build_city()
    codes = {firm.credit_code for firm in city.enterprises}

    assert Counter(login.role for login in city.logins) == {
        Role.REGULATOR: 1,
        Role.ENTERPRISE: 3,
        Role.PERMIT_SYSTEM: 1,
    }
    for login in city.logins:
        assert (login.enterprise in codes) is (login.role is Role.ENTERPRISE)
        assert (login.region == "1402") is (login.role is not Role.ENTERPRISE)
    assert len({login.username for login in city.logins}) == 5


def test_manifest_names_sites_of_the_city_and_every_kind_is_planned() -> None:
    city = build_city()
    codes = {site.code for site in city.sites}

    assert {cause.kind for cause in city.manifest} == set(CauseKind)
    assert {cause.site for cause in city.manifest} <= codes


def test_the_city_is_the_same_whatever_the_hash_seed() -> None:
    program = (
        "import hashlib; from seed.demo.city import build_city; "
        "print(hashlib.sha256(repr(build_city()).encode()).hexdigest())"
    )
    outputs = set()
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, check=True
        )
        outputs.add(done.stdout.decode().strip())

    assert outputs == {hashlib.sha256(repr(build_city()).encode()).hexdigest()}
    assert build_city(7) != build_city()
