"""Certificates over HTTP: issued from the account, never twice; signed; over-drawn said openly; checked by anybody."""

import json
import threading
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from batches.forms import MILL_SITE, WORKS_SITE, cement, works_ledger
from builders import MILL, WORKS, People, ledger
from pypdf import PdfReader
from support.run import Run
from web.visits import open_house

from app.certificates.service import flaws_of


@pytest.fixture(scope="module")
def shared(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with open_house(run, tmp_path_factory.mktemp("certificates")) as opened:
        _town(opened.people)
        yield opened.people


@pytest.fixture
def town(people: People) -> People:
    _town(people)
    return people


def _town(people: People) -> None:
    """The works used 400 t of ash in March 2025; their recipes name 250 t of it in 1000 t of cement."""
    people.register(MILL)
    people.register(WORKS)
    assert people.file(ledger(MILL_SITE)).status_code == 201
    assert people.file(works_ledger("400"), enterprise=WORKS).status_code == 201
    assert _post(people, "/v1/product-batches", cement("P-1")).status_code == 201


def _post(people: People, path: str, body: Any, enterprise: str = WORKS) -> Any:
    return people.client.post(path, json=body, headers=people.of(enterprise))


def asked(reference: str, ash: str = "100", made: str = "400", **more: Any) -> dict[str, Any]:
    return {
        "site": WORKS_SITE,
        "reference": reference,
        "period": "2025-Q1",
        "product": "cement",
        "grade": "42.5",
        "product_tonnes": made,
        "content": [{"waste": "SW02", "tonnes": ash}],
        "recipient": "示例建设公司",
        "signed_by": "示例负责人",
    } | more


def issue(people: People, reference: str, ash: str = "100", made: str = "400", **more: Any) -> Any:
    return _post(people, "/v1/certificates", asked(reference, ash, made, **more))


def issued(people: People, reference: str, ash: str = "100", product: str = "400") -> dict[str, Any]:
    answer = issue(people, reference, ash, product)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def account(people: People) -> dict[str, Any]:
    path = f"/v1/certificates/account?site={WORKS_SITE}&period=2025-Q1"
    answer = people.client.get(path, headers=people.of(WORKS)).json()
    lines: dict[str, Any] = {line["code"]: line for line in answer["wastes"] + answer["products"]}
    return lines


def test_a_tonne_is_certified_once(town: People) -> None:
    first = issued(town, "HT-1", "150")
    assert (first["state"], first["content_percent"]) == ("valid", "37.50")
    again = issue(town, "HT-1", "150")
    assert (again.status_code, again.json()["code"]) == (200, first["code"])
    assert issue(town, "HT-1", "151").status_code == 409
    over = issue(town, "HT-2", "100.000001")
    assert over.status_code == 409
    (fault,) = over.json()["errors"]
    assert (fault["pointer"], fault["message"]["en"]) == (
        "/content/0/tonnes",
        "at most 100 t can still be certified",
    )
    issued(town, "HT-2", "100")
    assert account(town)["SW02"] == {
        "code": "SW02",
        "name": {"zh": "粉煤灰", "en": "Fly ash"},
        "available_tonnes": "250",
        "certified_tonnes": "250",
        "left_tonnes": "0",
        "overdrawn_tonnes": "0",
    }
    assert account(town)["cement"]["left_tonnes"] == "200"


def test_many_who_draw_at_once_get_no_more_than_there_is(town: People) -> None:
    town.of(WORKS)
    answers: list[int] = []
    threads = [
        threading.Thread(
            target=lambda number=number: answers.append(issue(town, f"T-{number}", "100", "200").status_code)
        )
        for number in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 201, 409, 409, 409]
    assert account(town)["SW02"]["certified_tonnes"] == "200"


def test_an_amendment_downwards_is_said_openly_and_a_revocation_frees(town: People) -> None:
    first, second = issued(town, "HT-1", "150"), issued(town, "HT-2", "100")
    ledgers = town.client.get(f"/v1/ledgers?site={WORKS_SITE}", headers=town.of(WORKS)).json()["items"]
    amended = town.client.post(
        f"/v1/ledgers/{ledgers[0]['id']}/amendments",
        json=works_ledger("180") | {"reason": "复核过磅单"},
        headers=town.of(WORKS) | {"If-Match": '"1"'},
    )
    assert amended.status_code == 200, amended.text
    assert account(town)["SW02"]["overdrawn_tonnes"] == "70"
    said = town.client.get(f"/v1/certificates/{second['code']}/public").json()
    assert (said["state"], said["content"][0]["uncovered_tonnes"]) == ("overdrawn", "70")
    assert town.client.get(f"/v1/certificates/{first['code']}/public").json()["state"] == "valid"
    assert issue(town, "HT-3", "1").status_code == 409
    path = f"/v1/certificates/{first['code']}/revocation"
    gone = _post(town, path, {"reason": "合同取消"}).json()
    assert (gone["state"], gone["revoked_reason"]) == ("revoked", "合同取消")
    assert _post(town, path, {"reason": "合同取消"}).status_code == 409
    assert town.client.get(f"/v1/certificates/{second['code']}/public").json()["state"] == "valid"
    assert issue(town, "HT-3", "80").status_code == 201


def test_a_withdrawn_batch_leaves_certificates_over_drawn(town: People) -> None:
    mine = issued(town, "HT-1")
    (batch,) = town.client.get("/v1/product-batches", headers=town.of(WORKS)).json()["items"]
    _post(town, f"/v1/product-batches/{batch['id']}/withdrawal", {"reason": "误报"}).raise_for_status()
    told = town.client.get(f"/v1/certificates/{mine['code']}", headers=town.regulator()).json()
    assert (told["state"], told["uncovered_product_tonnes"]) == ("overdrawn", "400")
    assert account(town)["SW02"]["overdrawn_tonnes"] == "100"
    # A stranger is told too: all 400 t of the product, and the 100 t of ash in them.
    page = town.client.get(f"/c/{mine['code']}?lang=en").text
    assert "Of the product, not borne (t)</dt><dd>400</dd>" in page
    assert "over-drawn" in page


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"period": "2026-Q2"}, 422, "/period"),
        ({"period": "2025"}, 422, "/period"),
        ({"product": "concrete"}, 422, "/product"),
        ({"content": [{"waste": "SW04", "tonnes": "1"}]}, 422, "/content/0/waste"),
        ({"content": [{"waste": "SW02", "tonnes": "401"}]}, 422, "/content"),
        ({"content": []}, 422, "/content"),
        ({"content": [{"waste": "SW02", "tonnes": "1"}] * 2}, 422, "/content/1/waste"),
        ({"product_tonnes": "1000.1"}, 409, "/product_tonnes"),
        ({"site": MILL_SITE}, 404, "/site"),
    ],
)
def test_what_cannot_be_certified_is_refused_where_it_stands(
    shared: People, change: dict[str, Any], status: int, pointer: str
) -> None:
    answer = issue(shared, "BAD", **change)
    assert answer.status_code == status, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_the_signed_file_holds_and_every_changed_figure_shows(shared: People) -> None:
    mine = issued(shared, "FILE", "1", "2")
    told = shared.client.get(f"/v1/certificates/{mine['code']}/file", headers=shared.of(WORKS)).json()
    (key,) = shared.client.get("/v1/certificates/keys").json()["items"]
    assert flaws_of(told, key["public_key"]) == []
    assert (key["key_id"], key["current"]) == (told["content"]["key_id"], True)
    text = json.dumps(told, ensure_ascii=False)
    for was, becomes in (
        ('"2"', '"3"'),
        ("示例建设公司", "别家公司"),
        ("SW02", "SW04"),
        ("2025-03", "2025-02"),
    ):
        assert flaws_of(json.loads(text.replace(was, becomes)), key["public_key"]) == [
            ("signature", "changed")
        ]
    assert flaws_of(told, "ab" * 32) == [("public_key", "other_key")]
    assert flaws_of({**told, "content": {"n": 0.5}}) == [("content", "not_canonical")]
    for broken in (None, [], {}, {**told, "signature": "x"}, {**told, "content": 3}):
        assert flaws_of(broken) != []


def test_a_stranger_learns_what_a_code_certifies_and_nothing_else(shared: People) -> None:
    mine = issued(shared, "SECRET-REFERENCE", "1", "2")
    typed = mine["code"].lower().replace("-", "")
    answer = shared.client.get(f"/v1/certificates/{typed}/public")
    assert answer.status_code == 200
    assert answer.json()["sha256"] == mine["sha256"]
    for hidden in ("SECRET-REFERENCE", "示例建设公司", "示例负责人", WORKS_SITE, "P-1"):
        assert hidden not in answer.text
    assert shared.client.get("/v1/certificates/0000-0000-0000/public").status_code == 404
    assert shared.client.get("/v1/certificates/zz/public").status_code == 422


def test_others_neither_read_nor_revoke(shared: People) -> None:
    mine = issued(shared, "MINE", "1", "2")
    path = f"/v1/certificates/{mine['code']}"
    mill = shared.of(MILL)
    for rest in ("", "/file", "/pdf"):
        assert shared.client.get(path + rest, headers=mill).status_code == 404
    assert shared.client.post(f"{path}/revocation", json={"reason": "x"}, headers=mill).status_code == 404
    assert (
        shared.client.post(f"{path}/revocation", json={"reason": "x"}, headers=shared.regulator()).status_code
        == 403
    )
    assert shared.client.get(path, headers=shared.regulator("13")).status_code == 404
    listed = shared.client.get("/v1/certificates", headers=mill).json()["items"]
    assert listed == []
    seen = shared.client.get("/v1/certificates?period=2025-Q1&region=1402", headers=shared.regulator()).json()
    assert mine["code"] in {item["code"] for item in seen["items"]}


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_paper_says_what_the_certificate_says(shared: People, language: str) -> None:
    mine = issue(shared, f"PDF-{language}", "1", "2").json()
    path = f"/v1/certificates/{mine['code']}/pdf?language={language}"
    answer = shared.client.get(path, headers=shared.of(WORKS))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    (page,) = PdfReader(BytesIO(answer.content)).pages
    text = page.extract_text().replace("\n", "")
    for told in (mine["code"], mine["sha256"], f"/c/{mine['code']}", "50.00"):
        assert told in text
    assert ("再生含量证书" if language == "zh" else "Certificate of recycled content") in text
