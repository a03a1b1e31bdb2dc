"""Bodies of many entries: a JSON array or NDJSON, read entry by entry, so that one that is wrong is told at its place."""

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.domain.errors import Fault, Message
from app.http.problems import Invalid
from app.http.validation import faults_from

_Body = TypeVar("_Body", bound=BaseModel)


def entries_of(body: bytes, things: Message, *, ndjson: bool, most: int) -> list[Any]:
    """The entries of a body, unread. Raises Invalid for a body that is no list, an empty one and one of too many."""
    entries = [line for line in body.split(b"\n") if line.strip()] if ndjson else _array(body, things)
    if not entries or len(entries) > most:
        text = Message(f"一次须有 1 至 {most} 份{things.zh}", f"one call takes 1 to {most} {things.en}")
        raise Invalid(errors=[Fault("", "bad_count", text)])
    return entries


def read_entry(model: type[_Body], entry: Any) -> _Body | Invalid:
    """One entry of a document or its JSON text, or why it could not be read."""
    try:
        return model.model_validate_json(entry) if isinstance(entry, bytes) else model.model_validate(entry)
    except ValidationError as error:
        return Invalid(errors=[fault for _, fault in faults_from(error.errors())])


def _array(body: bytes, things: Message) -> list[Any]:
    text = Message(
        f"请求体应为{things.zh}的 JSON 数组，或 NDJSON",
        f"the body must be a JSON array of {things.en}, or NDJSON",
    )
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        raise Invalid(errors=[Fault("", "json_invalid", text)]) from None
    if not isinstance(parsed, list):
        raise Invalid(errors=[Fault("", "list_type", text)])
    return parsed
