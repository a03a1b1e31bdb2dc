"""Whether a stored reconciliation still is what its ledgers and coefficients give."""

import hashlib

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.rates.service import Scope
from app.reconciliations.fingerprints import fingerprint_of
from app.reconciliations.models import Reconciliation, ReconciliationState
from app.reference import service as reference

METHOD_VERSION = 1
"""Raised when the same ledgers would give other figures."""


def relative_sigma(session: ReadSession) -> dict[str, float]:
    """Relative standard uncertainty (1σ) of each method of measurement, as reference data has it now."""
    return {row.code: float(row.body["relative_sigma"]) for row in reference.current(session, "methods")}


def method_digest(session: ReadSession) -> str:
    """Tell by which method and coefficients a reconciliation is made now; equal texts, equal figures."""
    told = " ".join(f"{method}={share!r}" for method, share in sorted(relative_sigma(session).items()))
    return hashlib.sha256(f"{METHOD_VERSION} {told}".encode()).hexdigest()


def scope_of(run: Reconciliation) -> Scope:
    """Whose ledgers of which months."""
    return Scope(first=run.first_month, last=run.last_month, region=run.region, base=run.base)


class Freshness:
    """Tells stored reconciliations that still hold from those that do not; asks once for what several share."""

    def __init__(self, session: ReadSession, subject: Subject) -> None:
        self._session, self._subject = session, subject
        self._method: str | None = None
        self._ledgers: dict[Scope, str] = {}

    def is_stale(self, run: Reconciliation) -> bool | None:
        """Tell whether ledgers or coefficients have changed since a run was made; None before that."""
        if run.state is not ReconciliationState.DONE:
            return None
        if self._method is None:
            self._method = method_digest(self._session)
        if run.method != self._method:
            return True
        scope = scope_of(run)
        if scope not in self._ledgers:
            self._ledgers[scope] = fingerprint_of(self._session, self._subject, scope)
        return run.ledgers != self._ledgers[scope]
