"""What is said of forms: facts with tonnes, never refusals, and as things stand now, not as they stood when recorded."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.auth.subjects import Subject
from app.batches import lines, repository
from app.batches.models import Batch, BatchLink, ProductBatch, RecipeInput
from app.db.session import ReadSession
from app.domain.custody.batches import BatchKind, Key, Standing, standing
from app.domain.errors import Message
from app.domain.quantities import tonnes_text

KINDS = {
    BatchKind.LEFT: Message("出厂", "left the site"),
    BatchKind.GENERATED: Message("产生", "generated"),
    BatchKind.STORED: Message("贮存", "stored"),
    BatchKind.USED: Message("利用", "used"),
    BatchKind.DISPOSED: Message("处置", "disposed of"),
}


@dataclass(frozen=True, slots=True)
class Flag:
    """One fact about one place of a form; `grams` says how much is at stake where that is known."""

    rule: str
    pointer: str
    message: Message
    grams: int | None = None


Known = Mapping[Key, tuple[Batch, str]]


def known_to(
    session: ReadSession,
    subject: Subject,
    batches: Iterable[Batch],
    links: Mapping[uuid.UUID, list[BatchLink]],
) -> dict[Key, tuple[Batch, str]]:
    """The preceding forms that the reader may know of: those one sees, and what was sent to the site of the form."""
    codes = repository.codes_of(session, {batch.site_id for batch in batches})
    own_sites = [site for site, _ in codes.values()]
    own_codes = [credit_code for _, credit_code in codes.values()]
    keys = {(link.preceding_site, link.preceding_number) for found in links.values() for link in found}
    return repository.known(session, keys, repository.open_to(subject, own_sites, own_codes))


def of_batches(
    session: ReadSession,
    batches: Sequence[Batch],
    links: Mapping[uuid.UUID, list[BatchLink]],
    known: Known,
) -> dict[uuid.UUID, list[Flag]]:
    """Form → what is said of it; nothing of one that was withdrawn."""
    counting = [batch for batch in batches if batch.withdrawn_at is None]
    sites, months = {batch.site_id for batch in counting}, {batch.month for batch in counting}
    figures = lines.figures(session, sites, months)
    sums = repository.sums(session, sites, months)
    drawn = _drawn(session, known)
    found: dict[uuid.UUID, list[Flag]] = {}
    for batch in counting:
        _, grams = sums[batch.site_id, batch.month, batch.waste, batch.kind]
        line = figures.get((batch.site_id, batch.month, batch.waste))
        flags = [] if line is None else _beyond(batch, grams, line.counterpart(batch.kind))
        if standing(batch.kind, grams, line) is Standing.NO_LINE:
            flags = [_no_line(batch)]
        for place, link in enumerate(links.get(batch.id, [])):
            flags += _of_link(batch, place, link, known, drawn)
        found[batch.id] = flags
    return found


def _no_line(batch: Batch) -> Flag:
    return Flag(
        "no_line",
        "/waste",
        Message(
            f"{batch.month} 尚无 {batch.waste} 的台账可供核对",
            f"no ledger of {batch.month} names {batch.waste} yet",
        ),
    )


def _beyond(batch: Batch, grams: int, counterpart: int) -> list[Flag]:
    if grams <= counterpart:
        return []
    over, kind = grams - counterpart, KINDS[batch.kind]
    return [
        Flag(
            "beyond_line",
            "/tonnes",
            Message(
                f"{batch.month} {batch.waste} {kind.zh}表单合计 {tonnes_text(grams)} 吨，"
                f"比台账 {tonnes_text(counterpart)} 吨多 {tonnes_text(over)} 吨",
                f"the forms of {batch.waste} {kind.en} in {batch.month} sum to {tonnes_text(grams)} t, "
                f"{tonnes_text(over)} t more than the ledger's {tonnes_text(counterpart)} t",
            ),
            over,
        )
    ]


def _drawn(session: ReadSession, known: Known) -> dict[Key, int]:
    """What was drawn from each form in sum, by all that name it [g]."""
    drawn: dict[Key, int] = {}
    for link in repository.following(session, known):
        key = (link.preceding_site, link.preceding_number)
        drawn[key] = drawn.get(key, 0) + (link.grams or 0)
    return drawn


def _of_link(
    batch: Batch, place: int, link: BatchLink, known: Known, drawn: Mapping[Key, int]
) -> Iterable[Flag]:
    key = (link.preceding_site, link.preceding_number)
    pointer = f"/preceding/{place}/number"
    if key not in known:
        text = Message("前序表单尚未登记", "the preceding form is not on file yet")
        yield Flag("unknown_preceding", pointer, text)
        return
    before = known[key][0]
    if before.withdrawn_at is not None:
        text = Message("前序表单已作废", "the preceding form was withdrawn")
        yield Flag("preceding_withdrawn", pointer, text)
    if before.day > batch.day:
        text = Message("前序表单的日期晚于本表单", "the preceding form is of a later day")
        yield Flag("preceding_later", pointer, text)
    if drawn.get(key, 0) > before.grams:
        over = drawn[key] - before.grams
        text = Message(
            f"各后续表单从前序表单共取 {tonnes_text(drawn[key])} 吨，"
            f"比其 {tonnes_text(before.grams)} 吨多 {tonnes_text(over)} 吨",
            f"{tonnes_text(drawn[key])} t were drawn from the preceding form of {tonnes_text(before.grams)} t, "
            f"{tonnes_text(over)} t too many",
        )
        yield Flag("preceding_overdrawn", f"/preceding/{place}/tonnes", text, over)


def of_products(
    session: ReadSession, batches: Sequence[ProductBatch], inputs: Mapping[uuid.UUID, list[RecipeInput]]
) -> dict[uuid.UUID, list[Flag]]:
    """Product batch → what is said of it: recipes that name more than the ledger says was used, forms not on file."""
    counting = [batch for batch in batches if batch.withdrawn_at is None]
    sites, months = {batch.site_id for batch in counting}, {batch.month for batch in counting}
    figures = lines.figures(session, sites, months)
    put_in = repository.put_in(session, sites, months)
    named = {(batch.site_id, each.batch) for batch in counting for each in inputs[batch.id] if each.batch}
    forms = repository.used_forms(session, named)
    found: dict[uuid.UUID, list[Flag]] = {}
    for batch in counting:
        flags: list[Flag] = []
        for place, each in enumerate(inputs.get(batch.id, [])):
            if each.waste is None:
                continue
            line = figures.get((batch.site_id, batch.month, each.waste))
            total = put_in[batch.site_id, batch.month, each.waste]
            flags += _of_input(batch, place, each, total, None if line is None else line.used_grams)
            if each.batch is not None and (batch.site_id, each.batch) not in forms:
                text = Message("利用表单尚未登记", "the form of this use is not on file yet")
                flags.append(Flag("unknown_batch", f"/inputs/{place}/batch", text))
        found[batch.id] = flags
    return found


def _of_input(
    batch: ProductBatch, place: int, each: RecipeInput, total: int, used: int | None
) -> Iterable[Flag]:
    if used is None:
        text = Message(
            f"{batch.month} 尚无 {each.waste} 的台账可供核对",
            f"no ledger of {batch.month} names {each.waste} yet",
        )
        yield Flag("no_line", f"/inputs/{place}/waste", text)
    elif total > used:
        text = Message(
            f"{batch.month} 各配方共投入 {each.waste} {tonnes_text(total)} 吨，比台账利用量 {tonnes_text(used)} 吨"
            f"多 {tonnes_text(total - used)} 吨",
            f"the recipes of {batch.month} name {tonnes_text(total)} t of {each.waste}, "
            f"{tonnes_text(total - used)} t more than the {tonnes_text(used)} t the ledger says were used",
        )
        yield Flag("beyond_line", f"/inputs/{place}/tonnes", text, total - used)
