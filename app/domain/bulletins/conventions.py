"""What bulletins print, and which formulas their rates may follow."""

from collections.abc import Mapping
from types import MappingProxyType

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "gen": "generated_grams",
        "util": "used_grams",
        "util_prior": "used_from_prior_stock_grams",
        "disp": "disposed_grams",
        "disp_prior": "disposed_from_prior_stock_grams",
        "stored_year": "stored_grams",
        "dumped": "dumped_grams",
    }
)
"""Column of an amount → its field in `rates.Totals`."""

STOCK = "stored_cum"
"""The stock at the period's end. It is no quantity of the period: no rate and no balance reads it."""

AMOUNTS = (*FIELDS, STOCK)
OPTIONAL = ("dumped", "convention", "expect", "source")
REQUIRED = (
    "case",
    "unit",
    *(name for name in AMOUNTS if name not in OPTIONAL),
    "published_metric",
    "published_value",
)

NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "utilization.statutory": ("gen", "util", "util_prior"),
        "utilization.plain": ("gen", "util"),
        "utilization.new_waste": ("gen", "util", "util_prior"),
        "disposal.statutory": ("gen", "disp", "disp_prior"),
        "disposal.plain": ("gen", "disp"),
        "storage.rate": ("gen", "stored_year"),
    }
)
"""Rates a bulletin can be checked for and the columns each reads: not printed is not zero."""

BALANCE = "balance"
CANDIDATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "util": ("utilization.statutory", "utilization.plain", "utilization.new_waste"),
        "disp": ("disposal.statutory", "disposal.plain"),
        "storage": ("storage.rate",),
        BALANCE: (),
        **{metric: (metric,) for metric in NEEDS},
    }
)
"""What the file calls a published figure → the formulas it may follow; a metric's id stands for itself."""

SIGNED = frozenset({BALANCE, "storage", "storage.rate"})
"""Published figures that may be below zero."""

CONVENTIONS: Mapping[str, str] = MappingProxyType({"A": ".plain", "B": ".statutory"})
"""Column `convention` → how the id of the formula ends."""
