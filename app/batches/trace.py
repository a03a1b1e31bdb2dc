"""Following a form up and down: what it was drawn from, and what was drawn from it.

One query a generation and direction. Forms that the reader may not see are counted, not named, and not passed through.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from app.auth.subjects import Subject
from app.batches import repository
from app.batches.models import Batch, BatchLink
from app.db.session import ReadSession
from app.domain.custody.batches import Key
from app.domain.quantities import tonnes_text
from app.http.problems import NotFound

Direction = Literal["up", "down", "both"]
MOST_NODES = 500


@dataclass(slots=True)
class _Trace:
    """What has been found so far."""

    nodes: dict[uuid.UUID, tuple[Batch, str, int]] = field(default_factory=dict)
    links: dict[tuple[uuid.UUID, uuid.UUID], int | None] = field(default_factory=dict)
    beyond: dict[str, int] = field(default_factory=lambda: {"up": 0, "down": 0})
    truncated: bool = False

    def add(self, found: Iterable[tuple[Batch, str]], distance: int) -> list[uuid.UUID]:
        """Take nodes that are not there yet; answer those that were taken."""
        new = []
        for batch, site in found:
            if batch.id in self.nodes:
                continue
            if len(self.nodes) >= MOST_NODES:
                self.truncated = True
                break
            self.nodes[batch.id] = (batch, site, distance)
            new.append(batch.id)
        return new


def trace(
    session: ReadSession, subject: Subject, batch_id: uuid.UUID, direction: Direction
) -> dict[str, Any]:
    """The graph around a form. Raises NotFound when there is none that one may see."""
    row = session.execute(repository.batches(subject).where(Batch.id == batch_id)).one_or_none()
    if row is None:
        raise NotFound
    found = _Trace()
    found.add([(row[0], row[1])], 0)
    if direction != "down":
        _upstream(session, subject, found, batch_id)
    if direction != "up":
        _downstream(session, subject, found, batch_id)
    return _document(batch_id, found)


def _upstream(session: ReadSession, subject: Subject, found: _Trace, start: uuid.UUID) -> None:
    front, distance = [start], 0
    while front:
        distance -= 1
        links = [link for each in repository.links_of(session, front).values() for link in each]
        keys = {_key(link) for link in links}
        # What was sent to one of these sites is known to it, whoever sent it.
        codes = repository.codes_of(session, {found.nodes[each][0].site_id for each in front})
        sites, firms = [site for site, _ in codes.values()], [firm for _, firm in codes.values()]
        known = repository.known(session, keys, repository.open_to(subject, sites, firms))
        found.beyond["up"] += sum(_key(link) not in known for link in links)
        front = found.add(known.values(), distance)
        for link in links:
            if _key(link) in known:
                _join(found, known[_key(link)][0].id, link.batch_id, link.grams)


def _downstream(session: ReadSession, subject: Subject, found: _Trace, start: uuid.UUID) -> None:
    front, distance = [start], 0
    while front:
        distance += 1
        above: dict[Key, uuid.UUID] = {}
        for batch_id in front:
            batch, site, _ = found.nodes[batch_id]
            above[site, batch.number] = batch_id
        links = repository.following(session, above)
        seen = _seen_by_id(session, subject, {link.batch_id for link in links})
        found.beyond["down"] += sum(link.batch_id not in seen for link in links)
        front = found.add(seen.values(), distance)
        for link in links:
            if link.batch_id in seen:
                _join(found, above[_key(link)], link.batch_id, link.grams)


def _seen_by_id(
    session: ReadSession, subject: Subject, ids: set[uuid.UUID]
) -> dict[uuid.UUID, tuple[Batch, str]]:
    found: dict[uuid.UUID, tuple[Batch, str]] = {}
    for batch in repository.chunks(ids):
        query = repository.batches(subject).where(Batch.id.in_(batch))
        found |= {row[0].id: (row[0], row[1]) for row in session.execute(query)}
    return found


def _join(found: _Trace, before: uuid.UUID, after: uuid.UUID, grams: int | None) -> None:
    if before in found.nodes and after in found.nodes:
        found.links[before, after] = grams


def _key(link: BatchLink) -> Key:
    return (link.preceding_site, link.preceding_number)


def _document(batch_id: uuid.UUID, found: _Trace) -> dict[str, Any]:
    nodes = sorted(found.nodes.values(), key=lambda node: (node[2], node[0].day, node[1], node[0].number))
    return {
        "id": batch_id,
        "nodes": [
            {
                "id": batch.id,
                "site": site,
                "number": batch.number,
                "kind": batch.kind.value,
                "day": batch.day,
                "waste": batch.waste,
                "tonnes": tonnes_text(batch.grams),
                "withdrawn": batch.withdrawn_at is not None,
                "distance": distance,
            }
            for batch, site, distance in nodes
        ],
        "links": [
            {"from": before, "to": after, "tonnes": None if grams is None else tonnes_text(grams)}
            for (before, after), grams in sorted(found.links.items())
        ],
        "beyond_upstream": found.beyond["up"],
        "beyond_downstream": found.beyond["down"],
        "truncated": found.truncated,
    }
