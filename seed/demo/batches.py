"""Fictitious batch forms, recipes and certificates of a few of the demo's sites in the third quarter of 2021.

The forms say week by week what the books say of a month, to the gram. Ash of a power plant is followed from the ash hopper to
the blocks that it ends in. On purpose: the aggregate works' share of gangue is too small for a refund of tax, and one of
their batches was withdrawn after its tonnes had been certified, so that certificate is over-drawn.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.ledger import LedgerContent, Line
from app.domain.periods import Month
from app.domain.quantities import GRAMS_PER_TONNE, tonnes_text
from seed.demo.books import BookKey
from seed.demo.chains import FLY_ASH
from seed.demo.plants import Site

PERIOD = "2021-Q3"
MONTHS = (Month(2021, 7), Month(2021, 8), Month(2021, 9))
SOURCE = "crane1"
"""The power plant whose ash is followed."""

MAKERS: Mapping[str, tuple[str, str | None, str, int, int | None]] = {
    "boulder1": ("cement", "42.5", "熟料、石灰石", 350, 950),
    "feather1": ("aac_block", None, "石灰、水泥", 720, 1000),
    "gravel1": ("aggregate", None, "", 1000, 980),
    "kite1": ("electricity", None, "原煤", 640, None),
}
"""Plant → product, its grade, the other inputs, the wastes' share of the inputs [‰], what of the inputs is product [‰]."""

CERTIFIED = (
    ("boulder1", "示例-HT-2021-001", FLY_ASH, 300, "示例大道建设公司"),
    ("feather1", "示例-HT-2021-002", FLY_ASH, 500, "示例新城建筑公司"),
    ("feather1", "示例-HT-2021-003", FLY_ASH, 200, None),
    ("gravel1", "示例-HT-2021-004", "SW04", 950, "示例公路养护公司"),
)
"""Plant, the enterprise's number, waste, share [‰] of what the recipes hold of it, who it was delivered to."""

REVOKED = "示例-HT-2021-003"
WITHDRAWN = ("gravel1", "示例-P-2021-09-4")
_DAYS = (7, 14, 21, 28)
_SIGNER = "示例经办人"
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DemoBatches:
    """Bodies of POST /v1/batches, /v1/product-batches and /v1/certificates, each in the order in which they came."""

    forms: tuple[Body, ...] = ()
    products: tuple[Body, ...] = ()
    certificates: tuple[Body, ...] = ()
    sites: Mapping[str, str] = field(default_factory=dict)
    """Plant → the code of its site."""


def build_batches(contents: Mapping[BookKey, LedgerContent], sites: Mapping[str, Site]) -> DemoBatches:
    """Everything, from the books alone."""
    forms: list[Body] = []
    for month in MONTHS:
        forms += _followed(contents[SOURCE, month], sites)
    products: list[Body] = []
    for plant in MAKERS:
        for month in MONTHS:
            content = contents.get((plant, month))
            lines = [line for line in content.lines if line.used_grams] if content is not None else []
            forms += _uses(lines, sites[plant], month, sites[SOURCE].code)
            products += _recipes(plant, lines, sites[plant], month)
    certificates = tuple(_certificate(entry, products, sites) for entry in CERTIFIED)
    codes = {plant: sites[plant].code for plant in MAKERS}
    return DemoBatches(tuple(forms), tuple(products), certificates, codes)


def weeks(grams: int) -> tuple[int, ...]:
    """Four parts that sum to a month's mass [g]: whole tonnes, and the rest in the last week."""
    part = grams // len(_DAYS) // GRAMS_PER_TONNE * GRAMS_PER_TONNE
    return (*[part] * (len(_DAYS) - 1), grams - part * (len(_DAYS) - 1))


def _form(site: Site, kind: str, number: str, month: Month, week: int, grams: int, **more: Any) -> Body:
    return {
        "site": site.code,
        "number": number,
        "kind": kind,
        "day": f"{month}-{_DAYS[week]:02d}",
        "tonnes": tonnes_text(grams),
        "signed_by": _SIGNER,
    } | more


def _followed(content: LedgerContent, sites: Mapping[str, Site]) -> Iterator[Body]:
    """The power plant's ash: generated week by week, and what left the gate for whom."""
    site, month = sites[SOURCE], content.month
    for line in content.lines:
        if line.waste != FLY_ASH:
            continue
        for week, grams in enumerate(weeks(line.generated_grams)):
            number = f"示例-CS-{month}-{week + 1}"
            yield _form(site, "generated", number, month, week, grams, waste=FLY_ASH, facility="灰库")
        parties: dict[str, int] = {}
        for sent in line.sent:
            parties[sent.party] = parties.get(sent.party, 0) + sent.grams
        for party, sent_grams in parties.items():
            for week, grams in enumerate(weeks(sent_grams)):
                if grams:
                    yield _left(site, month, week, grams, party)


def _gate_number(month: Month, week: int, receiver: str) -> str:
    return f"示例-CC-{receiver[-8:]}-{month}-{week + 1}"


def _left(site: Site, month: Month, week: int, grams: int, receiver: str) -> Body:
    return _form(
        site,
        "left",
        _gate_number(month, week, receiver),
        month,
        week,
        grams,
        waste=FLY_ASH,
        receiver=receiver,
        carrier="示例运输公司",
        vehicle=f"示A{week + 1:05d}",
        preceding=[{"number": f"示例-CS-{month}-{week + 1}"}],
    )


def _uses(lines: Sequence[Line], site: Site, month: Month, source: str) -> Iterator[Body]:
    """What was used, week by week; ash names the form with which it left the power plant."""
    for line in lines:
        taken = weeks(sum(each.grams for each in line.received if each.party == source))
        for week, grams in enumerate(weeks(line.used_grams)):
            if not grams:
                continue
            number = f"示例-LY-{line.waste}-{month}-{week + 1}"
            more: Body = {"waste": line.waste, "process": line.used[0].process}
            if line.waste == FLY_ASH and taken[week]:
                gate = {"number": _gate_number(month, week, site.code), "site": source}
                more["preceding"] = [gate | {"tonnes": tonnes_text(min(grams, taken[week]))}]
            yield _form(site, "used", number, month, week, grams, **more)


def _recipes(plant: str, lines: Sequence[Line], site: Site, month: Month) -> Iterator[Body]:
    product, grade, other, share, yielded = MAKERS[plant]
    for week in range(len(_DAYS)):
        wastes = {line.waste: weeks(line.used_grams)[week] for line in lines}
        put_in = sum(wastes.values())
        if not put_in:
            continue
        rest = put_in * (1000 - share) // share if other else 0
        inputs: list[Body] = [
            {"waste": waste, "tonnes": tonnes_text(grams), "batch": f"示例-LY-{waste}-{month}-{week + 1}"}
            for waste, grams in wastes.items()
            if grams
        ]
        if rest:
            inputs.append({"material": other, "tonnes": tonnes_text(rest)})
        yield {
            "site": site.code,
            "number": f"示例-P-{month}-{week + 1}",
            "day": f"{month}-{_DAYS[week]:02d}",
            "product": product,
            "grade": grade,
            "product_tonnes": None if yielded is None else tonnes_text((put_in + rest) * yielded // 1000),
            "inputs": inputs,
            "signed_by": _SIGNER,
        }


def _certificate(
    entry: tuple[str, str, str, int, str | None], products: Sequence[Body], sites: Mapping[str, Site]
) -> Body:
    plant, reference, waste, share, recipient = entry
    site = sites[plant]
    mine = [body for body in products if body["site"] == site.code]
    made = sum(_whole(body["product_tonnes"]) for body in mine)
    held = sum(
        _whole(each["tonnes"]) for body in mine for each in body["inputs"] if each.get("waste") == waste
    )
    # Whole tonnes, below what the recipes hold after their losses.
    return {
        "site": site.code,
        "reference": reference,
        "period": PERIOD,
        "product": MAKERS[plant][0],
        "grade": MAKERS[plant][1],
        "product_tonnes": str(made * share // 1000),
        "content": [{"waste": waste, "tonnes": str(held * share * 9 // 10_000)}],
        "recipient": recipient,
        "signed_by": "示例负责人",
    }


def _whole(tonnes: str) -> int:
    return int(tonnes.partition(".")[0])
