"""What is wrong with a log or a receipt: which entry, which field, in which way."""

from dataclasses import dataclass, field
from typing import Literal

from app.domain.errors import Message

FlawCode = Literal[
    "unreadable",
    "not_canonical",
    "malformed",
    "changed",
    "missing",
    "out_of_order",
    "replaced",
    "differs_from_anchor",
    "truncated",
]

MOST_KEPT = 100

_TEXTS: dict[FlawCode, Message] = {
    "unreadable": Message("无法读取：不是 JSON 行", "cannot be read: not a line of JSON"),
    "not_canonical": Message(
        "不是规范 JSON（多出或改动的字节）", "not canonical JSON: bytes were added or changed"
    ),
    "malformed": Message("缺失、多余或形式不对", "absent, not expected, or not of its form"),
    "changed": Message("与散列不符，已被改动", "does not fit its hash: it was changed"),
    "missing": Message("缺少记录", "entries are missing"),
    "out_of_order": Message("顺序被打乱", "not in its place"),
    "replaced": Message("不是后一条记录所接续的记录", "not the entry that the next one was sealed after"),
    "differs_from_anchor": Message("与公布的锚定值不符", "differs from what the anchor says"),
    "truncated": Message("末尾记录被删除", "the end was cut off"),
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """One flaw. `number` is the entry's place in the chain as far as it can be told, `line` its line in a file."""

    number: int | None
    field: str
    code: FlawCode
    line: int | None = None
    more: str = ""

    @property
    def message(self) -> Message:
        """What is wrong, in words."""
        text = _TEXTS[self.code]
        return Message(f"{text.zh}{self._tail}", f"{text.en}{self._tail}")

    @property
    def _tail(self) -> str:
        return f": {self.more}" if self.more else ""


@dataclass(slots=True)
class Report:
    """What a check found. `first` and `last` are the numbers of the entries seen, `head` the seal of the last one.

    `flaws` holds the first hundred, `flaw_count` counts all.
    """

    checked: int = 0
    unsealed: int = 0
    first: int | None = None
    last: int | None = None
    head: str | None = None
    anchors_met: int = 0
    flaw_count: int = 0
    flaws: list[Flaw] = field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        """Whether nothing is wrong."""
        return self.flaw_count == 0

    def add(self, flaw: Flaw) -> None:
        """Count a flaw, and keep it while there is room."""
        self.flaw_count += 1
        if len(self.flaws) < MOST_KEPT:
            self.flaws.append(flaw)
