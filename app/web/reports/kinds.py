"""The reports there are: one line a module that makes some."""

from app.web.certificates import report_kinds as custody
from app.web.plan import report_kinds as planning
from app.web.reports import of_site, regional
from app.web.reports.kind import Kind

KINDS: tuple[Kind, ...] = (*regional.KINDS, *of_site.KINDS, *custody.KINDS, *planning.KINDS)


def kind_of(code: str) -> Kind | None:
    """Find a kind by its code."""
    return next((kind for kind in KINDS if kind.code == code), None)
