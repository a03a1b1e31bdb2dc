"""Transfers that name a firm with several sites: handed to those of its sites that report the other side."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.chain_runs.books import Grams, Moves
from chains.arrays import np


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Grams that `stream` sent to, or received from, one of the streams `candidates`, it is not said which."""

    stream: int
    candidates: tuple[int, ...]
    grams: int


def placed(moves: Moves, unplaced: Sequence[Unplaced], *, sent: bool) -> tuple[Moves, list[int]]:
    """Give each candidate at most what its own report has beyond the other side's; answers what is left of each.

    `sent`: the unplaced are senders' figures, else receivers'. In the order given, candidates in theirs.
    """
    mine, theirs = (moves.sent, moves.received) if sent else (moves.received, moves.sent)
    pairs = zip(moves.sender.tolist(), moves.receiver.tolist(), strict=True)
    place = {pair: number for number, pair in enumerate(pairs)}
    found: Grams = mine.copy()
    left = []
    for one in unplaced:
        rest = one.grams
        for other in one.candidates:
            number = place.get((one.stream, other) if sent else (other, one.stream))
            if number is not None:
                taken = min(rest, max(0, int(theirs[number] - found[number])))
                found[number] += taken
                rest -= taken
        left.append(rest)
    sides = (found, moves.received) if sent else (moves.sent, found)
    return Moves(moves.sender, moves.receiver, *(np.asarray(side) for side in sides)), left
