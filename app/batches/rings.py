"""Refusing the form that would close a ring of preceding forms."""

from collections.abc import Iterable, Sequence

from app.batches import repository
from app.batches.schemas import BatchIn
from app.db.session import ReadSession
from app.domain.custody.batches import Key, leads_to
from app.domain.errors import Fault, Message
from app.http.problems import Conflict


class PrecedesItself(Conflict):
    code = "precedes_itself"
    title = Message("前序表单回到了本表单自身", "The preceding forms lead back to this very form")


def preceding_keys(form: BatchIn) -> list[Key]:
    """The forms that a form names as preceding; the site is its own unless given."""
    return [(each.site or form.site, each.number) for each in form.preceding]


class Rings:
    """What the forms of a set could be drawn from.

    Only a form that another one names can close a ring: the rest is not looked at.
    """

    def __init__(self, session: ReadSession, forms: Sequence[BatchIn]) -> None:
        keys = {(form.site, form.number) for form in forms}
        before = {key for form in forms for key in preceding_keys(form)}
        self._named = repository.named(session, keys) | (before & keys)
        self._links: dict[Key, list[Key]] = {}
        if self._named:
            self._look_up(session, before)

    def _look_up(self, session: ReadSession, keys: Iterable[Key]) -> None:
        """Read all that the preceding forms were drawn from, one generation with one query."""
        waiting = set(keys)
        while waiting:
            found = repository.preceding_of(session, waiting)
            self._links |= found
            waiting = {key for links in found.values() for key in links} - self._links.keys()

    def refuse(self, form: BatchIn) -> None:
        """Raise PrecedesItself, or take the form's links for those that come after it."""
        key, before = (form.site, form.number), preceding_keys(form)
        if key in before or (key in self._named and leads_to(before, key, self._links)):
            raise PrecedesItself(errors=[Fault("/preceding", PrecedesItself.code, PrecedesItself.title)])
        self._links[key] = before
