"""Random cities whose ledgers agree: every line balances, every receiver books what its sender sent."""

from collections import defaultdict
from dataclasses import replace

from hypothesis import strategies as st

from app.domain.ledger import Disposed, Line, Purpose, Received, Sent, Used
from app.domain.periods import Month
from app.domain.quantities import GRAMS_PER_TONNE as TONNE

JANUARY = Month(2025, 1)
Book = dict[tuple[str, Month], list[Line]]

_METHODS = st.sampled_from(["weighbridge", "belt_scale", "material_balance", "estimate", None])
_TONNES = st.integers(0, 50_000)
_PURPOSES: tuple[Purpose, ...] = ("use", "dispose", "store")


@st.composite
def honest_books(
    draw: st.DrawFn, *, least_sites: int = 1, methods: st.SearchStrategy[str | None] = _METHODS
) -> Book:
    """Books of two to six sites over one to three months, some months unfiled by some sites."""
    sites = [f"site{number}" for number in range(draw(st.integers(max(2, least_sites), 6)))]
    months = [JANUARY.plus(number) for number in range(draw(st.integers(1, 3)))]
    method = {site: draw(methods) for site in sites}
    stock: dict[str, int] = {site: draw(_TONNES) * TONNE for site in sites}
    book: Book = {}
    for month in months:
        sent, received = _shipments(draw, sites)
        for site in sites:
            line = _line(draw, site, method[site], stock[site], sent[site], received[site])
            stock[site] = line.closing_grams
            if draw(st.integers(0, 9)) > 0:
                book[site, month] = [line]
    return book


def _shipments(draw: st.DrawFn, sites: list[str]) -> tuple[dict[str, list[Sent]], dict[str, list[Received]]]:
    sent, received = defaultdict(list), defaultdict(list)
    for giver, taker in draw(st.sets(st.tuples(st.sampled_from(sites), st.sampled_from(sites)), max_size=8)):
        if giver != taker:
            grams = draw(st.integers(1, 20_000)) * TONNE
            purpose = draw(st.sampled_from(_PURPOSES))
            sent[giver].append(Sent(taker, grams, purpose))
            received[taker].append(Received(giver, grams, purpose))
    return sent, received


def _line(
    draw: st.DrawFn, site: str, method: str | None, opening: int, sent: list[Sent], received: list[Received]
) -> Line:
    used, disposed, dumped = (draw(_TONNES) * TONNE for _ in range(3))
    out = used + disposed + dumped + sum(one.grams for one in sent)
    into = opening + sum(one.grams for one in received)
    generated = max(0, out - into) + draw(_TONNES) * TONNE
    prior = min(used, opening // 2)
    sent = [replace(one, prior_stock_grams=one.grams // 3, of_received_grams=one.grams // 4) for one in sent]
    return Line(
        "SW04",
        method=method,
        opening_grams=opening,
        generated_grams=generated,
        received=tuple(received),
        used=(Used(used, f"process_{site}", prior_stock_grams=prior),) if used else (),
        disposed=(Disposed(disposed, "landfill", prior_stock_grams=disposed // 5, compliant=True),)
        if disposed
        else (),
        sent=tuple(sent),
        dumped_grams=dumped,
        closing_grams=into + generated - out,
    )
