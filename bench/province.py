"""A made province: what really moved each month, and what honest sites would report of it. Masses in tonnes.

Mines hand gangue (SW04) to power plants that burn it and to brick works; power plants hand ash (SW02, SW03) to works.
A figure is true × (1 + the site's calibration error + an error of its method); one in a hundred has a threefold error.
Some works make cement of their fly ash and state its tonnes, each by a recipe of its own.
What is loaded in the last days may be booked by its receiver in the next month; a few sites state no method.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

SIGMAS, SHARES = (0.01, 0.02, 0.05), (0.60, 0.25, 0.15)
UNSTATED = 0.05
_VARIES, _RATIO_VARIES, _STOCKED = 0.15, 0.05, 0.2
_MOST_LATE, _USED = 0.06, 0.97

WASTES = ("SW02", "SW03", "SW04")
Role = Literal["mine", "plant", "gangue_plant", "works"]
ROLES: tuple[Role, ...] = ("mine", "plant", "gangue_plant", "works")
ROLE_SHARES = (0.40, 0.15, 0.10, 0.35)
RECIPES, STATES_PRODUCT = (3.4, 3.95), 0.6
"""Cement of a tonne of fly ash, by works, within the chain definition's band; the share of works that state it."""
PRODUCT_SIGMA, _RECIPE_VARIES = 0.01, 0.02
BURNT = {"SW02": 0.325, "SW03": 0.325}
"""What a tonne of burnt gangue leaves, as the chain definition has it."""


@dataclass(frozen=True, slots=True)
class Habits:
    """Honest mistakes.

    Shares of sites without a method, of figures with a threefold error, of loads under way at a month's end; and the
    standard deviation of scales' calibration errors, in σ of their methods.
    """

    no_method: float = 0.05
    wild: float = 0.01
    late: float = 0.3
    calibration: float = 0.3


Mistake: TypeAlias = tuple[int, int, str, int | None]
"""Whose figure of which month and waste is wrong by more than three σ of its method; of a load, with whom."""
WRONG = 3.0

FLAWLESS = Habits(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Place:
    """A site: its method's relative σ, whether it states it, its bias, and its ordinary month."""

    number: int
    role: Role
    sigma: float
    is_stated: bool
    bias: float
    volume: float
    ratio: float
    recipe: float | None = None
    """Cement made of a tonne of fly ash, of a works that states it."""

    @property
    def code(self) -> str:
        return f"9114{self.number:08d}SIM001P"


@dataclass(slots=True)
class Account:
    """One waste of a site's month, as reported; what is handed over stands in the shipments. `change`: of the stock."""

    generated: float = 0.0
    used: float = 0.0
    change: float = 0.0
    product: float | None = None


@dataclass(slots=True)
class Shipment:
    """One waste from one site to another, None: nobody who is registered; what arrived, and both reports of it."""

    sender: int
    receiver: int | None
    waste: str
    month: int
    true: float
    sent: float
    received: float | None


@dataclass(slots=True)
class Province:
    """Sites, their accounts by (site, month, waste), their shipments by month, activity, and the months not on file."""

    places: list[Place]
    months: int
    accounts: dict[tuple[int, int, str], Account] = field(default_factory=dict)
    shipments: dict[int, list[Shipment]] = field(default_factory=dict)
    activity: dict[tuple[int, int], float] = field(default_factory=dict)
    unfiled: set[tuple[int, int]] = field(default_factory=set)
    mistakes: set[Mistake] = field(default_factory=set)

    def of(self, site: int, month: int) -> list[Account]:
        """A site's accounts of a month."""
        keys = ((site, month, waste) for waste in WASTES)
        return [self.accounts[key] for key in keys if key in self.accounts]


class Maker:
    """Draws a province from a seed."""

    def __init__(self, sites: int, months: int, seed: int, habits: Habits | None = None) -> None:
        self.habits = Habits() if habits is None else habits
        self.random = np.random.default_rng(seed)
        # Of their own, so that whatever is drawn for products changes nothing else.
        self._kilns = np.random.default_rng((seed, 1))
        self._under_way: dict[tuple[int, int, str, int], float] = {}
        self._arrivals: dict[tuple[int, int], list[Shipment]] = {}
        self.province = Province([self._place(number, sites) for number in range(sites)], months)

    def make(self) -> Province:
        """Let the months pass: those who generate, then those who burn gangue, whose ash follows."""
        by_role = {role: [each for each in self.province.places if each.role == role] for role in ROLES}
        takers = {
            "SW04": by_role["gangue_plant"] + by_role["works"],
            "SW02": by_role["works"],
            "SW03": by_role["works"],
        }
        chosen = {place.number: self._partners(place, takers) for place in self.province.places}
        for month in range(self.province.months):
            for place in by_role["mine"] + by_role["plant"]:
                self._generate(place, month, chosen[place.number])
        for month in range(self.province.months):
            for place in by_role["gangue_plant"]:
                used = self._consume(place, month)
                for waste, left in BURNT.items():
                    self._ship(place, month, waste, left * used, chosen[place.number])
        for month in range(self.province.months):
            for place in by_role["works"]:
                self._consume(place, month)
        return self.province

    def reported(self, place: Place, true: float, month: int, waste: str, other: int | None = None) -> float:
        """What the site reads off its scales; a figure that is plainly wrong is remembered."""
        wild = 3.0 if self.random.random() < self.habits.wild else 1.0
        sigmas = place.bias + wild * self.random.standard_normal()
        if abs(sigmas) > WRONG:
            self.province.mistakes.add((place.number, month, waste, other))
        return round(max(0.0, true * (1.0 + place.sigma * sigmas)), 2)

    def _place(self, number: int, sites: int) -> Place:
        share = (number + 0.5) / sites
        role = ROLES[int(np.searchsorted(np.cumsum(ROLE_SHARES), share))]
        stated = bool(self.random.random() >= self.habits.no_method)
        sigma = float(self.random.choice(SIGMAS, p=SHARES)) if stated else UNSTATED
        bias = float(self.random.normal(0.0, self.habits.calibration))
        volume = float(np.exp(self.random.normal(8.5, 1.0)))
        ratio = float(self.random.uniform(0.14, 0.22)) if role == "mine" else 0.25
        return Place(number, role, sigma, stated, bias, volume, ratio, self._recipe(role))

    def _recipe(self, role: Role) -> float | None:
        is_stated = role == "works" and self._kilns.random() < STATES_PRODUCT
        return float(self._kilns.uniform(*RECIPES)) if is_stated else None

    def _partners(self, place: Place, takers: dict[str, list[Place]]) -> list[Place]:
        mine = takers["SW04" if place.role == "mine" else "SW02"]
        count = min(len(mine), int(self.random.integers(1, 5)))
        return [mine[int(at)] for at in self.random.choice(len(mine), count, replace=False)]

    def _product(self, place: Place, used: float) -> float | None:
        """The cement that a works says to have made of what it truly used."""
        if place.recipe is None:
            return None
        month = float(np.exp(self._kilns.normal(0.0, _RECIPE_VARIES)))
        error = 1.0 + PRODUCT_SIGMA * float(self._kilns.standard_normal())
        return round(used * place.recipe * month * error, 2)

    def _generate(self, place: Place, month: int, partners: list[Place]) -> None:
        waste = "SW04" if place.role == "mine" else "SW02"
        true = place.volume * float(np.exp(self.random.normal(0.0, _VARIES)))
        own = float(np.exp(self.random.normal(0.0, _RATIO_VARIES)))
        self.province.activity[place.number, month] = round(true / (place.ratio * own), 2)
        self._ship(place, month, waste, true, partners)

    def _ship(self, place: Place, month: int, waste: str, true: float, partners: list[Place]) -> None:
        """Keep a part of what came up and hand the rest over."""
        kept = true * _STOCKED
        self.province.accounts[place.number, month, waste] = Account(
            self.reported(place, true, month, waste), change=self.reported(place, kept, month, waste)
        )
        shares = self.random.dirichlet(np.full(len(partners), 4.0))
        for partner, share in zip(partners, shares.tolist(), strict=True):
            self._hand_over(place, partner, waste, month, (true - kept) * share)

    def _hand_over(self, place: Place, partner: Place, waste: str, month: int, true: float) -> None:
        arrived = true + self._under_way.pop((place.number, partner.number, waste, month), 0.0)
        if month + 1 < self.province.months and self.random.random() < self.habits.late:
            # Its last days are booked by the receiver a month later, together with that month's own.
            later = true * float(self.random.uniform(0.0, _MOST_LATE))
            self._under_way[place.number, partner.number, waste, month + 1] = later
            arrived -= later
        sent = self.reported(place, true, month, waste, partner.number)
        received = self.reported(partner, arrived, month, waste, place.number)
        made = Shipment(place.number, partner.number, waste, month, arrived, sent, received)
        self.province.shipments.setdefault(month, []).append(made)
        self._arrivals.setdefault((partner.number, month), []).append(made)

    def _consume(self, place: Place, month: int) -> float:
        """Use nearly all of what came in, the rest is stored; return the tonnes used."""
        came: dict[str, float] = {}
        for each in self._arrivals.get((place.number, month), ()):
            came[each.waste] = came.get(each.waste, 0.0) + each.true
        for waste, received in came.items():
            used = received * _USED
            self.province.accounts[place.number, month, waste] = Account(
                used=self.reported(place, used, month, waste),
                change=self.reported(place, received - used, month, waste),
                product=self._product(place, used) if waste == "SW02" else None,
            )
        return _USED * sum(came.values())
