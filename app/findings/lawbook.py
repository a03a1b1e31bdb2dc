"""The provisions that several rules stand on, in the words of their titles.

Numbers of articles, wording and dates of force have not been compared with the official texts: `verified` says so to
everybody who reads a rule, and becomes true for a provision only when somebody has.
"""

from dataclasses import dataclass
from datetime import date

from app.domain.errors import Message


@dataclass(frozen=True, slots=True)
class Provision(Message):
    """A provision of a law or announcement. `verified`: compared with the official text, its date of force included."""

    verified: bool

    def document(self) -> dict[str, str | bool]:
        """As it is answered."""
        return {"zh": self.zh, "en": self.en, "verified": self.verified}


LEDGER = Provision(
    "《固体废物污染环境防治法》（2020年修订）第三十六条：建立工业固体废物管理台账，如实记录；公告2021年第82号",
    "Solid Waste Law (2020), article 36: ledgers are kept truthfully; Announcement No. 82 of 2021",
    verified=False,
)
ENTRUSTED = Provision(
    "《固体废物污染环境防治法》（2020年修订）第三十七条：委托他人运输、利用、处置的，应核实受托方的资格和能力并签订合同",
    "Solid Waste Law (2020), article 37: who entrusts waste to others verifies their qualification and ability",
    verified=False,
)
DUMPING = Provision(
    "《固体废物污染环境防治法》（2020年修订）第二十条：禁止擅自倾倒、堆放、丢弃、遗撒固体废物",
    "Solid Waste Law (2020), article 20: dumping, piling up, discarding and scattering waste are forbidden",
    verified=False,
)
STORING = Provision(
    "《固体废物污染环境防治法》（2020年修订）第四十条：贮存、利用、处置应符合国家环境保护标准",
    "Solid Waste Law (2020), article 40: storage, use and disposal meet the national standards",
    verified=False,
)
ACROSS = Provision(
    "《固体废物污染环境防治法》（2020年修订）第二十二条：跨省贮存、处置须经批准，跨省利用须备案",
    "Solid Waste Law (2020), article 22: storage and disposal across a province's border need approval, use a filing",
    verified=False,
)
PERMITTED = Provision(
    "《固体废物污染环境防治法》（2020年修订）第三十九条：产生工业固体废物的单位应当取得排污许可证",
    "Solid Waste Law (2020), article 39: units that generate industrial solid waste hold a discharge permit",
    verified=False,
)
SINCE_LAW = date(2020, 9, 1)
"""The revised law is in force since then."""
SINCE_LEDGER_GUIDE = date(2022, 1, 1)
"""Ledgers follow the guide from the year after its announcement on 30 December 2021."""
