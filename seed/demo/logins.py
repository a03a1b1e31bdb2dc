"""Who can sign in to the demo. Passwords and secrets are made when it is loaded, never kept here."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.auth.subjects import Role
from seed.demo.firms import Enterprise
from seed.demo.places import REGION


@dataclass(frozen=True, slots=True)
class Login:
    """A person or a machine of the demo: an enterprise's credit code, or the region it watches over."""

    username: str
    name: str
    role: Role
    enterprise: str | None = None
    region: str | None = None


def build_logins(firms: Mapping[str, Enterprise]) -> tuple[Login, ...]:
    """One regulator of the city, a coal group, a power company and a cement works, and the permit system."""
    people = (("coal", "pine"), ("power", "crane"), ("cement", "boulder"))
    return (
        Login("demo-regulator", "示例市监管员", Role.REGULATOR, region=REGION),
        *(
            Login(f"demo-{name}", firms[key].name, Role.ENTERPRISE, enterprise=firms[key].credit_code)
            for name, key in people
        ),
        Login("demo-permits", "示例排污许可系统", Role.PERMIT_SYSTEM, region=REGION),
    )
