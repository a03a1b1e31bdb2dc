"""A person with a browser, in this process: opens pages, fills their forms, and minds what a machine can mind.

Every page seen is checked: well formed, strict CSP, and the rules of `accessible.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builders import People
from fastapi import FastAPI
from starlette.testclient import TestClient
from support.clock import SettableClock
from support.databases import filled_database
from support.run import Run
from web import small_city
from web.accessible import complaints
from web.html_tree import Node, parsed

from app.auth.subjects import Role
from app.db.session import Database
from app.main import create_app
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Visit:
    """One browser; signed in or not."""

    client: TestClient

    def sign_in(self, username: str) -> "Visit":
        assert small_city.sign_in(self.client, username).status_code == 303
        return self

    def see(self, address: str, status: int = 200) -> Node:
        """Open a page."""
        return _checked(self.client.get(address, follow_redirects=False), status)

    def sent_to(self, address: str) -> str:
        """Where an address sends the browser instead of showing a page."""
        answer = self.client.get(address, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def fill(self, form: Node, files: Any = None, /, **fields: Any) -> Any:
        """Send a form with what stands in it already and these fields; the bare answer comes back."""
        names = {key.rstrip("_"): value for key, value in fields.items()}
        sent = {**filled(form), **names}
        return self.client.post(form.attributes["action"], data=sent, files=files, follow_redirects=False)

    def do(self, form: Node, files: Any = None, /, **fields: Any) -> Node:
        """Send a form and read the page that it leads to."""
        answer = self.fill(form, files, **fields)
        assert answer.status_code == 303, answer.text
        return self.see(answer.headers["location"])


def filled(form: Node) -> dict[str, Any]:
    """What a browser would send of a form that nobody has touched."""
    sent: dict[str, Any] = {}
    for field in form.all("input"):
        name, kind = field.attributes.get("name"), field.attributes.get("type", "text")
        if name and kind not in {"file", "submit"}:
            if kind in {"checkbox", "radio"} and "checked" not in field.attributes:
                continue
            sent[name] = field.attributes.get("value", "")
    for field in form.all("textarea"):
        sent[field.attributes["name"]] = field.text
    for field in form.all("select"):
        options = field.all("option")
        chosen = [option for option in options if "selected" in option.attributes] or options[:1]
        if chosen:
            sent[field.attributes["name"]] = chosen[0].attributes["value"]
    return sent


def _checked(answer: Any, status: int) -> Node:
    assert answer.status_code == status, answer.text.partition("<main")[2].partition("</main>")[0]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    document = parsed(answer.text)
    wrong = complaints(document)
    assert not wrong, "\n".join(wrong)
    return document


@dataclass(frozen=True, slots=True)
class House:
    """A service in this process with a database of its own, and whoever a test needs."""

    app: FastAPI
    people: People
    database: Database
    clock: SettableClock

    def user(self, role: Role, username: str = "", **owner: str) -> str:
        """Make a person; the name to sign in with is the role's unless given."""
        return small_city.user(self.database, self.clock(), role, username or role.value, **owner)

    @contextmanager
    def visit(self, username: str | None = None) -> Iterator[Visit]:
        """Open a browser, signed in when a name is given."""
        with TestClient(self.app) as client:
            visit = Visit(client)
            yield visit if username is None else visit.sign_in(username)


@contextmanager
def open_house(run: Run, folder: Path, **settings: Any) -> Iterator[House]:
    """Start a service over a filled SQLite database: share it in a module, what a page shows does not depend on the database."""
    with filled_database("sqlite", run, folder) as url:
        clock = SettableClock()
        app = create_app(
            Settings(database_url=url, attachments_folder=folder / "attachments", **settings), clock=clock
        )
        with TestClient(app) as client:
            yield House(app, People(client, app.state.database, clock()), app.state.database, clock)
