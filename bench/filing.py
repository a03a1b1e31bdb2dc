"""The ledgers of a made province as the rules see them: facts of its sites, of its pairs, and of its months."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from app.domain.periods import Month
from app.domain.quantities import GRAMS_PER_TONNE
from app.findings.facts import (
    Activity,
    Book,
    Coefficient,
    Declared,
    Facility,
    Flow,
    LedgerRef,
    Line,
    PairFacts,
    SiteFacts,
    Transfer,
)
from app.findings.networks import NetworkFacts, SiteMonth
from bench.province import WASTES, Account, Place, Province, Shipment

START = Month(2024, 1)
PROVINCE, _REGION, _GHOST = "14", "140212", "未登记单位"
_PRIOR_STOCK = 50.0
"""How many ordinary months lie in store when the story begins."""
_COEFFICIENTS = (
    Coefficient(
        "gangue.raw_coal",
        1,
        ("SW04",),
        "raw_coal",
        "ratio",
        None,
        Decimal("0.2"),
        Decimal("0.1"),
        Decimal("0.25"),
    ),
    Coefficient("ash.coal_burnt", 1, ("SW02", "SW03"), "coal_burnt", "ash", band_percent=Decimal(20)),
)
_INDUSTRY = {"mine": "06", "plant": "44", "gangue_plant": "44", "works": "30"}


def grams(tonnes: float) -> int:
    return round(tonnes * GRAMS_PER_TONNE)


@dataclass(frozen=True)
class Filing:
    """A province with its faults, as filed."""

    province: Province

    def sites(self) -> Iterator[SiteFacts]:
        last = START.plus(self.province.months - 1)
        for place in self.province.places:
            months = range(self.province.months)
            books = [self.books[place.number, each] for each in months if (place.number, each) in self.books]
            yield SiteFacts(
                code=place.code,
                region=_REGION,
                industry=_INDUSTRY[place.role],
                permit_number=place.code,
                reports_from=START,
                reports_until=last,
                today=last.next.first_day.replace(day=25),
                books={book.month: book for book in books},
                facilities=(Facility("TS001", "utilization", None), Facility("TS002", "storage", None)),
                declared=tuple(self._declared[place.number]),
                coefficients=_COEFFICIENTS,
            )

    def pairs(self) -> list[PairFacts]:
        return self._pairs(range(self.province.months))

    def networks(self) -> Iterator[NetworkFacts]:
        for number in range(self.province.months):
            month = START.plus(number)
            near = range(max(0, number - 1), min(self.province.months, number + 2))
            pairs = tuple(self._pairs(near))
            mine = tuple(each for pair in pairs for each in pair.transfers if each.month == month)
            sites = tuple(self._site_month(place, number) for place in self.province.places)
            yield NetworkFacts(PROVINCE, month, sites, mine, pairs)

    @cached_property
    def books(self) -> dict[tuple[int, int], Book]:
        """What is on file, by site and month; the stock goes on through months that are not."""
        found: dict[tuple[int, int], Book] = {}
        for place in self.province.places:
            stock = dict.fromkeys(WASTES, round(place.volume * _PRIOR_STOCK, 2))
            for month in range(self.province.months):
                lines = tuple(self._lines(place, month, stock))
                if (place.number, month) not in self.province.unfiled:
                    found[place.number, month] = self._book(place, month, lines)
        return found

    @cached_property
    def _sent(self) -> dict[tuple[int, int], list[Shipment]]:
        found: dict[tuple[int, int], list[Shipment]] = defaultdict(list)
        for month, shipments in self.province.shipments.items():
            for each in shipments:
                found[each.sender, month].append(each)
        return found

    @cached_property
    def _received(self) -> dict[tuple[int, int], list[Shipment]]:
        found: dict[tuple[int, int], list[Shipment]] = defaultdict(list)
        for month, shipments in self.province.shipments.items():
            for each in shipments:
                if each.receiver is not None and each.received is not None:
                    found[each.receiver, month].append(each)
        return found

    @cached_property
    def _declared(self) -> dict[int, list[Declared]]:
        found: dict[int, list[Declared]] = defaultdict(list)
        for (sender, month), shipments in self._sent.items():
            book = self.books.get((sender, month))
            for each in shipments if book is not None else ():
                if each.receiver is not None and book is not None:
                    code = self.province.places[sender].code
                    told = Declared(code, book.month, each.waste, "use", grams(each.sent), book.ref)
                    found[each.receiver].append(told)
        return found

    def _lines(self, place: Place, month: int, stock: dict[str, float]) -> Iterator[Line]:
        for waste in WASTES:
            account = self.province.accounts.get((place.number, month, waste))
            if account is not None:
                yield self._line(place, month, waste, account, stock)

    def _line(self, place: Place, month: int, waste: str, account: Account, stock: dict[str, float]) -> Line:
        opening, stock[waste] = stock[waste], round(max(0.0, stock[waste] + account.change), 2)
        came = (each for each in self._received[place.number, month] if each.waste == waste)
        went = (each for each in self._sent[place.number, month] if each.waste == waste)
        return Line(
            waste,
            method="method" if place.is_stated else None,
            sigma=place.sigma if place.is_stated else None,
            opening=grams(opening),
            generated=grams(account.generated),
            received=sum(grams(each.received or 0.0) for each in came),
            used=grams(account.used),
            sent=sum(grams(each.sent) for each in went),
            closing=grams(stock[waste]),
        )

    def _book(self, place: Place, month: int, lines: tuple[Line, ...]) -> Book:
        when = START.plus(month)
        ref = LedgerRef(f"{place.code}-{when}", 1)
        activities: tuple[Activity, ...] = ()
        did = self.province.activity.get((place.number, month))
        if did is not None:
            is_mine = place.role == "mine"
            parameters = {} if is_mine else {"ash_percent": str(place.ratio * 100)}
            activities = (Activity("raw_coal" if is_mine else "coal_burnt", grams(did), parameters),)
        flows = (*self._traded(place, month), *self._used(place, month, lines))
        return Book(when, ref, not lines, when.next.first_day.replace(day=10), lines, flows, activities)

    def _traded(self, place: Place, month: int) -> Iterator[Flow]:
        for each in self._received[place.number, month]:
            sender = self.province.places[each.sender].code
            yield Flow(
                "received",
                each.waste,
                grams(each.received or 0.0),
                purpose="use",
                party=sender,
                party_known=True,
                party_site=sender,
                party_region=_REGION,
            )
        for each in self._sent[place.number, month]:
            site = None if each.receiver is None else self.province.places[each.receiver].code
            yield Flow(
                "sent",
                each.waste,
                grams(each.sent),
                purpose="use",
                party=site or _GHOST,
                party_known=site is not None,
                party_site=site,
                party_region=None if site is None else _REGION,
            )

    def _used(self, place: Place, month: int, lines: tuple[Line, ...]) -> Iterator[Flow]:
        burns = place.role == "gangue_plant"
        for line in lines:
            if line.used:
                account = self.province.accounts[place.number, month, line.waste]
                made = None if account.product is None else grams(account.product)
                process = "gangue_power" if burns else None if made is None else "cement_blending"
                product = None if made is None else "cement"
                yield Flow(
                    "used",
                    line.waste,
                    line.used,
                    of_received=line.used,
                    process=process,
                    product=product,
                    product_grams=made,
                )

    def _site_month(self, place: Place, month: int) -> SiteMonth:
        book = self.books.get((place.number, month))
        industry = _INDUSTRY[place.role]
        if book is None:
            return SiteMonth(place.code, _REGION, industry, None, (), ())
        flows = tuple(book.flows_of("used"))
        return SiteMonth(place.code, _REGION, industry, book.ref, book.lines, flows)

    def _pairs(self, months: range) -> list[PairFacts]:
        by_pair: dict[tuple[int, int | None], list[Transfer]] = defaultdict(list)
        for month in months:
            for each in self.province.shipments.get(month, ()):
                told = self._transfer(each)
                if told is not None:
                    by_pair[each.sender, each.receiver].append(told)
        places = self.province.places
        return [
            PairFacts(
                places[sender].code,
                _GHOST if receiver is None else places[receiver].code,
                receiver is not None,
                tuple(transfers),
            )
            for (sender, receiver), transfers in by_pair.items()
        ]

    def _transfer(self, each: Shipment) -> Transfer | None:
        """What is known of a shipment: None when neither side has filed."""
        sender = self.province.places[each.sender]
        receiver = None if each.receiver is None else self.province.places[each.receiver]
        sent_in = self.books.get((each.sender, each.month))
        got_in = None if each.receiver is None else self.books.get((each.receiver, each.month))
        if sent_in is None and (got_in is None or each.received is None):
            return None
        has_received = got_in is not None and each.received is not None
        return Transfer(
            month=START.plus(each.month),
            waste=each.waste,
            purpose="use",
            sender_site=sender.code,
            receiver_site=None if receiver is None else receiver.code,
            sent=None if sent_in is None else grams(each.sent),
            received=grams(each.received or 0.0) if has_received else None,
            sender_filed=sent_in is not None,
            receiver_filed=got_in is not None,
            sender_ref=None if sent_in is None else sent_in.ref,
            receiver_ref=got_in.ref if has_received and got_in is not None else None,
            sender_sigma=sender.sigma if sender.is_stated else None,
            receiver_sigma=receiver.sigma if receiver is not None and receiver.is_stated else None,
        )
