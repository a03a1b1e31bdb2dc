"""What a plan says in words, in both languages."""

from collections.abc import Mapping

from app.domain.errors import Message
from app.planning.rooms import NotCounted
from app.planning.service import Limit, Status

STATUS_WORDS: Mapping[Status, Message] = {
    Status.MET: Message("已达到目标，不需要新增去向", "The target is met already: no new link is needed"),
    Status.FEASIBLE: Message(
        "可以达到目标，下列为费用最低的新增去向",
        "The target can be reached; these are the cheapest new links",
    ),
    Status.INFEASIBLE: Message(
        "现有许可能力内达不到目标；下列去向以最低费用达到可能的最高值",
        "Out of reach with what is permitted now; these links lead to the highest rate there is, at least cost",
    ),
    Status.NO_DATA: Message("这一年没有台账，无法规划", "No ledgers in this year: there is nothing to plan"),
}
LIMIT_WORDS: Mapping[Limit, Message] = {
    Limit.CAPACITY: Message("不受许可利用能力限制时", "with any capacity permitted"),
    Limit.BLENDING: Message("不受产品掺量限制时", "with recipes that take anything"),
    Limit.ROUTE: Message("送出方许可证均载明委托利用时", "with entrusted use in every sender's permit"),
    Limit.DISTANCE: Message("不限运距时", "with any length of haul"),
}
NOT_COUNTED_WORDS: Mapping[NotCounted, Message] = {
    NotCounted.NO_PERMIT: Message("没有已知的排污许可证", "no permit is known"),
    NotCounted.EXPIRED: Message("许可证在年末已过期", "its permit had expired by the year's end"),
    NotCounted.NO_CAPACITY: Message(
        "许可证没有可比的年利用能力", "its permit states no capacity by the year that can be compared"
    ),
    NotCounted.NO_PROCESS: Message(
        "这一年没有利用记录，不知其工艺接收哪些固废", "it used nothing in the year: its process is not known"
    ),
    NotCounted.NO_PLACE: Message("没有坐标，无法计算运距", "no coordinates: the haul cannot be computed"),
}
BINDING_WORDS: Mapping[str, Message] = {
    "intake": Message("许可利用能力", "permitted capacity"),
    "supply": Message("未利用的固废", "waste that is not used"),
    "blend": Message("产品掺量", "recipe"),
}
CAVEATS = (
    Message(
        "运距为大圆距离乘绕行系数，非实测里程；运价与接收费为参考值，标有来源与是否核实。",
        "Hauls are great circles times a detour factor, not measured roads; haulage and gate costs are reference values, each "
        "with its source and whether it was verified.",
    ),
    Message(
        "只计当年末有效许可证载明的能力；已有去向保持不变；掺量上限按现有产品推算。",
        "Only capacity in permits valid at the year's end counts; links that exist stay; blending limits are worked out from "
        "the present product.",
    ),
    Message(
        "利用后产生的次生固废计入产生量，并可再安排去向；最终利用率随次生固废的归宿而变。",
        "Residues of new uses count as generated and may be led on; the terminal rate follows where they end.",
    ),
)
