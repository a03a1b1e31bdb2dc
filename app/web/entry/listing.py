"""The months of many sites as a grid: what is filed, what is missing, what is to be done next."""

from dataclasses import dataclass
from urllib.parse import urlencode

from app.domain.periods import Month
from app.web.entry.gather import MONTHS_SHOWN, ManySites, SiteYear, is_due
from app.web.entry.view import address
from app.web.languages import Language
from app.web.numbers import month as month_text
from app.web.numbers import month_name
from app.web.texts import text


@dataclass(frozen=True, slots=True)
class MonthCell:
    """One month of one site."""

    state: str
    words: str
    address: str
    name: str


@dataclass(frozen=True, slots=True)
class SiteLine:
    """One site; `next_address` leads to the first month that is owed."""

    name: str
    code: str
    cells: tuple[MonthCell, ...]
    missing: str
    next_words: str
    next_address: str
    sheet_address: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """The whole page."""

    months: tuple[str, ...]
    years: tuple[tuple[str, int], ...]
    sites: tuple[SiteLine, ...]
    earlier: str
    later: str
    more: str
    first: str
    files: bool


def list_view(found: ManySites, language: Language, today: Month, *, files: bool, is_first: bool) -> ListPage:
    """Place everything."""
    last = found.months[-1]
    following = last.plus(MONTHS_SHOWN)
    years: dict[int, int] = {}
    for month in found.months:
        years[month.year] = years.get(month.year, 0) + 1
    return ListPage(
        tuple(month_name(month, language) for month in found.months),
        tuple((str(year), count) for year, count in years.items()),
        tuple(_site(year, language, today, files=files) for year in found.sites),
        _link(until=str(last.plus(-MONTHS_SHOWN))) if last.year > _EARLIEST else "",
        _link(until=str(min(following, today))) if last < today else "",
        _link(until=str(last), after=found.following) if found.following else "",
        "" if is_first else _link(until=str(last)),
        files,
    )


_EARLIEST = 1992


def _link(**asked: str) -> str:
    return f"/ledgers?{urlencode(asked)}"


def _site(year: SiteYear, language: Language, today: Month, *, files: bool) -> SiteLine:
    site, due = year.site, year.due
    done = text("entry.list.done", language)
    next_words = text("entry.list.open", language, month=month_text(due, language)) if due else done
    return SiteLine(
        site.name,
        site.code,
        tuple(_cell(year, month, language, today) for month in year.states),
        text("entry.list.late", language, count=str(year.missing)) if year.missing else "",
        next_words if files or due is None else "",
        address(site.code, due) if due and files else "",
        f"/sites/{site.code}",
    )


def _cell(year: SiteYear, month: Month, language: Language, today: Month) -> MonthCell:
    found = year.states[month]
    if found is None:
        # A month is owed when it is over.
        state = "none" if not is_due(year, month) else "missing" if month < today else "open"
        words = text(f"entry.state.{state}", language)
    else:
        state = found[0].value
        key = "nil" if found[1] and state == "submitted" else state
        words = text(f"entry.state.{key}", language)
    return MonthCell(state, words, address(year.site.code, month), f"{month_text(month, language)} {words}")
