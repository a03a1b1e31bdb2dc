"""The file format of `huanlian reconcile`: a checked document becomes arrays.

Nodes and flows are put in the order of their names, so that the order of rows never reaches the arithmetic.
Every fault names the item. Besides the fields of the format (nodes, flows, from, to, yield, reports with
value and sigma or half_width_95, alpha, local_test_floor) a report may give a `method` in place of a spread,
a flow a `capacity` (upper bound, tonnes) and `signed: true` (a stock change, say: no lower bound), and the
document `methods` (relative sigma per method).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chains.arrays import np
from chains.balance import OUTSIDE, Network
from chains.file_faults import FileFault
from chains.measures import METHOD_SIGMA, sigma_from_half_width_95, sigma_of_method
from chains.reconciliation.bounds import Bounds
from chains.reconciliation.reports import Reports
from chains.reconciliation.run import Options
from chains.sentences import printable, shown

#: tonnes beyond this, spreads and yields below these, are no masses but slips, and leave no digits to compute with
_LARGEST = 1e18
_LEAST_SIGMA = 1e-12
_LEAST_YIELD = 1e-9
_TOP = frozenset({"nodes", "flows", "alpha", "local_test_floor", "methods"})
_FLOW = frozenset({"id", "from", "to", "yield", "reports", "capacity", "signed"})
_REPORT = frozenset({"by", "value", "sigma", "half_width_95", "method"})


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A network to reconcile. `node_names`, `flow_names` and `reporters` follow the arrays.

    `*_order` is the file's order. `ignored` names the fields that mean nothing here, and where they stand.
    """

    network: Network
    reports: Reports
    options: Options
    bounds: Bounds
    node_names: tuple[str, ...]
    flow_names: tuple[str, ...]
    reporters: tuple[str, ...]
    node_order: tuple[int, ...]
    flow_order: tuple[int, ...]
    ignored: tuple[str, ...]


@dataclass(slots=True)
class _Columns:
    """The arrays as they grow."""

    source: list[int]
    target: list[int]
    yields: list[float]
    lower: list[float]
    upper: list[float]
    flow: list[int]
    value: list[float]
    sigma: list[float]
    by: list[str]
    ignored: list[str]


def parse(document: Mapping[str, Any]) -> Problem:
    """Check a document, or a published case that holds one under `input`. Raises FileFault."""
    if "nodes" not in document and isinstance(document.get("input"), Mapping):
        document = document["input"]
    nodes = _names(_list(document, "nodes"), "nodes")
    flows = [_mapping(flow, f"flows[{i}]") for i, flow in enumerate(_list(document, "flows"))]
    if not flows:
        raise FileFault("flows", "网络里没有任何流", "the network is empty: it has no flow")
    names = _names([flow.get("id") for flow in flows], "flows", "id")
    options = _options(document)
    shares = _shares(document.get("methods"))
    node_names = tuple(sorted(nodes))
    number = {name: i for i, name in enumerate(node_names)}
    order = sorted(range(len(flows)), key=names.__getitem__)
    columns = _Columns([], [], [], [], [], [], [], [], [], _strange(document, _TOP, ""))
    for i in order:
        _add_flow(columns, f'flow "{names[i]}"', flows[i], number, shares)
    rank = {name: i for i, name in enumerate(names[i] for i in order)}
    return Problem(
        Network(
            len(node_names), np.array(columns.source), np.array(columns.target), np.array(columns.yields)
        ),
        Reports(np.array(columns.flow, np.int64), np.array(columns.value), np.array(columns.sigma)),
        options,
        Bounds(np.array(columns.lower), np.array(columns.upper)),
        node_names,
        tuple(names[i] for i in order),
        tuple(columns.by),
        tuple(number[name] for name in nodes),
        tuple(rank[name] for name in names),
        tuple(columns.ignored),
    )


def _add_flow(
    columns: _Columns,
    place: str,
    flow: Mapping[str, Any],
    number: Mapping[str, int],
    shares: Mapping[str, float],
) -> None:
    if not flow.keys() <= _FLOW:
        columns.ignored += _strange(flow, _FLOW, place)
    columns.source.append(_end(place, flow, "from", number))
    columns.target.append(_end(place, flow, "to", number))
    share = _number(place, flow, "yield", 1.0)
    if not 0.0 < share <= 1.0:
        raise FileFault(
            f"{place}, yield",
            f"得率 {share:g} 须大于 0 且不大于 1",
            f"the yield {share:g} must be above 0 and not above 1",
        )
    if share < _LEAST_YIELD:
        raise FileFault(
            f"{place}, yield", f"得率 {share:g} 过小", f"the yield {share:g} is too small to compute with"
        )
    columns.yields.append(share)
    columns.lower.append(-math.inf if _signed(place, flow) else 0.0)
    capacity = math.inf if flow.get("capacity") is None else _number(place, flow, "capacity")
    if capacity < 0.0:
        raise FileFault(f"{place}, capacity", "能力不能为负", f"the capacity {capacity:g} is negative")
    columns.upper.append(capacity)
    _add_reports(columns, place, flow.get("reports"), shares)


def _add_reports(columns: _Columns, place: str, reports: object, shares: Mapping[str, float]) -> None:
    """Add the reports of the flow added last."""
    if reports is None:
        return
    if not isinstance(reports, list):
        raise FileFault(f"{place}, reports", "须为列表", "must be a list")
    for i, raw in enumerate(reports, 1):
        report = _mapping(raw, f"{place}, report {i}")
        by = _by(f"{place}, report {i}", report, i)
        where = f'{place}, report by "{by}"'
        if not report.keys() <= _REPORT:
            columns.ignored += _strange(report, _REPORT, where)
        value = _number(where, report, "value")
        columns.flow.append(len(columns.source) - 1)
        columns.value.append(value)
        columns.sigma.append(_sigma(where, report, value, shares))
        columns.by.append(by)


def _by(place: str, report: Mapping[str, Any], position: int) -> str:
    """Who reports; without a name, which of the reports it is."""
    by = report.get("by", position)
    if isinstance(by, bool) or not isinstance(by, str | int) or not printable(str(by)):
        raise FileFault(f"{place}, by", f"{shown(by)} 不是名称", f"{shown(by)} is not a name")
    return str(by)


def _strange(holder: Mapping[str, Any], known: frozenset[str], place: str) -> list[str]:
    """Fields beyond the known ones, with their place."""
    return [f"{place}, {shown(key)}" if place else shown(key) for key in sorted(holder.keys() - known)]


def _end(place: str, flow: Mapping[str, Any], field: str, number: Mapping[str, int]) -> int:
    if field not in flow:
        raise FileFault(
            f"{place}, {field}", "缺少（系统之外写 null）", "is missing (write null for the world outside)"
        )
    name = flow[field]
    if name is None:
        return OUTSIDE
    at = number.get(_name(name))
    if at is None:
        raise FileFault(f"{place}, {field}", f"节点{shown(name)}不存在", f"there is no node {shown(name)}")
    return at


def _signed(place: str, flow: Mapping[str, Any]) -> bool:
    signed = flow.get("signed", False)
    if not isinstance(signed, bool):
        raise FileFault(f"{place}, signed", "须为 true 或 false", "must be true or false")
    return signed


def _sigma(place: str, report: Mapping[str, Any], value: float, shares: Mapping[str, float]) -> float:
    """1σ of a report, from whichever of the three ways to state it is used."""
    given = [name for name in ("sigma", "half_width_95") if report.get(name) is not None]
    if len(given) == 2:
        raise FileFault(place, "sigma 与 half_width_95 只能给一个", "gives both sigma and half_width_95")
    if given:
        spread = _number(place, report, given[0])
        if not spread > 0.0:
            raise FileFault(f"{place}, {given[0]}", f"{spread:g} 不是正数", f"{spread:g} is not positive")
        sigma = spread if given[0] == "sigma" else sigma_from_half_width_95(spread)
    else:
        sigma = _sigma_of_method(place, report, value, shares)
    if sigma < _LEAST_SIGMA:
        raise FileFault(f"{place}, sigma", f"{sigma:g} 过小", f"{sigma:g} is too small to compute with")
    return sigma


def _sigma_of_method(
    place: str, report: Mapping[str, Any], value: float, shares: Mapping[str, float]
) -> float:
    method = report.get("method")
    if method is None:
        raise FileFault(
            place,
            "须给 sigma、half_width_95 或 method 之一",
            "gives neither sigma nor half_width_95 nor method",
        )
    if not isinstance(method, str) or method not in shares:
        raise FileFault(
            f"{place}, method", f"没有计量方式{shown(method)}", f"there is no method {shown(method)}"
        )
    if value == 0.0:
        raise FileFault(
            f"{place}, method",
            "数值为 0 时相对不确定度无意义，须给 sigma",
            "a relative spread of 0 is 0: give sigma",
        )
    return sigma_of_method(method, value, shares)


def _options(document: Mapping[str, Any]) -> Options:
    alpha = _number("", document, "alpha", 0.05)
    floor = _number("", document, "local_test_floor", 0.0)
    if not 0.0 < alpha < 1.0:
        raise FileFault("alpha", f"{alpha:g} 须在 0 与 1 之间", f"{alpha:g} must lie between 0 and 1")
    if not 0.0 <= floor < 1.0:
        raise FileFault("local_test_floor", f"{floor:g} 须在 [0, 1) 内", f"{floor:g} must lie in [0, 1)")
    return Options(alpha, floor)


def _shares(methods: object) -> Mapping[str, float]:
    if methods is None:
        return METHOD_SIGMA
    given = _mapping(methods, "methods")
    for name in given:
        if not _number("methods", given, name) > 0.0:
            raise FileFault(f"methods, {name}", "须为正数", "must be positive")
    return {**METHOD_SIGMA, **given}


def _names(raw: list[Any], what: str, field: str = "") -> list[str]:
    """Names of nodes or flows; none may be missing or stand twice."""
    names: list[str] = []
    seen: set[str] = set()
    for i, value in enumerate(raw):
        place = f"{what}[{i}]" + (f", {field}" if field else "")
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            raise FileFault(place, "须为非空的名称", "must be a name that is not empty")
        name = _name(value)
        if not printable(name):
            raise FileFault(
                place,
                f"{shown(name)}含有不可打印的字符",
                f"{shown(name)} has a character that cannot be printed",
            )
        if name in seen:
            raise FileFault(place, f"“{name}”重复", f'"{name}" stands twice')
        seen.add(name)
        names.append(name)
    return names


def _name(value: object) -> str:
    return value if isinstance(value, str) else str(value)


def _list(document: Mapping[str, Any], field: str) -> list[Any]:
    value = document.get(field)
    if not isinstance(value, list):
        raise FileFault(field, "须为列表", "must be a list")
    return value


def _mapping(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise FileFault(place, "须为对象", "must be an object")
    return value


def _number(place: str, holder: Mapping[str, Any], field: str, default: float | None = None) -> float:
    value = holder.get(field)
    where = f"{place}, {field}" if place else field
    if value is None:
        if default is not None:
            return default
        raise FileFault(where, "缺少", "is missing")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FileFault(where, "须为数", "must be a number")
    if not abs(value) <= _LARGEST:
        raise FileFault(
            where,
            f"{shown(value)} 不是可计算的数",
            f"{shown(value)} is not a finite number we can compute with",
        )
    return float(value)
