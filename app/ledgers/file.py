"""Filing is a set operation: the one way a ledger gets into the database, for single posts, bulk, imports and dry runs.

Look around once, judge each ledger in order (later ones see what earlier ones of the set put there), then write all of it
with multi-row statements. Nothing is written when `dry_run` is set, or when `atomic` is set and one ledger is refused.
"""

from collections.abc import Sequence
from typing import Any

from app.db.session import WriteSession
from app.domain.errors import Fault, Message
from app.domain.ledger import LedgerContent
from app.domain.ledger_checks import Context, Counterpart, MonthFigures, Warn, check
from app.enterprises.service import SiteRow
from app.http.problems import Conflict, Invalid, NotFound, PreconditionFailed, Problem
from app.ledgers import events, surroundings
from app.ledgers.commands import Command, Filer, Filing, Intent, Outcome, Result
from app.ledgers.documents import warning_document
from app.ledgers.surroundings import Current, Surroundings
from app.ledgers.writing import Batch
from app.outbox.events import publish_each
from app.transfers import service as transfers


class LedgerAlreadyFiled(Conflict):
    code = "ledger_already_filed"
    title = Message(
        "该月台账已填报，如需更正请提交修订", "This month is already filed; amend it to correct it"
    )


class MonthClosed(Conflict):
    code = "month_closed"
    title = Message("该月已关账，须说明理由（reason）", "This month is closed; state a reason")


def file(
    session: WriteSession,
    commands: Sequence[Command],
    filer: Filer,
    *,
    dry_run: bool = False,
    atomic: bool = False,
) -> list[Result]:
    """File the ledgers; results stand in the order of the commands. The caller commits."""
    filings = [Filing(command, filer) for command in commands]
    return file_each(session, filings, dry_run=dry_run, atomic=atomic)


def file_each(
    session: WriteSession, filings: Sequence[Filing], *, dry_run: bool = False, atomic: bool = False
) -> list[Result]:
    """File the ledgers of one or of several filers as one set; each may file only what is its own."""
    around = surroundings.load(session, [filing.command for filing in filings])
    batch = Batch()
    results = [_file_one(filing, around, batch) for filing in filings]
    refused = any(result.problem is not None for result in results)
    if not dry_run and not (atomic and refused):
        batch.write(session, around)
        publish_each(session, events.of_filing(filings, results, around.sites))
        batch.sum_up(session)
    return results


def _file_one(filing: Filing, around: Surroundings, batch: Batch) -> Result:
    command, content = filing.command, filing.command.content
    try:
        site = _own_site(content, around, filing.filer)
        _refuse_faults(content, around, filing.filer)
        current = around.current.get((site.id, content.month))
        if command.intent is Intent.UPSERT and _is_same(current, command.sha256, draft=command.draft):
            assert current is not None  # noqa: S101 - _is_same says so
            return _result(Outcome.UNCHANGED, command, current)
        _refuse_conflict(command, site, current, around)
        said = transfers.declared(site, content, around.parties)
        warnings = check(content, _context(content, said, around))
        told = [warning_document(warn) for warn in warnings]
        placed = batch.place(filing, said, current, told)
        around.current[(site.id, content.month)] = placed
        if placed.counts:
            around.reported.declare(said)
        fresh = current is None or not current.counts
        outcome = Outcome.CREATED if fresh else Outcome.AMENDED
        return _result(outcome, command, placed, warnings, told)
    except Problem as problem:
        return Result(Outcome.REJECTED, content.site, content.month, problem=problem)


def _result(
    outcome: Outcome,
    command: Command,
    current: Current,
    warnings: tuple[Warn, ...] = (),
    told: Sequence[dict[str, Any]] = (),
) -> Result:
    return Result(
        outcome,
        command.content.site,
        command.content.month,
        current.ledger_id,
        current.version,
        current.state,
        current.sha256,
        current.received_at,
        warnings,
        told,
    )


def _own_site(content: LedgerContent, around: Surroundings, filer: Filer) -> SiteRow:
    """The site that is filed for; one that is not the filer's own is not there at all."""
    site = around.sites.get(content.site)
    if site is None or not filer.may_file_for(site):
        text = Message("没有这个场所，或不属于您", "there is no such site, or it is not yours")
        raise NotFound(text, errors=[Fault("/site", "unknown_site", text)])
    return site


def _refuse_faults(content: LedgerContent, around: Surroundings, filer: Filer) -> None:
    """What no register knows, and months that have not come yet."""
    faults = []
    if content.month > filer.this_month:
        faults.append(Fault("/month", "future_month", Message("月份尚未到来", "this month has not come yet")))
    for index, line in enumerate(content.lines):
        if line.waste not in around.codes.wastes:
            text = Message("固废种类未登记，见 GET /v1/wastes", "this waste is not known; see GET /v1/wastes")
            faults.append(Fault(f"/lines/{index}/waste", "unknown_waste", text))
        if line.method is not None and line.method not in around.codes.methods:
            text = Message(
                "计量方式未登记，见 GET /v1/methods", "this method is not known; see GET /v1/methods"
            )
            faults.append(Fault(f"/lines/{index}/method", "unknown_method", text))
    if faults:
        raise Invalid(errors=faults)


def _is_same(current: Current | None, sha256: str, *, draft: bool) -> bool:
    return current is not None and current.sha256 == sha256 and current.counts is not draft


def _refuse_conflict(command: Command, site: SiteRow, current: Current | None, around: Surroundings) -> None:
    if command.intent is Intent.AMEND:
        _refuse_stale(command, current)
    elif current is not None and current.counts:
        _refuse_second(command, current)
    if around.is_closed(site.region, command.content.month) and not command.reason and not command.draft:
        text = MonthClosed.title
        raise MonthClosed(errors=[Fault("/reason", "reason_required", text)])


def _refuse_second(command: Command, current: Current) -> None:
    """A month on file: only a bulk line with a reason amends it, and nothing takes it back into a draft."""
    hint = None
    if command.draft:
        hint = Message(
            "该月已填报，不能退回为草稿", "this month is already filed; a draft cannot take its place"
        )
    elif command.intent is Intent.UPSERT and not command.reason:
        hint = Message(
            "该月已填报且内容不同，修订须填 reason",
            "already filed with other content; an amendment needs a reason",
        )
    elif command.intent is Intent.UPSERT:
        return
    raise LedgerAlreadyFiled(hint, extra={"ledger": _naming(current)})


def _refuse_stale(command: Command, current: Current | None) -> None:
    if current is None or current.ledger_id != command.ledger_id:
        text = Message(
            "场所和月份须与所修订的台账一致", "site and month must be those of the ledger being amended"
        )
        raise Invalid(errors=[Fault("/month", "not_this_ledger", text)])
    if not current.counts:
        text = Message("草稿请直接重新提交，不需修订", "a draft is simply filed again; it needs no amendment")
        raise Conflict(text)
    if command.if_match is not None and current.version != command.if_match:
        raise PreconditionFailed(extra={"ledger": _naming(current)})


def _naming(current: Current) -> dict[str, object]:
    """The ledger on file with its receipt: whoever lost the first answer finds it here."""
    return {
        "id": str(current.ledger_id),
        "version": current.version,
        "state": current.state.value,
        "receipt": {"sha256": current.sha256, "received_at": current.received_at.isoformat()},
    }


def _context(content: LedgerContent, said: transfers.Resolved, around: Surroundings) -> Context:
    site, month = said.report.site, content.month
    return Context(
        previous=_figures(around.at(site.id, month, -1)),
        next=_figures(around.at(site.id, month, 1)),
        unknown_parties=frozenset(code for code in said.meant if not around.parties[code].known),
        own_parties=frozenset(code for code, meant in said.meant.items() if meant.party == site.code),
        facilities=around.facilities.get(site.id),
        processes=around.codes.processes,
        counterparts=_counterparts(said, around.reported),
        reports_from=site.reports_from,
        reports_until=site.reports_until,
    )


def _figures(near: Current | None) -> MonthFigures | None:
    return near.figures if near is not None and near.counts else None


def _counterparts(
    said: transfers.Resolved, reported: transfers.Reported
) -> dict[tuple[str, str, str, str], Counterpart]:
    """What the other sides say of the transfers that a ledger names, as it names them."""
    own, month = said.own
    found: dict[tuple[str, str, str, str], Counterpart] = {}
    for direction, streams in (("sent", said.report.sent), ("received", said.report.received)):
        for waste, purpose, code in streams:
            party = said.meant[code].party
            grams = reported.other_side(direction, own, party, month, waste, purpose)
            if grams is not None:
                found[direction, code, waste, purpose] = Counterpart(grams)
    return found
