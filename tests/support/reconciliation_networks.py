"""Networks and independent references for the tests of the reconciliation."""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import scipy.linalg
import typer
from hypothesis import settings
from typer.testing import CliRunner, Result

from app.cli.reconcile import reconcile as reconcile_command
from chains.balance import Flags, Floats, Network
from chains.reconciliation import Bounds, Reconciliation, Reports, reconcile
from chains.reconciliation.answers import answer_document
from chains.reconciliation.documents import parse

Document = dict[str, Any]
#: how long an example takes is not what is tested
UNHURRIED = settings(deadline=None)
SHARED = Path(__file__).parents[3] / "shared" / "cases"

#: Narasimhan & Jordache 2000, figure 1-2: a heat exchanger with a bypass
BYPASS = [
    ("1", None, "SPLIT"),
    ("2", "SPLIT", "HX"),
    ("3", "SPLIT", "VALVE"),
    ("4", "HX", "MIX"),
    ("5", "VALVE", "MIX"),
    ("6", "MIX", None),
]
BYPASS_NODES = ["SPLIT", "HX", "VALVE", "MIX"]
BYPASS_TRUTH = {"1": 100.0, "2": 64.0, "3": 36.0, "4": 64.0, "5": 36.0, "6": 100.0}


def run_command(file: Path, *options: str) -> Result:
    app = typer.Typer()
    app.command()(reconcile_command)
    return CliRunner().invoke(app, [str(file), *options])


def command(folder: Path, document: Mapping[str, Any]) -> Document:
    """Run `huanlian reconcile FILE --json`."""
    file = folder / "network.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    result = run_command(file, "--json")
    assert result.exit_code == 0, result.output
    answer: Document = json.loads(result.stdout)
    return answer


def answered(document: Mapping[str, Any]) -> Document:
    """Answer without the detour over a file."""
    problem = parse(document)
    return answer_document(
        problem, reconcile(problem.network, problem.reports, problem.options, problem.bounds)
    )


def flow(name: str, start: str | None, end: str | None, *reports: Any, **more: Any) -> Document:
    """Describe a flow; a report is (value, sigma) or a dictionary."""
    told = [
        dict(report) if isinstance(report, dict) else {"by": f"r{i}", "value": report[0], "sigma": report[1]}
        for i, report in enumerate(reports)
    ]
    return {"id": name, "from": start, "to": end, "reports": told, **more}


def bypass(values: Mapping[str, float], sigma: float = 1.0, **more: Any) -> Document:
    flows = [flow(n, a, b, *([(values[n], sigma)] if n in values else [])) for n, a, b in BYPASS]
    return {"nodes": BYPASS_NODES, "flows": flows, "alpha": 0.05, **more}


def matrix_of(network: Network) -> Floats:
    matrix = np.zeros((network.node_count, network.flow_count))
    for j in range(network.flow_count):
        if network.source[j] >= 0:
            matrix[network.source[j], j] -= 1.0
        if network.target[j] >= 0:
            matrix[network.target[j], j] += network.yields[j]
    return matrix


def random_network(random: np.random.Generator, *, yields: Sequence[float] | None = None) -> Network:
    """Draw a few nodes, any flows between them and the outside, loops and parallels included."""
    nodes, flows = int(random.integers(1, 9)), int(random.integers(1, 17))
    share = random.choice(yields, flows) if yields else random.uniform(0.3, 1.0, flows)
    return Network(nodes, random.integers(-1, nodes, flows), random.integers(-1, nodes, flows), share)


def random_reports(random: np.random.Generator, measured: Flags) -> Reports:
    flows = np.flatnonzero(measured)
    return Reports(flows, random.uniform(5, 100, flows.size), random.uniform(0.1, 5, flows.size))


def circulation(random: np.random.Generator, nodes: int, flows: int) -> tuple[Network, Floats]:
    """Draw a balanced network: flows between nodes at random, one in and one out per node."""
    source, target = random.integers(0, nodes, flows), random.integers(0, nodes, flows)
    between = np.exp(random.normal(3.0, 1.0, flows))
    surplus = np.bincount(target, between, nodes) - np.bincount(source, between, nodes)
    entering = np.maximum(-surplus, 0.0) + np.exp(random.normal(2.0, 1.0, nodes))
    own, outside = np.arange(nodes), np.full(nodes, -1)
    network = Network(
        nodes,
        np.concatenate((source, outside, own)),
        np.concatenate((target, own, outside)),
        np.ones(flows + 2 * nodes),
    )
    return network, np.concatenate((between, entering, entering + surplus))


def dense_reference(network: Network, reports: Reports) -> Document:
    """Reconcile by dense projections (Crowe, Garcia Campos & Hrymak 1983), one report a flow."""
    matrix, count = matrix_of(network), network.flow_count
    measured = np.zeros(count, np.bool_)
    measured[reports.flow] = True
    value, variance = np.zeros(count), np.full(count, np.nan)
    value[reports.flow], variance[reports.flow] = reports.value, np.square(reports.sigma)
    unseen, seen = matrix[:, ~measured], matrix[:, measured]
    project = scipy.linalg.null_space(unseen.T).T if unseen.shape[1] else np.eye(network.node_count)
    reduced = project @ seen
    reduced[np.abs(reduced) < 1e-11] = 0.0
    spread = reduced * variance[measured]
    inverse = np.linalg.pinv(spread @ reduced.T, rcond=1e-10, hermitian=True)
    residual = reduced @ value[measured]
    mass, sd = np.full(count, np.nan), np.full(count, np.nan)
    mass[measured] = value[measured] - spread.T @ inverse @ residual
    covariance = np.diag(variance[measured]) - spread.T @ inverse @ spread
    sd[measured] = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    back = -np.linalg.pinv(unseen, rcond=1e-10) @ seen
    free = scipy.linalg.null_space(unseen, rcond=1e-10) if unseen.size else np.eye(unseen.shape[1])
    fixed = ~np.any(np.abs(free) > 1e-8, axis=1)
    where = np.flatnonzero(~measured)[fixed]
    mass[where] = (back @ mass[measured])[fixed]
    sd[where] = np.sqrt(np.maximum(np.diag(back @ covariance @ back.T)[fixed], 0.0))
    adjusted = np.diag(spread.T @ inverse @ spread)
    z = np.full(count, np.nan)
    sure = adjusted > 1e-9 * variance[measured]
    z[np.flatnonzero(measured)[sure]] = ((value - mass)[measured] / np.sqrt(np.where(sure, adjusted, 1.0)))[
        sure
    ]
    return {
        "mass": mass,
        "sd": sd,
        "z": z,
        "J": float(residual @ inverse @ residual),
        "dof": int(np.linalg.matrix_rank(reduced, tol=1e-9)) if reduced.size else 0,
    }


def exact_solution(
    nodes: Sequence[str],
    flows: Sequence[tuple[str, str | None, str | None]],
    values: Sequence[str],
    sigmas: Sequence[str],
) -> Document:
    """Reconcile in exact fractions; all flows are measured, values and sigmas are decimals."""
    y, v = [Fraction(x) for x in values], [Fraction(s) ** 2 for s in sigmas]
    a = [[Fraction((end == node) - (start == node)) for _, start, end in flows] for node in nodes]
    rows, columns = range(len(nodes)), range(len(flows))
    s = [[sum((a[i][k] * v[k] * a[j][k] for k in columns), Fraction()) for j in rows] for i in rows]
    inverse = _inverse(s)
    residual = [sum(a[i][k] * y[k] for k in columns) for i in rows]
    dual = [sum(inverse[i][j] * residual[j] for j in rows) for i in rows]
    push = [sum(a[i][k] * dual[i] for i in rows) for k in columns]
    lever = [sum(a[i][k] * inverse[i][j] * a[j][k] for i in rows for j in rows) for k in columns]
    return {
        "value": [y[k] - v[k] * push[k] for k in columns],
        "variance": [v[k] - v[k] ** 2 * lever[k] for k in columns],
        "z_squared": [push[k] ** 2 / lever[k] for k in columns],
        "J": sum(residual[i] * dual[i] for i in rows),
    }


def _inverse(matrix: list[list[Fraction]]) -> list[list[Fraction]]:
    size = len(matrix)
    work = [row[:] + [Fraction(i == j) for j in range(size)] for i, row in enumerate(matrix)]
    for k in range(size):
        pivot = next(i for i in range(k, size) if work[i][k])
        work[k], work[pivot] = work[pivot], work[k]
        work[k] = [x / work[k][k] for x in work[k]]
        for i in range(size):
            if i != k and work[i][k]:
                work[i] = [x - work[i][k] * p for x, p in zip(work[i], work[k], strict=True)]
    return [row[size:] for row in work]


def unbounded(network: Network, reports: Reports) -> Reconciliation:
    """Reconcile without x ≥ 0."""
    wide = np.full(network.flow_count, np.inf)
    return reconcile(network, reports, bounds=Bounds(-wide, wide))
