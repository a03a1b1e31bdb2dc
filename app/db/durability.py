"""Whether the database keeps what it acknowledged: PostgreSQL can be told to forget, and says so only when asked.

SQLite is not asked: every connection of ours that writes sets `synchronous=FULL` itself (engine.py).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from app.domain.errors import Message

# Weaker than `on` for standbys only, `local` and `remote_write` still flush here before they acknowledge.
_DURABLE = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)
_ASKED = text(
    "SELECT name, source, current_database(), session_user FROM pg_settings WHERE setting = 'off' "
    "AND name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name"
)
_MEANT = {
    "fsync": Message(
        "断电或系统崩溃后数据库可能损坏，并丢失已确认的台账",
        "after a power cut or a crash of the system the database may be ruined and forget what it acknowledged",
    ),
    "full_page_writes": Message(
        "断电或系统崩溃后数据库可能损坏（文件系统从不写半页者除外，如 ZFS）",
        "after a power cut or a crash of the system the database may be ruined, unless its file system never tears a page (ZFS)",
    ),
    "synchronous_commit": Message(
        "数据库崩溃后可能丢失已确认的台账", "after a crash the database may forget what it acknowledged"
    ),
}


@dataclass(frozen=True, slots=True)
class Weakness:
    """A setting of PostgreSQL under which it may forget, and what mends it: a statement of SQL, or words."""

    setting: str
    mend: Message

    @property
    def message(self) -> Message:
        """What the setting means, and what mends it, in a sentence."""
        meant = _MEANT[self.setting]
        return Message(
            f"PostgreSQL 的 {self.setting} = off：{meant.zh}。{self.mend.zh}",
            f"{self.setting} is off in PostgreSQL: {meant.en}. {self.mend.en}",
        )


def commit_durably(connection: Any, _entry: object) -> None:
    """Have a new connection of psycopg acknowledge a commit once it is on disk, whatever the server's default is."""
    connection.autocommit = True  # within a transaction the setting would go with a rollback
    connection.execute(_DURABLE)
    connection.autocommit = False


def weaknesses(connection: Connection) -> list[Weakness]:
    """What this connection's commits cannot rely on; empty on SQLite."""
    if connection.dialect.name != "postgresql":
        return []
    return [Weakness(name, _mend(name, *found)) for name, *found in connection.execute(_ASKED)]


def _mend(name: str, source: str, database: str, user: str) -> Message:
    if source == "command line":
        # ALTER SYSTEM writes to a file that the command line is above.
        return Message(
            f"请去掉启动参数 -c {name}=off 后重启 PostgreSQL",
            f"Start PostgreSQL without -c {name}=off",
        )
    place = _PLACES.get(source)
    if place is None:
        return _run(f"ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf();")
    return _run(f"ALTER {place.format(database=_quoted(database), user=_quoted(user))} SET {name} = on;")


_PLACES = {
    "database": "DATABASE {database}",
    "user": "ROLE {user}",
    "database user": "ROLE {user} IN DATABASE {database}",
}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _run(statement: str) -> Message:
    return Message(f"请执行 {statement}", f"Run {statement}")
