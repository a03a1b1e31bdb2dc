"""Single posts as a set: the ledgers of several requests are filed in one transaction, each with its own answer.

What a post is answered does not depend on its neighbours: each has its key, its filer and its moment, a refusal writes
nothing of its own, and whatever fails the transaction as a whole is thrown before anyone is answered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from app.auth.verified import EXPIRED, shut_out
from app.db.session import WriteSession
from app.http.problems import Problem, Unauthenticated
from app.ledgers import replay
from app.ledgers.commands import Command, Filer, Filing, Intent, Result
from app.ledgers.file import file_each
from app.ledgers.replay import Answer
from app.ledgers.schemas import LedgerIn

Outcome: TypeAlias = Answer | Problem


@dataclass(frozen=True)
class Post:
    """One request to file one ledger. Same route, same content, same key: the same request."""

    command: Command
    filer: Filer
    key: str | None
    route: str
    status: int

    @property
    def place(self) -> replay.Place | None:
        """Whose key it is."""
        return None if self.key is None else (self.filer.subject.id, self.key)

    @cached_property
    def slot(self) -> replay.Slot | None:
        """The key under which the answer is kept, None when the caller gave none."""
        if self.key is None:
            return None
        command = self.command
        content = f"{command.text}\n{command.draft}\n{command.reason}\n{command.if_match}"
        return replay.Slot(self.filer.subject.id, self.key, replay.request_hash(self.route, content))


def post_of(body: LedgerIn, filer: Filer, key: str | None) -> Post:
    """A ledger that is handed in at `POST /v1/ledgers`."""
    command = Command(body.content(), Intent.FILE, draft=body.draft, reason=body.reason)
    return Post(command, filer, key, "POST /v1/ledgers", 201)


def answer_each(session: WriteSession, posts: Sequence[Post]) -> list[Outcome]:
    """File what was not answered before, keep the answers; in the order of the posts. The caller commits.

    No two posts have the same key.
    """
    gone = shut_out(session, (post.filer.subject for post in posts))
    outcomes: dict[int, Outcome] = {
        place: Unauthenticated(EXPIRED) for place, post in enumerate(posts) if post.filer.subject in gone
    }
    slots = [post.slot for place, post in enumerate(posts) if post.slot is not None and place not in outcomes]
    known = replay.first_answers(session, slots)
    outcomes |= {
        place: _again(known[post.place], post)
        for place, post in enumerate(posts)
        if place not in outcomes and post.place in known
    }
    fresh = {place: post for place, post in enumerate(posts) if place not in outcomes}
    outcomes |= _filed(session, fresh)
    return [outcomes[place] for place in range(len(posts))]


def _filed(session: WriteSession, fresh: Mapping[int, Post]) -> dict[int, Outcome]:
    """File the posts at these places and keep the answers that they earn."""
    if not fresh:
        return {}
    results = file_each(session, [Filing(post.command, post.filer) for post in fresh.values()])
    outcomes: dict[int, Outcome] = {}
    kept = []
    for (place, post), result in zip(fresh.items(), results, strict=True):
        if result.problem is not None:
            outcomes[place] = result.problem
            continue
        answer = outcomes[place] = answer_of(result, post.status)
        if post.slot is not None:
            kept.append((post.slot, answer, post.filer.now))
    replay.keep_each(session, kept)
    return outcomes


def _again(first: replay.Kept, post: Post) -> Outcome:
    assert post.slot is not None  # noqa: S101 - only what has a key was answered before
    try:
        return replay.again(first, post.slot)
    except Problem as problem:
        return problem


def answer_of(result: Result, status: int) -> Answer:
    """What a filing that was not refused is answered."""
    headers = {"Location": f"/v1/ledgers/{result.ledger_id}", "ETag": f'"{result.version}"'}
    return Answer(status, headers, filed_document(result))


def filed_document(result: Result) -> dict[str, Any]:
    """The ledger's name, version, receipt and warnings."""
    received_at = result.received_at.isoformat() if result.received_at else None
    return {
        "id": str(result.ledger_id),
        "site": result.site,
        "month": str(result.month),
        "version": result.version,
        "state": result.state.value,
        "receipt": {"sha256": result.sha256, "received_at": received_at},
        "warnings": list(result.told),
    }
