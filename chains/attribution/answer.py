"""The answer of `huanlian attribute`: a named network in, the document out."""

from dataclasses import dataclass
from typing import Any

from chains.arrays import np
from chains.attribution import checks
from chains.attribution.checks import Remark
from chains.attribution.documents import NamedNetwork
from chains.attribution.fates import Attribution, FateModel, attribute
from chains.attribution.network import Floats, Shares, shares_of
from chains.attribution.solver import MASS_TOLERANCE
from chains.file_faults import FileFault


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The fates of a named network and what to know about them."""

    states: tuple[str, ...]
    shares: Shares
    found: Attribution
    warnings: tuple[Remark, ...]


def answer(named: NamedNetwork) -> Answer:
    """Solve a network. Raises FileFault naming the states that send more than they have."""
    shares, names = shares_of(named.network), named.states
    refused = checks.overdrawn(shares, names)
    if refused:
        raise FileFault("states", "；".join(one.zh for one in refused), "; ".join(one.en for one in refused))
    model = FateModel(shares)
    found = attribute(model)
    warnings = (
        *checks.without_source(shares),
        *checks.closed_loops(shares, model.sets, names),
        *checks.unexplained(shares, names),
        *checks.untracked(shares, names),
        *checks.not_closed(found.mass_error, MASS_TOLERANCE),
    )
    return Answer(names, shares, found, warnings)


def document(done: Answer) -> dict[str, Any]:
    """Document (JSON) of an answer; fates that nothing reaches are left out.

    `warnings`, `unexplained` (t by state) and `cycling_index_sd` stand in it only when there is something
    to say.
    """
    found = done.found
    result: dict[str, Any] = {
        "fates_by_state": dict(zip(done.states, _shares_by_name(found), strict=True)),
        "totals": _named(found.fates, found.totals),
        "throughput": dict(zip(done.states, found.throughput.tolist(), strict=True)),
        "cycling_index": found.cycling_index,
        "mean_path_length": found.mean_path_length,
        "mass_error": found.mass_error,
        "method": found.method,
        "iterations": found.iterations,
    }
    if found.cycling_index_sd is not None:
        result["cycling_index_sd"] = found.cycling_index_sd
    if done.shares.unexplained.any():
        result["unexplained"] = _named(done.states, done.shares.unexplained)
    if done.warnings:
        result["warnings"] = [{"zh": one.zh, "en": one.en} for one in done.warnings]
    return result


def _shares_by_name(found: Attribution) -> list[dict[str, float]]:
    order = np.argsort(np.array(found.fates))
    fates = [found.fates[i] for i in order]
    return [
        {fate: share for fate, share in zip(fates, row, strict=True) if share != 0.0}
        for row in found.by_state[:, order].tolist()
    ]


def _named(names: tuple[str, ...], values: Floats) -> dict[str, float]:
    """Values that are not 0, by name."""
    return {name: value for name, value in sorted(zip(names, values.tolist(), strict=True)) if value != 0.0}
