"""What the administrator's pages list."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.auth.models import Client, ClientSecret, User
from app.auth.subjects import Subject
from app.clients import repository, service
from app.db.session import ReadSession
from app.enterprises.models import Enterprise
from app.enterprises.repository import enterprises_page
from app.outbox import queue
from app.outbox.models import Job, JobState
from app.outbox.queue import QueueDepth

PAGE = 100
_DEAD = 50


@dataclass(frozen=True, slots=True)
class ClientLine:
    """A client with its live secrets."""

    client: Client
    secrets: tuple[ClientSecret, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """What waits and what failed for good."""

    depths: Sequence[QueueDepth]
    dead: Sequence[Job]


def users(session: ReadSession) -> tuple[Sequence[User], dict[uuid.UUID, str]]:
    """Give all people by name, and the credit codes of their enterprises."""
    found = session.scalars(select(User).order_by(User.username)).all()
    return found, _codes(session, [user.enterprise_id for user in found])


def clients(session: ReadSession) -> tuple[list[ClientLine], dict[uuid.UUID, str]]:
    """Give the clients with their live secrets, the newest first, and the credit codes of their enterprises."""
    found = session.scalars(select(Client).order_by(Client.id.desc()).limit(PAGE)).all()
    live = service.live(repository.secrets_of(session, [client.id for client in found]))
    lines = [
        ClientLine(client, tuple(secret for secret in live if secret.client_pk == client.id))
        for client in found
    ]
    return lines, _codes(session, [client.enterprise_id for client in found])


def _codes(session: ReadSession, ids: Sequence[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    return repository.credit_codes(session, [one for one in ids if one is not None])


def enterprises(session: ReadSession, subject: Subject, after: str) -> tuple[Sequence[Enterprise], str]:
    """Give enterprises from a credit code on, and where the next page begins."""
    found = enterprises_page(session, subject, region="", after=after, limit=PAGE + 1)
    return found[:PAGE], found[PAGE - 1].credit_code if len(found) > PAGE else ""


def work(session: ReadSession) -> Work:
    """Look at the queue."""
    return Work(queue.queue_depths(session), queue.page(session, state=JobState.DEAD, limit=_DEAD))
