"""The administrator's pages, and the first start: who may, what is shown once, what is undone at once."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.run import Run
from web.html_tree import Node
from web.small_city import FIRMS, sign_in
from web.visits import House, Visit, open_house

from app.audit.models import AuditEntry
from app.auth.subjects import Role
from app.ids import new_id
from app.outbox.jobs import enqueue
from app.outbox.models import Job, JobState
from app.web.admin.setup import setup_code
from app.webhooks.models import Delivery, DeliveryState, Webhook


@pytest.fixture(scope="module")
def house(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(run, tmp_path_factory.mktemp("admin")) as made:
        made.user(Role.ADMIN)
        made.user(Role.REGULATOR, region="1402")
        yield made


@pytest.fixture(scope="module")
def admin(house: House) -> Iterator[Visit]:
    with house.visit("admin") as made:
        yield made


def form(page: Node, action: str) -> Node:
    return page.one("form", action=action, method="post")


def secret(answer_page: Node) -> str:
    return answer_page.by_id("secret").one("code").text


def sent(visit: Visit, filled: Node, status: int = 200, **fields: str) -> Node:
    from web.html_tree import parsed

    answer = visit.fill(filled, **fields)
    assert answer.status_code == status, answer.text
    assert status != 200 or answer.headers["cache-control"] == "no-store"
    return parsed(answer.text)


def test_only_administrators_come_in(house: House) -> None:
    with house.visit("regulator") as regulator:
        for path in ("/admin", "/admin/users", "/admin/clients", "/admin/enterprises", "/admin/deliveries"):
            regulator.see(path, 403)
    with house.visit() as stranger:
        assert stranger.sent_to("/admin/users").startswith("/sign-in")
        assert stranger.see("/setup", 404)


def test_an_enterprise_its_site_and_its_person_are_made_by_forms(house: House, admin: Visit) -> None:
    page = admin.see("/admin/enterprises")
    faulty = sent(
        admin,
        form(page, "/admin/enterprises"),
        422,
        credit_code="x",
        name="示例",
        industry="44",
        region="140212",
    )
    assert "统一社会信用代码" in faulty.by_id("fault").text
    assert faulty.one("input", name_="industry").attributes["value"] == "44"
    code = FIRMS["A"]
    fields = {"credit_code": code, "name": "示例电力", "industry": "44", "region": "140212"}
    page = admin.do(form(page, "/admin/enterprises"), **fields)
    assert code in page.by_id("table-enterprises").text
    page = admin.do(
        form(page, "/admin/sites"), code=f"{code}001P", enterprise=code, name="示例一厂", region="140212"
    )
    assert page.one("p", class_="done").text == "场所已登记。"
    unknown = sent(
        admin, form(page, "/admin/sites"), 422, code="X1", enterprise=FIRMS["B"], name="x", region="140212"
    )
    assert unknown.by_id("fault")

    _person_of(house, admin, code)


def choose_password(visit: Visit, link: str, password: str) -> int:
    """Follow a link and choose a password twice."""
    page = visit.see(link.removeprefix("http://testserver"))
    status: int = visit.fill(
        page.one("form", action="/password"), password=password, again=password
    ).status_code
    return status


def _person_of(house: House, admin: Visit, code: str) -> None:
    """Make a person of the enterprise, who chooses a password by the link that was shown, and later another."""
    users = admin.see("/admin/users")
    person = {"username": "wang", "name": "王工", "role": "enterprise", "enterprise": code}
    link = secret(sent(admin, form(users, "/admin/users"), **person))
    assert sent(admin, form(users, "/admin/users"), 409, **person).by_id("fault")
    assert sent(admin, form(users, "/admin/users"), 422, username="li", name="李", role="regulator").by_id(
        "fault"
    )
    with house.visit() as wang:
        assert choose_password(wang, link, "gravel-quiet-74") == 303
        assert sign_in(wang.client, "wang", password="gravel-quiet-74").status_code == 303
        assert "示例电力" in wang.see("/").one("h1").text
        assert "wang" in admin.see("/admin/users").by_id("people").text
        renewed = secret(sent(admin, form(admin.see("/admin/users"), "/admin/users/wang/link")))
        wang.see("/ledgers")
        with house.visit() as elsewhere:
            assert choose_password(elsewhere, renewed, "another-quiet-1") == 303
        assert wang.sent_to("/ledgers").startswith("/sign-in"), "the sessions of before are over"
        assert sign_in(wang.client, "wang", password="gravel-quiet-74").status_code == 401
        assert sign_in(wang.client, "wang", password="another-quiet-1").status_code == 303


def test_a_link_is_good_once_for_a_day_and_the_newest_only(house: House, admin: Visit) -> None:
    house.user(Role.REGULATOR, "linked", region="1402")

    def new_link() -> str:
        return secret(sent(admin, form(admin.see("/admin/users"), "/admin/users/linked/link")))

    older, newer = new_link(), new_link()
    path = newer.removeprefix("http://testserver")
    with house.visit() as linked:
        linked.see(older.removeprefix("http://testserver"), 404)
        page = linked.see(path)
        slip = linked.fill(page.one("form", action="/password"), password="quiet-gravel-1", again="x" * 12)
        assert slip.status_code == 422
        assert "两次输入的密码不一样" in slip.text
        short = linked.fill(page.one("form", action="/password"), password="short", again="short")
        assert short.status_code == 422
        assert short.headers["cache-control"] == "no-store"
        assert choose_password(linked, newer, "quiet-gravel-1") == 303
        linked.see(path, 404)
        again = linked.fill(page.one("form", action="/password"), password="x" * 12, again="x" * 12)
        assert again.status_code == 404
        late = new_link().removeprefix("http://testserver")
        house.clock.advance(hours=24)
        try:
            linked.see(late, 404)
        finally:
            house.clock.advance(hours=-24)
        assert linked.see(late)
        admin.do(form(admin.see("/admin/users"), "/admin/users/linked/disable"))
        linked.see(late, 404)


def test_who_is_shut_out_is_out_at_once_and_comes_back_only_by_signing_in(house: House, admin: Visit) -> None:
    house.user(Role.REGULATOR, "leaver", region="1402")
    with house.visit("leaver") as leaver:
        leaver.see("/targets")
        page = admin.do(form(admin.see("/admin/users"), "/admin/users/leaver/disable"))
        assert page.one("p", class_="done").text == "账号已停用。"
        assert leaver.sent_to("/targets").startswith("/sign-in")
        assert leaver.client.get("/v1/rates").status_code == 401
        assert sign_in(leaver.client, "leaver").status_code == 401
        admin.do(form(admin.see("/admin/users"), "/admin/users/leaver/enable"))
        assert leaver.sent_to("/targets").startswith("/sign-in"), "the old session stays dead"
        assert sign_in(leaver.client, "leaver").status_code == 303
        leaver.see("/targets")
        move = form(admin.see("/admin/users"), "/admin/users/leaver/move")
        admin.do(move, role="regulator", region="13")
        assert leaver.sent_to("/targets").startswith("/sign-in"), "rights of before end with the session"
        assert sent(admin, move, 422, role="regulator", region="1").by_id("fault")
    with house.database.reading() as session:
        told = [entry.action for entry in session.query(AuditEntry).filter(AuditEntry.object_id == "leaver")]
    assert told == ["user.created", "user.disabled", "user.enabled", "user.moved"]


def test_the_last_administrator_can_neither_leave_nor_be_moved(house: House, admin: Visit) -> None:
    users = admin.see("/admin/users")
    for what in ("disable", "move"):
        answer = admin.fill(form(users, f"/admin/users/admin/{what}"), role="regulator", region="1402")
        assert answer.status_code == 409, answer.text
        assert "最后一名管理员" in answer.text
    house.user(Role.ADMIN, "second")
    admin.do(form(admin.see("/admin/users"), "/admin/users/second/disable"))
    assert admin.fill(form(users, "/admin/users/admin/disable")).status_code == 409, (
        "who is shut out does not count"
    )


def test_a_client_gets_secrets_that_are_shown_once_and_is_shut_out(house: House, admin: Visit) -> None:
    page = admin.see("/admin/clients")
    made = sent(admin, form(page, "/admin/clients"), name="市平台", role="regulator", region="1402")
    first = secret(made)
    client_id = made.by_id("secret").all("p")[0].text.split()[0]

    def token(key: str) -> int:
        answer = house.people.client.post(
            "/oauth/token", auth=(client_id, key), data={"grant_type": "client_credentials"}
        )
        return answer.status_code

    assert token(first) == 200
    page = admin.see("/admin/clients")
    assert first not in page.text
    second = secret(sent(admin, form(page, f"/admin/clients/{client_id}/secrets")))
    assert (token(first), token(second)) == (200, 200)
    page = admin.see("/admin/clients")
    revoke = [one for one in page.all("form") if one.attributes["action"].endswith("/revoke")]
    page = admin.do(revoke[-1])
    assert sorted((token(first), token(second))) == [200, 401]
    admin.do(form(page, f"/admin/clients/{client_id}/disable"))
    assert (token(first), token(second)) == (401, 401)
    assert "已停用" in admin.see("/admin/clients").by_id("clients").text
    page = admin.do(form(admin.see("/admin/clients"), f"/admin/clients/{client_id}/enable"))
    assert sorted((token(first), token(second))) == [200, 401]


def test_dead_letters_are_shown_and_tried_again(house: House, admin: Visit) -> None:
    with house.database.writing() as session:
        job = session.get_one(Job, enqueue(session, "chain_run", {"run_id": "x"}, now=house.clock()))
        job.state, job.last_error, job.failed_at = JobState.DEAD, "Boom <b>", house.clock()
        job_id = job.id
    page = admin.see("/admin")
    (dead,) = page.by_id("dead").all("li")
    assert "chain_run" in dead.text
    assert "Boom <b>" in dead.text
    page = admin.do(dead.one("form"))
    assert not page.by_id("dead").all("li")
    with house.database.reading() as session:
        waiting = [
            one for one in session.query(Job).filter(Job.kind == "chain_run") if one.state is JobState.WAITING
        ]
    assert waiting
    assert admin.fill(form(admin.see("/admin/users"), "/admin/users"), csrf="no").status_code == 403
    assert job_id


def test_the_first_start_makes_one_administrator_for_whoever_holds_the_log(run: Run, tmp_path: Path) -> None:
    with open_house(run, tmp_path) as house, house.visit() as stranger:
        assert stranger.sent_to("/sign-in") == "/setup"
        page = stranger.see("/setup")
        fields = {"username": "root", "name": "管理员", "password": "quiet-gravel-47"}
        assert stranger.fill(form(page, "/setup"), code="0" * 12, **fields).status_code == 422
        code = setup_code(house.app.state.settings)
        assert stranger.fill(form(page, "/setup"), code=code, csrf="0", **fields).status_code == 422
        short = stranger.fill(form(page, "/setup"), code=code, **{**fields, "password": "short"})
        assert short.status_code == 422
        assert "密码须为" in short.text
        page = stranger.do(form(page, "/setup"), code=code, **fields)
        assert page.one("p", class_="done").text == "管理员已创建。"
        stranger.see("/setup", 404)
        assert stranger.client.post("/setup", data={"code": code, **fields}).status_code == 404


def test_what_did_not_arrive_is_shown_and_sent_again(house: House, admin: Visit) -> None:
    assert not admin.see("/admin/deliveries").all("ul", class_="rows")
    made = house.people.client.post(
        "/v1/webhooks",
        json={"url": "https://receiver.example.com/events", "types": ["ledger.*"]},
        headers=house.people.regulator(),
    )
    assert made.status_code == 201, made.text
    now, webhook_id = house.clock(), uuid.UUID(made.json()["id"])
    lost = Delivery(
        id=new_id(),
        webhook_id=webhook_id,
        event_id=None,
        position=1,
        lane="",
        type="ledger.submitted",
        state=DeliveryState.GIVEN_UP,
        attempts=9,
        response_status=500,
        created_at=now,
    )
    with house.database.writing() as session:
        session.add(lost)
    page = admin.see("/admin/deliveries")
    assert "receiver.example.com" in page.by_id("webhooks").text
    assert "ledger.submitted：已放弃，9 次 应答 500" in page.by_id("webhooks").text
    page = admin.do(page.by_id("webhooks").one("form"))
    assert page.one("p", class_="done").text == "已排队重发。"
    assert not page.by_id("webhooks").all("form")
    with house.database.writing() as session:
        kept = session.get_one(Delivery, lost.id)
        assert (kept.state, kept.attempts) == (DeliveryState.PENDING, 0)
        session.get_one(Webhook, webhook_id).disabled_at = now
    page = admin.see("/admin/deliveries")
    assert "已停用" in page.by_id("webhooks").text
    admin.do(page.by_id("webhooks").one("form"))
    with house.database.reading() as session:
        assert session.get_one(Webhook, webhook_id).disabled_at is None
