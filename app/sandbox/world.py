"""What a scenario may look at: what is on file, and the journal of the integrator's own clients."""

import uuid
from dataclasses import dataclass

from app.db.session import ReadSession
from app.domain.periods import Month
from app.permits.models import Permit
from app.sandbox import firms, repository
from app.sandbox.firms import TestSite
from app.sandbox.models import Exchange
from app.sandbox.repository import Answered, Filed


@dataclass(frozen=True, slots=True)
class World:
    """The sandbox at one moment."""

    session: ReadSession
    enterprise_clients: tuple[uuid.UUID, ...]
    permit_clients: tuple[uuid.UUID, ...]

    @classmethod
    def read(cls, session: ReadSession) -> "World":
        return cls(
            session,
            tuple(repository.clients_of(session, firms.YOURS.credit_code)),
            tuple(repository.permit_clients(session)),
        )

    def filed(self, site: TestSite, month: Month) -> Filed | None:
        return repository.filed(self.session, site.code, month)

    def delivery(self, month: Month) -> Answered | None:
        """Give the played supplier's delivery of a month."""
        return repository.answered(self.session, firms.WASHERY.code, firms.PLANT.code, month)

    def asked(self, method: str, path: str) -> list[Exchange]:
        """Give what the integrator's enterprise asked."""
        return repository.exchanges(self.session, self.enterprise_clients, method, path)

    def permit(self, site: TestSite) -> Permit | None:
        """Give the permit that a site's number names."""
        return repository.permit(self.session, site.code)

    def has_received(self, webhook: str) -> bool:
        """Whether a webhook has received any message of ours."""
        return repository.has_received(self.session, uuid.UUID(webhook))

    def last_cut(self) -> Exchange | None:
        """Give the answer to the integrator's enterprise that was cut off last."""
        return repository.last_cut(self.session, self.enterprise_clients)

    def read_after(self, cut: Exchange) -> list[Exchange]:
        """Give what was read of the feed after a cut."""
        return repository.read_after(self.session, cut)

    def permits_asked(self, method: str, path: str) -> list[Exchange]:
        """Give what the integrator's permit system asked."""
        return repository.exchanges(self.session, self.permit_clients, method, path)
