"""What the administrator's pages list."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.auth.models import Client, ClientSecret, User
from app.auth.subjects import Subject
from app.clients import identities, people, repository, service
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
class People:
    """People who sign in; `bound` says since when a person's account at the provider belongs to them."""

    users: Sequence[User]
    codes: Mapping[uuid.UUID, str]
    bound: Mapping[uuid.UUID, datetime]


@dataclass(frozen=True, slots=True)
class Work:
    """What waits and what failed for good."""

    depths: Sequence[QueueDepth]
    dead: Sequence[Job]


def users(session: ReadSession) -> People:
    """Give all people by name, the credit codes of their enterprises, and who signs in through the provider."""
    found = people.everyone(session)
    bound = {one.user_id: one.created_at for one in identities.all_bonds(session)}
    return People(found, _codes(session, [user.enterprise_id for user in found]), bound)


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
