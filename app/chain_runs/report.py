"""The answers of a solved network: a summary, and the fates of each waste or site."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.chain_runs.books import PURPOSES, Floats, Ints, summed, tonnes
from app.chain_runs.definitions import Followed
from app.chain_runs.figures import Loop, Solved, loops
from app.chain_runs.network import FATES, NUMBER, PRODUCT
from app.chain_runs.remarks import warnings_of
from app.chain_runs.schemas import (
    FollowedOut,
    GroupFatesOut,
    LoopOut,
    ProductOut,
    QualityOut,
    RateOut,
    RunScopeOut,
    SummaryOut,
    UntrackedSiteOut,
    tonnes_of,
)
from app.domain.quantities import tonnes_text
from app.domain.rates import METRICS, Totals
from app.http.answers import CoverageOut
from app.rates.service import Cell, Scope
from chains.arrays import np

NOMINAL = ("utilization.statutory", "utilization.plain")
"""The rates that stand beside the terminal rate."""

_MOST_LOOPS = 10
_MOST_SITES = 10
_MOST_STATES = 12
_NOBODY = Totals()


@dataclass(frozen=True, slots=True)
class Told:
    """A solved network with what the statistics say of the same scope."""

    followed: Followed
    scope: Scope
    solved: Solved
    cell: Cell


def summary(told: Told) -> SummaryOut:
    """Give all figures of the scope as a whole."""
    solved, found = told.solved, told.solved.found
    streams = solved.network.books.streams
    counted = solved.counted()
    one_group = np.zeros(streams.count, dtype=np.int32)
    [ends] = solved.ends(counted, one_group, 1)
    return SummaryOut(
        chain=followed_out(told.followed),
        scope=scope_out(told.scope),
        as_of=told.scope.as_of,
        stock_rule=solved.network.rule,
        generated_tonnes=tonnes_text(int(streams.generated.sum())),
        secondary_tonnes=tonnes_of(float(solved.network.secondary().sum())),
        counted_tonnes=tonnes_of(float(counted.sum())),
        nominal=nominal_of(told.cell.totals),
        terminal=RateOut.of_tonnes(float(ends[NUMBER[PRODUCT]]), float(counted.sum())),
        inputs_tonnes=_totals(solved.inputs),
        fates_tonnes=_fates(solved.ended_here.sum(axis=0)),
        of_generated_tonnes=_fates(ends),
        products=_products(solved),
        exported_tonnes=_exported(solved),
        untracked_tonnes=_totals(solved.untracked),
        unexplained_tonnes=_totals(solved.unexplained),
        untracked_sites=_untracked_sites(solved),
        cycling_index=found.cycling_index,
        cycling_index_sd=found.cycling_index_sd,
        mean_path_length=found.mean_path_length,
        loops=[_loop(one) for one in loops(solved, _MOST_LOOPS)],
        coverage=CoverageOut.of(told.cell),
        quality=_quality(solved),
        warnings=warnings_of(solved, told.cell),
    )


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of a network by their codes, in order; each item is made when it is asked for."""

    codes: tuple[str, ...]
    _item: Callable[[int], GroupFatesOut]

    def items(self, chosen: Iterable[str] | None = None) -> list[GroupFatesOut]:
        """Give the fates of the groups with these codes, or of all."""
        place = {code: number for number, code in enumerate(self.codes)}
        return [self._item(place[code]) for code in (self.codes if chosen is None else chosen)]


def by_waste(solved: Solved, nominal: Mapping[str, Totals]) -> Groups:
    """Fates of each waste by itself: its residues that are other wastes are their own generation there."""
    books = solved.network.books
    weights = np.zeros(books.streams.count)
    for number in range(len(books.wastes)):
        own = books.streams.waste == number
        weights[own] = solved.counted(np.array([number], dtype=np.int32))[own]
    names = [("waste", waste, None) for waste in books.wastes]
    return _groups(solved, weights, books.streams.waste, names, nominal)


def by_site(solved: Solved, nominal: Mapping[str, Totals]) -> Groups:
    """Fates of what each site generates; sites without any tonnes are left out."""
    books = solved.network.books
    present, group = np.unique(books.streams.site, return_inverse=True)
    places = [books.places[number] for number in present.tolist()]
    names = [("site", place.code, place.name) for place in places]
    return _groups(solved, solved.counted(), group.astype(np.int32), names, nominal)


def nominal_of(totals: Totals) -> dict[str, RateOut]:
    """Give the rates of the statistics."""
    return {name: RateOut.of(METRICS[name].of(totals)) for name in NOMINAL}


def followed_out(chain: Followed) -> FollowedOut:
    return FollowedOut(id=chain.id, version=chain.version, digest=chain.digest, wastes=list(chain.wastes))


def scope_out(scope: Scope) -> RunScopeOut:
    return RunScopeOut(
        region=scope.region,
        base=scope.base,
        enterprise=scope.enterprise,
        from_=str(scope.first),
        to=str(scope.last),
    )


def _groups(
    solved: Solved,
    weights: Floats,
    group: Ints,
    names: Sequence[tuple[str, str, str | None]],
    nominal: Mapping[str, Totals],
) -> Groups:
    count = len(names)
    ends, counted = solved.ends(weights, group, count), summed(group, weights, count)
    generated = summed(group, tonnes(solved.network.books.streams.generated), count)
    here = np.column_stack([summed(group, column, count) for column in solved.ended_here.T])
    inputs = {kind: summed(group, values, count) for kind, values in solved.inputs.items()}

    def item(i: int) -> GroupFatesOut:
        kind, code, name = names[i]
        return GroupFatesOut(
            group={kind: code},
            name=name,
            generated_tonnes=tonnes_of(generated[i]),
            counted_tonnes=tonnes_of(counted[i]),
            terminal=RateOut.of_tonnes(ends[i, NUMBER[PRODUCT]], counted[i]),
            nominal=nominal_of(nominal.get(code, _NOBODY)),
            fates_tonnes=_fates(ends[i]),
            ended_here_tonnes=_fates(here[i]),
            inputs_tonnes={kind: tonnes_of(values[i]) for kind, values in inputs.items()},
        )

    return Groups(tuple(code for _, code, _ in names), item)


def _fates(values: Floats) -> dict[str, str]:
    return {fate: tonnes_of(value) for fate, value in zip(FATES, values.tolist(), strict=True)}


def _totals(values: Mapping[str, Floats]) -> dict[str, str]:
    return {name: tonnes_of(float(amounts.sum())) for name, amounts in values.items()}


def _quality(solved: Solved) -> QualityOut:
    found = solved.found
    return QualityOut(
        states=solved.model.shares.size,
        flows=len(solved.network.flows.tonnes),
        method=found.method,
        iterations=found.iterations,
        mass_error=found.mass_error,
        residual=found.residual,
    )


def _products(solved: Solved) -> list[ProductOut]:
    """List products, the largest first; a use that names none stands under the empty text."""
    books, made = solved.network.books, solved.network.split.product
    count = len(books.products)
    whole = summed(books.uses.product, made, count)
    own = summed(books.uses.product, made * solved.generated_part[books.uses.stream], count)
    order = sorted(range(count), key=lambda i: (-whole[i], books.products[i]))
    return [
        ProductOut(
            product=books.products[i], tonnes=tonnes_of(whole[i]), of_generated_tonnes=tonnes_of(own[i])
        )
        for i in order
        if whole[i] > 0
    ]


def _exported(solved: Solved) -> dict[str, str]:
    sent = solved.network.books.exported
    amounts = summed(sent.kind, tonnes(sent.grams), len(PURPOSES))
    return {purpose: tonnes_of(amount) for purpose, amount in zip(PURPOSES, amounts.tolist(), strict=True)}


def _untracked_sites(solved: Solved) -> list[UntrackedSiteOut]:
    books = solved.network.books
    count = len(books.places)
    reasons = {
        reason: summed(books.streams.site, values, count) for reason, values in solved.untracked.items()
    }
    total = np.sum(list(reasons.values()), axis=0)
    largest = [int(i) for i in np.argsort(-total, kind="stable")[:_MOST_SITES] if total[i] > 0]
    return [
        UntrackedSiteOut(
            site=books.places[i].code,
            name=books.places[i].name,
            tonnes=tonnes_of(total[i]),
            reasons={reason: tonnes_of(values[i]) for reason, values in reasons.items() if values[i] > 0},
        )
        for i in largest
    ]


def _loop(loop: Loop) -> LoopOut:
    return LoopOut(
        states=list(loop.states[:_MOST_STATES]),
        more_states=max(0, len(loop.states) - _MOST_STATES),
        moved_tonnes=tonnes_of(loop.moved),
        recycled_share=f"{loop.recycled:.6f}",
    )
