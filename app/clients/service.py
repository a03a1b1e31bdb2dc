"""Machine clients and people: made, given a new secret, shut out."""

import secrets as random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.audit import service as audit
from app.auth import client_secrets, passwords
from app.auth.models import Client, ClientSecret, User
from app.auth.subjects import SCOPES_OF, Role, Scope, Subject
from app.clients import repository
from app.clients.owners import Owner, owner_of
from app.clients.recording import By, record
from app.db.locks import lock_names
from app.db.session import ReadSession, WriteSession
from app.domain.errors import Fault, Message
from app.http.problems import Conflict, Invalid, NotFound
from app.ids import new_id

MAX_USERNAME = 64


class UsernameTaken(Conflict):
    code = "username_taken"
    title = Message("用户名已被使用", "This user name is taken")


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client just made; `client_secret` is kept nowhere else."""

    client_id: str
    client_secret: str
    scopes: tuple[Scope, ...]


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret just made, and those it pushed out."""

    id: uuid.UUID
    client_secret: str
    revoked: tuple[uuid.UUID, ...]


def create_client(
    session: WriteSession,
    *,
    name: str,
    role: Role,
    enterprise: str | None = None,
    region: str | None = None,
    now: datetime,
    by: By = None,
) -> NewClient:
    """Make a client with all the scopes of its role. `enterprise` is a credit code, `region` a prefix."""
    owner = owner_of(session, role, enterprise, region)
    client = Client(
        id=new_id(),
        client_id="c_" + random.token_hex(10),
        name=name,
        role=role,
        enterprise_id=owner.enterprise_id,
        region=owner.region,
        scopes=" ".join(sorted(SCOPES_OF[role])),
        created_at=now,
        disabled_at=None,
    )
    session.add(client)
    session.flush()
    record(session, by, "client.created", client.client_id, None, audit.digest(client), now)
    secret = _add_secret(session, client, now, by)
    return NewClient(client.client_id, secret.client_secret, scopes_of(client))


def create_user(
    session: WriteSession,
    *,
    username: str,
    name: str,
    password: str,
    role: Role,
    enterprise: str | None = None,
    region: str | None = None,
    now: datetime,
    by: By = None,
) -> Subject:
    """Make a person who signs in with a password."""
    _check_login(username, password)
    owner: Owner = owner_of(session, role, enterprise, region)
    lock_names(session, [f"user:{username}"])
    if repository.username_taken(session, username):
        raise UsernameTaken
    user = User(
        id=new_id(),
        username=username,
        name=name,
        password_hash=passwords.hashed(password),
        role=role,
        enterprise_id=owner.enterprise_id,
        region=owner.region,
        created_at=now,
        disabled_at=None,
    )
    session.add(user)
    session.flush()
    record(session, by, "user.created", username, None, audit.digest(user), now)
    return Subject(user.id, user.name, role, SCOPES_OF[role], owner.enterprise_id, owner.region)


def unknown_password() -> str:
    """Make a password that nobody knows: who has it set chooses another one by a link, or signs in elsewhere."""
    return random.token_urlsafe(32)


def set_password(session: WriteSession, username: str, password: str, now: datetime, by: By = None) -> bool:
    """Give a person another password, which ends the sessions of before; False when there is no such person."""
    _check_login(username, password)
    user = repository.user(session, username)
    if user is None:
        return False
    user.password_hash = passwords.hashed(password)
    user.credentials_version += 1
    session.flush()
    record(session, by, "user.password_changed", username, None, None, now)
    return True


def rotate_secret(session: WriteSession, client_id: str, now: datetime, by: By = None) -> NewSecret:
    """Give a client a new secret. The two newest live, so that it can change over without a gap."""
    lock_names(session, [f"client:{client_id}"])
    return _add_secret(session, find(session, client_id), now, by)


def revoke_secret(
    session: WriteSession, client_id: str, secret_id: uuid.UUID, now: datetime, by: By = None
) -> None:
    """End one secret at once. To end it again changes nothing."""
    lock_names(session, [f"client:{client_id}"])
    client = find(session, client_id)
    secret = session.get(ClientSecret, secret_id)
    if secret is None or secret.client_pk != client.id:
        raise NotFound
    if secret.revoked_at is None:
        _revoke(session, client, [secret], now, by)


def disable_client(session: WriteSession, client_id: str, now: datetime, by: By = None) -> Client:
    """Shut a client out: no more tokens, and those it holds end at once and do not come back."""
    client = find(session, client_id)
    if client.disabled_at is None:
        before = audit.digest(client)
        client.disabled_at = now
        client.credentials_version += 1
        session.flush()
        record(session, by, "client.disabled", client_id, before, audit.digest(client), now)
    return client


def enable_client(session: WriteSession, client_id: str, now: datetime, by: By = None) -> Client:
    """Let a client in again with the secrets that it has."""
    client = find(session, client_id)
    if client.disabled_at is not None:
        before = audit.digest(client)
        client.disabled_at = None
        session.flush()
        record(session, by, "client.enabled", client_id, before, audit.digest(client), now)
    return client


def find(session: ReadSession, client_id: str) -> Client:
    """Give a client by its public name."""
    client = repository.client(session, client_id) if client_id.isprintable() else None
    if client is None:
        raise NotFound
    return client


def authenticate(session: ReadSession, client_id: str, client_secret: str) -> Client | None:
    """Give the client that knows one of its live secrets; an unknown one takes as long."""
    client = repository.client(session, client_id) if client_id.isprintable() else None
    kept = live(repository.secrets_of(session, [client.id])) if client else []
    known = client_secrets.matches_any(client_secret, [secret.secret_sha256 for secret in kept])
    return client if client is not None and known and client.disabled_at is None else None


def live(found: Sequence[ClientSecret]) -> list[ClientSecret]:
    """Keep the secrets that still open the door."""
    return [secret for secret in found if secret.revoked_at is None]


def scopes_of(client: Client) -> tuple[Scope, ...]:
    """Give the scopes of a client in the order of their names."""
    return tuple(Scope(scope) for scope in client.scopes.split())


def _add_secret(session: WriteSession, client: Client, now: datetime, by: By) -> NewSecret:
    older = live(repository.secrets_of(session, [client.id]))
    pushed_out = older[client_secrets.MAX_LIVE - 1 :]
    _revoke(session, client, pushed_out, now, by)
    plain = client_secrets.new_secret()
    kept = ClientSecret(
        id=new_id(),
        client_pk=client.id,
        secret_sha256=client_secrets.sha256_of(plain),
        created_at=now,
        revoked_at=None,
    )
    session.add(kept)
    session.flush()
    record(session, by, "client.secret_added", client.client_id, None, audit.digest(kept), now)
    return NewSecret(kept.id, plain, tuple(secret.id for secret in pushed_out))


def _revoke(
    session: WriteSession, client: Client, secrets: Sequence[ClientSecret], now: datetime, by: By
) -> None:
    for secret in secrets:
        before = audit.digest(secret)
        secret.revoked_at = now
        record(session, by, "client.secret_revoked", client.client_id, before, audit.digest(secret), now)


def check_password(password: str) -> None:
    """Raise Invalid when a password is too short or too long."""
    fault = _password_fault(password)
    if fault is not None:
        raise Invalid(errors=[fault])


def _check_login(username: str, password: str) -> None:
    faults = []
    if not (0 < len(username) <= MAX_USERNAME and username.isprintable() and username == username.strip()):
        text = Message("用户名须为 1 至 64 个可见字符", "a user name is 1 to 64 printable characters")
        faults.append(Fault("/username", "bad_username", text))
    password_fault = _password_fault(password)
    if password_fault is not None:
        faults.append(password_fault)
    if faults:
        raise Invalid(errors=faults)


def _password_fault(password: str) -> Fault | None:
    shortest, longest = passwords.MIN_LENGTH, passwords.MAX_LENGTH
    if shortest <= len(password) <= longest:
        return None
    text = Message(
        f"密码须为 {shortest} 至 {longest} 个字符",
        f"a password is {shortest} to {longest} characters long",
    )
    return Fault("/password", "bad_password", text)
