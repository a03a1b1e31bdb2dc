"""Who is asking, and what that one may do."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The four kinds of subject."""

    ENTERPRISE = "enterprise"
    REGULATOR = "regulator"
    PERMIT_SYSTEM = "permit_system"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a token allows."""

    LEDGERS_WRITE = "ledgers:write"
    LEDGERS_READ = "ledgers:read"
    RATES_READ = "rates:read"
    CHAINS_READ = "chains:read"
    FINDINGS_WRITE = "findings:write"
    PERMITS_WRITE = "permits:write"
    PERMITS_READ = "permits:read"
    ADMIN = "admin"


SCOPES_OF: Mapping[Role, frozenset[Scope]] = {
    Role.ENTERPRISE: frozenset(
        {
            Scope.LEDGERS_WRITE,
            Scope.LEDGERS_READ,
            Scope.RATES_READ,
            Scope.CHAINS_READ,
            Scope.FINDINGS_WRITE,
            Scope.PERMITS_READ,
        }
    ),
    Role.REGULATOR: frozenset(
        {Scope.LEDGERS_READ, Scope.RATES_READ, Scope.CHAINS_READ, Scope.FINDINGS_WRITE, Scope.PERMITS_READ}
    ),
    Role.PERMIT_SYSTEM: frozenset({Scope.PERMITS_WRITE, Scope.PERMITS_READ}),
    Role.ADMIN: frozenset(Scope),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Someone who signed in. `region` is a GB/T 2260 prefix: a regulator's territory or a permit system's jurisdiction.

    `former_ids` are the enterprises that the subject's own one succeeded, directly or through others.
    `credentials_version` is that of the account when it signed in; what is signed ends when the account's counts up.
    """

    id: uuid.UUID
    name: str
    role: Role
    scopes: frozenset[Scope]
    enterprise_id: uuid.UUID | None = None
    region: str | None = None
    former_ids: frozenset[uuid.UUID] = frozenset()
    credentials_version: int = 0

    @property
    def enterprise_ids(self) -> tuple[uuid.UUID, ...]:
        """The enterprises whose history is this subject's own, itself first."""
        return () if self.enterprise_id is None else (self.enterprise_id, *sorted(self.former_ids))

    @property
    def actor(self) -> str:
        """How this subject is written into histories."""
        return f"{self.role.value}:{self.name}"
