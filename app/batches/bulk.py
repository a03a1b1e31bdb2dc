"""Many forms in one call: read one by one, recorded as one set, answered in the order of the input."""

from typing import Any, Literal

from app.batches import reading
from app.batches.recording import Outcome, Recorder, Result, record
from app.batches.schemas import BatchIn
from app.db.session import WriteSession
from app.domain.errors import Fault, Message
from app.http.bulk import entries_of, read_entry
from app.http.problems import Invalid, Problem, fault_document

MOST_FORMS = 1_000
Mode = Literal["atomic", "each"]


def read(body: bytes, *, ndjson: bool) -> list[BatchIn | Invalid]:
    """The forms of a body, or why one could not be read. A body that is no list at all is refused as a whole."""
    entries = entries_of(body, Message("表单", "forms"), ndjson=ndjson, most=MOST_FORMS)
    return [read_entry(BatchIn, entry) for entry in entries]


def record_bulk(
    session: WriteSession, entries: list[BatchIn | Invalid], mode: Mode, by: Recorder
) -> dict[str, Any]:
    """Record what can be recorded; in `atomic` mode raise Invalid with the answers when one is refused."""
    good = [entry for entry in entries if isinstance(entry, BatchIn)]
    results = iter(record(session, good, by, atomic=mode == "atomic"))
    said = [entry if isinstance(entry, Invalid) else next(results) for entry in entries]
    refused = any(isinstance(each, Invalid) or each.problem is not None for each in said)
    is_void = refused and mode == "atomic"
    made = {each.id for each in said if isinstance(each, Result) and each.id is not None}
    warnings = {} if is_void else reading.several(session, by.subject, made)
    items = [_item(place, each, warnings) for place, each in enumerate(said)]
    summary = {outcome.value: sum(item["outcome"] == outcome for item in items) for outcome in Outcome}
    answer = {"mode": mode, "summary": summary, "items": items}
    if is_void:
        text = Message(
            "有表单被拒绝，本次全部未保存", "a form was refused, so nothing of this call was saved"
        )
        raise Invalid(text, extra=answer)
    return answer


def _item(place: int, said: Result | Invalid, recorded: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    problem = said if isinstance(said, Invalid) else said.problem
    if problem is not None:
        return _rejected(place, said, problem)
    assert isinstance(said, Result)  # noqa: S101 - whatever is no result is a problem
    form = recorded.get(said.id, {"warnings": []})
    return {
        "line": place,
        "outcome": said.outcome.value,
        "id": None if said.id is None else str(said.id),
        "site": said.site,
        "number": said.number,
        "warnings": form["warnings"],
        "errors": [],
    }


def _rejected(place: int, said: Result | Invalid, problem: Problem) -> dict[str, Any]:
    faults = problem.errors or (Fault("", problem.code, problem.detail),)
    return {
        "line": place,
        "outcome": Outcome.REJECTED.value,
        "id": None,
        "site": said.site if isinstance(said, Result) else None,
        "number": said.number if isinstance(said, Result) else None,
        "warnings": [],
        "errors": [fault_document(fault) for fault in faults],
    }
