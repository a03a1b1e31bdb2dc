"""The untidiness of real filing, planned: what is wrong in the demo, where and how large.

Every later finding on the demo city can be held against this plan. Sites are named by plant key, masses are
grams. The totals of yearplan.py hold for what is on file after all amendments: what is planned here goes into
the weights of their allocation (missing months, swollen or shrunken generation) or touches nothing that
counts (received figures, stocks, activity).
"""

from dataclasses import dataclass

from app.domain.periods import Month, month_range
from app.domain.quantities import GRAMS_PER_TONNE
from seed.demo.chains import BOTTOM_ASH, FLY_ASH, GANGUE, GYPSUM, SLAG, TAILINGS
from seed.demo.firms import UNREGISTERED_HAULIER
from seed.demo.months import LAST


def _tonnes(tonnes: int) -> int:
    return tonnes * GRAMS_PER_TONNE


def _months(first: Month, last: Month) -> frozenset[Month]:
    return frozenset(month_range(first, last))


# Filed more than two weeks after the others: plant, month, days after the month's end.
LATE = {
    ("birch2", Month(2021, 3)): 41,
    ("pine3", Month(2021, 4)): 33,
    ("reed1", Month(2021, 9)): 28,
    ("falcon1", Month(2021, 10)): 52,
    ("badger1", Month(2021, 12)): 36,
    ("kiln1", Month(2022, 3)): 61,
    ("gravel1", Month(2022, 4)): 45,
    ("gravel1", Month(2022, 5)): 39,
    ("gravel1", Month(2022, 6)): 71,
    ("swallow1", Month(2022, 7)): 30,
    ("basalt1", Month(2022, 9)): 47,
    ("oak2", Month(2022, 11)): 34,
}

SILENT = {"hearth1": Month(2022, 10)}
"""Plant and the first month from which it files nothing any more, though it works on."""

# Months that were never filed, though the site worked.
MISSING = frozenset(
    {
        ("spruce2", Month(2021, 6)),
        ("willow_w1", Month(2021, 8)),
        ("clay1", Month(2021, 10)),
        ("badger1", Month(2021, 11)),
        ("oak2", Month(2022, 2)),
        ("terrace1", Month(2022, 5)),
        ("larch1", Month(2022, 7)),
        *(("hearth1", month) for month in month_range(SILENT["hearth1"], LAST)),
    }
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A transfer: sender, receiver, waste, months."""

    sender: str
    receiver: str
    waste: str
    months: frozenset[Month]

    def covers(self, sender: str, receiver: str | None, waste: str, month: Month) -> bool:
        return (sender, receiver, waste) == (self.sender, self.receiver, self.waste) and month in self.months


OWN_SCALES = frozenset(
    {"boulder1", "cloud1", "dune1", "ember1", "gravel1", "kite1", "owl1", "snow1", "meadow1"}
)
"""Receivers who weigh for themselves and differ from the sender by up to NOISE_PER_TEN_THOUSAND."""
NOISE_PER_TEN_THOUSAND = 150

# The receiver's figure is this share [‰] of the sender's: far outside what two weighbridges can differ by.
DISAGREEMENTS = (
    (Pair("birch_w1", "owl1", GANGUE, frozenset({Month(2021, 5)})), 750),
    (Pair("crane1", "boulder1", FLY_ASH, frozenset({Month(2021, 9)})), 820),
    (Pair("anvil1", "mill1", SLAG, frozenset({Month(2021, 12)})), 1110),
    (Pair("heron1", "dune1", FLY_ASH, frozenset({Month(2022, 4)})), 880),
    (Pair("swan1", "cloud1", FLY_ASH, frozenset({Month(2022, 6)})), 900),
    (Pair("swallow1", "boulder1", FLY_ASH, frozenset({Month(2022, 8)})), 650),
)

# The sender declares it, the receiver has nothing.
RECEIVER_SILENT = (
    Pair("spruce_w1", "hearth1", GANGUE, _months(Month(2021, 7), Month(2021, 9))),
    Pair("falcon1", "whetstone1", GYPSUM, frozenset({Month(2022, 3)})),
)

# The receiver declares it [g], the sender has nothing.
SENDER_SILENT = (
    (Pair("birch1", "ember1", GANGUE, frozenset({Month(2021, 6)})), _tonnes(4_200)),
    (Pair("crane1", "basalt1", FLY_ASH, frozenset({Month(2022, 5)})), _tonnes(6_800)),
)

# Sent to somebody whom no register knows instead of the usual receiver.
UNKNOWN_RECEIVER = Pair("crane2", "basalt1", FLY_ASH, _months(Month(2021, 5), Month(2021, 7)))
UNKNOWN_CODE = UNREGISTERED_HAULIER

# The receiver's figure is a thousandth of what arrived: thousands of tonnes written as tonnes.
UNIT_SLIP = Pair("elm1", "clay1", GANGUE, frozenset({Month(2021, 5)}))

# Closing stock is reported lower than the line's balance says [g].
LINE_GAPS = {
    ("lark1", FLY_ASH, Month(2021, 10)): _tonnes(21_300),
    ("falcon1", GYPSUM, Month(2022, 2)): _tonnes(1_240),
}

# Opening stock is lower than the former month's closing [g].
STOCK_DROPS = {
    ("oak_w1", GANGUE, Month(2021, 9)): _tonnes(120_000),
    ("crane2", FLY_ASH, Month(2022, 3)): _tonnes(64_000),
}

# Tipped somewhere, and said so [g].
DUMPED = {
    ("spruce2", GANGUE, Month(2021, 4)): _tonnes(3_200),
    ("lark1", BOTTOM_ASH, Month(2022, 1)): _tonnes(1_150),
    ("willow1", GANGUE, Month(2022, 8)): _tonnes(2_400),
}

# Generation reported at this share [‰] of what the activity beside it would give, or of an ordinary month.
UNDERREPORTED = ("oak1", GANGUE, _months(Month(2021, 8), Month(2021, 11)), 220)
SURGE = ("magpie1", TAILINGS, frozenset({Month(2022, 6)}), 2800)

SAME_FIGURE = ("birch3", GANGUE, tuple(month_range(Month(2021, 4), Month(2022, 3))))
"""Plant, waste and the months in which it reports one and the same generation."""

RESIDUE_MISSING = ("owl1", _months(Month(2021, 10), Month(2022, 1)))
"""Gangue power plant and the months in which it burns gangue and reports no ash."""

PRODUCT_SHORT = ("chalk1", GYPSUM, _months(Month(2022, 3), Month(2022, 5)), 550)
"""Plant that books more waste as used than it makes product of: waste, months, share of the ordinary product [‰]."""

ROUND_TRIP = ("ferry1", "raft1", FLY_ASH, _months(Month(2022, 3), Month(2022, 5)), _tonnes(3_000))
"""Two hubs that ship the same tonnes [g] a month to and fro, each declaring them as sent for use."""

NONCOMPLIANT = ("spruce_w1", GANGUE, _months(Month(2022, 2), Month(2022, 4)))
"""Plant, waste and the months in which it discloses that its own disposal did not meet the standard."""

OVER_CAPACITY = ("feather1", 800)
"""Plant whose licensed utilization capacity is this share [‰] of what it used in 2022."""

STORAGE_OVER_CAPACITY = ("crane1", 850)
"""Plant whose yard is licensed for this share [‰] of the largest stock it reports."""


def is_filed(plant: str, month: Month) -> bool:
    return (plant, month) not in MISSING


def reported_share(plant: str, waste: str, month: Month) -> int:
    """Share of an ordinary month's generation that is reported [‰]."""
    for who, what, months, share in (UNDERREPORTED, SURGE):
        if (who, what) == (plant, waste) and month in months:
            return share
    return 1000


def product_share(plant: str, waste: str, month: Month) -> int:
    """Share of the ordinary product of a use that is made [‰]."""
    who, what, months, share = PRODUCT_SHORT
    return share if (who, what) == (plant, waste) and month in months else 1000
