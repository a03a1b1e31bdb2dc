"""Tonnes that a receiver disputes, or confirms for less: its own word, whatever its ledger says."""

from collections.abc import Iterator

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.findings.facts import Figure, PairFacts, Transfer
from app.findings.lawbook import ENTRUSTED, SINCE_LAW
from app.findings.limits import least_tonnes, tolerance
from app.findings.rule import Found, Partition, Rule, Severity, Tonnes, Values, limits
from app.findings.wording import grams_of


def evaluate(facts: PairFacts, values: Values) -> Iterator[Found]:
    """Find transfers whose receiver disputes them, or has corrected them by more than the tolerance.

    Of a disputed transfer all that the receiver's own ledger does not have is at issue; when it has all of it, all.
    """
    for transfer in facts.transfers:
        refused = _refused(transfer)
        sent = transfer.sent or 0
        if refused > max(grams_of(values["least_tonnes"]), int(values["tolerance"] * sent)):
            yield _found(facts, transfer, refused, values)


def _refused(transfer: Transfer) -> int:
    """By how much the receiver's word differs from what was declared [g]."""
    sent = transfer.sent or 0
    if transfer.decision == "dispute":
        return sent - (transfer.received or 0) if sent > (transfer.received or 0) else sent
    if transfer.decision == "correct":
        return abs(sent - (transfer.decided or 0))
    return 0


def _found(facts: PairFacts, transfer: Transfer, refused: int, values: Values) -> Found:
    sender = transfer.sender_site or facts.sender
    receiver = transfer.receiver_site or facts.receiver
    sent, tonnes = tonnes_text(transfer.sent or 0), tonnes_text(refused)
    is_disputed = transfer.decision == "dispute"
    decided = tonnes_text(transfer.decided or 0)
    zh = f"{transfer.month} {sender} 填报转出 {transfer.waste} {sent} 吨给 {receiver}，"
    zh += (
        f"接收方提出异议，{tonnes} 吨未获认可"
        if is_disputed
        else f"接收方更正为 {decided} 吨，相差 {tonnes} 吨"
    )
    en = f"{transfer.month}: {sender} declares {sent} t of {transfer.waste} sent to {receiver}; the receiver "
    en += (
        f"disputes it, {tonnes} t are not confirmed"
        if is_disputed
        else f"corrects it to {decided} t, off by {tonnes} t"
    )
    return Found(
        site=transfer.sender_site or transfer.receiver_site or facts.sender,
        key=(receiver, transfer.waste, str(transfer.month), transfer.purpose),
        explanation=Message(zh, en),
        months=(transfer.month,),
        figures=(
            Figure("sent", transfer.sent, sender, transfer.month, transfer.sender_ref),
            Figure("received", transfer.received, receiver, transfer.month, transfer.receiver_ref),
            Figure("decided", transfer.decided, receiver, transfer.month),
        ),
        threshold=limits(values),
        values={"decision": str(transfer.decision)},
        waste=transfer.waste,
        grams=refused,
        counterpart=facts.receiver,
        is_shared=True,
    )


RULE = Rule(
    id="refused_quantity",
    version=1,
    severity=Severity.MEDIUM,
    tonnes_are=Tonnes.UNTRACKED,
    partition=Partition.PAIR,
    text=Message("接收方不认可的数量", "A quantity that the receiver refuses"),
    law=ENTRUSTED,
    since=SINCE_LAW,
    parameters=(
        least_tonnes(10),
        tolerance(
            "0.05", "更正在多大比例以内不提示", "a correction within this share of the declared tonnes passes"
        ),
    ),
    evaluate=evaluate,
)
