"""Events followed although the connection was cut."""

from app.domain.errors import Message
from app.sandbox.repository import cursor_of
from app.sandbox.scenario import Scenario, Verdict, not_yet, passed, wrong
from app.sandbox.world import World


def _followed(world: World) -> Verdict:
    cut = world.last_cut()
    if cut is None:
        return not_yet("尚未读取事件", "no events were read yet")
    place, later = cursor_of(cut), world.read_after(cut)
    if not later:
        return wrong("断线后没有继续读取", "nothing was read after the cut", after=place)
    if cursor_of(later[0]) != place:
        return wrong(
            "断线后没有从原来的游标继续，漏读了事件；再读一次，沙盒会再切断一次",
            "after the cut it did not go on from the same cursor: events were missed; read again, it is cut once more",
            after=place,
            asked=cursor_of(later[0]),
        )
    if not any(cursor_of(get) == later[0].told["next_cursor"] for get in later[1:]):
        return not_yet("请以 next_cursor 继续读取", "go on reading with next_cursor")
    return passed("断线后从同一游标继续", "went on from the same cursor", after=place)


SCENARIOS = (
    Scenario(
        "events_cut",
        Message("断线后继续读取事件", "Events across a cut connection"),
        Message(
            "读取 /v1/events：沙盒会切断第一次答复；请从同一游标重读，再以 next_cursor 继续",
            "Read /v1/events: the sandbox cuts the first answer off; read again from the same cursor, then go on "
            "with next_cursor",
        ),
        _followed,
    ),
)
