"""A webhook whose receiver knows a message of ours from a forged one."""

from app.domain.errors import Message
from app.sandbox.models import FORGED
from app.sandbox.scenario import Scenario, Verdict, not_yet, passed, wrong
from app.sandbox.world import World

_REFUSED = range(400, 500)
_SAYS_NOTHING = {404, 405, 410, 429}
"""Refusals that are not about the signature: of an address that is not there, or of too much."""


def _verified(world: World) -> Verdict:
    forged = {each.path: each for each in world.asked(FORGED, "%")}
    if not forged:
        return not_yet("尚未请求伪造消息", "no forged message was asked for yet")
    # The last one to each webhook counts: a receiver may have been mended since.
    refused = [
        each for each in forged.values() if each.status in _REFUSED and each.status not in _SAYS_NOTHING
    ]
    if not refused:
        newest = max(forged.values(), key=lambda each: each.id)
        return wrong(
            "伪造的消息没有被拒绝",
            "a forged message was not refused",
            webhook=newest.path,
            status=newest.status,
        )
    received = [each for each in refused if world.has_received(each.path)]
    if not received:
        return wrong("真实的消息尚未被接收", "no true message was received by it", webhook=refused[0].path)
    return passed(
        "接收真消息，拒绝伪造消息", "takes true messages, refuses forged ones", webhook=received[0].path
    )


SCENARIOS = (
    Scenario(
        "webhook_verified",
        Message("验证推送签名", "A webhook's signature verified"),
        Message(
            "登记 webhook 并接收事件；再 POST /v1/sandbox/forgeries，沙盒发出签名错误的消息，接收方须以 400 或 401 拒绝",
            "Make a webhook and receive events; then POST /v1/sandbox/forgeries: the sandbox sends a message with a wrong "
            "signature, which the receiver must refuse with 400 or 401",
        ),
        _verified,
    ),
)
