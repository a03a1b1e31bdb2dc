"""The summary of a reconciliation: tests, suspects in words, and where most tonnes are untracked."""

from collections import Counter
from collections.abc import Iterable, Iterator

from app.domain.errors import Message
from app.http.answers import CoverageOut, TextOut
from app.reconciliations.measured import MeasuredFlow
from app.reconciliations.models import FlowClass
from app.reconciliations.schemas import (
    CauseOut,
    ChiSquareOut,
    ComponentOut,
    NetworkOut,
    QualityOut,
    SummaryOut,
    SuspectOut,
    UntrackedOut,
)
from app.reconciliations.service import Reconciled
from app.reconciliations.wording import exact_tonnes, flow_words, stream_words, suspect_words
from chains.arrays import np
from chains.measures import HALF_WIDTH_95
from chains.reconciliation.contraction import FlowClass as EngineClass
from chains.reconciliation.result import GlobalTest
from chains.reconciliation.suspects import Kind, Suspect

MOST_SUSPECTS = 200
MOST_COMPONENTS = 50
_MOST_STREAMS = 12
_MOST_EQUIVALENT = 20
_MOST_SITES = 10


def summary(found: Reconciled) -> SummaryOut:
    """Give everything but the flows."""
    answer = found.answer
    suspects = answer.suspects
    components = sorted(answer.components, key=lambda part: (part.test.p, -part.test.statistic, part.nodes))
    return SummaryOut(
        network=_network(found),
        coverage=CoverageOut.of(found.cell),
        global_test=ChiSquareOut(**_test(answer.whole)),
        components=[
            ComponentOut(
                **_test(part.test),
                streams=[_label(found, node) for node in part.nodes[:_MOST_STREAMS]],
                stream_count=len(part.nodes),
            )
            for part in components[:MOST_COMPONENTS]
        ],
        component_count=len(components),
        critical_z=answer.critical_z,
        suspects=[_suspect(found, suspect) for suspect in suspects[:MOST_SUSPECTS]],
        more_suspects=max(0, len(suspects) - MOST_SUSPECTS),
        untracked=_untracked(found),
        quality=QualityOut(
            method=answer.method,
            iterations=answer.iterations,
            residual_tonnes=answer.residual,
            bound_breach_tonnes=answer.bounded.breach,
        ),
        warnings=[TextOut.of(message) for message in _warnings(found)],
    )


def class_names(found: Reconciled) -> Iterator[FlowClass]:
    """Class of each flow."""
    return (FlowClass(EngineClass(number).name.lower()) for number in found.answer.flows.flow_class.tolist())


def _network(found: Reconciled) -> NetworkOut:
    measured = found.measured
    return NetworkOut(
        sites=len(found.sites),
        streams=len(measured.streams),
        flows=len(measured.flows),
        reports=len(measured.report_of),
        by_class=dict(Counter(class_names(found))),
        flagged=int(found.answer.flows.flagged.sum()),
    )


def _test(test: GlobalTest) -> dict[str, float | int | bool]:
    return {
        "J": test.statistic,
        "dof": test.dof,
        "critical": test.critical,
        "p": test.p,
        "rejected": test.rejected,
    }


def _suspect(found: Reconciled, suspect: Suspect) -> SuspectOut:
    site, waste, counterpart = _place(found, suspect)
    side = None if suspect.report is None else found.measured.report_of[suspect.report]
    flow = None if suspect.flow is None else found.measured.flows[suspect.flow]
    # Of a figure that only one side reports the side needs no naming.
    blamed = side if flow is not None and flow.sent and flow.received else None
    others = list(_equivalent(found, suspect))
    return SuspectOut(
        kind=suspect.kind,
        site=site,
        site_name=found.name_of(site),
        waste=waste,
        counterpart=counterpart,
        counterpart_name=None if counterpart is None else found.name_of(counterpart),
        flow=suspect.flow,
        report=blamed,
        tonnes=exact_tonnes(suspect.mass),
        sd_tonnes=exact_tonnes(suspect.sd),
        half_width_95_tonnes=exact_tonnes(HALF_WIDTH_95 * suspect.sd),
        statistic=suspect.statistic,
        p=suspect.p,
        step=suspect.step,
        words=TextOut.of(suspect_words(suspect, _about(found, suspect), blamed)),
        equivalent=others[:_MOST_EQUIVALENT],
        more_equivalent=max(0, len(others) - _MOST_EQUIVALENT),
    )


def _place(found: Reconciled, suspect: Suspect) -> tuple[str, str, str | None]:
    """Site, waste and counterpart: the blamed side of a transfer is the site."""
    if suspect.node is not None:
        return (*found.measured.streams[suspect.node], None)
    flow = found.measured.flows[suspect.flow or 0]
    giver, taker = _parties(flow)
    blames_receiver = suspect.report is not None and found.measured.report_of[suspect.report] == "received"
    if taker is None or (giver is not None and not blames_receiver):
        return giver or "", flow.waste, taker
    return taker, flow.waste, giver


def _parties(flow: MeasuredFlow) -> tuple[str | None, str | None]:
    """Who gives and who takes: sites, or the other party of what crosses the boundary."""
    away = flow.detail if flow.is_handed_over else None
    return (
        away if flow.source is None else flow.source[0],
        away if flow.target is None else flow.target[0],
    )


def _about(found: Reconciled, suspect: Suspect) -> Message:
    if suspect.node is not None:
        return stream_words(found.measured.streams[suspect.node], found.name_of)
    return flow_words(found.measured.flows[suspect.flow or 0], found.name_of)


def _equivalent(found: Reconciled, suspect: Suspect) -> Iterator[CauseOut]:
    """Causes besides the representative that the reports cannot tell from it."""
    mine, other = suspect.equivalent, suspect.other_kind
    is_leak = suspect.kind == "untracked_flow"
    flows, nodes = (other, mine) if is_leak else (mine, other)
    yield from (_stream_cause(found, node) for node in nodes if node != suspect.node)
    yield from (_flow_cause(found, flow) for flow in flows if flow != suspect.flow)


def _stream_cause(found: Reconciled, node: int) -> CauseOut:
    site, waste = found.measured.streams[node]
    words = TextOut.of(stream_words((site, waste), found.name_of))
    return _cause("untracked_flow", site, waste, None, words)


def _flow_cause(found: Reconciled, position: int) -> CauseOut:
    flow = found.measured.flows[position]
    giver, taker = _parties(flow)
    words = TextOut.of(flow_words(flow, found.name_of))
    return _cause("report_bias", giver or taker or "", flow.waste, position, words)


def _cause(kind: Kind, site: str, waste: str, flow: int | None, words: TextOut) -> CauseOut:
    return CauseOut(kind=kind, site=site, waste=waste, flow=flow, words=words)


def _untracked(found: Reconciled) -> list[UntrackedOut]:
    """Streams with most tonnes missing, those in the list of suspects before the others."""
    nodes = found.answer.nodes
    listed = {node for suspect in found.answer.suspects for node in _blamed_nodes(suspect)}
    mass, sd = nodes.untracked, nodes.untracked_sd
    missing = np.flatnonzero(np.nan_to_num(mass) > 0.0).tolist()
    missing.sort(key=lambda node: (node not in listed, -mass[node], node))
    return [
        UntrackedOut(
            site=found.measured.streams[node][0],
            name=found.name_of(found.measured.streams[node][0]),
            waste=found.measured.streams[node][1],
            tonnes=exact_tonnes(float(mass[node])),
            sd_tonnes=exact_tonnes(float(sd[node])),
            statistic=float((mass[node] / sd[node]) ** 2),
            listed=node in listed,
        )
        for node in missing[:_MOST_SITES]
    ]


def _blamed_nodes(suspect: Suspect) -> Iterable[int]:
    return suspect.equivalent if suspect.kind == "untracked_flow" else suspect.other_kind


def _label(found: Reconciled, node: int) -> str:
    return ":".join(found.measured.streams[node])


def _warnings(found: Reconciled) -> Iterator[Message]:
    estimated = int((~found.answer.flows.exact_sd).sum())
    if estimated:
        yield Message(
            f"{estimated} 个流的标准差由 64 次随机符号求解估计（±9 %）",
            f"the standard deviations of {estimated} flows are estimated by 64 random-sign solves (±9 %)",
        )
    if found.answer.bounded.breach:
        yield Message("非负约束未能全部满足", "not all bounds could be kept")
    missing = found.cell.ledgers_expected - found.cell.ledgers_filed
    if missing:
        yield Message(
            f"应报而未报的台账 {missing} 份：这些月份不在平差之内",
            f"{missing} ledgers due are not on file: those months are outside of the network",
        )
