"""Random filing histories: two firms with a site in each of two provinces, a few months, everything over HTTP.

A history is a list of deeds drawn by hypothesis; `World.do` sends one and remembers what is then in force, so that
tests can compare what the service says with what was really sent.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from builders import JSON, MILL, WORKS, People
from hypothesis import strategies as st
from sqlalchemy import delete
from support.clock import SettableClock

import app.tables  # noqa: F401 - every table has to be emptied
from app.db.base import Base
from app.db.session import Database

REGIONS = ("140212", "130102")
FIRM_OF = {f"{firm}00{number}P": firm for firm in (MILL, WORKS) for number in range(1, len(REGIONS) + 1)}
SITES = tuple(FIRM_OF)
REGION_OF = {site: REGIONS[int(site[-2]) - 1] for site in SITES}
MONTHS = ("2025-01", "2025-02", "2025-03")
WASTES = ("SW02", "SW04")
SPAN = {"from": MONTHS[0], "to": MONTHS[-1]}
_KEPT = {"alembic_version", "clients", "client_secrets", "users", "enterprises", "sites", "site_versions"}
_KEPT |= {"site_history", "facilities"}

milli = st.integers(0, 5_000_000)
parties = st.sampled_from([*SITES, MILL, "unregistered-works"])
purposes = st.sampled_from(["use", "dispose", "store"])


def tonnes(thousandths: int) -> str:
    return format(Decimal(thousandths) / 1000, "f")


@st.composite
def parted(draw: st.DrawFn, **more: Any) -> JSON:
    """A flow whose “of which” parts fit into it."""
    prior, received, rest = draw(milli), draw(milli), draw(milli)
    parts = {"prior_stock_tonnes": tonnes(prior), "received_tonnes": tonnes(received)}
    return {"tonnes": tonnes(prior + received + rest), **parts, **{k: draw(v) for k, v in more.items()}}


@st.composite
def lines(draw: st.DrawFn, waste: str) -> JSON:
    def some(flow: st.SearchStrategy[JSON]) -> list[JSON]:
        return draw(st.lists(flow, max_size=2))

    return {
        "waste": waste,
        "moisture_percent": draw(st.sampled_from([None, "0", "12.5", "99.999"])),
        "opening_stock_tonnes": tonnes(draw(milli)),
        "generated_tonnes": tonnes(draw(milli)),
        "received": some(
            st.fixed_dictionaries({"from": parties, "tonnes": milli.map(tonnes), "purpose": purposes})
        ),
        "used": some(parted(process=st.sampled_from([None, "cement_blending"]))),
        "disposed": some(parted(compliant=st.sampled_from([None, True, False]))),
        "sent": some(parted(to=parties, purpose=purposes, out_of_province=st.booleans())),
        "dumped_tonnes": tonnes(draw(milli)),
        "closing_stock_tonnes": tonnes(draw(milli)),
    }


@st.composite
def contents(draw: st.DrawFn, site: str | None = None, month: str | None = None) -> JSON:
    """A ledger body: a nil return now and then, else one or two wastes."""
    site = site or draw(st.sampled_from(SITES))
    head = {"site": site, "month": month or draw(st.sampled_from(MONTHS)), "signed_by": "示例负责人"}
    wastes = draw(st.lists(st.sampled_from(WASTES), max_size=2, unique=True))
    if not wastes:
        return head | {"nil": True}
    activity = [{"kind": "coal_burnt", "tonnes": tonnes(draw(milli)), "ash_percent": "27.0"}]
    return head | {"lines": [draw(lines(waste)) for waste in wastes], "activity": activity}


@dataclass(frozen=True)
class Deed:
    """One thing somebody does; `number` picks among what is there."""

    what: str
    bodies: tuple[JSON, ...] = ()
    number: int = 0


def deeds() -> st.SearchStrategy[Deed]:
    one = contents().map(lambda body: (body,))
    few = st.integers(1, 4).flatmap(
        lambda size: st.lists(contents(), min_size=size, max_size=size).map(tuple)
    )
    spoilt = few.map(lambda bodies: (*bodies, bodies[0] | {"month": "2199-12"}))
    number = st.integers(0, 1000)
    return st.one_of(
        *(
            st.builds(Deed, st.just(what), one)
            for what in ("file", "file", "draft", "amend", "amend", "repeat")
        ),
        *(st.builds(Deed, st.just(what), few) for what in ("bulk each", "bulk atomic")),
        st.builds(Deed, st.just("bulk refused"), spoilt),
        *(st.builds(Deed, st.sampled_from(["accepted", "returned", "closed"]), number=number) for _ in "12"),
        *(st.builds(Deed, st.sampled_from(["confirm", "correct", "dispute"]), number=number) for _ in "123"),
    )


@dataclass
class World:
    """The service with four sites; `in_force` holds what counts, (site, month) → body."""

    people: People
    sessions: Database
    clock: SettableClock
    in_force: dict[tuple[str, str], JSON] = field(default_factory=dict)
    heads: dict[tuple[str, str], JSON] = field(default_factory=dict)
    keys: int = 0

    def settle(self) -> None:
        for firm in (MILL, WORKS):
            self.people.register(firm, region=REGIONS[0])
            site = {"code": f"{firm}002P", "enterprise": firm, "name": "二厂", "region": REGIONS[1]}
            answer = self.people.client.post(
                "/v1/sites", json=site | {"reports_from": "2025-01"}, headers=self.people.admin
            )
            assert answer.status_code == 201, answer.text
        # The tokens of the whole history are signed now; the clock goes on by seconds only.
        self.clock.advance(seconds=1)
        self.wipe()

    def wipe(self) -> None:
        """Forget all ledgers and transfers; the firms and their tokens stay."""
        self.in_force, self.heads = {}, {}
        with self.sessions.writing() as session:
            for table in reversed(Base.metadata.sorted_tables):
                if table.name not in _KEPT and not table.name.startswith("reference"):
                    session.execute(delete(table))

    def post(self, path: str, body: Any, firm: str | None = None, **headers: str) -> Any:
        who = self.people.of(firm) if firm else self.people.admin
        return self.people.client.post(path, json=body, headers=who | headers)

    def get(self, path: str, **params: Any) -> JSON:
        answer = self.people.client.get(path, params=params, headers=self.people.admin)
        assert answer.status_code == 200, answer.text
        told: JSON = answer.json()
        return told

    def do(self, deed: Deed) -> None:
        """Send a deed. What the service refuses must be refusable; what it takes is remembered."""
        self.clock.advance(seconds=1)
        if deed.what in ("file", "draft", "repeat"):
            self._file(deed.bodies[0], draft=deed.what == "draft", twice=deed.what == "repeat")
        elif deed.what == "amend":
            self.amend(deed.bodies[0])
        elif deed.what.startswith("bulk"):
            self._bulk(deed)
        elif deed.what in ("accepted", "returned", "closed"):
            self._decide(deed)
        else:
            self._confirm(deed)

    def file(self, body: JSON) -> None:
        self._file(body, draft=False, twice=False)

    def _file(self, body: JSON, *, draft: bool, twice: bool) -> None:
        sent = body | ({"draft": True} if draft else {})
        self.keys += 1
        headers = {"Idempotency-Key": f"k{self.keys}"} if twice else {}
        firm = FIRM_OF[body["site"]]
        dry = self.post("/v1/ledgers/validate", sent, firm)
        answer = self.post("/v1/ledgers", sent, firm, **headers)
        key = (body["site"], body["month"])
        if key in self.in_force:
            assert (answer.status_code, dry.status_code) == (409, 409), answer.text
            return
        assert (answer.status_code, dry.status_code) == (201, 200), answer.text
        assert dry.json()["warnings"] == answer.json()["warnings"]
        self._keep(body, answer.json(), draft=draft)
        if twice:
            again = self.post("/v1/ledgers", sent, firm, **headers)
            assert (again.status_code, again.json()) == (201, answer.json())
            other = sent | {"signed_by": "另一人"}
            assert self.post("/v1/ledgers", other, firm, **headers).status_code == 409

    def amend(self, body: JSON) -> None:
        key = (body["site"], body["month"])
        if key not in self.in_force:
            self._file(body, draft=False, twice=False)
            return
        head = self.heads[key]
        match = {"If-Match": f'"{head["version"]}"'}
        path, sent = f"/v1/ledgers/{head['id']}/amendments", body | {"reason": "复核"}
        answer = self.post(path, sent, FIRM_OF[body["site"]], **match)
        assert answer.status_code == 200, answer.text
        assert self.post(path, sent, FIRM_OF[body["site"]], **match).status_code == 412
        self._keep(body, answer.json(), draft=False)

    def _keep(self, body: JSON, told: JSON, *, draft: bool) -> None:
        key = (body["site"], body["month"])
        self.heads[key] = told
        if not draft:
            self.in_force[key] = body

    def _bulk(self, deed: Deed) -> None:
        firm = FIRM_OF[deed.bodies[0]["site"]]
        sent = [body | {"reason": "批量更正"} for body in deed.bodies if FIRM_OF[body["site"]] == firm]
        mode = "each" if deed.what == "bulk each" else "atomic"
        answer = self.post(f"/v1/ledgers/bulk?mode={mode}", sent, firm)
        if deed.what == "bulk refused":
            assert answer.status_code == 422, answer.text
            return
        assert answer.status_code == 200, answer.text
        for body, item in zip(sent, answer.json()["items"], strict=True):
            assert item["outcome"] in ("created", "amended", "unchanged"), item
            plain = {name: value for name, value in body.items() if name != "reason"}
            self._keep(plain, item, draft=False)

    def _decide(self, deed: Deed) -> None:
        if not self.in_force:
            return
        key = sorted(self.in_force)[deed.number % len(self.in_force)]
        path = f"/v1/ledgers/{self.heads[key]['id']}/decisions"
        answer = self.post(path, {"to": deed.what, "reason": "示例"})
        assert answer.status_code in (200, 409), answer.text

    def _confirm(self, deed: Deed) -> None:
        there = [one for one in self.get("/v1/transfers", limit=200)["items"] if one["receiver"] in FIRM_OF]
        if not there:
            return
        one = sorted(there, key=natural)[deed.number % len(there)]
        body: JSON = {"decision": deed.what, "comment": "示例"}
        if deed.what == "correct":
            body["tonnes"] = tonnes(deed.number * 1000)
        answer = self.post(f"/v1/transfers/{one['id']}/confirmation", body, FIRM_OF[one["receiver"]])
        assert answer.status_code == (200 if one["sent_tonnes"] is not None else 409), answer.text


def natural(transfer: JSON) -> tuple[str, ...]:
    """What names a transfer, whatever its id."""
    return tuple(transfer[name] for name in ("month", "waste", "purpose", "sender", "receiver"))
