"""Writing the transfers of filed ledgers, and writing them anew when the register says otherwise whom a code means.

What stands in `transfers` is a function of the ledgers that count and of the register: whoever is registered late gets
the same rows as if registered early.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.db.session import WriteSession
from app.domain.periods import Month
from app.enterprises import service as enterprises
from app.enterprises.service import Party
from app.transfers import repository
from app.transfers.repository import SENT, Row
from app.transfers.sides import Report, rows_of

_RECEIVED = ("received_grams",)


def record(
    session: WriteSession, reports: Sequence[Report], on_file: Sequence[Row], parties: Mapping[str, Party]
) -> None:
    """Set the sites' own side of every transfer to what their ledgers now say; `on_file` are the rows around them."""
    sent_rows: list[dict[str, Any]] = []
    received_rows: list[dict[str, Any]] = []
    gone_sent: list[uuid.UUID] = []
    gone_received: list[uuid.UUID] = []
    by_sender = _rows_by(on_file, "sender_party")
    by_receiver = _rows_by(on_file, "receiver_party")
    for report in reports:
        sent, received = rows_of(report, parties)
        sent_rows += sent
        received_rows += received
        own = (report.site.code, report.month)
        gone_sent += _gone(by_sender[own], sent, "sent_grams", "receiver_party")
        gone_received += _gone(by_receiver[own], received, "received_grams", "sender_party")
    repository.upsert(session, sent_rows, received_rows)
    repository.withdraw(session, gone_sent, SENT)
    repository.withdraw(session, gone_received, _RECEIVED)


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
    own_codes = {report.site.code for report in reports}
    months = {report.month for report in reports}
    before = repository.of_sites(session, own_codes, months)
    moved = _moved(reports, before, parties)
    if not moved:
        return False
    record(session, moved, before, parties)
    _move_statements(session, before, repository.of_sites(session, own_codes, months))
    return True


def _moved(reports: Sequence[Report], before: Sequence[Row], parties: Mapping[str, Party]) -> list[Report]:
    """The reports that now say something else than what is on file of them; usually few, often none."""
    by_sender, by_receiver = _rows_by(before, "sender_party"), _rows_by(before, "receiver_party")
    moved = []
    for report in reports:
        own = (report.site.code, report.month)
        sent, received = rows_of(report, parties)
        same = _said(sent, SENT) == _said(by_sender[own], SENT)
        if not same or _said(received, _RECEIVED) != _said(by_receiver[own], _RECEIVED):
            moved.append(report)
    return moved


def _said(rows: Iterable[Row], figures: Sequence[str]) -> set[tuple[Any, ...]]:
    """What one side says in these rows, and of whom."""
    columns = (*repository.KEY, *figures, *repository.PARTIES)
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


def _gone(on_file: Iterable[Row], said: Iterable[Row], grams: str, other: str) -> list[uuid.UUID]:
    """The transfers of which a side spoke and speaks no more."""
    still = {(row["waste"], row["purpose"], row[other]) for row in said}
    return [
        row["id"]
        for row in on_file
        if row[grams] is not None and (row["waste"], row["purpose"], row[other]) not in still
    ]
