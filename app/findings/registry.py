"""All rules, in the order in which they are listed."""

from collections.abc import Mapping
from typing import Any

from app.findings.rule import Partition, Rule
from app.findings.rules import (
    against_partners,
    circular_shipping,
    closed_set,
    dumped,
    generation_outside_band,
    intensity_drop,
    late_filing,
    leak,
    line_balance,
    line_test,
    missing_month,
    negative_stock,
    noncompliant_disposal,
    out_of_province,
    over_capacity,
    pair_disagreement,
    pair_test,
    permit_capacity,
    permit_facility,
    permit_incomplete,
    permit_receiver,
    permit_route,
    permit_storage,
    permit_validity,
    permit_waste,
    product_yield,
    receiver_silent,
    receiver_unfit,
    refused_quantity,
    residue_missing,
    same_figure,
    sender_silent,
    silent_site,
    stock_discontinuity,
    storage_over_capacity,
    storage_over_time,
    sudden_drop,
    sudden_surge,
    treated_without_facility,
    unit_slip,
    unit_slip_pair,
    unknown_receiver,
)

RULES: tuple[Rule[Any], ...] = (
    line_balance.RULE,
    line_test.RULE,
    negative_stock.RULE,
    stock_discontinuity.RULE,
    missing_month.RULE,
    silent_site.RULE,
    late_filing.RULE,
    receiver_silent.RULE,
    sender_silent.RULE,
    pair_disagreement.RULE,
    pair_test.RULE,
    against_partners.RULE,
    unit_slip_pair.RULE,
    refused_quantity.RULE,
    unknown_receiver.RULE,
    receiver_unfit.RULE,
    over_capacity.RULE,
    treated_without_facility.RULE,
    out_of_province.RULE,
    unit_slip.RULE,
    same_figure.RULE,
    sudden_drop.RULE,
    sudden_surge.RULE,
    generation_outside_band.RULE,
    intensity_drop.RULE,
    residue_missing.RULE,
    product_yield.RULE,
    dumped.RULE,
    noncompliant_disposal.RULE,
    storage_over_capacity.RULE,
    storage_over_time.RULE,
    permit_waste.RULE,
    permit_route.RULE,
    permit_facility.RULE,
    permit_receiver.RULE,
    permit_storage.RULE,
    permit_capacity.RULE,
    permit_validity.RULE,
    permit_incomplete.RULE,
    circular_shipping.RULE,
    closed_set.RULE,
    leak.RULE,
)
PERMIT_RULES = tuple(rule for rule in RULES if rule.id.startswith("permit_"))
"""Those that a changed permit can move, and no others."""
COEFFICIENT_RULES = frozenset({generation_outside_band.RULE.id, intensity_drop.RULE.id})
"""Those that hold generation to the coefficients of the reference data."""
BY_ID: Mapping[str, Rule[Any]] = {rule.id: rule for rule in RULES}


def of(partition: Partition) -> tuple[Rule[Any], ...]:
    """The rules that are evaluated in partitions of a kind."""
    return tuple(rule for rule in RULES if rule.partition is partition)
