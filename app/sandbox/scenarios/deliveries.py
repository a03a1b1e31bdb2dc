"""The supplier's deliveries: one came as declared, one never came."""

from app.domain.errors import Message
from app.domain.quantities import tonnes_text
from app.sandbox.firms import ARRIVED, DELIVERED_GRAMS, LOST, PLANT, WASHERY
from app.sandbox.scenario import Scenario, Verdict, not_yet, passed, wrong
from app.sandbox.world import World
from app.transfers.models import Decision

_TONNES = tonnes_text(DELIVERED_GRAMS)


def _confirmed(world: World) -> Verdict:
    delivery = world.delivery(ARRIVED)
    if delivery is None or delivery.decision is None:
        return not_yet("尚未答复", "not answered yet")
    if delivery.decision is not Decision.CONFIRM:
        return wrong(
            "这批货如数到达，应予确认", "this delivery came as declared: confirm it", transfer=delivery.id
        )
    return passed(
        "已确认", "confirmed", transfer=delivery.id, tonnes=tonnes_text(delivery.decided_grams or 0)
    )


def _disputed(world: World) -> Verdict:
    delivery = world.delivery(LOST)
    if delivery is None or delivery.decision is None:
        return not_yet("尚未答复", "not answered yet")
    if delivery.decision is not Decision.DISPUTE:
        return wrong(
            "这批货没有到达，应提出异议", "this delivery never came: dispute it", transfer=delivery.id
        )
    return passed("已提出异议", "disputed", transfer=delivery.id, comment=delivery.comment)


SCENARIOS = (
    Scenario(
        "transfer_confirmed",
        Message("确认转移", "A transfer confirmed"),
        Message(
            f"{WASHERY.code} 申报 {ARRIVED} 转来煤矸石 {_TONNES} 吨至 {PLANT.code}，如数到达：请确认",
            f"{WASHERY.code} declares {_TONNES} t of gangue sent to {PLANT.code} in {ARRIVED}; all of it came: confirm",
        ),
        _confirmed,
    ),
    Scenario(
        "transfer_disputed",
        Message("对转移提出异议", "A transfer disputed"),
        Message(
            f"{WASHERY.code} 申报 {LOST} 转来煤矸石 {_TONNES} 吨至 {PLANT.code}，并未到达：请提出异议并说明",
            f"{WASHERY.code} declares {_TONNES} t of gangue sent to {PLANT.code} in {LOST}; it never came: dispute, and say why",
        ),
        _disputed,
    ),
)
