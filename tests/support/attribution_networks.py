"""Networks for the tests of attribution: made of rows, drawn at random, or hard to solve on purpose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp

from chains.attribution.answer import Answer, answer, document
from chains.attribution.documents import parse
from chains.attribution.network import UNTRACKED, Floats, Matrix, Shares

Flow = tuple[str, str, float] | tuple[str, str, float, float] | tuple[str, str, float, float, str]


def file_of(
    inputs: dict[str, float],
    flows: Sequence[Flow],
    fates: Iterable[tuple[str, str, float]],
    states: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Build the document of a network; the states are all that occur unless they are given."""
    fates = list(fates)
    names = dict.fromkeys([*inputs, *(end for flow in flows for end in flow[:2]), *(row[0] for row in fates)])
    keys = ("from", "to", "tonnes", "yield", "rest")
    return {
        "states": list(states or names),
        "inputs": inputs,
        "flows": [dict(zip(keys, flow, strict=False)) for flow in flows],
        "fates": [dict(zip(("state", "fate", "tonnes"), row, strict=True)) for row in fates],
    }


def solved(raw: dict[str, Any]) -> Answer:
    return answer(parse(raw))


def answered(raw: dict[str, Any]) -> dict[str, Any]:
    return document(solved(raw))


def random_document(seed: int, size: int, *, units: float = 1.0) -> dict[str, Any]:
    """Draw a balanced network with loops, yields, repeated pairs and four fates; masses times `units`."""
    random = np.random.default_rng(seed)
    links = int(size * random.uniform(1.5, 4.0))
    start, end = random.integers(0, size, links), random.integers(0, size, links)
    weight, arriving = random.uniform(0.05, 1.0, links), np.round(random.uniform(0.3, 1.0, links), 3)
    arriving[random.random(links) < 0.6] = 1.0
    leaving = random.uniform(0.05, 1.0, (size, 2))
    total = np.bincount(start, weight, size) + leaving.sum(axis=1)
    share = weight / total[start]
    source = np.where(random.random(size) < 0.5, np.round(random.uniform(0.0, 100.0, size), 2), 0.0)
    source[0] = 10.0
    flow = sp.csr_array((share * arriving, (start, end)), shape=(size, size)).toarray()
    through = np.linalg.solve(np.eye(size) - flow.T, source) * units
    kinds = [("product", "stored"), ("disposed", "product"), ("exported", "stored")]
    return {
        "states": [f"s{i:03d}" for i in range(size)],
        "inputs": {f"s{i:03d}": float(source[i] * units) for i in np.flatnonzero(source)},
        "flows": [
            {
                "from": f"s{a:03d}",
                "to": f"s{b:03d}",
                "tonnes": float(through[a] * q),
                "yield": float(y),
                "rest": "air",
            }
            for a, b, q, y in zip(start, end, share, arriving, strict=True)
        ],
        "fates": [
            {
                "state": f"s{i:03d}",
                "fate": kinds[i % 3][side],
                "tonnes": float(through[i] * leaving[i, side] / total[i]),
            }
            for i in range(size)
            for side in (0, 1)
        ],
    }


def shares_from(flow: Matrix | sp.coo_array[Any], fate: Floats) -> Shares:
    """Shares given as such: a tonne enters every state; the last column is UNTRACKED."""
    size = flow.shape[0]
    canonical = sp.csr_array(flow)
    canonical.sum_duplicates()
    matrix: Matrix = sp.csr_array(
        (canonical.data, canonical.indices.astype(np.int32), canonical.indptr.astype(np.int32)),
        shape=(size, size),
    )
    fates = tuple(f"fate {i}" for i in range(fate.shape[1]))
    nothing = np.zeros(size)
    return Shares(
        flow=matrix,
        fate=np.column_stack([fate, nothing]),
        fates=(*fates, UNTRACKED),
        source=np.ones(size),
        received=nothing,
        sent=nothing,
        unexplained=nothing,
        untracked=nothing,
    )


def one_large_loop(size: int, *, staying: float, seed: int = 0) -> tuple[Matrix, Floats]:
    """Draw a loop of all states, a ring plus four flows each; `staying` is the share that stays in it."""
    random = np.random.default_rng(seed)
    start = np.concatenate([np.arange(size), np.repeat(np.arange(size), 4)])
    end = np.concatenate([(np.arange(size) + 1) % size, random.integers(0, size, 4 * size)])
    weight = random.uniform(0.2, 1.0, len(start))
    flow = sp.csr_array((weight, (start, end)), shape=(size, size))
    flow = sp.csr_array(sp.diags_array(staying / flow.sum(axis=1)) @ flow)
    fate = random.uniform(0.1, 1.0, (size, 3))
    return flow, fate / fate.sum(axis=1)[:, None] * (1.0 - staying)


def with_groups(
    flow: Matrix, fate: Floats, *, groups: int, members: int, inside: float, seed: int = 1
) -> tuple[Matrix, Floats]:
    """Make groups of states that ship the share `inside` of all they have evenly to each other."""
    random = np.random.default_rng(seed)
    size = flow.shape[0]
    chosen = random.permutation(size)[: groups * members].reshape(groups, members)
    keep = np.ones(size)
    keep[chosen] = 1.0 - inside
    pairs = [(a, b) for a in range(members) for b in range(members) if a != b]
    start = np.concatenate([chosen[:, a] for a, _ in pairs])
    end = np.concatenate([chosen[:, b] for _, b in pairs])
    value = np.full(len(start), inside / (members - 1))
    inner = sp.csr_array((value, (start, end)), shape=(size, size))
    return sp.csr_array(sp.diags_array(keep) @ flow + inner), fate * keep[:, None]


def dense_fates(shares: Shares) -> Floats:
    """B by the dense inverse."""
    return np.linalg.solve(np.eye(shares.size) - shares.flow.toarray(), shares.fate)
