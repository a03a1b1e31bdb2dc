"""Parameters that several rules have, so that they have the same words and bounds everywhere."""

from decimal import Decimal

from app.domain.errors import Message
from app.findings.rule import Parameter


def least_tonnes(default: int) -> Parameter:
    """Below this no finding is worth anybody's time."""
    text = Message("低于多少吨不提示", "nothing below this is found")
    return Parameter("least_tonnes", Decimal(default), "t", Decimal(0), Decimal(1_000_000), text)


def critical_z(default: str) -> Parameter:
    """How many standard uncertainties a difference must exceed."""
    text = Message("超过几倍标准不确定度", "how many standard uncertainties are exceeded")
    return Parameter("critical_z", Decimal(default), "σ", Decimal(1), Decimal(20), text)


def tolerance(default: str, zh: str, en: str) -> Parameter:
    """A share of one that is let pass."""
    return Parameter("tolerance", Decimal(default), "1", Decimal(0), Decimal(1), Message(zh, en))


def months(name: str, default: int, low: int, high: int, zh: str, en: str) -> Parameter:
    """A number of months."""
    return Parameter(name, Decimal(default), "months", Decimal(low), Decimal(high), Message(zh, en))


def beyond_doubt(zh: str, en: str) -> Parameter:
    """From where on another rule finds the fact by itself, whatever else the province's month holds."""
    text = Message(f"达到几倍即由“{zh}”单独提示", f"from so many σ on {en} finds it by itself")
    return Parameter("beyond_doubt", Decimal(5), "σ", Decimal(1), Decimal(20), text)


UNSTATED_SIGMA = Parameter(
    "unstated_sigma",
    Decimal("0.05"),
    "1",
    Decimal("0.001"),
    Decimal(1),
    Message("未填计量方式时的相对标准不确定度", "relative standard uncertainty where no method is stated"),
)
GRACE_DAYS = Parameter(
    "grace_days",
    Decimal(20),
    "d",
    Decimal(1),
    Decimal(120),
    Message("月末后几天内须报", "days after the month's end within which it is filed"),
)
SILENT_MONTHS = months(
    "silent_months", 3, 2, 24, "连续几个月未报即视为停报", "so many months in a row are a silence"
)
FALSE_DISCOVERY_RATE = Parameter(
    "false_discovery_rate",
    Decimal("0.05"),
    "1",
    Decimal("0.0001"),
    Decimal("0.5"),
    Message("全省当月名单中允许的误报比例", "share of false entries in a province's month"),
)
TRANSIT_SHARE = Parameter(
    "transit_share",
    Decimal("0.07"),  # two days of a month
    "1",
    Decimal(0),
    Decimal(1),
    Message("月末在途量最多占当月的比例", "share of a month that may be on the road at its end"),
)
COMMON_SHARE = Parameter(
    "common_share",
    Decimal("0.5"),
    "1",
    Decimal(0),
    Decimal(1),
    Message(
        "同一场所计量误差中共同部分占标准不确定度的比例",
        "share of a method's σ that all of a site's figures have in common",
    ),
)
