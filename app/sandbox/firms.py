"""The test firms: made up, always the same, reserved for tests.

Their credit codes have right check characters and belong to nobody: XXXX stands where a register has letters and digits.
"""

from dataclasses import dataclass

from app.domain.periods import Month

REGION = "140212"
JURISDICTION = "1402"


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise of the sandbox; `played` ones act by themselves, the other is the integrator's."""

    credit_code: str
    name: str
    industry: str
    played: bool


@dataclass(frozen=True, slots=True)
class TestSite:
    """A site of a firm; its code is its permit number."""

    __test__ = False

    code: str
    firm: Firm
    name: str
    reports_from: Month


YOURS = Firm("91140212XXXX90018L", "示例沙盒热电有限公司", "44", played=False)
SUPPLIER = Firm("91140212XXXX90026F", "示例沙盒选煤有限公司", "06", played=True)
CEMENT = Firm("91140212XXXX90034A", "示例沙盒水泥有限公司", "30", played=True)
FIRMS = (YOURS, SUPPLIER, CEMENT)

PLANT = TestSite("91140212XXXX90018L001Q", YOURS, "示例沙盒热电厂", Month(2025, 1))
YARD = TestSite("91140212XXXX90018L002R", YOURS, "示例沙盒灰场", Month(2025, 5))
WASHERY = TestSite("91140212XXXX90026F001Q", SUPPLIER, "示例沙盒选煤厂", Month(2025, 1))
KILN = TestSite("91140212XXXX90034A001Q", CEMENT, "示例沙盒水泥厂", Month(2025, 1))
SITES = (PLANT, YARD, WASHERY, KILN)

GANGUE = "SW04"
ARRIVED = Month(2025, 1)
"""The month whose delivery of the supplier arrived as declared."""
LOST = Month(2025, 2)
"""The month whose delivery never came."""
DELIVERED_GRAMS = 300_000_000
CLOSED = Month(2025, 4)
"""The month that the regulator has closed already: who is late must say why."""

ENTERPRISE_CLIENT = "sandbox-enterprise"
PERMIT_CLIENT = "sandbox-permits"
