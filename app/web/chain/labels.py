"""What the nodes of a flow graph are called, and which regions and bases can be chosen."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.auth.subjects import Subject
from app.chain_runs.schemas import FlowNodeOut
from app.db.session import ReadSession
from app.domain.errors import Message
from app.reference import service as reference
from app.web.languages import Language
from app.web.overview import names
from app.web.texts import TEXTS, text

_MOST_REGIONS = 200
_LEVELS = {0: 2, 2: 4, 4: 6}


@dataclass(frozen=True, slots=True)
class Labels:
    """Names of the codes that ledgers use."""

    wastes: Mapping[str, Message]
    processes: Mapping[str, Message]
    products: Mapping[str, Message]

    def waste(self, code: str, language: Language) -> str:
        return _named(self.wastes, code, language)

    def process(self, code: str, language: Language) -> str:
        return _named(self.processes, code, language) if code else text("chain.unnamed", language)

    def product(self, code: str, language: Language) -> str:
        return _named(self.products, code, language) if code else text("chain.unnamed", language)

    def node(self, node: FlowNodeOut, language: Language) -> str:
        """Name a node: a site's with the site first; parties outside as they stand in the ledgers."""
        if node.kind == "source":
            return language.heading(TEXTS[f"chain.source.{node.name}"])
        if node.kind == "fate":
            return language.heading(TEXTS[f"chain.fate.{node.name}"])
        if node.kind == "product":
            return self.product(node.name, language)
        if node.kind not in {"state", "process"}:
            return node.name
        own = node.id.rpartition(":")[2]
        what = self.waste(own, language) if node.kind == "state" else self.process(own, language)
        if node.site is None:
            return what
        return f"{node.name.removesuffix(own).strip()} · {what}"


def _named(known: Mapping[str, Message], code: str, language: Language) -> str:
    return language.heading(known[code]) if code in known else code


def labels(session: ReadSession) -> Labels:
    """Read the names."""
    processes, products = {}, {}
    for row in reference.current(session, "processes"):
        processes[row.code] = Message(row.zh, row.en)
        for code, told in row.body.get("product_names", {}).items():
            products[code] = Message(told["zh"], told["en"])
    wastes = {code: waste.name for code, waste in names.wastes(session).items()}
    return Labels(wastes, processes, products)


def bases(session: ReadSession) -> dict[str, Message]:
    """Name the bases."""
    return {row.code: Message(row.zh, row.en) for row in reference.current(session, "bases")}


def place_name(session: ReadSession, subject: Subject, region: str | None, base: str | None) -> Message:
    """Name what a page is about, its region and its base."""
    region_name = names.place(session, subject, region)
    if base is None:
        return region_name
    named = bases(session).get(base, Message(base, base))
    return Message(f"{region_name.zh} {named.zh}", f"{region_name.en}, {named.en}")


def regions(session: ReadSession, subject: Subject, region: str | None) -> dict[str, Message]:
    """Offer the reader's territory, the region that is shown, and what lies right below it."""
    territory = subject.region or ""
    shown = region or territory
    offered = {code: names.place(session, subject, code or None) for code in _above(territory, shown)}
    below = _LEVELS.get(len(shown))
    if below is not None:
        rows, _ = reference.page(
            session, "regions", prefix=shown, length=below, after="", limit=_MOST_REGIONS
        )
        offered |= {row.code: Message(row.zh, row.en) for row in rows}
    return offered


def _above(territory: str, shown: str) -> list[str]:
    """The way from the territory down to what is shown."""
    return [shown[:digits] for digits in (0, 2, 4, 6) if len(territory) <= digits <= len(shown)]
