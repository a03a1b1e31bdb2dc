"""Four enterprises of one city and three months: enough for a page, small enough to check by hand.

A, B and C each generate 1000 t of gangue (SW04) a month and use 300 t of it; A uses 100 t more from old stock.
D alone generates 500 t of FGD gypsum (SW06) a month and uses all of it. D has not filed March.
Gangue: (3 · 300) / 3000 = 30 %; with D's two months (2700 + 1000) / (9000 + 1000) = 37 %.
"""

from typing import Any

from builders import People, ledger
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.auth.subjects import Role
from app.clients import service as clients
from app.db.session import Database

MONTHS = ("2025-01", "2025-02", "2025-03")
FIRMS = {name: f"91140200MA0EXAMP{name}X" for name in "ABCD"}
PASSWORD = "quiet-gravel-47"


def build(people: People, names: str = "ABCD") -> None:
    """Register and file."""
    for name in names:
        code = FIRMS[name]
        (site,) = people.register(code, industry="06" if name != "D" else "44")
        for month in MONTHS:
            if (name, month) != ("D", "2025-03"):
                answer = people.file(ledger(site, month, _line(name, month)), enterprise=code)
                assert answer.status_code == 201, answer.text


def _line(name: str, month: str) -> dict[str, Any]:
    if name == "D":
        return {
            "waste": "SW06",
            "generated_tonnes": "500",
            "used": [{"process": "cement_retarder", "product": "cement", "tonnes": "500"}],
        }
    old = 100 if name == "A" else 0
    stock = 5000 + (MONTHS.index(month)) * (700 - old)
    return {
        "waste": "SW04",
        "opening_stock_tonnes": str(stock),
        "generated_tonnes": "1000",
        "used": [
            {
                "process": "gangue_power",
                "product": "power",
                "tonnes": str(300 + old),
                "prior_stock_tonnes": str(old),
            }
        ],
        "closing_stock_tonnes": str(stock + 700 - old),
    }


def receive_gypsum(people: People, name: str) -> None:
    """Let a firm book 100 t of D's gypsum in April, all of it used at once."""
    used = {"process": "cement_retarder", "product": "cement", "tonnes": "100", "received_tonnes": "100"}
    sender = {"from": f"{FIRMS['D']}001P", "tonnes": "100", "purpose": "use"}
    body = ledger(f"{FIRMS[name]}001P", "2025-04", {"waste": "SW06", "received": [sender], "used": [used]})
    answer = people.file(body, enterprise=FIRMS[name])
    assert answer.status_code == 201, answer.text


def file_nil(people: People, name: str, month: str) -> None:
    body = {"site": f"{FIRMS[name]}001P", "month": month, "nil": True, "signed_by": "示例负责人"}
    answer = people.file(body, enterprise=FIRMS[name])
    assert answer.status_code == 201, answer.text


def user(sessions: Database, now: Any, role: Role, username: str = "", **owner: str) -> str:
    """Make a person; the name to sign in with is the role's unless given."""
    wanted = username or role.value
    with sessions.writing() as session:
        clients.create_user(
            session, username=wanted, name=f"示例{wanted}", password=PASSWORD, role=role, now=now, **owner
        )
    return wanted


def sign_in(client: TestClient, username: str, *, password: str = PASSWORD, wanted: str = "/") -> Any:
    """Fill the form as a browser would."""
    from web.html_tree import parsed

    form = parsed(client.get("/sign-in", params={"next": wanted}).text).one("form", action="/sign-in")
    csrf = form.one("input", name_="csrf").attributes["value"]
    fields = {"username": username, "password": password, "csrf": csrf, "next": wanted}
    return client.post("/sign-in", data=fields, follow_redirects=False)


def open_to_the_public(app: FastAPI) -> None:
    """Switch the public page on."""
    app.state.settings = app.state.settings.model_copy(update={"public_page": True})
