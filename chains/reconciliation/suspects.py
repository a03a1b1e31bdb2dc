"""The list of suspects.

Listed is what passes Benjamini–Hochberg among all sets of hypotheses that can be told apart, each tested as
the only error, and what serial elimination adds; largest statistic first.
"""

from dataclasses import dataclass
from typing import Literal

from chains.arrays import np
from chains.balance import Ints
from chains.reconciliation.contraction import Contraction
from chains.reconciliation.criteria import benjamini_hochberg, squared_normal_p
from chains.reconciliation.elimination import Elimination
from chains.reconciliation.hypotheses import Cause, Hypotheses

Kind = Literal["report_bias", "untracked_flow"]


@dataclass(frozen=True, slots=True)
class Suspect:
    """One set of causes the network cannot tell apart, represented by its first member.

    `flow` or `node` names the representative, `report` its report when the flow has several and one is
    blamed. `mass` [t] is the excess reported (report_bias) or missing (untracked_flow), `sd` its standard
    deviation. `equivalent` are all members of its kind, `other_kind` those of the other kind with the same
    signature. `step` is its place in the elimination.
    """

    kind: Kind
    flow: int | None
    node: int | None
    report: int | None
    mass: float
    sd: float
    statistic: float
    p: float
    equivalent: tuple[int, ...]
    other_kind: tuple[int, ...]
    step: int | None
    exact: bool


class _Members:
    """Looks up who shares a set, without a pass over the table for each suspect."""

    def __init__(self, table: Hypotheses, contraction: Contraction) -> None:
        row_count = contraction.row_count
        self.table = table
        self.weight = contraction.weight
        self._order = np.argsort(table.members, kind="stable")
        self._start = np.searchsorted(
            table.members[self._order], np.arange(table.members.max(initial=-1) + 2)
        )
        self._nodes = np.argsort(contraction.row, kind="stable")
        self._node_start = np.searchsorted(contraction.row[self._nodes], np.arange(row_count + 1))
        single = (table.cause == Cause.FLOW) & (table.second == row_count)
        self._flows_of_row = np.full(row_count + 1, -1)
        self._flows_of_row[table.first[single]] = table.members[single]
        self._open = np.zeros(row_count + 1, np.bool_)
        self._open[table.subject[table.cause == Cause.LEAK]] = True

    def hypotheses(self, which: int) -> Ints:
        number = int(self.table.members[which])
        return self._order[self._start[number] : self._start[number + 1]]

    def flows(self, which: int) -> tuple[int, ...]:
        return tuple(np.unique(self.table.flow[self.hypotheses(which)]).tolist())

    def nodes(self, row: int) -> tuple[int, ...]:
        return tuple(self._nodes[self._node_start[row] : self._node_start[row + 1]].tolist())

    def flows_like_leak(self, row: int) -> tuple[int, ...]:
        number = int(self._flows_of_row[row])
        return self.flows(int(self._order[self._start[number]])) if number >= 0 else ()

    def nodes_like_flow(self, which: int) -> tuple[int, ...]:
        row, alone = int(self.table.first[which]), self.table.other[which] == 0.0
        return self.nodes(row) if alone and self._open[row] else ()


def suspects(
    table: Hypotheses, steps: list[Elimination], contraction: Contraction, alpha: float
) -> tuple[Suspect, ...]:
    """List the suspects, largest statistic first."""
    leads = np.flatnonzero(table.leads)
    alone = leads[benjamini_hochberg(squared_normal_p(table.tested[leads]), alpha)].tolist()
    place = {step.hypothesis: number for number, step in enumerate(steps, 1)}
    members = _Members(table, contraction)
    found = []
    for which in alone:
        information = float(table.information[which])
        estimate = (float(table.score[which]) / information, information**-0.5, float(table.statistic[which]))
        found.append(_suspect(members, which, estimate, place.get(which)))
    # masked while another error stood: only the elimination brought them out
    known = set(alone)
    found += [
        _suspect(members, step.hypothesis, (step.mass, step.sd, step.statistic), number)
        for number, step in enumerate(steps, 1)
        if step.hypothesis not in known
    ]
    # what is equal but for rounding is ordered by name
    found.sort(key=lambda s: (-float(f"{s.statistic:.9g}"), s.kind, s.flow or 0, s.node or 0))
    return tuple(found)


def _suspect(
    members: _Members, which: int, estimate: tuple[float, float, float], step: int | None
) -> Suspect:
    """Describe hypothesis `which` with its (mass, sd, statistic)."""
    table = members.table
    cause, subject = Cause(int(table.cause[which])), int(table.subject[which])
    mass, sd, statistic = estimate
    p = float(squared_normal_p(np.array([statistic]))[0])
    exact = bool(table.exact[which])
    if cause is Cause.LEAK:
        nodes = members.nodes(subject)
        share = float(members.weight[nodes[0]])
        return Suspect(
            "untracked_flow", None, nodes[0], None, mass / share, sd / share, statistic, p,
            nodes, members.flows_like_leak(subject), step, exact,
        )  # fmt: skip
    report, other = (None, members.nodes_like_flow(which)) if cause is Cause.FLOW else (subject, ())
    if cause is Cause.REPORT and members.hypotheses(which).size > 1:
        report = None  # either of two reports that nothing else checks
    return Suspect(
        "report_bias", int(table.flow[which]), None, report, mass, sd, statistic, p,
        members.flows(which), other, step, exact,
    )  # fmt: skip
