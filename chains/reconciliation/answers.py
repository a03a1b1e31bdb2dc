"""A reconciliation as the document of the file format, in the order of the file.

What is not known is null.
"""

import math
from typing import Any

from chains.arrays import np
from chains.measures import HALF_WIDTH_95
from chains.reconciliation.contraction import FlowClass
from chains.reconciliation.documents import Problem
from chains.reconciliation.least_squares import CLOSED_TONNES
from chains.reconciliation.result import GlobalTest, Reconciliation
from chains.reconciliation.suspects import Suspect

Document = dict[str, Any]

#: share of the largest mass a balance may lack before the reader is told
_OPEN = 1e-9
_LISTED = 10


def answer_document(problem: Problem, answer: Reconciliation) -> Document:
    """Build the document `huanlian reconcile --json` prints."""
    return {
        "flows": _flows(problem, answer),
        "nodes": _nodes(problem, answer),
        "global_test": {
            **_global_test(answer.whole),
            "components": [
                {"nodes": [problem.node_names[n] for n in part.nodes], **_global_test(part.test)}
                for part in answer.components
            ],
        },
        "suspects": [_suspect(problem, suspect) for suspect in answer.suspects],
        "elimination": _elimination(problem, answer),
        "critical_z": answer.critical_z,
        "method": answer.method,
        "iterations": answer.iterations,
        "residual": answer.residual,
        "bounds": {"rounds": answer.bounded.rounds, "breach": answer.bounded.breach},
        "warnings": warnings(problem, answer),
    }


def warnings(problem: Problem, answer: Reconciliation) -> list[Document]:
    """List what the reader of the figures must know, in Chinese and in English."""
    found = _ignored(problem)
    largest = float(np.max(np.abs(problem.reports.value), initial=0.0))
    if not problem.reports.flow.size:
        found.append(("没有任何报告数值", "no flow has a report"))
    estimated = int((~answer.flows.exact_sd).sum())
    if estimated:
        found.append(
            (
                f"{estimated} 个流的标准差由 64 次随机符号求解估计（±9 %）",
                f"the standard deviations of {estimated} flows are estimated by 64 random-sign solves (±9 %)",
            )
        )
    if answer.bounded.breach:
        found.append(
            (
                f"上下限未能全部满足，最多差 {answer.bounded.breach:.3g}",
                f"bounds are still broken by up to {answer.bounded.breach:.3g}",
            )
        )
    if answer.residual > CLOSED_TONNES and answer.residual > _OPEN * largest:
        found.append(
            (
                f"平衡仍有最多 {answer.residual:.3g} 的差额",
                f"balances are still open by up to {answer.residual:.3g}",
            )
        )
    loose = int((answer.flows.flow_class == FlowClass.UNOBSERVABLE).sum())
    if loose:
        found.append((f"{loose} 个流无法确定", f"{loose} flows are not determined by the reports"))
    return [{"zh": zh, "en": en} for zh, en in found]


def _ignored(problem: Problem) -> list[tuple[str, str]]:
    """Say which fields were not understood: one may be a misspelt `yield`."""
    if not problem.ignored:
        return []
    more = len(problem.ignored) - _LISTED
    zh = "；".join(problem.ignored[:_LISTED]) + (f"；另有 {more} 处" if more > 0 else "")
    en = "; ".join(problem.ignored[:_LISTED]) + (f"; and {more} more" if more > 0 else "")
    return [(f"没有这些字段，未采用：{zh}", f"there are no such fields, they are left aside: {en}")]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _flows(problem: Problem, answer: Reconciliation) -> Document:
    flows = answer.flows
    columns = zip(
        flows.mass.tolist(), flows.sd.tolist(), flows.z.tolist(), flows.pair_z.tolist(),
        flows.flow_class.tolist(), flows.flagged.tolist(), flows.at_bound.tolist(), strict=True,
    )  # fmt: skip
    names = [flow_class.name.lower() for flow_class in FlowClass]
    rows = [
        {
            "value": _known(mass),
            "sd": _known(sd),
            "half_width_95": _known(HALF_WIDTH_95 * sd),
            "z": _known(z),
            "class": names[flow_class],
            "flagged": flagged,
            "pair_z": _known(pair_z),
            "at_bound": at_bound,
        }
        for mass, sd, z, pair_z, flow_class, flagged, at_bound in columns
    ]
    return {problem.flow_names[i]: rows[i] for i in problem.flow_order}


def _nodes(problem: Problem, answer: Reconciliation) -> Document:
    nodes = answer.nodes
    shared: dict[int, list[int]] = {}
    for node, group in enumerate(nodes.group.tolist()):
        shared.setdefault(group, []).append(node)
    columns = zip(
        nodes.residual_before.tolist(), nodes.z.tolist(), nodes.residual_after.tolist(),
        nodes.untracked.tolist(), nodes.untracked_sd.tolist(), nodes.group.tolist(), strict=True,
    )  # fmt: skip
    rows = [
        {
            "residual_before": _known(before),
            "z": _known(z),
            "residual_after": after,
            "untracked_tonnes": _known(missing),
            "untracked_sd": _known(missing_sd),
            "balanced_with": []
            if group < 0
            else [problem.node_names[other] for other in shared[group] if other != node],
        }
        for node, (before, z, after, missing, missing_sd, group) in enumerate(columns)
    ]
    return {problem.node_names[i]: rows[i] for i in problem.node_order}


def _global_test(test: GlobalTest) -> Document:
    return {
        "J": test.statistic,
        "dof": test.dof,
        "critical": test.critical,
        "p": test.p,
        "rejected": test.rejected,
    }


def _suspect(problem: Problem, suspect: Suspect) -> Document:
    mine, others = problem.flow_names, problem.node_names
    if suspect.kind == "untracked_flow":
        mine, others = others, mine
    return {
        "kind": suspect.kind,
        "flow": None if suspect.flow is None else problem.flow_names[suspect.flow],
        "node": None if suspect.node is None else problem.node_names[suspect.node],
        "report": None if suspect.report is None else problem.reporters[suspect.report],
        "tonnes": suspect.mass,
        "sd": suspect.sd,
        "statistic": suspect.statistic,
        "p": suspect.p,
        "equivalent": [mine[i] for i in suspect.equivalent],
        "equivalent_other_kind": [others[i] for i in suspect.other_kind],
        "step": suspect.step,
        "exact": suspect.exact,
    }


def _elimination(problem: Problem, answer: Reconciliation) -> list[Document]:
    """List the steps with their joint estimates; who is meant stands in the suspect of the same step."""
    suspect_of = {suspect.step: suspect for suspect in answer.suspects}
    steps = []
    for number, step in enumerate(answer.elimination, 1):
        suspect = _suspect(problem, suspect_of[number])
        node = suspect_of[number].node
        share = 1.0 if node is None else float(answer.found.contraction.weight[node])
        steps.append(
            {
                "step": number,
                **{name: suspect[name] for name in ("kind", "flow", "node", "report", "equivalent")},
                "tonnes": step.mass / share,
                "sd": step.sd / share,
                "statistic": step.statistic,
                "p": step.p,
                "J_after": step.statistic_left,
            }
        )
    return steps
