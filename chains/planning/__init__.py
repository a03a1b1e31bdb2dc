"""The cheapest new links that lift a rate to a target: a flow problem solved by HiGHS and proven in whole units."""

from chains.planning.curve import Point, curve
from chains.planning.distance import metres_between
from chains.planning.limits import Bottleneck, bottlenecks
from chains.planning.problem import Blend, Intake, Link, PlanError, Problem, Supply
from chains.planning.reach import furthest
from chains.planning.solve import Plan, cheapest

__all__ = [
    "Blend",
    "Bottleneck",
    "Intake",
    "Link",
    "Plan",
    "PlanError",
    "Point",
    "Problem",
    "Supply",
    "bottlenecks",
    "cheapest",
    "curve",
    "furthest",
    "metres_between",
]
