"""What the templates show: numbers written in the reader's language, charts already drawn."""

from dataclasses import dataclass

from markupsafe import Markup

from app.web.charts.bullets import Verdict


@dataclass(frozen=True, slots=True)
class Footing:
    """What a figure stands on, shown beside it; the addresses give the same figure to a machine."""

    formula: str
    coverage: str
    as_of: str
    source: str = ""
    note: str = ""
    json_url: str = ""
    csv_url: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """One key figure; `full` is what the pointer shows, `words` the lines under it, `address` where it leads on."""

    key: str
    name: str
    value: str
    unit: str
    full: str
    words: tuple[str, ...]
    footing: Footing
    verdict: Verdict = Verdict.NO_TARGET
    chart: Markup | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A chart's figures as a table; the first column names the row."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """A chart with its name, what it stands on and its table."""

    key: str
    name: str
    chart: Markup
    table: Table
    footing: Footing


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One line of the leading or lagging sites; `full` is what the pointer shows on the words."""

    code: str
    name: str
    value: str
    words: str
    full: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class SiteList:
    """Leading or lagging sites."""

    key: str
    name: str
    rows: tuple[SiteRow, ...]


@dataclass(frozen=True, slots=True)
class RegionTile:
    """One region below the one that is shown, with the way to its own page."""

    code: str
    name: str
    address: str
    value: str
    words: str
    coverage: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class RegionGrid:
    """The regions below the one that is shown."""

    name: str
    tiles: tuple[RegionTile, ...]
    table: Table
    footing: Footing


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a select field, or one of several links."""

    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Controls:
    """What the reader can change; `region` goes along unchanged."""

    region: str
    wastes: tuple[Choice, ...]
    metrics: tuple[Choice, ...]
    years: tuple[Choice, ...]
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole page; without any ledger in the scope there are no tiles and no panels."""

    place: str
    period: str
    waste: str
    headline: Markup
    verdict: Verdict
    target_source: str
    tiles: tuple[Tile, ...]
    panels: tuple[Panel, ...]
    sites: tuple[SiteList, ...]
    sites_footing: Footing | None
    regions: RegionGrid | None
    controls: Controls
    public: bool
    withheld: bool
