"""A month of a province written down by hand: what tests of the rules about networks begin with. Masses in tonnes."""

from collections.abc import Iterable, Sequence
from typing import Any

from findings.books import START, T, line, transfer

from app.domain.periods import Month
from app.findings.facts import Flow, LedgerRef, Line, PairFacts, Transfer
from app.findings.networks import NetworkFacts, SiteMonth

PROVINCE = "14"


def code(name: str) -> str:
    return f"site-{name}"


def member(name: str, *lines: Line, flows: Iterable[Flow] = (), is_filed: bool = True) -> SiteMonth:
    ref = LedgerRef(f"ledger-{name}", 1) if is_filed else None
    return SiteMonth(code(name), "140212", "44", ref, lines, tuple(flows))


def moved(sender: str | None, receiver: str | None, tonnes: float, **more: Any) -> Transfer:
    """Both sides say the same, unless told otherwise."""
    standing: dict[str, Any] = {
        "sender_site": None if sender is None else code(sender),
        "receiver_site": None if receiver is None else code(receiver),
        "sent": tonnes,
        "received": tonnes if receiver is not None else None,
    }
    return transfer(**(standing | more))


def hub(name: str, through: float, **more: float) -> SiteMonth:
    """A site that hands on all that it takes in."""
    return member(name, line(received=through, sent=through, **more))


def ring(*names: str, tonnes: float = 3000) -> tuple[list[SiteMonth], list[Transfer]]:
    """Hubs that hand on to the next one, the last to the first."""
    links = zip(names, [*names[1:], names[0]], strict=True)
    return [hub(name, tonnes) for name in names], [moved(one, other, tonnes) for one, other in links]


def network(sites: Sequence[SiteMonth], transfers: Sequence[Transfer], month: Month = START) -> NetworkFacts:
    """The facts of `month`; transfers of other months are seen in the pairs only."""
    pairs: dict[tuple[str, str], list[Transfer]] = {}
    for each in transfers:
        pairs.setdefault((each.sender_site or "nobody", each.receiver_site or "nobody"), []).append(each)
    return NetworkFacts(
        PROVINCE,
        month,
        tuple(sites),
        tuple(each for each in transfers if each.month == month),
        tuple(
            PairFacts(sender, receiver, receiver_known=True, transfers=tuple(mine))
            for (sender, receiver), mine in sorted(pairs.items())
        ),
    )


def mass(tonnes: float) -> int:
    return round(tonnes * T)
