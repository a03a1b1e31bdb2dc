"""Showing one finding: as a page, and again when a form about it was not right."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from fastapi import Request
from starlette.responses import Response

from app.auth.sessions import PageSession
from app.clock import local_date
from app.db.session import ReadSession
from app.http.dependencies import Now, Reading, SettingsDep
from app.http.problems import Conflict, Invalid, PayloadTooLarge
from app.settings import Settings
from app.web import numbers
from app.web.findings import gather
from app.web.findings.case_view import Told, Typed, case_page
from app.web.findings.evidence import Vocabulary
from app.web.findings.list_view import Writer
from app.web.page_route import Again, faults_in_words
from app.web.rendering import language_for, person_of, render
from app.web.texts import text


@dataclass(frozen=True, slots=True)
class Desk:
    """What it takes to show a finding; `session` only reads, so that it shows what holds without the form."""

    request: Request
    session: ReadSession
    settings: Settings
    now: datetime

    @property
    def today(self) -> date:
        return local_date(self.now, self.settings.timezone)

    def page(
        self,
        visit: PageSession,
        finding_id: uuid.UUID,
        faults: Sequence[str] = (),
        typed: Typed | None = None,
        status: int = 200,
    ) -> Response:
        """Show the finding. Raises NotFound for what the reader may not see."""
        language = language_for(self.request)
        item = gather.one(self.session, visit.subject, finding_id)
        named = gather.named(self.session, visit.subject, [item])
        told = Told(
            law=gather.law_of(item["rule"]),
            vocabulary=Vocabulary(gather.parameter_names(self.session, item["rule"]), named.codes),
            sites={**named.sites, **gather.site_names(self.session, visit.subject, item)},
            timezone=self.settings.timezone,
        )
        as_of = text("footing.as_of", language, moment=numbers.moment(self.now, self.settings.timezone))
        author = Writer(language, visit.subject.role, self.today, as_of, named)
        values = {"page": case_page(item, told, author, faults, typed), "person": person_of(visit)}
        return render(self.request, "findings/one.html", values, status=status)

    @contextmanager
    def again(self, visit: PageSession, finding_id: uuid.UUID, typed: Typed) -> Iterator[None]:
        """Show the finding again with what is wrong and what was typed, in place of a refusal."""
        try:
            yield
        except (Invalid, Conflict, PayloadTooLarge) as problem:
            language = language_for(self.request)
            faults = faults_in_words(problem, language) or [language.heading(problem.title)]
            raise Again(self.page(visit, finding_id, faults, typed, problem.status)) from problem


def desk(request: Request, session: Reading, settings: SettingsDep, now: Now) -> Desk:
    """Lay out what a page of findings needs."""
    return Desk(request, session, settings, now)
