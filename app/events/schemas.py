"""The JSON of the feed of events."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class EventOut(BaseModel):
    """Something that happened. The same event has the same `id` wherever it is told, here and by webhook."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01933b5c-7b1e-7c3a-9d43-6c0f6f3c2a10",
                    "type": "ledger.submitted",
                    "schema_version": 1,
                    "timestamp": "2026-01-10T08:00:00Z",
                    "region": "140212",
                    "data": {
                        "ledger": "01933b5c-7b1d-7d21-8d0b-2f6f3c2a1000",
                        "site": "91140200MA0EXAMPLE001P",
                        "month": "2025-03",
                        "version": 1,
                        "state": "submitted",
                        "generated_tonnes": {"SW02": "1000"},
                    },
                }
            ]
        }
    )

    id: str
    type: str
    schema_version: int
    timestamp: str
    region: str | None
    data: dict[str, Any]


class EventPage(BaseModel):
    """Some events and where to go on; `next_cursor` is there also when there was nothing new, for the next call."""

    items: list[EventOut]
    next_cursor: str
    has_more: bool = Field(description="whether more can be read at once; otherwise ask again after a while")
