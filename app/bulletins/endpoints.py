"""`POST /v1/bulletins/check`."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from app.auth.dependencies import require
from app.auth.subjects import Scope, Subject
from app.bulletins import service
from app.bulletins.schemas import BulletinOut, OfficialRowIn
from app.domain.bulletins.reading import MAX_BYTES

router = APIRouter(prefix="/v1/bulletins", tags=["bulletins"])

_EXAMPLE = {
    "case": "wuhai2023", "unit": "万吨", "gen": "3024.32", "util": "1504.04", "util_prior": "35.25",
    "published_metric": "util", "published_value": "49.16",
}  # fmt: skip
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            service.JSON: {
                "schema": {"type": "array", "maxItems": 10_000, "items": OfficialRowIn.model_json_schema()},
                "example": [_EXAMPLE],
            },
            service.CSV: {"schema": {"type": "string", "maxLength": MAX_BYTES}, "example": "case,unit,gen,…"},
        },
    }
}


async def _raw_body(request: Request) -> bytes:
    return await request.body()


@router.post("/check", openapi_extra=_BODY)
def check_bulletins(
    request: Request,
    body: Annotated[bytes, Depends(_raw_body)],
    _subject: Annotated[Subject, Depends(require(Scope.RATES_READ))],
) -> list[BulletinOut]:
    """Check official totals: which formula each published rate follows, and whether its own numbers close."""
    return service.check(body, request.headers.get("content-type", ""))
