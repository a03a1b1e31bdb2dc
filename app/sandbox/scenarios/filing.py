"""A month, a nil return, the same post twice, and a month that is on file already."""

from http import HTTPStatus

from app.domain.errors import Message
from app.domain.periods import Month
from app.sandbox.firms import PLANT, YARD
from app.sandbox.repository import rules_of
from app.sandbox.scenario import Scenario, Verdict, not_yet, passed, wrong
from app.sandbox.world import World

FIRST, TWICE, NIL = Month(2025, 1), Month(2025, 2), Month(2025, 5)


def _month(world: World) -> Verdict:
    filed = world.filed(PLANT, FIRST)
    if filed is None:
        return not_yet("该月尚未填报", "this month is not on file")
    if filed.is_draft or filed.newest.nil:
        return wrong("在案的是草稿或零申报", "what is there is a draft or a nil return", ledger=filed.id)
    if "line_balance" in rules_of(filed.newest):
        return wrong("台账物料不平衡", "a line does not balance", ledger=filed.id)
    return passed("已填报且平衡", "on file, and it balances", ledger=filed.id, sha256=filed.newest.sha256)


def _nil(world: World) -> Verdict:
    filed = world.filed(YARD, NIL)
    if filed is None:
        return not_yet("该月尚未填报", "this month is not on file")
    if filed.is_draft or not filed.newest.nil:
        return wrong("在案的不是零申报", "what is there is no nil return", ledger=filed.id)
    return passed("已作零申报", "a nil return is on file", ledger=filed.id)


def _same_key(world: World) -> Verdict:
    filed = world.filed(PLANT, TWICE)
    if filed is None:
        return not_yet("该月尚未填报", "this month is not on file")
    # An amendment under a key shows the same; that way a month filed without one is not lost for this.
    posts = [
        post
        for post in world.asked("POST", "/v1/ledgers%")
        if post.told.get("ledger") == str(filed.id) and post.status < HTTPStatus.MULTIPLE_CHOICES
    ]
    keys = {post.key for post in posts if post.key is not None}
    again = [post for post in posts if post.replayed]
    if again:
        return passed(
            "重复提交得到同一答复",
            "the second post got the first answer",
            ledger=filed.id,
            key=again[0].key,
        )
    if not keys:
        return wrong("填报时没有 Idempotency-Key", "it was filed without an Idempotency-Key", ledger=filed.id)
    return not_yet(
        "尚未以同一 Idempotency-Key 再次提交", "it was not posted again with the same Idempotency-Key"
    )


def _on_file(world: World) -> Verdict:
    filed = world.filed(PLANT, FIRST)
    if filed is None:
        return not_yet("该月尚未填报", "this month is not on file")
    refused = [
        post
        for post in world.asked("POST", "/v1/ledgers")
        if post.told.get("code") == "ledger_already_filed" and post.told.get("ledger") == str(filed.id)
    ]
    if not refused:
        return not_yet("尚未出现 409", "no 409 was seen yet")
    read = [
        get
        for get in world.asked("GET", f"/v1/ledgers/{filed.id}%")
        if get.status == 200 and get.id > refused[0].id
    ]
    if not read:
        return wrong(
            "收到 409 后没有读取答复中指明的台账",
            "after the 409 the ledger that it names was not read",
            ledger=filed.id,
            refused=len(refused),
        )
    return passed("收到 409 后读取了在案台账", "after the 409 the ledger on file was read", ledger=filed.id)


SCENARIOS = (
    Scenario(
        "file_month",
        Message("填报一个月", "File a month"),
        Message(
            f"为场所 {PLANT.code} 填报 {FIRST}，至少一行固废，物料平衡",
            f"File {FIRST} for site {PLANT.code}, with at least one line, balanced",
        ),
        _month,
    ),
    Scenario(
        "nil_return",
        Message("零申报", "A nil return"),
        Message(f"为场所 {YARD.code} 的 {NIL} 作零申报", f"File a nil return of site {YARD.code} for {NIL}"),
        _nil,
    ),
    Scenario(
        "same_key_twice",
        Message("同一 Idempotency-Key 提交两次", "The same post twice with one Idempotency-Key"),
        Message(
            f"为场所 {PLANT.code} 填报 {TWICE}，以同一 Idempotency-Key 和同一内容再提交一次",
            f"File {TWICE} for site {PLANT.code}, then send the same content with the same Idempotency-Key again",
        ),
        _same_key,
    ),
    Scenario(
        "filed_already",
        Message("该月已填报（409）", "A month that is on file (409)"),
        Message(
            f"不带原来的 Idempotency-Key 再次提交 {PLANT.code} 的 {FIRST}，收到 409 后读取答复中指明的台账",
            f"Post {FIRST} of {PLANT.code} again without its key; after the 409 read the ledger that the answer names",
        ),
        _on_file,
    ),
)
