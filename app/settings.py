"""Settings from the environment (prefix HUANLIAN_). Frozen; an unsafe secret is refused outside development."""

import re
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEVELOPMENT_SECRET = "development-only-secret-do-not-use"  # noqa: S105 - refused outside development
_MIN_SECRET_LENGTH = 32

Rate = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,6}/(second|minute|hour)$")]


def _listed(text: Any) -> Any:
    """A list as people write it in an environment: `10.1.0.0/16, 10.2.0.0/16`."""
    return [part.strip() for part in text.split(",") if part.strip()] if isinstance(text, str) else text


Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_listed)]


def _seed(key: SecretStr) -> SecretStr:
    if re.fullmatch(r"[0-9a-f]{64}", key.get_secret_value(), re.ASCII) is None:
        raise ValueError("must be 64 hexadecimal digits: openssl rand -hex 32")
    return key


SigningSeed = Annotated[SecretStr, AfterValidator(_seed)]


class Settings(BaseSettings):
    """Everything the service can be told from outside."""

    model_config = SettingsConfigDict(env_prefix="HUANLIAN_", frozen=True, extra="ignore")

    environment: Literal["development", "production"] = "development"
    database_url: str = "sqlite:///var/huanlian.db"
    database_connect_seconds: int = Field(5, ge=2, le=60)
    durable_commits: bool = True
    read_database_url: Annotated[str, Field(max_length=1_000, pattern=r"^postgres(ql)?://")] | None = None
    secret_key: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    timezone: str = "Asia/Shanghai"
    access_token_seconds: int = Field(900, ge=60, le=3600)
    session_hours: int = Field(12, ge=1, le=168)
    secure_cookies: bool = False
    attachments_folder: Path = Path("var/attachments")
    postgres_programs: Path | None = None
    public_page: bool = False
    open_data_licence: Annotated[str, Field(max_length=200)] = "CC BY 4.0"
    docs_page: bool = True
    max_body_bytes: int = Field(2 * 1024 * 1024, ge=1024)
    max_bulk_bytes: int = Field(32 * 1024 * 1024, ge=1024)
    max_connections: int = Field(1_000, ge=1, le=100_000)
    head_seconds: float = Field(10.0, ge=0.1, le=300)
    body_seconds: float = Field(20.0, ge=0.1, le=600)
    keep_alive_seconds: int = Field(75, ge=1, le=600)
    shutdown_seconds: int = Field(10, ge=1, le=600)
    pool_size: int = Field(8, ge=1)
    lock_timeout_ms: int = Field(5_000, ge=1)
    statement_timeout_ms: int = Field(30_000, ge=1)
    rate_limits: bool = True
    rate_limit_client: Rate = "30000/minute"
    rate_limit_address: Rate = "3000/minute"
    rate_limit_sign_in: Rate = "30/minute"
    rate_limit_sign_in_address: Rate = "120/minute"
    rate_limit_storage_uri: SecretStr | None = None
    metrics_token: SecretStr | None = Field(None, min_length=_MIN_SECRET_LENGTH)
    worker_in_server: bool | None = None
    worker_poll_seconds: float = Field(1.0, ge=0.05, le=60)
    worker_grace_seconds: float = Field(25.0, ge=0, le=600)
    job_lease_seconds: int = Field(60, ge=2, le=3600)
    events_days: int = Field(400, ge=30, le=36_500)
    outbound: bool = True
    outbound_allow_private: bool = False
    outbound_allowed_networks: Networks = ()
    certificate_key: SigningSeed | None = None
    permits_sync_url: Annotated[str, Field(max_length=1_000)] | None = None
    permits_sync_token: SecretStr | None = None
    permits_sync_region: Annotated[str, Field(pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{6})?$")] = ""
    permits_sync_limit: int = Field(200, ge=1, le=1000)
    public_url: Annotated[str, Field(max_length=500, pattern=r"^https?://[^/?#@\s]+$")] | None = None
    oidc_issuer: Annotated[str, Field(max_length=500, pattern=r"^https?://[^?#@\s]+$")] | None = None
    oidc_client_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_scopes: Annotated[str, Field(max_length=200, pattern=r"^openid( [!#-\[\]-~]+)*$")] = "openid profile"
    oidc_username_claim: Annotated[str, Field(min_length=1, max_length=64)] = "preferred_username"
    oidc_name: Annotated[str, Field(max_length=40)] = ""
    oidc_allow_private: bool = False
    sandbox: bool = False
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @model_validator(mode="after")
    def _refuse_unsafe_secret(self) -> Self:
        if self.environment == "production":
            secret = self.secret_key.get_secret_value()
            if secret == DEVELOPMENT_SECRET or len(secret) < _MIN_SECRET_LENGTH:
                raise ValueError(
                    f"HUANLIAN_SECRET_KEY must be set to at least {_MIN_SECRET_LENGTH} random characters in production"
                )
            if self.sandbox:
                raise ValueError(
                    "HUANLIAN_SANDBOX is not for production: a sandbox has a database of its own"
                )
        return self

    @model_validator(mode="after")
    def _refuse_half_a_provider(self) -> Self:
        if self.oidc_issuer is not None:
            if self.oidc_client_id is None or self.public_url is None:
                raise ValueError("HUANLIAN_OIDC_ISSUER needs HUANLIAN_OIDC_CLIENT_ID and HUANLIAN_PUBLIC_URL")
            if not (self.oidc_issuer.startswith("https://") or self.oidc_allow_private):
                raise ValueError(
                    "HUANLIAN_OIDC_ISSUER must begin with https:// unless HUANLIAN_OIDC_ALLOW_PRIVATE"
                )
        return self

    @model_validator(mode="after")
    def _refuse_replica_of_a_file(self) -> Self:
        if self.read_database_url is not None and self.is_sqlite:
            raise ValueError("HUANLIAN_READ_DATABASE_URL is for PostgreSQL: SQLite has no replica")
        return self

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def has_worker_in_server(self) -> bool:
        """Whether a server works off the jobs itself: on SQLite unless told otherwise, so that one command is enough."""
        return self.is_sqlite if self.worker_in_server is None else self.worker_in_server

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, or None when the database is not SQLite on disk."""
        prefix = "sqlite:///"
        if not self.database_url.startswith(prefix):
            return None
        name = self.database_url.removeprefix(prefix)
        return Path(name) if name and name != ":memory:" else None

    @property
    def sqlalchemy_url(self) -> str:
        """The URL with our driver named."""
        return _with_driver(self.database_url)

    @property
    def sqlalchemy_read_url(self) -> str | None:
        """The replica's URL with our driver named, None where there is no replica."""
        return None if self.read_database_url is None else _with_driver(self.read_database_url)


def _with_driver(url: str) -> str:
    """`postgresql://` and `postgres://` do what people expect."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
