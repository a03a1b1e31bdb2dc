"""What a forecast says in words, in both languages."""

from collections.abc import Mapping

from app.domain.errors import Message
from app.domain.forecasting import FEWEST_MONTHS, Method
from app.forecasts.service import Status

STATUS_WORDS: Mapping[Status, Message] = {
    Status.FORECAST: Message("按已报月份预测", "Forecast from the months filed"),
    Status.COMPLETE: Message(
        "全年各月均已申报，无需预测", "Every month is filed: there is nothing to forecast"
    ),
    Status.TOO_FEW_MONTHS: Message(
        f"可用月份不足 {FEWEST_MONTHS} 个，不作预测",
        f"Fewer than {FEWEST_MONTHS} months can be used: no forecast is made",
    ),
    Status.TOO_FAR: Message(
        "距最近已报月份超过十二个月，不作预测",
        "More than twelve months after the last one filed: no forecast",
    ),
    Status.NO_DATA: Message("没有可用的月份", "There is no month to go by"),
}
METHOD_WORDS: Mapping[Method, Message] = {
    Method.SEASONAL_NAIVE: Message("上年同月", "same month of last year (seasonal naïve)"),
    Method.STATE_SPACE: Message("局部水平加季节（状态空间）", "local level and season (state space)"),
    Method.PROJECTION: Message(
        "本年已报月均（目标推算）", "mean of this year's months (targets' projection)"
    ),
}
