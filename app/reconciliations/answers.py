"""Stored reconciliations as they leave."""

from collections.abc import Iterable

from app.auth.subjects import Subject
from app.db.session import ReadSession
from app.domain.quantities import tonnes_text
from app.reconciliations import runs
from app.reconciliations.freshness import Freshness
from app.reconciliations.models import ReconciledFlow, Reconciliation
from app.reconciliations.schemas import FlowReportOut, ReconciledFlowOut, ReconciliationOut, ScopeOut
from chains.measures import HALF_WIDTH_95


def reconciliations_out(
    session: ReadSession, subject: Subject, found: Iterable[Reconciliation]
) -> list[ReconciliationOut]:
    """Tell reconciliations without their summaries."""
    freshness = Freshness(session, subject)
    return [reconciliation_out(run, freshness, whole=False) for run in found]


def reconciliation_out(run: Reconciliation, freshness: Freshness, *, whole: bool) -> ReconciliationOut:
    """Tell a reconciliation, with its summary or without."""
    return ReconciliationOut(
        id=run.id,
        scope=ScopeOut(region=run.region, base=run.base, from_=str(run.first_month), to=str(run.last_month)),
        alpha=run.alpha,
        local_test_floor=run.local_test_floor,
        months=run.months,
        state=run.state,
        stale=freshness.is_stale(run),
        error=run.error,
        requested_by=run.requested_by,
        requested_at=run.requested_at,
        made_at=run.made_at,
        ledgers=run.ledgers,
        summary=runs.summary_of(run) if whole else None,
    )


def flow_out(flow: ReconciledFlow) -> ReconciledFlowOut:
    """Tell a flow."""
    sd = flow.sd_grams
    return ReconciledFlowOut(
        position=flow.position,
        kind=flow.kind,
        waste=flow.waste,
        from_=flow.from_site,
        to=flow.to_site,
        detail=flow.detail,
        sent=_report(flow.sent_grams, flow.sent_sigma_grams),
        received=_report(flow.received_grams, flow.received_sigma_grams),
        value_tonnes=_tonnes(flow.value_grams),
        sd_tonnes=_tonnes(sd),
        half_width_95_tonnes=None if sd is None else tonnes_text(round(HALF_WIDTH_95 * sd)),
        z=flow.z,
        pair_z=flow.pair_z,
        class_=flow.flow_class,
        flagged=flow.flagged,
        at_bound=flow.at_bound,
    )


def _report(grams: int | None, sigma_grams: int | None) -> FlowReportOut | None:
    if grams is None or sigma_grams is None:
        return None
    return FlowReportOut(tonnes=tonnes_text(grams), sigma_tonnes=tonnes_text(sigma_grams))


def _tonnes(grams: int | None) -> str | None:
    return None if grams is None else tonnes_text(grams)
