"""What a reader should know of a network before trusting its fates: one function a check.

Remarks in two languages: some refuse the input, the others are warnings with which the engine goes on. Each
names its states.
"""

from dataclasses import dataclass

from chains.arrays import np
from chains.attribution.condensation import Sets
from chains.attribution.network import UNTRACKED, Flags, Floats, Shares

# Published figures are rounded: a state may send this part more than it has; the difference is shown as
# unexplained.
ROUNDED_FIGURES = 1e-3
LISTED = 10


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence in Chinese and in English."""

    zh: str
    en: str


def overdrawn(shares: Shares, names: tuple[str, ...]) -> list[Remark]:
    """States that send more than they have, beyond what rounded figures explain; largest excess first."""
    which = shares.unexplained > ROUNDED_FIGURES * shares.sent
    return [
        Remark(f"“{names[i]}”送出 {sent} t，但只有 {had} t", f'"{names[i]}" sends {sent} t but has {had} t')
        for i in _largest(shares.unexplained, which)
        for sent, had in [(tonnes(shares.sent[i]), tonnes(shares.received[i]))]
    ]


def unexplained(shares: Shares, names: tuple[str, ...]) -> list[Remark]:
    """States that send a little more than they have."""
    which = (shares.unexplained > 0) & (shares.unexplained <= ROUNDED_FIGURES * shares.sent)
    remarks = [
        Remark(
            f"“{names[i]}”送出的比有的 {had} t 多 {more} t，记为来源不明",
            f'"{names[i]}" sends {more} t more than the {had} t it has: taken as an unexplained source',
        )
        for i in _largest(shares.unexplained, which)
        for more, had in [(tonnes(shares.unexplained[i]), tonnes(shares.received[i]))]
    ]
    more = int(np.count_nonzero(which)) - len(remarks)
    return remarks + _and_more(more, "送出略多于其所有", "send a little more than they have")


def untracked(shares: Shares, names: tuple[str, ...]) -> list[Remark]:
    """States that do not say where all of their tonnes went; largest gap first."""
    which = shares.untracked > 0
    remarks = [
        Remark(
            f"“{names[i]}”有 {had} t，交代了 {sent} t；{gap} t 去向不明（{UNTRACKED}）",
            f'"{names[i]}" has {had} t and accounts for {sent} t: {gap} t are {UNTRACKED}',
        )
        for i in _largest(shares.untracked, which)
        for had, sent, gap in [
            (tonnes(shares.received[i]), tonnes(shares.sent[i]), tonnes(shares.untracked[i]))
        ]
    ]
    more = int(np.count_nonzero(which)) - len(remarks)
    return remarks + _and_more(more, "没有交代全部去向", "do not account for all they have")


def closed_loops(shares: Shares, sets: Sets, names: tuple[str, ...]) -> list[Remark]:
    """Loops that nothing leaves by any reported flow or fate: what enters them is untracked."""
    flow, count = shares.flow, len(sets.size)
    sender = np.repeat(sets.label, np.diff(flow.indptr))
    crossing = sender != sets.label[flow.indices]
    reported = np.delete(shares.fate, shares.fates.index(UNTRACKED), axis=1).any(axis=1)
    leaves = np.bincount(sender[crossing], minlength=count) + np.bincount(sets.label, reported, count)
    shut = np.flatnonzero(sets.loops & (leaves == 0))
    remarks = []
    for number in shut[:LISTED]:
        members = [names[i] for i in np.flatnonzero(sets.label == number)]
        zh, en = "、".join(members[:LISTED]), ", ".join(members[:LISTED])
        if len(members) > LISTED:
            zh, en = f"{zh} 等 {len(members)} 个状态", f"{en} and {len(members) - LISTED} more"
        remarks.append(
            Remark(
                f"封闭回路：{zh} 没有出口，进入的记为去向不明（{UNTRACKED}）",
                f"closed loop: nothing leaves {en}; what enters is {UNTRACKED}",
            )
        )
    if len(shut) > LISTED:
        remarks.append(
            Remark(f"另有 {len(shut) - LISTED} 个封闭回路", f"{len(shut) - LISTED} more closed loops")
        )
    return remarks


def without_source(shares: Shares) -> list[Remark]:
    """Say that nothing enters: the network has shares but no totals."""
    if shares.source.any():
        return []
    return [Remark("没有任何输入：只有份额，没有总量", "no inputs: there are shares but no totals")]


def not_closed(mass_error: float, tolerance: float) -> list[Remark]:
    """Say that the solvers gave up before the mass closed."""
    if mass_error < tolerance:
        return []
    text = f"{mass_error:.1e}"
    return [Remark(f"求解未收敛：质量误差 {text}", f"the solution did not close: mass error {text}")]


def tonnes(value: float) -> str:
    """Mass [t] for a sentence: thousands apart, at most six decimals, small ones in full."""
    if 0 < value < 1e-4:
        return f"{value:.3g}"
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return text or "0"


def _largest(values: Floats, which: Flags) -> list[int]:
    """Up to LISTED indices: the largest of the marked values; equal ones in order of the states."""
    marked = np.flatnonzero(which)
    order = np.argsort(-values[marked], kind="stable")[:LISTED]
    return [int(i) for i in marked[order]]


def _and_more(count: int, zh: str, en: str) -> list[Remark]:
    return [Remark(f"另有 {count:,} 个状态{zh}", f"{count:,} more states {en}")] if count > 0 else []
