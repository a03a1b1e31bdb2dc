"""The shell of the pages: the way in, the head by role, forms of this session only, the word of “done”."""

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from support.run import Run
from web.visits import House, open_house

from app.auth.dependencies import Public
from app.auth.subjects import Role
from app.web import flash, navigation
from app.web.access import PageReader
from app.web.languages import Language
from app.web.texts import TEXTS


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(run, tmp_path_factory.mktemp("shell")) as made:
        made.user(Role.REGULATOR, region="1402")
        made.user(Role.PERMIT_SYSTEM, region="1402")
        yield made


def test_every_page_has_a_door(house: House) -> None:
    for route in iter_route_contexts(house.app.routes):
        original = route.original_route
        if not isinstance(original, APIRoute) or original.include_in_schema:
            continue
        waiting, doors = [original.dependant], []
        while waiting:
            here = waiting.pop()
            doors += [here.call] if isinstance(here.call, Public | PageReader) else []
            waiting += here.dependencies
        assert doors, f"{route.path}: nobody asks who is there"


def test_every_place_in_the_head_leads_to_a_page_its_reader_may_open(house: House) -> None:
    house.user(Role.ADMIN)
    with house.visit(Role.REGULATOR.value) as regulator, house.visit(Role.ADMIN.value) as admin:
        for place in navigation.PLACES:
            for visit, role in ((regulator, Role.REGULATOR), (admin, Role.ADMIN)):
                if role in place.roles:
                    for address in (place.path, f"{place.path}?lang=en", f"{place.path}?lang=zh"):
                        head = visit.see(address).one("nav", class_="main-nav")
                        assert len(head.all("a", aria_current="page")) == 1


def test_a_stranger_is_shown_the_door_and_comes_back(house: House) -> None:
    with house.visit() as stranger:
        assert stranger.sent_to("/?waste=SW04") == "/sign-in?next=%2F%3Fwaste%3DSW04"


def test_a_form_of_another_session_is_refused(house: House) -> None:
    with house.visit(Role.REGULATOR.value) as one:
        form = one.see("/").one("form", action="/sign-out")
        answer = one.fill(form, csrf="0" * 64)
        assert answer.status_code == 403
        one.see("/")


def test_done_is_told_once_and_only_in_our_words(house: House) -> None:
    key = next(key for key in TEXTS if key.startswith("done."))
    with house.visit(Role.REGULATOR.value) as visit:
        visit.client.cookies.set(flash.COOKIE, key.removeprefix("done."))
        assert visit.see("/").one("p", class_="done").text == Language.ZH.of(TEXTS[key])
    with house.visit(Role.REGULATOR.value) as visit:
        visit.client.cookies.set(flash.COOKIE, "<script>")
        assert not visit.see("/").all("p", class_="done")
    with pytest.raises(KeyError):
        flash.go("/", "no.such.text")


def test_a_page_goes_out_compressed_and_its_token_never_looks_the_same(house: House) -> None:
    with house.visit(Role.REGULATOR.value) as visit:
        tokens = set()
        for _ in range(3):
            page = visit.see("/")
            tokens.add(page.one("form", action="/sign-out").one("input", name_="csrf").attributes["value"])
        assert len(tokens) == 3
        answer = visit.client.get("/", headers={"accept-encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert "Accept-Encoding" in answer.headers["vary"]
        assert (
            "content-encoding" not in visit.client.get("/", headers={"accept-encoding": "identity"}).headers
        )
        assert visit.fill(page.one("form", action="/sign-out")).status_code == 303
