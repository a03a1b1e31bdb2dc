"""Networks that the engine is timed on."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from chains.attribution.network import UNTRACKED, Matrix, Shares
from chains.balance import OUTSIDE, Floats, Network
from chains.reconciliation import Reports

FATES = ("product", "disposed", "stored", "air")
ERRORS = (0.01, 0.02, 0.05)


@dataclass(frozen=True, slots=True, eq=False)
class FateCase:
    """Shares of a network: Q (n, n), R (n, 4)."""

    flow: Matrix
    fate: Floats

    def shares(self) -> Shares:
        size, nothing = self.flow.shape[0], np.zeros(self.flow.shape[0])
        fate = np.column_stack([self.fate, nothing])
        ones = np.ones(size)
        return Shares(self.flow, fate, (*FATES, UNTRACKED), ones, ones, ones, nothing, nothing)


def onward(size: int, *, back: float = 0.05, seed: int = 1) -> FateCase:
    """Five flows a state, the share `back` of them back; states are numbered so that it helps nobody."""
    random = np.random.default_rng(seed)
    links = 5 * size
    start = random.integers(0, size, links)
    further = start + 1 + (random.random(links) * (size - start)).astype(np.int64)
    end = np.minimum(size - 1, further)
    turns = random.random(links) < back
    end[turns] = (random.random(np.count_nonzero(turns)) * (start[turns] + 1)).astype(np.int64)
    place = random.permutation(size)
    weight = random.random(links)
    fate = random.random((size, len(FATES))) * 0.625
    return _shares(sp.csr_array((weight, (place[start], place[end])), shape=(size, size)), fate)


def pairs_of_firms(size: int, pairs: int = 500, kept: float = 0.999, seed: int = 2) -> FateCase:
    """Take the easy network; `pairs` of its states ship the share `kept` of all they have to each other."""
    easy = onward(size)
    chosen = np.random.default_rng(seed).permutation(size)[: 2 * pairs].reshape(pairs, 2)
    keep = np.ones(size)
    keep[chosen] = 1.0 - kept
    ends = (np.concatenate([chosen[:, 0], chosen[:, 1]]), np.concatenate([chosen[:, 1], chosen[:, 0]]))
    inner = sp.csr_array((np.full(2 * pairs, kept), ends), shape=(size, size))
    return _shares(sp.csr_array(sp.diags_array(keep) @ easy.flow + inner), easy.fate * keep[:, None])


def _shares(flow: Matrix, fate: Floats) -> FateCase:
    total = flow.sum(axis=1) + fate.sum(axis=1)
    scaled = sp.csr_array(sp.diags_array(1.0 / total) @ flow)
    scaled.sum_duplicates()
    indices, ends = scaled.indices.astype(np.int32), scaled.indptr.astype(np.int32)
    return FateCase(sp.csr_array((scaled.data, indices, ends), shape=flow.shape), fate / total[:, None])


@dataclass(frozen=True, slots=True, eq=False)
class BalanceCase:
    """A network and its reports."""

    network: Network
    reports: Reports


def reported(size: int, flows_a_state: int, seed: int = 1) -> BalanceCase:
    """Flows between random states, tonnages over six orders of magnitude, every flow with an error of 1, 2 or 5 %."""
    random = np.random.default_rng(seed)
    links = (flows_a_state - 2) * size
    source, target = random.integers(0, size, links), random.integers(0, size, links)
    between = np.exp(random.normal(5.0, 1.5, links))
    surplus = np.bincount(target, between, size) - np.bincount(source, between, size)
    entering = np.maximum(-surplus, 0.0) + np.exp(random.normal(4.0, 1.0, size))
    own, outside = np.arange(size), np.full(size, OUTSIDE)
    network = Network(
        size,
        np.concatenate((source, outside, own)),
        np.concatenate((target, own, outside)),
        np.ones(links + 2 * size),
    )
    return _with_errors(network, np.concatenate((between, entering, entering + surplus)), seed)


def traded_back(size: int) -> BalanceCase:
    """Pairs that ship 99.9 % back and forth, one pair after the other."""
    pairs = size // 2
    a, b = 2 * np.arange(pairs), 2 * np.arange(pairs) + 1
    source = np.concatenate((a, b, [OUTSIDE], b))
    target = np.concatenate((b, a, [0], a[1:], [OUTSIDE]))
    masses = np.concatenate((np.full(pairs, 1000.0), np.full(pairs, 999.0), np.ones(pairs + 1)))
    return _with_errors(Network(2 * pairs, source, target, np.ones(source.size)), masses, 3)


def _with_errors(network: Network, masses: Floats, seed: int) -> BalanceCase:
    random = np.random.default_rng(seed)
    sigma = random.choice(ERRORS, masses.size) * masses
    value = masses + sigma * random.normal(size=masses.size)
    return BalanceCase(network, Reports(np.arange(masses.size), value, sigma))
