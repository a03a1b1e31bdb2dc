"""A permit sent twice, and its execution report read."""

from urllib.parse import parse_qs

from app.domain.errors import Message
from app.sandbox.firms import PLANT
from app.sandbox.scenario import Scenario, Verdict, not_yet, passed, wrong
from app.sandbox.world import World

_PATH = f"/v1/permits/{PLANT.code}"
_YEAR = "2025"


def _twice(world: World) -> Verdict:
    permit = world.permit(PLANT)
    if permit is None:
        return not_yet("尚未收到该许可证", "this permit was not received yet")
    outcomes = [put.told.get("outcome") for put in world.permits_asked("PUT", _PATH) if put.status < 300]
    if "unchanged" in outcomes:
        return passed(
            "重复提交没有产生新版本",
            "sent again, and no version more",
            permit=permit.number,
            version=permit.version,
        )
    if len(outcomes) > 1:
        return wrong(
            "两次提交的内容不同", "the two were not the same", permit=permit.number, version=permit.version
        )
    return not_yet("尚未以同样内容再次提交", "it was not sent again with the same content")


def _report(world: World) -> Verdict:
    asked = world.permits_asked("GET", f"{_PATH}/execution-report")
    read = [get for get in asked if get.status == 200]
    if not read:
        if asked:
            return wrong("读取未成功", "it was asked for and refused", status=asked[-1].status)
        return not_yet("尚未读取执行报告", "the execution report was not read yet")
    periods = sorted({period for get in read for period in parse_qs(get.query).get("period", [])})
    if not any(period.startswith(_YEAR) for period in periods):
        return wrong(f"所读期间不在 {_YEAR} 年", f"not a period of {_YEAR}", periods=" ".join(periods))
    return passed("已读取执行报告", "the execution report was read", periods=" ".join(periods))


SCENARIOS = (
    Scenario(
        "permit_twice",
        Message("许可证提交两次", "A permit sent twice"),
        Message(
            f"以许可系统的客户端 PUT {_PATH}，再以同样内容提交一次",
            f"As the permit system, PUT {_PATH}, then send the same content again",
        ),
        _twice,
    ),
    Scenario(
        "execution_report",
        Message("读取执行报告", "An execution report"),
        Message(
            f"以许可系统的客户端读取 {_PATH}/execution-report?period={_YEAR}-Q1",
            f"As the permit system, read {_PATH}/execution-report?period={_YEAR}-Q1",
        ),
        _report,
    ),
)
