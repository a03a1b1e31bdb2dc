"""Which column of a province's export holds what: the mappings of the reference data, and heads held to one of them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.db.session import ReadSession
from app.domain.errors import Fault, Message
from app.http.problems import Invalid
from app.imports.service import Cell
from app.reference import service as reference

NATIONAL = "national"
HEAD = (
    "number", "region", "enterprise", "holder", "issuer", "issued_on", "valid_from", "valid_until", "effective_from",
    "report_year", "report_quarter", "report_month",
)  # fmt: skip
WASTE = ("waste", "waste_code", "waste_name", "waste_class", "source", "routes")
FACILITY = (
    "facility", "facility_kind", "facility_name", "facility_type", "capacity", "capacity_unit", "area_m2", "latitude",
    "longitude", "standard", "standard_met", "facility_wastes", "ways",
)  # fmt: skip
FIELDS = (*HEAD, *WASTE, *FACILITY)
_UNKNOWN_MAPPING = Message("没有这个列名映射", "there is no such mapping of columns")
_BESIDE_WORDS = re.compile(r"[\s()\[\]【】*:_]+")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How one kind of export is read.

    `fields`: head as `plain` makes it → field. `values`: field → cell as `plain` makes it → our value. `units`: kind of
    facility → unit of its capacity where the export has no column for that. `wastes`: name of a waste → its code.
    """

    id: str
    fields: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    units: Mapping[str, str]
    wastes: Mapping[str, str]

    def places(self, heads: Sequence[Cell]) -> dict[str, int]:
        """Field → place of its column; of two columns with one field the first. Columns without a field are ignored."""
        found: dict[str, int] = {}
        for place, head in enumerate(heads):
            field = self.fields.get(plain(head)) if isinstance(head, str) else None
            if field is not None:
                found.setdefault(field, place)
        return found


def plain(text: str) -> str:
    """A head or a word without what people write differently: width, case, blanks, brackets, underscores."""
    return _BESIDE_WORDS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def mapping_of(session: ReadSession, mapping_id: str) -> ColumnMapping:
    """Give a mapping; what it does not say, the national one says. Raises Invalid."""
    bodies = {row.code: row.body for row in reference.current(session, "permit_columns")}
    if mapping_id not in bodies:
        raise Invalid(errors=[Fault("/mapping", "unknown_mapping", _UNKNOWN_MAPPING)])
    chain = [bodies[each] for each in dict.fromkeys((NATIONAL, mapping_id)) if each in bodies]
    columns = {field: heads for body in chain for field, heads in body["columns"].items() if field in FIELDS}
    values: dict[str, dict[str, str]] = {}
    for body in chain:
        for field, words in body["values"].items():
            known = values.setdefault(field, {})
            known |= {plain(str(word)): str(value) for word, value in words.items()}
    return ColumnMapping(
        mapping_id,
        {plain(head): field for field, heads in columns.items() for head in heads},
        values,
        {kind: unit for body in chain for kind, unit in body["units"].items()},
        _wastes(session),
    )


def _wastes(session: ReadSession) -> dict[str, str]:
    """Every name that means one waste; a name that two wastes go by means none."""
    meant: dict[str, set[str]] = {}
    for row in reference.current(session, "wastes"):
        for name in (row.code, row.zh, row.en, *row.body["synonyms"]):
            meant.setdefault(plain(name), set()).add(row.code)
    return {name: next(iter(codes)) for name, codes in meant.items() if len(codes) == 1}
