"""The way to the target among the reports."""

import re
from fractions import Fraction

from app.auth.subjects import Scope
from app.domain.errors import Message
from app.planning.document import plan_document
from app.planning.questions import PlanQuery
from app.planning.service import plan
from app.reports.service import Document
from app.web.access import AUTHORITIES
from app.web.reports.kind import Asked, Field, Kind

_PERCENT = re.compile(r"100(\.0{1,4})?|[0-9]{1,2}(\.[0-9]{1,4})?", re.ASCII)


def _document(asked: Asked) -> Document:
    target = asked.text("target") or "60"
    if not _PERCENT.fullmatch(target):
        raise asked.refused("target", "应为0至100之间的百分数", "a percentage from 0 to 100")
    query = PlanQuery(Fraction(target) / 100, asked.year(), asked.text("region"))
    way = plan(asked.session, asked.subject, query, asked.now)
    zone = str(asked.now.tzinfo)
    return plan_document(asked.session, way, asked.now, zone)


KINDS = (
    Kind(
        "plan",
        Message("达标路径", "The way to the target"),
        Message(
            "距目标还差多少吨、许可能力余量、费用最低的新增去向；达不到时说明受什么限制。",
            "Tonnes missing to the target, idle permitted capacity, the cheapest new links, or what binds.",
        ),
        (
            Field("region", "region", required=False),
            Field("year", "year"),
            Field("target", "text", Message("目标（%）", "Target (%)"), required=False),
        ),
        _document,
        AUTHORITIES,
        frozenset({Scope.RATES_READ}),
    ),
)
