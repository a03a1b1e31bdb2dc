"""What people send by forms, made safe before anything looks at it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

MAX_USERNAME = 64
MAX_PASSWORD = 1024


@dataclass(frozen=True, slots=True)
class SignIn:
    """A filled sign-in form; `next` is a path on this host."""

    username: str
    password: str
    csrf: str
    next: str

    @property
    def plausible(self) -> bool:
        """Whether it can be anybody's: what is empty or too long is not worth hashing."""
        return 0 < len(self.username) <= MAX_USERNAME and 0 < len(self.password) <= MAX_PASSWORD


def local_path(asked: str) -> str:
    """Keep a path on this host, turn everything else into the start page: no redirect leads elsewhere."""
    # Browsers read a backslash as a slash and drop control characters: "/\\evil.example" leads away.
    if not asked.startswith("/") or "\\" in asked or not asked.isprintable():
        return "/"
    parts = urlsplit(asked)
    if asked.startswith("//") or parts.scheme or parts.netloc:
        return "/"
    return asked
