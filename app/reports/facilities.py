"""The facilities of a region: how many of each kind with what capacity, and one by one."""

from collections.abc import Sequence

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.errors import Message
from app.enterprises.models import FacilityKind
from app.reports import repository
from app.reports.document import Column, Mass, Section, Table, Text, Whole
from app.reports.repository import Place

_KINDS = {
    FacilityKind.STORAGE: Message("贮存", "storage"),
    FacilityKind.UTILIZATION: Message("利用", "utilization"),
    FacilityKind.DISPOSAL: Message("处置", "disposal"),
}
_CAPACITY = Message("贮存为吨，利用、处置为吨/年", "t; of utilization and disposal t/a")


def section(session: ReadSession, subject: Subject, region: str | None) -> Section:
    """What is registered now; facilities carry no history."""
    found = repository.facilities(session, subject, region)
    told = Message(
        f"登记的贮存、利用、处置设施共 {len(found):,} 处（按现时登记）。",
        f"{len(found):,} facilities for storage, utilization and disposal are registered (as of now).",
    )
    return Section(
        Message("五、贮存、利用、处置设施", "5. Facilities for storage, utilization and disposal"),
        (told,),
        (_summary(found), _list(found)),
        id="facilities",
    )


def _summary(found: Sequence[Place]) -> Table:
    columns = (
        Column("kind", Message("类别", "Kind"), width=1.2),
        Column("count", Message("设施数", "Facilities")),
        Column("with_capacity", Message("其中登记能力的", "with a capacity")),
        Column("capacity_tonnes", Message("能力合计", "Capacity"), _CAPACITY, width=2),
    )
    rows = []
    for kind, words in _KINDS.items():
        those = [place for place in found if place.kind is kind]
        held = [place.capacity_grams for place in those if place.capacity_grams is not None]
        rows.append((Text(words), Whole(len(those)), Whole(len(held)), Mass(sum(held) if held else None)))
    return Table("facility_kinds", Message("设施概况", "Facilities by kind"), columns, tuple(rows))


def _list(found: Sequence[Place]) -> Table:
    columns = (
        Column("site", Message("场所编码", "Site"), width=1.5),
        Column("site_name", Message("场所", "Site name"), width=1.8),
        Column("region", Message("行政区", "Region"), width=0.7),
        Column("facility", Message("设施", "Facility"), width=0.7),
        Column("name", Message("名称", "Name"), width=1.5),
        Column("kind", Message("类别", "Kind"), width=0.7),
        Column("capacity_tonnes", Message("能力", "Capacity"), _CAPACITY, width=1.3),
    )
    rows = tuple(
        (
            Text(place.site),
            Text(place.site_name),
            Text(place.region),
            Text(place.code),
            Text(place.name),
            Text(_KINDS[place.kind]),
            Mass(place.capacity_grams),
        )
        for place in found
    )
    return Table("facilities", Message("设施名录", "Facilities one by one"), columns, rows)
