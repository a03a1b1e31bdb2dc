"""Who may read the metrics: an administrator, or a scraper with the secret of the settings."""

import hmac
from uuid import UUID

from fastapi import Request

from app.auth.dependencies import Requirement
from app.auth.subjects import Role, Scope, Subject
from app.settings import Settings

# It holds no scope and belongs to no enterprise, so it would see no row if somebody asked in its name.
_SCRAPER = Subject(UUID(int=0), "metrics", Role.ENTERPRISE, frozenset())


class MetricsDoor(Requirement):
    """Demands the admin scope, or `HUANLIAN_METRICS_TOKEN` as bearer token. Without that setting, only the former."""

    def __init__(self) -> None:
        super().__init__(Scope.ADMIN)

    def __call__(self, request: Request) -> Subject:
        settings: Settings = request.app.state.settings
        scheme, _, offered = request.headers.get("authorization", "").partition(" ")
        if settings.metrics_token is not None and scheme.lower() == "bearer":
            kept = settings.metrics_token.get_secret_value().encode()
            if hmac.compare_digest(offered.strip().encode("utf-8", "replace"), kept):
                return _SCRAPER
        return super().__call__(request)
