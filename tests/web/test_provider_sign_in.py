"""Sign-in through a provider of identities: against a real one on loopback, and against one that lies."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from support.identity_provider import CLIENT_ID, CLIENT_SECRET, LyingProvider, real_provider
from support.run import Run
from web.html_tree import parsed
from web.visits import House, open_house

from app.audit.models import AuditEntry
from app.auth.models import User, UserIdentity
from app.auth.provider import Provider
from app.auth.subjects import Role
from app.clients import identities, people
from app.settings import Settings

OURS = "http://testserver"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with real_provider() as url:
        yield url


@pytest.fixture(scope="module")
def house(run: Run, issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("provider")
    settings = {
        "public_url": OURS,
        "oidc_issuer": issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_allow_private": True,
        "oidc_name": "统一门户",
    }
    with open_house(run, folder, **settings) as made:
        # Tokens carry the provider's time, which is the wall's.
        made.clock.now = datetime.now(UTC)
        made.user(Role.ADMIN)
        yield made


def invited(house: House, username: str) -> str:
    """Make a person whom an administrator has invited."""
    house.user(Role.REGULATOR, username, region="1402")
    with house.database.writing() as session:
        identities.invite(session, username, house.clock())
    return username


def account_at(issuer: str, subject: str, **claims: str) -> None:
    answer = httpx2.put(f"{issuer}/users/{subject}", json=claims)
    assert answer.status_code == 204, answer.text


def sent_away(client: TestClient, wanted: str = "/") -> str:
    """Press the button of the door; gives the provider's address that it leads to."""
    answer = client.get("/sign-in/provider", params={"next": wanted}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def agreed(departure: str, subject: str) -> str:
    """Sign in at the provider as `subject`; gives the address that it sends the browser back to."""
    answer = httpx2.post(departure, data={"sub": subject}, follow_redirects=False)
    assert answer.status_code in {302, 303}, answer.text
    return str(answer.headers["location"])


def back(client: TestClient, address: str) -> Any:
    return client.get(address, follow_redirects=False)


def fault_in(answer: Any) -> str:
    return parsed(answer.text).by_id("fault").text


def came_in(client: TestClient) -> bool:
    return client.get("/targets", follow_redirects=False).status_code == 200


def test_an_invited_person_comes_in_and_is_known_by_subject_from_then_on(house: House, issuer: str) -> None:
    invited(house, "li")
    account_at(issuer, "s-100", preferred_username="li")
    with TestClient(house.app) as client:
        door = parsed(client.get("/sign-in").text)
        assert door.by_id("provider").text == "用统一门户登录"
        departure = sent_away(client, "/targets?x=1")
        asked = parse_qs(urlsplit(departure).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert asked["redirect_uri"] == [f"{OURS}/sign-in/provider/return"]
        assert asked["scope"] == ["openid profile"]
        answer = back(client, agreed(departure, "s-100"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/targets?x=1")
        assert came_in(client)
    with house.database.reading() as session:
        (bound,) = session.scalars(select(UserIdentity).where(UserIdentity.subject == "s-100"))
        assert bound.issuer == issuer
        user = people.find(session, "li")
        assert (user.role, user.region, user.invited_until) == (Role.REGULATOR, "1402", None)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "user.identity_bound")).one()
        assert (entry.object_id, entry.actor_id) == ("li", user.id)
    # Another name there changes nothing: the person is known by the subject.
    account_at(issuer, "s-100", preferred_username="renamed")
    with TestClient(house.app) as client:
        assert back(client, agreed(sent_away(client), "s-100")).status_code == 303
        assert came_in(client)


def test_whoever_takes_over_a_name_there_gains_nothing_here(house: House, issuer: str) -> None:
    invited(house, "zhao")
    account_at(issuer, "s-200", preferred_username="zhao")
    with TestClient(house.app) as client:
        assert back(client, agreed(sent_away(client), "s-200")).status_code == 303
    account_at(issuer, "s-666", preferred_username="zhao")
    with TestClient(house.app) as client:
        answer = back(client, agreed(sent_away(client), "s-666"))
        assert answer.status_code == 403
        assert "没有为这个账号开通" in fault_in(answer)
        assert not came_in(client)


@pytest.mark.parametrize("username", ["admin", "nobody", "", "a\0b"])
def test_who_was_not_invited_stays_outside_and_gets_no_account(
    house: House, issuer: str, username: str
) -> None:
    account_at(issuer, "s-300", preferred_username=username)
    with house.database.reading() as session:
        before = len(session.scalars(select(User)).all())
    with TestClient(house.app) as client:
        assert back(client, agreed(sent_away(client), "s-300")).status_code == 403
        assert not came_in(client)
    with house.database.reading() as session:
        assert len(session.scalars(select(User)).all()) == before


def test_an_invitation_ends_after_a_week(house: House, issuer: str) -> None:
    invited(house, "late")
    account_at(issuer, "s-400", preferred_username="late")
    with house.database.writing() as session:
        people.find(session, "late").invited_until = house.clock()
    with TestClient(house.app) as client:
        assert back(client, agreed(sent_away(client), "s-400")).status_code == 403


def test_who_is_shut_out_here_does_not_come_in_from_there(house: House, issuer: str) -> None:
    invited(house, "gone")
    account_at(issuer, "s-500", preferred_username="gone")
    with TestClient(house.app) as client:
        assert back(client, agreed(sent_away(client), "s-500")).status_code == 303
        with house.database.writing() as session:
            people.disable(session, "gone", house.clock())
        assert not came_in(client)
        assert back(client, agreed(sent_away(client), "s-500")).status_code == 403
        with house.database.writing() as session:
            people.enable(session, "gone", house.clock())
        assert not came_in(client), "a session from before the dismissal is over for good"
        assert back(client, agreed(sent_away(client), "s-500")).status_code == 303
        assert came_in(client)
        with house.database.writing() as session:
            identities.unbind(session, "gone", house.clock())
        assert not came_in(client)
        assert back(client, agreed(sent_away(client), "s-500")).status_code == 403


def test_a_code_is_good_once_and_only_for_the_browser_that_asked(house: House, issuer: str) -> None:
    invited(house, "once")
    account_at(issuer, "s-600", preferred_username="once")
    with TestClient(house.app) as client, TestClient(house.app) as thief:
        departure = sent_away(client)
        cookies = dict(client.cookies)
        address = agreed(departure, "s-600")
        assert back(thief, address).status_code == 403
        sent_away(thief)
        assert back(thief, address).status_code == 403, "the state is that of another browser"
        assert not came_in(thief)
        assert back(client, address).status_code == 303
        assert back(client, address).status_code == 403, "what was remembered is forgotten"
        # Even a browser that still has it: the provider knows that the code was used.
        thief.cookies.clear()
        thief.cookies.update(cookies)
        answer = back(thief, address)
        assert answer.status_code == 401
        assert "没有承认" in fault_in(answer)
        assert not came_in(thief)


def test_a_sign_in_that_took_too_long_begins_anew(house: House, issuer: str) -> None:
    invited(house, "slow")
    account_at(issuer, "s-700", preferred_username="slow")
    with TestClient(house.app) as client:
        address = agreed(sent_away(client), "s-700")
        house.clock.advance(minutes=10)
        try:
            assert back(client, address).status_code == 403
        finally:
            house.clock.advance(minutes=-10)


def test_who_declines_there_is_told_so(house: House) -> None:
    with TestClient(house.app) as client:
        state = parse_qs(urlsplit(sent_away(client)).query)["state"][0]
        query = urlencode({"error": "access_denied", "state": state})
        answer = back(client, f"/sign-in/provider/return?{query}")
        assert answer.status_code == 403
        assert fault_in(answer) == "没有完成登录。"


def test_nobody_is_led_to_another_host(house: House, issuer: str) -> None:
    invited(house, "careful")
    account_at(issuer, "s-800", preferred_username="careful")
    with TestClient(house.app) as client:
        answer = back(client, agreed(sent_away(client, "//evil.example/"), "s-800"))
        assert answer.headers["location"] == "/"


def test_after_signing_out_the_way_to_the_providers_own_sign_out_is_shown(house: House, issuer: str) -> None:
    with house.visit("admin") as visit:
        page = visit.see("/admin")
        form = page.one("form", action="/sign-out")
        assert visit.fill(form).status_code == 303
        assert visit.sent_to("/").startswith("/sign-in")
        door = visit.see("/sign-in")
        (link,) = [a for a in door.all("a") if a.attributes["href"] == "/sign-in/provider/end"]
        assert visit.sent_to(link.attributes["href"]).startswith(f"{issuer}/oauth2/end_session?")


def test_an_administrator_invites_and_ends_the_bond_on_the_page(house: House, issuer: str) -> None:
    house.user(Role.REGULATOR, "sun", region="1402")
    account_at(issuer, "s-900", preferred_username="sun")
    with house.visit("admin") as admin, house.visit() as sun:
        page = admin.see("/admin/users")
        assert "开通统一门户登录" in page.one("li", data_user="sun").text
        page = admin.do(page.one("form", action="/admin/users/sun/invite"))
        assert "统一认证待绑定" in page.one("li", data_user="sun").text
        assert back(sun.client, agreed(sent_away(sun.client), "s-900")).status_code == 303
        sun.see("/targets")
        page = admin.see("/admin/users")
        assert "统一认证已绑定" in page.one("li", data_user="sun").text
        admin.do(page.one("form", action="/admin/users/sun/unbind"))
        assert sun.sent_to("/targets").startswith("/sign-in")


def test_without_a_provider_in_the_settings_there_is_no_such_door(
    run: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with open_house(run, tmp_path_factory.mktemp("no-provider")) as plain, plain.visit() as visit:
        for path in ("/sign-in/provider", "/sign-in/provider/return?code=x&state=y", "/sign-in/provider/end"):
            visit.see(path, 404)


@pytest.fixture(scope="module")
def liar() -> Iterator[LyingProvider]:
    with LyingProvider.running() as provider:
        yield provider


@pytest.fixture(scope="module")
def deceived(liar: LyingProvider, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings = {
        "public_url": OURS,
        "oidc_issuer": liar.url,
        "oidc_client_id": CLIENT_ID,
        "oidc_allow_private": True,
    }
    with open_house(run, tmp_path_factory.mktemp("liar"), **settings) as made:
        made.clock.now = datetime.now(UTC)
        invited(made, "wang")
        yield made


def arrived(house: House, liar: LyingProvider, **lies: Any) -> Any:
    """Come back with a token in which the provider tells `lies`."""
    with TestClient(house.app) as client:
        asked = parse_qs(urlsplit(sent_away(client)).query)
        liar.tell(nonce=asked["nonce"][0], **lies)
        query = {"code": "c", "state": asked["state"][0], **lies.get("beside", {})}
        answer = back(client, f"/sign-in/provider/return?{urlencode(query)}")
        assert came_in(client) is (answer.status_code == 303)
        return answer


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"claims": {"iss": "https://evil.example"}},
    "another audience": {"claims": {"aud": "somebody-else"}},
    "several audiences and no party": {"claims": {"aud": [CLIENT_ID, "somebody-else"]}},
    "another party": {"claims": {"aud": [CLIENT_ID, "x"], "azp": "x"}},
    "another nonce": {"claims": {"nonce": "of-another-sign-in"}},
    "no nonce": {"without": ("nonce",)},
    "no subject": {"without": ("sub",)},
    "an empty subject": {"claims": {"sub": ""}},
    "a subject that is a number": {"claims": {"sub": 7}},
    "a subject without end": {"claims": {"sub": "s" * 256}},
    "no expiry": {"without": ("exp",)},
    "over": {"claims": {"exp": time.time() - 3600, "iat": time.time() - 7200}},
    "from the future": {"claims": {"iat": time.time() + 7200}},
    "a key of somebody else": {"key": "other"},
    "no signature": {"algorithm": "none"},
    "an HMAC with the public key": {"algorithm": "HS256"},
    "the hash of another access token": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "no token at all": {"token": None},
    "rubbish": {"token": "a.b.c"},
    "a very long token": {"token": "a" * 40_000},
    "another issuer beside the code": {"beside": {"iss": "https://evil.example"}},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_is_not_for_this_sign_in_opens_nothing(
    deceived: House, liar: LyingProvider, lie: str
) -> None:
    answer = arrived(deceived, liar, **LIES[lie])
    assert answer.status_code == 401
    assert "无法核实" in fault_in(answer)


def test_the_same_provider_telling_the_truth_is_believed_also_after_it_changed_its_keys(
    deceived: House, liar: LyingProvider
) -> None:
    assert arrived(deceived, liar).status_code == 303
    liar.change_keys()
    assert arrived(deceived, liar).status_code == 401, (
        "looked at a moment ago: not asked again for every token"
    )
    deceived.clock.advance(minutes=2)
    assert arrived(deceived, liar).status_code == 303


def test_a_provider_that_is_away_or_is_another_is_told_in_words(deceived: House, liar: LyingProvider) -> None:
    deceived.clock.advance(hours=2)
    liar.document = {"issuer": "https://evil.example"}
    with TestClient(deceived.app) as client:
        answer = client.get("/sign-in/provider", follow_redirects=False)
        assert answer.status_code == 502
        assert "联系不上" in fault_in(answer)
        liar.document = None
        assert sent_away(client).startswith(f"{liar.url}/authorize?")


def test_a_private_address_needs_the_operators_word(liar: LyingProvider) -> None:
    settings = Settings(oidc_issuer=liar.url.replace("http:", "https:"), oidc_client_id="x", public_url=OURS)
    from app.auth.provider import Departure, ProviderFailed

    with pytest.raises(ProviderFailed, match="unreachable"):
        Provider(settings).departure_url(Departure.new(), datetime.now(UTC))
    with pytest.raises(ValueError, match="https"):
        Settings(oidc_issuer=liar.url, oidc_client_id="x", public_url=OURS)
    with pytest.raises(ValueError, match="HUANLIAN_PUBLIC_URL"):
        Settings(oidc_issuer="https://id.example", oidc_client_id="x")
