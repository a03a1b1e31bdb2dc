"""Nothing that is committed names the machine it was written on: no index host, no private path, no key."""

import configparser
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from support.project import ROOT, project_files

_PUBLIC = {
    "pypi.org",
    "files.pythonhosted.org",
    "registry.npmjs.org",
    "deb.debian.org",
    "security.debian.org",
}
# The group in brackets keeps this file from finding itself.
_PATHS = re.compile(rb"(?<![\w.])/(?:home/[a-z][\w.-]*|Users/[a-z][\w.-]*|root)(?:/|$)", re.MULTILINE)
_KEYS = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b")
_MAX_BYTES = 5_000_000


def _contents() -> list[tuple[Path, bytes]]:
    return [
        (path, (ROOT / path).read_bytes())
        for path in project_files()
        if (ROOT / path).stat().st_size < _MAX_BYTES
    ]


def test_lock_files_name_no_host() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert [
        word for word in ("://", "--index-url", "--extra-index-url", "--find-links") if word in text
    ] == []
    locks = [path for path in project_files() if path.name == "package-lock.json"]
    assert locks
    assert [path for path in locks if '"resolved"' in (ROOT / path).read_text(encoding="utf-8")] == []


def test_every_locked_package_has_a_hash() -> None:
    blocks = re.split(r"\n(?=[a-zA-Z0-9])", (ROOT / "requirements.lock").read_text(encoding="utf-8"))
    pins = [block for block in blocks if re.match(r"[A-Za-z0-9]", block)]
    assert len(pins) > 20
    assert [pin.splitlines()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def test_no_private_path_and_no_key() -> None:
    own = str(ROOT).encode() + b"/"
    # A checkout at the top of the file system has a name too common to look for.
    looks_private = len(ROOT.parts) > 2
    found = []
    for path, content in _contents():
        if _PATHS.search(content) or (looks_private and own in content):
            found.append(f"{path}: a private path")
        if _KEYS.search(content):
            found.append(f"{path}: a private key")
    assert not found, "\n".join(found)


def test_no_package_index_of_this_machine() -> None:
    """Where only the public indexes are used there is nothing to look for."""
    hosts = hosts_of("\n".join(_own_settings()))
    found = [f"{path}: {host}" for path, content in _contents() for host in hosts if host.encode() in content]
    assert not found, "\n".join(found)


def test_a_private_index_would_be_seen() -> None:
    settings = "index-url = https://user:secret@wheels.example.internal:8443/simple\nregistry=https://registry.npmjs.org/"
    assert hosts_of(settings) == {"wheels.example.internal"}


def hosts_of(settings: str) -> set[str]:
    """Collect the hosts that some settings name, but for the public indexes and this machine itself."""
    urls = re.findall(r"https?://[^\s'\"]+", settings)
    hosts = {urlsplit(url).hostname or "" for url in urls}
    return {host for host in hosts if "." in host and not host.startswith("127.")} - _PUBLIC


def _own_settings() -> list[str]:
    """Read what this machine's package clients are told, so that no private host is written here."""
    values = [
        os.environ[name] for name in os.environ if re.search(r"INDEX|REGISTRY|PROXY", name, re.IGNORECASE)
    ]
    for file in (Path("/etc/pip.conf"), Path.home() / ".pip/pip.conf", Path.home() / ".config/pip/pip.conf"):
        parser = configparser.RawConfigParser()
        parser.read(file)
        values += [value for section in parser.sections() for _, value in parser.items(section)]
    npm = (Path.home() / ".npmrc", Path("/etc/npmrc"))
    return values + [file.read_text(encoding="utf-8", errors="replace") for file in npm if file.is_file()]
