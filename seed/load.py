"""Loading the shipped reference data into a database."""

from datetime import datetime

from app.db.session import WriteSession
from app.domain.errors import Fault
from app.reference import service
from app.reference.service import LoadReport
from seed.checks import check_reference
from seed.reference_files import read_reference


class FaultyReference(ValueError):  # noqa: N818 - a state of the files, named after it
    """The shipped data breaks its own rules; nothing was loaded."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.message.en}" for fault in faults[:20]))
        self.faults = tuple(faults)


def load_reference(session: WriteSession, now: datetime) -> LoadReport:
    """Load all reference data, or nothing when a row breaks a rule. Doing it again changes nothing."""
    release = read_reference()
    faults = check_reference(release.rows)
    if faults:
        raise FaultyReference(faults)
    return service.load(session, release, now)
