"""Departures in words, in both languages: findings, compliance answers and execution reports say the same."""

from collections.abc import Callable, Mapping

from app.domain.errors import Message
from app.domain.periods import months_between
from app.domain.permits.case import Departure, Kind
from app.domain.permits.content import Route, Way
from app.domain.quantities import tonnes_text

_WAYS: Mapping[Way, Message] = {
    "store": Message("贮存", "storage"),
    "use": Message("利用", "use"),
    "dispose": Message("处置", "disposal"),
}
_BY = {"self": Message("自行", "own"), "entrusted": Message("委托", "entrusted")}
_UNFIT = {
    "unknown": Message("排污许可证没有该设施", "the permit has no such facility"),
    "other_way": Message("该设施不是用于此方式", "that facility is not for this"),
    "other_waste": Message("该设施不接纳该种固废", "that facility does not take this waste"),
    "none": Message("排污许可证没有可接纳它的设施", "the permit has no facility that takes it"),
}
_LACKS = {
    "wastes": Message("固废种类", "wastes"),
    "facilities": Message("设施", "facilities"),
    "validity": Message("有效期", "validity"),
    "routes": Message("去向", "routes of"),
    "capacity": Message("能力", "capacity of"),
}


def route_text(route: Route) -> Message:
    """自行利用 / own use."""
    by, way = _BY[route.by], _WAYS[route.way]
    return Message(by.zh + way.zh, f"{by.en} {way.en}")


def reason_of(departure: Departure) -> Message:
    """One sentence of what was reported, what the permit says, and how much is at issue."""
    return _SENTENCES[departure.kind](departure)


def _when(departure: Departure) -> Message:
    """A month, or a run or set of months by its ends."""
    months = departure.months
    first, last = min(months), max(months)
    if first == last:
        return Message(str(first), str(first))
    if months_between(first, last) == len(months):
        return Message(f"{first} 至 {last}", f"{first} to {last}")
    return Message(
        f"{first} 至 {last} 间 {len(months)} 个月", f"{len(months)} months between {first} and {last}"
    )


def _tonnes(departure: Departure) -> str:
    return tonnes_text(departure.grams or 0)


def _permit(departure: Departure) -> Message:
    return Message(
        f"排污许可证 {departure.permit}（第 {departure.version} 版）",
        f"permit {departure.permit} (version {departure.version})",
    )


def _waste(departure: Departure) -> Message:
    when, permit = _when(departure), _permit(departure)
    return Message(
        f"{when.zh} 产生 {departure.waste} {_tonnes(departure)} 吨，{permit.zh}没有列入该种固废",
        f"{when.en}: {_tonnes(departure)} t of {departure.waste} generated, which {permit.en} does not name",
    )


def _code(departure: Departure) -> Message:
    when, permit = _when(departure), _permit(departure)
    return Message(
        f"{when.zh} 产生 {departure.waste} {departure.waste_code} {_tonnes(departure)} 吨，{permit.zh}只列有该类的其他代码",
        f"{when.en}: {_tonnes(departure)} t of {departure.waste} {departure.waste_code} generated; {permit.en} names other "
        "codes of the class only",
    )


def _received(departure: Departure) -> Message:
    when, permit, way = _when(departure), _permit(departure), _way(departure)
    return Message(
        f"{when.zh} 接收 {departure.waste} {_tonnes(departure)} 吨用于{way.zh}，{permit.zh}没有此项",
        f"{when.en}: {_tonnes(departure)} t of {departure.waste} taken in for {way.en}, which {permit.en} does not cover",
    )


def _route(departure: Departure) -> Message:
    when, permit = _when(departure), _permit(departure)
    route = Message("", "") if departure.route is None else route_text(departure.route)
    return Message(
        f"{when.zh} {departure.waste} {route.zh} {_tonnes(departure)} 吨，{permit.zh}没有此去向",
        f"{when.en}: {route.en} of {_tonnes(departure)} t of {departure.waste}, a route that {permit.en} does not name",
    )


def _way(departure: Departure) -> Message:
    return Message("", "") if departure.route is None else _WAYS[departure.route.way]


def _facility(departure: Departure) -> Message:
    when, permit, way = _when(departure), _permit(departure), _way(departure)
    why = _UNFIT[departure.parts[0]]
    where = Message(f" {departure.places[0]} ", f" in {departure.places[0]}") if departure.places else None
    zh, en = ("", "") if where is None else (f"在{where.zh}", where.en)
    return Message(
        f"{when.zh} {zh}{way.zh} {departure.waste} {_tonnes(departure)} 吨，{permit.zh}：{why.zh}",
        f"{when.en}: {way.en} of {_tonnes(departure)} t of {departure.waste}{en}; {permit.en}: {why.en}",
    )


def _receiver(departure: Departure) -> Message:
    when, permit, way = _when(departure), _permit(departure), _way(departure)
    is_expired = departure.parts == ("expired",)
    zh, en = ("已过有效期", "has expired") if is_expired else ("没有此项", "does not cover it")
    return Message(
        f"{when.zh} 委托 {departure.receiver} {way.zh} {departure.waste} {_tonnes(departure)} 吨，接收方{permit.zh}{zh}",
        f"{when.en}: {_tonnes(departure)} t of {departure.waste} sent to {departure.receiver} for {way.en}; the receiver's "
        f"{permit.en} {en}",
    )


def _storage(departure: Departure) -> Message:
    when, permit = _when(departure), _permit(departure)
    highest = tonnes_text(max(amount.grams for amount in departure.amounts))
    limit, places = tonnes_text(departure.limit or 0), "、".join(departure.places)
    return Message(
        f"{when.zh} 期末贮存最高 {highest} 吨，{permit.zh}的贮存能力为 {limit} 吨（{places}），超出 {_tonnes(departure)} 吨",
        f"{when.en}: up to {highest} t in store; {permit.en} allows {limit} t ({', '.join(departure.places)}), exceeded by "
        f"{_tonnes(departure)} t",
    )


def _yearly(departure: Departure) -> Message:
    permit = _permit(departure)
    way = _WAYS["use" if departure.kind is Kind.USE else "dispose"]
    year, until = departure.years[0], max(departure.months)
    total = tonnes_text(sum(amount.grams for amount in departure.amounts))
    limit = tonnes_text(departure.limit or 0)
    zh, en = "、".join(departure.places), ", ".join(departure.places)
    return Message(
        f"{year} 年截至 {until} 累计{way.zh} {total} 吨，{permit.zh}的能力为 {limit} 吨/年（{zh}），最多超出 "
        f"{_tonnes(departure)} 吨",
        f"{year} up to {until}: {way.en} of {total} t in all; {permit.en} allows {limit} t a year ({en}), exceeded by up to "
        f"{_tonnes(departure)} t",
    )


def _expired(departure: Departure) -> Message:
    if not departure.amounts:
        return Message(
            f"排污许可证 {departure.permit} 已于 {departure.last_day} 到期，没有后续的许可证",
            f"Permit {departure.permit} expired on {departure.last_day} and nothing follows it",
        )
    when = _when(departure)
    return Message(
        f"排污许可证 {departure.permit} 已于 {departure.last_day} 到期，{when.zh} 仍产生或接收固废 {_tonnes(departure)} 吨",
        f"Permit {departure.permit} expired on {departure.last_day}; the site went on in {when.en} and generated or took in "
        f"{_tonnes(departure)} t",
    )


def _expiring(departure: Departure) -> Message:
    return Message(
        f"排污许可证 {departure.permit} 将于 {departure.last_day} 到期，没有后续的许可证",
        f"Permit {departure.permit} expires on {departure.last_day} and nothing follows it",
    )


def _incomplete(departure: Departure) -> Message:
    named = [(part.partition(":")[0], part.partition(":")[2]) for part in departure.parts]
    zh = "、".join(f"{where} 的{_LACKS[what].zh}" if where else _LACKS[what].zh for what, where in named)
    en = ", ".join(f"{_LACKS[what].en} {where}".strip() for what, where in named)
    permit = _permit(departure)
    return Message(
        f"{permit.zh}登记不全，缺少：{zh}", f"The register of {permit.en} is incomplete; it lacks: {en}"
    )


_SENTENCES: Mapping[Kind, Callable[[Departure], Message]] = {
    Kind.WASTE: _waste,
    Kind.CODE: _code,
    Kind.RECEIVED: _received,
    Kind.ROUTE: _route,
    Kind.FACILITY: _facility,
    Kind.RECEIVER: _receiver,
    Kind.STORAGE: _storage,
    Kind.USE: _yearly,
    Kind.DISPOSAL: _yearly,
    Kind.EXPIRED: _expired,
    Kind.EXPIRING: _expiring,
    Kind.INCOMPLETE: _incomplete,
}
