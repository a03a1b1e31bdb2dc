"""The forms of reports, and a report as a page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from app.domain.errors import Message
from app.domain.periods import Month
from app.reports.rendering.paper import Paper, laid_out
from app.reports.service import Document
from app.reports.service import Language as Written
from app.web import numbers
from app.web.languages import Language
from app.web.reports.kind import Field, Kind
from app.web.reports.sites import Sites
from app.web.texts import text
from app.web.view_models import Choice

_YEARS_BACK = 8
_QUARTERS_BACK = 12
_MONTHS_BACK = 24
SITES_LIST = "known-sites"
_INPUTS = {"month": "month", "date": "date"}
_FILES = (("pdf", "PDF"), ("docx", "Word"), ("xlsx", "Excel"), ("json", "JSON"))


@dataclass(frozen=True, slots=True)
class Offer:
    """What a form may offer this reader: regions, sites to choose or to be reminded of, the last month on file."""

    regions: Mapping[str, Message]
    sites: Sites
    latest: Month


@dataclass(frozen=True, slots=True)
class Control:
    """A field as it is drawn: a select when it has choices, else an input of a type."""

    name: str
    label: str
    type: str
    value: str
    required: bool
    choices: tuple[Choice, ...]
    suggestions: str | None = None
    """The id of the list of what is usually written here."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A kind of report with its form."""

    code: str
    title: str
    about: str
    controls: tuple[Control, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A file to keep; `label` says which of which report."""

    address: str
    words: str
    label: str


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report, its form filled in, its files."""

    panel: Panel
    paper: Paper
    links: tuple[Link, ...]


def written_in(language: Language) -> Written:
    """The language as the renderers name it."""
    return "zh" if language is Language.ZH else "en"


def panel(kind: Kind, offer: Offer, sent: Mapping[str, str], language: Language) -> Panel:
    """A kind's form, filled with what was sent."""
    controls = tuple(_control(field, offer, sent.get(field.name), language) for field in kind.fields)
    return Panel(kind.code, language.of(kind.title), language.of(kind.about), controls)


def report_page(
    kind: Kind, document: Document, form: Panel, sent: Mapping[str, str], language: Language
) -> ReportPage:
    """The report in the reader's language, and links to it as a file in that language."""
    asked = {field.name: sent[field.name] for field in kind.fields if sent.get(field.name)}
    links = []
    for suffix, words in _FILES:
        query = urlencode({**asked, "format": suffix, "language": language.value})
        label = text("reports.file", language, title=form.title, format=words)
        links.append(Link(f"/reports/{kind.code}/file?{query}", words, label))
    return ReportPage(form, laid_out(document, written_in(language)), tuple(links))


def _control(field: Field, offer: Offer, sent: str | None, language: Language) -> Control:
    options = _options(field, offer, language)
    usual = _usual(field, offer) if sent is None else sent
    if options and usual and usual not in options:
        # An address may ask for what is too long ago to be offered; the form must not say another period.
        options = {usual: usual, **options}
    choices = tuple(Choice(value, words, value == usual) for value, words in options.items())
    kind = _INPUTS.get(field.kind, "text")
    suggestions = SITES_LIST if field.kind == "site" and offer.sites.suggested else None
    return Control(field.name, language.of(field.words), kind, usual, field.required, choices, suggestions)


def _options(field: Field, offer: Offer, language: Language) -> dict[str, str]:
    """What can be chosen; nothing where the reader writes."""
    if field.kind == "region":
        return {code: language.heading(name) for code, name in offer.regions.items()}
    if field.kind == "site":
        return {code: f"{code} {name}" for code, name in offer.sites.own.items()}
    if field.kind in _PERIODS:
        return _PERIODS[field.kind](offer.latest, language)
    return {value: language.of(words) for value, words in field.choices}


def _years(latest: Month, language: Language) -> dict[str, str]:
    last = latest.year
    return {str(year): numbers.year(year, language) for year in range(last + 1, last - _YEARS_BACK, -1)}


def _halves(latest: Month, language: Language) -> dict[str, str]:
    return {
        f"{year}-H{half}": text(f"reports.half.{half}", language, year=str(year))
        for year, half in _parts(latest, 2, 2 * _YEARS_BACK)
    }


def _quarters(latest: Month, language: Language) -> dict[str, str]:
    return {
        f"{year}-Q{number}": text("reports.quarter", language, year=str(year), number=str(number))
        for year, number in _parts(latest, 4, _QUARTERS_BACK)
    }


def _parts(latest: Month, a_year: int, back: int) -> list[tuple[int, int]]:
    """(year, number) of equal parts of years: the one after the latest month's, that one, and those before it."""
    newest = latest.year * a_year + _part_of(latest, a_year) - 1
    return [(index // a_year, index % a_year + 1) for index in range(newest + 1, newest - back, -1)]


def _part_of(month: Month, a_year: int) -> int:
    """Which of so many equal parts of its year a month is in, from 1 on."""
    return (month.number - 1) * a_year // 12 + 1


def _months(latest: Month, language: Language) -> dict[str, str]:
    near = (latest.plus(-back) for back in range(_MONTHS_BACK))
    return {str(month): numbers.month(month, language) for month in near}


def _any_period(latest: Month, language: Language) -> dict[str, str]:
    return {**_months(latest, language), **_quarters(latest, language), **_years(latest, language)}


_PERIODS: dict[str, Callable[[Month, Language], dict[str, str]]] = {
    "year": _years,
    "half": _halves,
    "quarter": _quarters,
    "period": _any_period,
}


def _usual(field: Field, offer: Offer) -> str:
    """What stands in a field before anybody chose: the period of the last ledger on file."""
    latest = offer.latest
    usual = {
        "year": str(latest.year),
        "half": f"{latest.year}-H{_part_of(latest, 2)}",
        "period": str(latest),
        "quarter": f"{latest.year}-Q{_part_of(latest, 4)}",
        "month": str(latest) if field.required else "",
    }
    return usual.get(field.kind, "")
