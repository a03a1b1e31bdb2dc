"""What must hold of the shipped reference data as a whole; the rules of a single row stand in app/reference/checks.py.

Pure: rows in, faults out; nothing is read and bad data raises nothing. The shapes come first, because the
other rules rely on them.
"""

import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

from app.domain.errors import Fault, Message
from app.domain.periods import Month
from app.domain.rates import METRICS
from app.reference.checks import ROW_CHECKS, body_of, codes_of, rows_of
from app.reference.shapes import Faults, Rows, bodies_have_their_shape, row_fault

LAW_YUAN_PER_TONNE = {
    "gangue": 5,
    "tailings": 15,
    "smelting_slag": 25,
    "fly_ash": 25,
    "bottom_ash": 25,
    "other": 25,
}
"""Environmental Protection Tax Law, annex 1: fixed amounts for solid waste [yuan/t]."""

THRESHOLD_CEILING = {"consumption.ratio": Decimal(10)}
"""A rate's target ends at 1; stock may be consumed several times as fast as waste arises."""

PROVINCES, PROVINCES_WITH_COUNTIES, FEWEST_COUNTIES, DIVISIONS = 34, 31, 2_800, 97

_WASTE_CLASS = re.compile(r"SW(?!00|08)[0-5][0-9]", re.ASCII)
_REGION_LEVELS = {2: "province", 4: "city", 6: "county"}
_ROLES = ("use", "dispose", "store")


def check_reference(rows: Rows) -> list[Fault]:
    """List every fault of the rows; when a row lacks the shape of its kind, the shape faults alone."""
    shape_faults = list(bodies_have_their_shape(rows))
    return shape_faults or [fault for check in CHECKS for fault in check(rows)]


def codes_are_unique(rows: Rows) -> Faults:
    """Check for one row to a kind and code."""
    counts = Counter((row.kind, row.code) for row in rows)
    for row in {(row.kind, row.code): row for row in rows}.values():
        if counts[row.kind, row.code] > 1:
            yield row_fault(row, "code", "duplicate_code", "代码重复", "this code occurs more than once")


def counts_are_complete(rows: Rows) -> Faults:
    """Check that the country is whole: provinces, those with counties, counties; divisions of GB/T 4754."""
    levels = Counter(row.body["level"] for row in rows_of(rows, "regions"))
    with_counties = {row.code[:2] for row in rows_of(rows, "regions") if row.body["level"] == "county"}
    divisions = sum(1 for _ in rows_of(rows, "industries"))
    for name, count, whole in (
        ("provinces", levels["province"], levels["province"] == PROVINCES),
        ("provinces_with_counties", len(with_counties), len(with_counties) == PROVINCES_WITH_COUNTIES),
        ("counties", levels["county"], levels["county"] > FEWEST_COUNTIES),
        ("divisions", divisions, divisions == DIVISIONS),
    ):
        if not whole:
            message = Message(zh=f"数量不完整：{name} = {count}", en=f"incomplete: {name} = {count}")
            yield Fault(f"/{name}", "incomplete", message)


def regions_exist(rows: Rows) -> Faults:
    """Check that the regions of bases and the scopes of targets exist; a target has one scope at most."""
    regions, bases = codes_of(rows, "regions"), codes_of(rows, "bases")
    for row in rows_of(rows, "bases"):
        if row.body["region"] not in regions:
            yield row_fault(row, "region", "unknown_region", "未知行政区", "unknown region")
    for row in rows_of(rows, "targets"):
        region, base = (body_of(row)["scope"].get(key) for key in ("region", "base"))
        if region is not None and region not in regions:
            yield row_fault(row, "scope/region", "unknown_region", "未知行政区", "unknown region")
        if base is not None and base not in bases:
            yield row_fault(row, "scope/base", "unknown_base", "未知基地", "unknown base")
        if region is not None and base is not None:
            yield row_fault(row, "scope", "two_scopes", "行政区与基地只能取一", "a region and a base at once")


def regions_have_parents(rows: Rows) -> Faults:
    """Check for codes of 2, 4 or 6 digits at their level, whose parent is their beginning and exists."""
    known = codes_of(rows, "regions")
    for row in rows_of(rows, "regions"):
        if not row.code.isdigit() or row.body["level"] != _REGION_LEVELS.get(len(row.code)):
            yield row_fault(
                row, "level", "wrong_level", "代码位数与级别不符", "the level does not fit the code's length"
            )
        parent = row.code[:-2] or None
        if row.body["parent"] != parent or (parent is not None and parent not in known):
            yield row_fault(row, "parent", "no_parent", f"没有上级 {parent}", f"no parent {parent}")


def waste_classes_are_industrial(rows: Rows) -> Faults:
    """Check for SW01–SW59 without SW08."""
    for row in rows_of(rows, "wastes"):
        if not _WASTE_CLASS.fullmatch(row.code):
            yield row_fault(
                row, "code", "not_industrial", "不是工业固废类别", "not a class of industrial waste"
            )


def tax_amounts_are_the_laws(rows: Rows) -> Faults:
    """Check for the yuan per tonne of the law's annex, by tax kind."""
    for row in rows_of(rows, "wastes"):
        amount = LAW_YUAN_PER_TONNE.get(body_of(row)["tax_kind"])
        if amount is None or Decimal(body_of(row)["tax_yuan_per_tonne"]) != amount:
            yield row_fault(
                row,
                "tax_yuan_per_tonne",
                "not_the_law",
                "与税目税额表不符",
                "not the amount of the law's annex",
            )


def synonyms_name_one_waste(rows: Rows) -> Faults:
    """Check that no word leads to two streams, neither a synonym nor a name."""
    first: dict[str, str] = {}
    for row in rows_of(rows, "wastes"):
        for word in (row.zh, row.en, *body_of(row)["synonyms"]):
            if first.setdefault(word.casefold(), row.code) != row.code:
                other = first[word.casefold()]
                zh, en = f"“{word}”也指 {other}", f"“{word}” also names {other}"
                yield row_fault(row, "synonyms", "ambiguous_synonym", zh, en)


def targets_can_be_measured(rows: Rows) -> Faults:
    """Check for a metric we compute, a known comparison, assessment, a threshold within reach."""
    for row in rows_of(rows, "targets"):
        metric, threshold = body_of(row)["metric"], Decimal(body_of(row)["threshold"])
        if metric not in METRICS:
            yield row_fault(row, "metric", "unknown_metric", f"未知指标 {metric}", f"unknown metric {metric}")
        if row.body["comparison"] != "at_least":
            yield row_fault(row, "comparison", "unknown_comparison", "未知比较方式", "unknown comparison")
        if row.body["assessed"] not in ("final_year", "each_year"):
            yield row_fault(
                row, "assessed", "unknown_assessment", "未知考核方式", "unknown way of assessment"
            )
        if not 0 < threshold <= THRESHOLD_CEILING.get(metric, Decimal(1)):
            yield row_fault(
                row, "threshold", "out_of_range", "目标值超出范围", "the threshold is out of range"
            )


def target_periods_are_whole_years(rows: Rows) -> Faults:
    """Check for periods from a January to a December: targets are assessed on calendar years."""
    for row in rows_of(rows, "targets"):
        first, last = Month.parse(body_of(row)["from"]), Month.parse(body_of(row)["to"])
        if first > last or first.number != 1 or last.number != 12:
            yield row_fault(row, "to", "not_whole_years", "期间不是整年", "the period is not of whole years")


def sigmas_are_fractions(rows: Rows) -> Faults:
    """Check for a standard uncertainty above 0 and below 1 (1 % = 0.01)."""
    for row in rows_of(rows, "methods"):
        if not 0 < Decimal(body_of(row)["relative_sigma"]) < 1:
            yield row_fault(
                row, "relative_sigma", "out_of_range", "标准不确定度超出范围", "sigma is out of range"
            )


def processes_fit_their_role(rows: Rows) -> Faults:
    """Check that a use makes a named product, disposal and storage none, and that all take something."""
    for row in rows_of(rows, "processes"):
        body = body_of(row)
        if body["role"] not in _ROLES:
            yield row_fault(
                row, "role", "unknown_role", f"未知角色 {body['role']}", f"unknown role {body['role']}"
            )
        if (body["role"] == "use") != bool(body["products"]):
            yield row_fault(
                row, "products", "wrong_products", "产品与角色不符", "products do not fit the role"
            )
        if not body["wastes"]:
            yield row_fault(row, "wastes", "takes_nothing", "没有可用固废", "takes no waste")
        if set(body["products"]) != set(body["product_names"]):
            yield row_fault(
                row, "product_names", "unnamed_product", "产品没有名称", "a product without a name"
            )


CHECKS: tuple[Callable[[Rows], Faults], ...] = (
    *ROW_CHECKS,
    codes_are_unique,
    counts_are_complete,
    regions_exist,
    regions_have_parents,
    waste_classes_are_industrial,
    tax_amounts_are_the_laws,
    synonyms_name_one_waste,
    targets_can_be_measured,
    target_periods_are_whole_years,
    sigmas_are_fractions,
    processes_fit_their_role,
)
