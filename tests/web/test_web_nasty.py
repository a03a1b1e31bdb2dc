"""What nobody means kindly: every page with every odd value in its address and its forms answers in words, never by failing."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from chain_runs import city
from support.run import Run
from web.visits import House, Visit, open_house

from app.auth.subjects import Role

PAGES = {
    "/": ("region", "waste", "metric", "from", "to", "lang"),
    "/chain": ("chain", "region", "base", "from", "to", "level", "node"),
    "/chain/flows.csv": ("chain", "region"),
    "/chain/flows.svg": ("chain", "from"),
    "/findings": (
        "view",
        "order",
        "rule",
        "severity",
        "region",
        "site",
        "waste",
        "from",
        "to",
        "assignee",
        "cursor",
    ),
    "/targets": ("region", "base", "year"),
    "/permits": ("view", "region", "after"),
    f"/sites/{city.site(city.MINE)}/trace": ("waste", "direction", "from", "to", "monthly"),
    "/admin/enterprises": ("after",),
    "/admin": ("x",),
}
ODD = (
    "%00",
    "%ED%A0%80",
    quote("' OR 1=1 --"),
    quote("<script>alert(1)</script>"),
    quote("{{7*7}}%s%n"),
    "9" * 400,
    "2025-13",
    "state:x:y",
    "1.0199f3c2-7e2c-7000-8000-000000000001",
)


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(run, tmp_path_factory.mktemp("nasty")) as made:
        city.gangue_to_blocks(made.people)
        made.user(Role.ADMIN)
        yield made


@pytest.fixture(scope="module")
def admin(house: House) -> Iterator[Visit]:
    with house.visit("admin") as made:
        yield made


@pytest.mark.parametrize("path", PAGES)
def test_no_address_makes_a_page_fail(admin: Visit, path: str) -> None:
    for name in PAGES[path]:
        for value in ODD:
            answer = admin.client.get(f"{path}?{name}={value}", follow_redirects=False)
            assert answer.status_code in {200, 303, 403, 404, 422}, f"{name}={value}: {answer.status_code}"
            assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/sites/%00/trace", "/findings/%00", "/permits/%2e%2e%2fx", "/admin/users/%00/password", "/chain/x"],
)
def test_no_path_makes_a_page_fail(admin: Visit, path: str) -> None:
    assert admin.client.get(path, follow_redirects=False).status_code in {404, 405}


@pytest.mark.parametrize(
    ("page", "action"),
    [
        ("/admin/users", "/admin/users"),
        ("/admin/clients", "/admin/clients"),
        ("/admin/enterprises", "/admin/enterprises"),
        ("/admin/enterprises", "/admin/sites"),
    ],
)
def test_no_form_makes_a_page_fail(admin: Visit, page: str, action: str) -> None:
    form = admin.see(page).one("form", action=action, method="post")
    names = [field.attributes["name"] for field in form.all("input") if field.attributes["name"] != "csrf"]
    for value in ("\0", "\ud7ff\uffff", "x" * 5_000, "<b>", "' --", "９９", "\u202e"):
        answer = admin.fill(form, **dict.fromkeys(names, value), role="x")
        assert answer.status_code in {404, 409, 422}, f"{value[:9]!r}: {answer.status_code}"
    csrf = admin.fill(form, csrf="\u202e" * 50)
    assert csrf.status_code in {403, 422}


def test_a_form_with_more_fields_than_any_page_has_is_refused_in_words(admin: Visit) -> None:
    form = admin.see("/admin/users").one("form", action="/admin/users", method="post")
    answer = admin.fill(form, **{f"field{number}": "x" for number in range(1_200)})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
