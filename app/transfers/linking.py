"""Writing the transfers of filed ledgers, and writing them anew when the register says otherwise whom a code means.

What stands in `transfers` is a function of the ledgers that count and of the register: whoever is registered late gets
the same rows as if registered early.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from app.db.session import WriteSession
from app.domain.periods import Month
from app.enterprises import service as enterprises
from app.transfers import repository
from app.transfers.repository import OnFile, Row
from app.transfers.sides import COLUMNS, KEY, PARTIES, RECEIVED, SENT, Key, Resolved, TransferRow


def record(session: WriteSession, said: Sequence[Resolved], on_file: Iterable[OnFile]) -> None:
    """Set the sites' own side of every transfer to what their ledgers now say; `on_file` are the figures around them."""
    by_sender, by_receiver = _keys_by_side(on_file)
    gone_sent: list[Key] = []
    gone_received: list[Key] = []
    for each in said:
        gone_sent += by_sender[each.own] - each.sent_keys()
        gone_received += by_receiver[each.own] - each.received_keys()
    repository.upsert(
        session,
        (row for each in said for row in each.sent_rows()),
        (row for each in said for row in each.received_rows()),
    )
    repository.withdraw(session, gone_sent, SENT)
    repository.withdraw(session, gone_received, RECEIVED)


def _keys_by_side(
    on_file: Iterable[OnFile],
) -> tuple[dict[tuple[str, Month], set[Key]], dict[tuple[str, Month], set[Key]]]:
    """The transfers of which a side speaks, by sender and by receiver and their months."""
    by_sender: dict[tuple[str, Month], set[Key]] = defaultdict(set)
    by_receiver: dict[tuple[str, Month], set[Key]] = defaultdict(set)
    for row in on_file:
        month, waste, purpose, sender, receiver, sent, received = row
        key = (month, waste, purpose, sender, receiver)
        if sent is not None:
            by_sender[sender, month].add(key)
        if received is not None:
            by_receiver[receiver, month].add(key)
    return by_sender, by_receiver


def relink(session: WriteSession, codes: Iterable[str]) -> bool:
    """Let every ledger that names one of the codes, or a site that one of them means or meant, find its party anew.

    Tells whether any of them found another one.

    The caller has changed the register and holds it, so that no filing reads it half changed.
    """
    named = set(codes)
    touched = repository.touching(session, named, enterprises.sites_ever_meant(session, named))
    if not touched:
        return False
    reports = repository.reports(session, _reporters(touched))
    parties = enterprises.parties(session, {code for report in reports for code in report.named})
    own_sites = {report.site.id for report in reports}
    months = {report.month for report in reports}
    before = repository.of_sites(session, own_sites, months)
    moved = _moved([Resolved(report, parties) for report in reports], before)
    if not moved:
        return False
    record(session, moved, [repository.on_file(row) for row in before])
    _move_statements(session, before, repository.of_sites(session, own_sites, months))
    return True


def _moved(said: Sequence[Resolved], before: Sequence[Row]) -> list[Resolved]:
    """The reports that now say something else than what is on file of them; usually few, often none."""
    by_sender, by_receiver = _rows_by(before, "sender_party"), _rows_by(before, "receiver_party")
    moved = []
    for each in said:
        same = _now(each.sent_rows(), SENT) == _before(by_sender[each.own], SENT)
        if not same or _now(each.received_rows(), RECEIVED) != _before(by_receiver[each.own], RECEIVED):
            moved.append(each)
    return moved


def _now(rows: Iterable[TransferRow], figures: Sequence[str]) -> set[tuple[Any, ...]]:
    """What one side says in these rows, and of whom."""
    return _before((dict(zip(COLUMNS, row, strict=True)) for row in rows), figures)


def _before(rows: Iterable[Row], figures: Sequence[str]) -> set[tuple[Any, ...]]:
    """The same of rows that are on file."""
    columns = (*KEY, *figures, *PARTIES)
    return {tuple(row[name] for name in columns) for row in rows if row[figures[0]] is not None}


def _reporters(touched: Iterable[Row]) -> set[tuple[uuid.UUID, Month]]:
    """The site-months whose ledgers say something of these transfers."""
    sides = (("sender_site_id", "sent_grams"), ("receiver_site_id", "received_grams"))
    return {
        (row[site], row["month"])
        for row in touched
        for site, grams in sides
        if row[grams] is not None and row[site] is not None
    }


def _move_statements(session: WriteSession, before: Sequence[Row], after: Sequence[Row]) -> None:
    """A receiver's statement stays with the declaration that it answers, when that has moved to one other place."""
    was_sent = {row["id"] for row in before if row["sent_grams"] is not None}
    fresh: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in after:
        if row["sent_grams"] is not None and row["id"] not in was_sent and row["decision"] is None:
            fresh[_stream(row)].append(row)
    for row in after:
        left = row["id"] in was_sent and row["sent_grams"] is None and row["decision"] is not None
        if left and len(fresh[_stream(row)]) == 1:
            repository.move_statements(session, row, fresh[_stream(row)].pop()["id"])


def _stream(row: Row) -> tuple[Any, ...]:
    return row["month"], row["waste"], row["purpose"], row["sender_party"]


def _rows_by(rows: Iterable[Row], party: str) -> dict[tuple[str, Month], list[Row]]:
    index: dict[tuple[str, Month], list[Row]] = defaultdict(list)
    for row in rows:
        index[row[party], row["month"]].append(row)
    return index
