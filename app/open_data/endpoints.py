"""Open data over HTTP: no account is needed, and nothing is there unless it is switched on."""

import csv
import io
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from app.auth.dependencies import public
from app.domain.errors import Message
from app.http.answers import TextOut
from app.http.dependencies import Now, Reading, SettingsDep
from app.http.fields import CodeText, RegionText
from app.http.spreadsheet import safe_cell
from app.open_data import service
from app.open_data.columns import COLUMNS
from app.open_data.rows import Value, rows_of, values
from app.open_data.schemas import OpenDictionaryOut, OpenRatesOut, OpenRowOut
from app.open_data.service import Published

router = APIRouter(prefix="/v1/open-data", tags=["open data"])

_DICTIONARY = "/v1/open-data/dictionary"
_OPEN = [
    Depends(public("yearly rates by region are open to everybody where the office has switched them on"))
]
_NOTE = Message(
    "按产生者一侧统计；少于三家企业的数据及可据以推算的数据不公布；数据随申报更正而更新。",
    "Counted on the generator's side. What fewer than three enterprises make up is withheld, with whatever it could be "
    "computed from. Figures follow the corrections of the ledgers.",
)
Language = Annotated[Literal["zh", "en"], Query()]


@router.get(
    "/rates",
    response_model=OpenRatesOut,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    dependencies=_OPEN,
)
def get_open_rates(
    *,
    session: Reading,
    settings: SettingsDep,
    now: Now,
    year: Annotated[int | None, Query(ge=1990, le=2199, examples=[2021])] = None,
    region: Annotated[RegionText | None, Query()] = None,
    waste: Annotated[list[CodeText] | None, Query(max_length=50, examples=[["SW02"]])] = None,
    language: Language = "zh",
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
    cursor: Annotated[str | None, Query(max_length=20, pattern=r"^[0-9]*-[A-Z0-9]*$")] = None,
) -> OpenRatesOut | Response:
    """Give the yearly amounts and rates of regions, at most `limit` a page as JSON or all of the year as CSV."""
    found = service.published(session, settings, now, year)
    rows = rows_of(found, region, tuple(waste or ()))
    written = [values(row, found.table.year, found.names, language) for row in rows]
    if form == "csv":
        return _csv(written, found, settings.open_data_licence)
    after = None if cursor is None else tuple(cursor.split("-"))
    left = [row for row in written if after is None or (row["region"], row["waste"]) > after]
    page = left[:limit]
    more = f"{page[-1]['region']}-{page[-1]['waste']}" if len(left) > len(page) else None
    return OpenRatesOut(
        licence=settings.open_data_licence,
        year=found.table.year,
        made_at=found.made_at,
        dictionary=_DICTIONARY,
        items=[OpenRowOut.model_validate(row) for row in page],
        next_cursor=more,
    )


@router.get("/dictionary", dependencies=_OPEN)
def get_open_dictionary(session: Reading, settings: SettingsDep, now: Now) -> OpenDictionaryOut:
    """Tell what each column means, with formula and source, and which years are published."""
    years = service.years(session, settings, now)
    return OpenDictionaryOut.of(settings.open_data_licence, years, TextOut.of(_NOTE))


def _csv(rows: list[dict[str, Value]], found: Published, licence: str) -> Response:
    file = io.StringIO()
    # With the mark, or spreadsheets take the Chinese names for something else.
    file.write("\ufeff")
    writer = csv.writer(file)
    writer.writerow([column.name for column in COLUMNS])
    writer.writerows([safe_cell(_cell(row[column.name])) for column in COLUMNS] for row in rows)
    headers = {
        "Content-Disposition": f'attachment; filename="huanlian-{found.table.year}.csv"',
        "X-Licence": licence.encode("ascii", "replace").decode(),
        "Link": f'<{_DICTIONARY}>; rel="describedby"',
    }
    return Response(file.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
