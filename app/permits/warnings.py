"""What is accepted of a permit and still worth a look."""

from collections.abc import Iterable, Iterator
from datetime import date

from stdnum.cn import uscc

from app.domain.errors import Fault, Message
from app.domain.permits.content import PermitContent
from app.domain.permits.versions import PermitVersion, overlapping
from app.permits.matching import UNMATCHED, Match

_CHECK_DIGIT = Message(
    "编号中统一社会信用代码的校验位不符，请核对（仍予保存）",
    "the check character of the credit code in the number is wrong; please verify it (kept all the same)",
)
_ZERO = Message("设施能力为 0：该设施不得接收任何固废", "a capacity of 0 allows the facility to take nothing")
_NO_VALIDITY = Message(
    "没有有效期，无法判断是否过期", "no validity is given; whether it has expired cannot be said"
)
_NO_WASTES = Message(
    "没有固体废物，任何固废都不在许可范围内", "no waste is given; no waste is within the permit"
)
_NO_FACILITIES = Message("没有设施，能力无法核对", "no facility is given; capacities cannot be checked")
_EXPIRED = Message("许可证已过有效期", "the permit has expired")
_NOT_LISTED = Message(
    "设施所列固废不在许可证的固废清单中", "a waste of this facility is not among the wastes of the permit"
)
_NO_ROUTES = Message("没有去向，任何去向都不在许可范围内", "no route is given; no route is within the permit")


def warnings_of(
    content: PermitContent, match: Match, others: Iterable[PermitVersion], today: date
) -> tuple[Fault, ...]:
    """List what to look at in a permit; `others` are the versions of the other permits of its site."""
    return (*_of_match(content, match), *_of_validity(content, others, today), *_of_content(content))


def _of_match(content: PermitContent, match: Match) -> Iterator[Fault]:
    if match.reason is not None:
        yield Fault(
            "/number", "unmatched" if match.reason == "no_site" else match.reason, UNMATCHED[match.reason]
        )
    if match.holder is not None and match.holder.region != content.region:
        there = match.holder.region
        yield Fault(
            "/region",
            "region_differs",
            Message(f"与场所登记的行政区 {there} 不一致", f"the site is registered in region {there}"),
        )
    if not uscc.is_valid(content.credit_code):
        yield Fault("/number", "check_digit", _CHECK_DIGIT)


def _of_validity(content: PermitContent, others: Iterable[PermitVersion], today: date) -> Iterator[Fault]:
    if content.validity is None:
        yield Fault("/valid_from", "no_validity", _NO_VALIDITY)
        return
    if content.validity.last < today:
        yield Fault("/valid_until", "expired", _EXPIRED)
    for number in sorted(overlapping(others, content.validity)):
        yield Fault(
            "/valid_from",
            "overlapping_validity",
            Message(
                f"有效期与同一场所的许可证 {number} 重叠；自生效日期较晚者为准",
                f"its validity overlaps that of permit {number} of the same site; the one that takes effect later counts",
            ),
        )


def _of_content(content: PermitContent) -> Iterator[Fault]:
    if not content.wastes:
        yield Fault("/wastes", "no_wastes", _NO_WASTES)
    if not content.facilities:
        yield Fault("/facilities", "no_facilities", _NO_FACILITIES)
    listed = {waste.waste for waste in content.wastes}
    for index, waste in enumerate(content.wastes):
        if not waste.routes:
            yield Fault(f"/wastes/{index}/routes", "no_routes", _NO_ROUTES)
    for index, facility in enumerate(content.facilities):
        if facility.capacity is not None and facility.capacity.amount == 0:
            yield Fault(f"/facilities/{index}/capacity", "capacity_zero", _ZERO)
        if facility.wastes - listed:
            yield Fault(f"/facilities/{index}/wastes", "waste_not_listed", _NOT_LISTED)
