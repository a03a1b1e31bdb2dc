"""Flows and suspects in words, Chinese and English, for those who read the list and not the network."""

from collections.abc import Callable

from app.domain.errors import Message
from app.domain.quantities import GRAMS_PER_TONNE, tonnes_text
from app.reconciliations.measured import MeasuredFlow, Stream
from app.reconciliations.models import MeasuredKind
from chains.reconciliation.suspects import Suspect

NameOf = Callable[[str], str]
"""Site code → what the site is called."""

_OWN = {
    MeasuredKind.GENERATED: ("产生量", "generation"),
    MeasuredKind.STOCK_INCREASE: ("贮存增量", "increase of stock"),
    MeasuredKind.USED: ("自行利用量", "own use"),
    MeasuredKind.DISPOSED: ("自行处置量", "own disposal"),
    MeasuredKind.DUMPED: ("倾倒丢弃量", "dumping"),
}


def stream_words(stream: Stream, name_of: NameOf) -> Message:
    """Name a stream."""
    site, waste = stream
    return Message(f"{name_of(site)}的{waste}", f"{waste} of {name_of(site)}")


def flow_words(flow: MeasuredFlow, name_of: NameOf) -> Message:
    """Name a flow by its ends."""
    waste, detail = flow.waste, f" ({flow.detail})" if flow.detail else ""
    ends = [None if end is None else name_of(end[0]) for end in (flow.source, flow.target)]
    if flow.kind in _OWN:
        zh, en = _OWN[flow.kind]
        here = ends[0] or ends[1]
        return Message(f"{here}的{waste}{zh}{detail}", f"{en}{detail} of {waste} at {here}")
    giver, taker = ends[0] or flow.detail, ends[1] or flow.detail
    return Message(f"{giver}转给{taker}的{waste}", f"transfer of {waste} from {giver} to {taker}")


def rounded(tonnes: float) -> str:
    """Tonnes to four figures at least, as people read them."""
    size = abs(tonnes)
    return f"{tonnes:.0f}" if size >= 1000 else f"{tonnes:.4g}"


def suspect_words(suspect: Suspect, about: Message, side: str | None) -> Message:
    """Say what is suspected; `side` is the blamed side of a transfer."""
    amount, spread = rounded(abs(suspect.mass)), rounded(suspect.sd)
    if suspect.kind == "untracked_flow":
        if suspect.mass > 0:
            zh, en = "有进无出", "came in and is not accounted for"
        else:
            zh, en = "出多于进", "went out and never came in"
        return Message(f"{about.zh}：{amount} ± {spread} 吨{zh}", f"{about.en}: {amount} ± {spread} t {en}")
    by_zh, by_en = {"sent": ("转出方", " by the sender"), "received": ("接收方", " by the receiver")}.get(
        side or "", ("", "")
    )
    zh, en = ("多报", "too much") if suspect.mass > 0 else ("少报", "too little")
    return Message(
        f"{about.zh}：{by_zh}{zh} {amount} ± {spread} 吨",
        f"{about.en}: {amount} ± {spread} t {en} reported{by_en}",
    )


def exact_tonnes(tonnes: float) -> str:
    """Tonnes as text, to the gram."""
    return tonnes_text(round(tonnes * GRAMS_PER_TONNE))
