"""The administrator's lists as view models."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.auth.models import Client, User
from app.auth.subjects import Role
from app.enterprises.models import Enterprise
from app.web import numbers
from app.web.admin.gather import ClientLine, People, Work
from app.web.languages import Language
from app.web.texts import text
from app.web.view_models import Choice, Table


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person who signs in; `provider` says how the person stands with the provider of identities."""

    username: str
    name: str
    role: str
    belongs: str
    since: str
    disabled: bool
    provider: str
    bound: bool
    enterprise: str
    region: str
    roles: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class SecretLine:
    """A live secret: when it was made."""

    id: str
    since: str


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A machine client with its live secrets."""

    client_id: str
    name: str
    role: str
    belongs: str
    since: str
    disabled: bool
    secrets: tuple[SecretLine, ...]


@dataclass(frozen=True, slots=True)
class DeadLine:
    """A job that failed for good."""

    id: str
    kind: str
    error: str
    at: str


@dataclass(frozen=True, slots=True)
class WorkPage:
    """The queue and the dead letters."""

    queue: Table | None
    dead: tuple[DeadLine, ...]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the lists for one reader."""

    language: Language
    timezone: str

    def people(self, found: People, now: datetime) -> tuple[PersonLine, ...]:
        return tuple(self._person(user, found, now) for user in found.users)

    def _person(self, user: User, found: People, now: datetime) -> PersonLine:
        since = found.bound.get(user.id)
        provider = ""
        if since is not None:
            provider = text("admin.users.bound", self.language, at=self._at(since))
        if user.invited_until is not None and now < user.invited_until:
            provider = text("admin.users.invited", self.language, at=self._at(user.invited_until))
        return PersonLine(
            username=user.username,
            name=user.name,
            role=self.role(user.role),
            belongs=belongs(user, found.codes),
            since=self._at(user.created_at),
            disabled=user.disabled_at is not None,
            provider=provider,
            bound=bool(provider),
            enterprise="" if user.enterprise_id is None else found.codes.get(user.enterprise_id, ""),
            region=user.region or "",
            roles=self.roles(user.role.value),
        )

    def clients(self, lines: Sequence[ClientLine], codes: Mapping[uuid.UUID, str]) -> tuple[ClientRow, ...]:
        return tuple(
            ClientRow(
                line.client.client_id,
                line.client.name,
                self.role(line.client.role),
                belongs(line.client, codes),
                self._at(line.client.created_at),
                line.client.disabled_at is not None,
                tuple(SecretLine(str(secret.id), self._at(secret.created_at)) for secret in line.secrets),
            )
            for line in lines
        )

    def enterprises(self, found: Sequence[Enterprise]) -> Table | None:
        if not found:
            return None
        head = ("admin.credit_code", "admin.name", "admin.industry", "admin.county")
        return Table(
            text("admin.enterprises", self.language),
            tuple(text(key, self.language) for key in head),
            tuple((one.credit_code, one.name, one.industry, one.region) for one in found),
        )

    def work(self, found: Work) -> WorkPage:
        """Write the queue as a table and the dead letters as a list."""
        head = ("admin.jobs.kind", "admin.jobs.state", "admin.jobs.count", "admin.jobs.oldest")
        rows = tuple(
            (
                depth.kind,
                text(f"admin.jobs.state.{depth.state.value}", self.language),
                numbers.count(depth.jobs),
                self._at(depth.oldest_due_at),
            )
            for depth in found.depths
        )
        queue = Table(
            text("admin.jobs.queue", self.language), tuple(text(key, self.language) for key in head), rows
        )
        dead = tuple(
            DeadLine(str(job.id), job.kind, job.last_error or "", self._at(job.failed_at or job.due_at))
            for job in found.dead
        )
        return WorkPage(queue if rows else None, dead)

    def role(self, role: Role) -> str:
        return text(f"admin.role.{role.value}", self.language)

    def roles(self, chosen: str = "") -> tuple[Choice, ...]:
        return tuple(Choice(role.value, self.role(role), role.value == chosen) for role in Role)

    def _at(self, moment: datetime) -> str:
        return numbers.moment(moment, self.timezone)


def belongs(owner: User | Client, codes: Mapping[uuid.UUID, str]) -> str:
    """Say to whom somebody belongs: the credit code of an enterprise, or a territory."""
    if owner.enterprise_id is not None:
        return codes.get(owner.enterprise_id, "")
    return owner.region or ""
