"""An amendment, one that came too late, a wrong unit that was seen in time."""

from app.domain.errors import Message
from app.domain.periods import Month
from app.sandbox.firms import CLOSED, PLANT
from app.sandbox.repository import rules_of
from app.sandbox.scenario import Scenario, Verdict, not_yet, passed, wrong
from app.sandbox.world import World

AMENDED, UNIT = Month(2025, 2), Month(2025, 3)
_SLIP = "unit_slip"


def _amended(world: World) -> Verdict:
    filed = world.filed(PLANT, AMENDED)
    if filed is None or len(filed.versions) == 1:
        return not_yet("尚无修订版本", "there is no second version yet")
    first, *later = filed.versions
    other = next((version for version in later if version.sha256 != first.sha256), None)
    if other is None:
        return wrong(
            "修订内容与原版本相同", "the amendment says what the first version said", ledger=filed.id
        )
    return passed("修订已在案并说明了理由", "amended, with its reason", ledger=filed.id, version=other.number)


def _stale(world: World) -> Verdict:
    filed = world.filed(PLANT, AMENDED)
    if filed is None:
        return not_yet("该月尚未填报", "this month is not on file")
    amendments = world.asked("POST", f"/v1/ledgers/{filed.id}/amendments")
    stale = next((post for post in amendments if post.status == 412), None)
    if stale is None:
        return not_yet("尚未出现 412", "no 412 was seen yet")
    read = next(
        (
            get
            for get in world.asked("GET", f"/v1/ledgers/{filed.id}%")
            if get.status == 200 and get.id > stale.id
        ),
        None,
    )
    if read is None:
        return wrong("收到 412 后没有重新读取", "after the 412 it was not read again", ledger=filed.id)
    again = next((post for post in amendments if post.status == 200 and post.id > read.id), None)
    if again is None:
        return wrong("重新读取后没有再次修订", "it was read again and not amended then", ledger=filed.id)
    return passed(
        "读取新版本后完成修订", "read again, then amended", ledger=filed.id, version=again.told.get("version")
    )


def _unit(world: World) -> Verdict:
    tried = [
        post
        for post in world.asked("POST", "/v1/ledgers/validate")
        if (post.told.get("site"), post.told.get("month")) == (PLANT.code, str(UNIT))
    ]
    filed = world.filed(PLANT, UNIT)
    warned = [post for post in tried if _SLIP in post.told.get("rules", ())]
    if not warned:
        if filed is not None and _SLIP in rules_of(filed.newest):
            return wrong(
                "误用单位的数据已直接填报", "the wrong unit was filed without being tried", ledger=filed.id
            )
        return not_yet("试填尚未提示单位有误", "no trial was warned of the unit yet")
    if filed is None:
        return not_yet("改正后尚未填报", "the corrected ledger is not on file yet")
    if _SLIP in rules_of(filed.newest):
        return wrong(
            "提示后仍按误用的单位填报", "it is on file in the wrong unit all the same", ledger=filed.id
        )
    if filed.newest.received_at < warned[0].at:
        return wrong("先填报后试填", "it was filed first and tried afterwards", ledger=filed.id)
    return passed("试填发现单位有误，改正后填报", "seen in the trial, corrected, filed", ledger=filed.id)


def _late(world: World) -> Verdict:
    filed = world.filed(PLANT, CLOSED)
    if filed is None:
        refused = [
            post for post in world.asked("POST", "/v1/ledgers%") if post.told.get("code") == "month_closed"
        ]
        if refused:
            return wrong(
                "已关账的月份须说明理由（reason）", "a closed month takes a reason", refused=len(refused)
            )
        return not_yet("该月尚未填报", "this month is not on file")
    if filed.is_draft:
        return wrong("在案的只是草稿", "what is there is only a draft", ledger=filed.id)
    return passed(
        "已说明理由补报", "filed late, with its reason", ledger=filed.id, reason=filed.versions[0].reason
    )


SCENARIOS = (
    Scenario(
        "amend",
        Message("修订（If-Match）", "An amendment with If-Match"),
        Message(
            f"修订 {PLANT.code} 的 {AMENDED}，说明理由", f"Amend {AMENDED} of {PLANT.code}, with a reason"
        ),
        _amended,
    ),
    Scenario(
        "stale_version",
        Message("版本已过时（412）", "A stale version (412)"),
        Message(
            f"以过时的 If-Match 修订 {PLANT.code} 的 {AMENDED}；收到 412 后重新读取，再以新版本修订",
            f"Amend {AMENDED} of {PLANT.code} with a stale If-Match; after the 412 read it again and amend that version",
        ),
        _stale,
    ),
    Scenario(
        "wrong_unit",
        Message("试填发现单位有误", "A wrong unit, seen in a trial"),
        Message(
            f"把 {PLANT.code} 的 {UNIT} 产生量误写为千克（上月的约一千倍），用 /v1/ledgers/validate 试填；见到提示后改正并填报",
            f"Try {UNIT} of {PLANT.code} at /v1/ledgers/validate with kilograms for tonnes (about 1,000 times the month "
            "before); see the warning, correct it, file it",
        ),
        _unit,
    ),
    Scenario(
        "late_month",
        Message("补报已关账的月份", "A month that is closed"),
        Message(
            f"{CLOSED} 已关账：为场所 {PLANT.code} 补报该月，以 reason 说明迟报理由",
            f"{CLOSED} is closed: file it for site {PLANT.code} with a reason for being late",
        ),
        _late,
    ),
)
