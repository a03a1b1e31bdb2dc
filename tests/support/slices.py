"""The service with a few routers only, and tokens for any subject: what tests of one slice talk to."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.auth.tokens import API_AUDIENCE, issue
from app.clock import Clock
from app.db.session import Database
from app.http import handlers
from app.http.dependencies import Places
from app.ids import new_id
from app.settings import Settings


class Slice:
    """Routers on a database; `call` sends a request as a role."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, *routers: APIRouter) -> None:
        self._settings, self._clock = settings, clock
        app = FastAPI()
        app.state.settings, app.state.database, app.state.clock = settings, database, clock
        app.state.places = Places.of(settings)
        handlers.install(app)
        for router in routers:
            app.include_router(router)
        self._client = TestClient(app)

    def call(self, role: Role, method: str, path: str, body: Any = None, **who: Any) -> Any:
        """Send `body` as a subject of `role`; `who` gives its enterprise_id or region."""
        subject = Subject(new_id(), role.value, role, SCOPES_OF[role], **who)
        token = issue(
            subject,
            secret=self._settings.secret_key.get_secret_value(),
            audience=API_AUDIENCE,
            now=self._clock(),
            lifetime=timedelta(minutes=5),
        )
        return self._client.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
