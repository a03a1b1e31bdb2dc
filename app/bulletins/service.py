"""The bulletin check behind the API: a CSV file or rows in JSON, nothing stored."""

from pydantic import TypeAdapter, ValidationError

from app.bulletins.schemas import BulletinOut, OfficialRowsIn
from app.domain.bulletins.check import Judgement, as_json, check_csv, check_table
from app.domain.bulletins.reading import BulletinError
from app.domain.errors import Message
from app.http.problems import Invalid, Problem
from app.http.validation import faults_from

CSV = "text/csv"
JSON = "application/json"
_ROWS: TypeAdapter[OfficialRowsIn] = TypeAdapter(OfficialRowsIn)


class UnsupportedMediaType(Problem):
    """The body is neither of the two kinds that are read."""

    status = 415
    code = "unsupported_media_type"
    title = Message(
        "请求体须为 text/csv 或 application/json", "Send the body as text/csv or application/json"
    )


def check(body: bytes, content_type: str) -> list[BulletinOut]:
    """Judge official totals row by row. Raises Invalid (a pointer a bad cell) or UnsupportedMediaType."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in {CSV, JSON}:
        raise UnsupportedMediaType
    try:
        judgements = check_csv(body) if media_type == CSV else _check_json(body)
    except BulletinError as refused:
        raise Invalid(errors=refused.faults) from None
    return [BulletinOut.model_validate(as_json(judgement)) for judgement in judgements]


def _check_json(body: bytes) -> list[Judgement]:
    try:
        rows = _ROWS.validate_json(body)
    except ValidationError as error:
        raise Invalid(errors=[fault for _, fault in faults_from(error.errors())]) from None
    return check_table([row.cells() for row in rows])
