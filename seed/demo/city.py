"""The fictitious city in one value: `build_city(seed)` is pure and gives the same city on every machine."""

from dataclasses import dataclass

from seed.demo.batches import DemoBatches, build_batches
from seed.demo.books import keep_books
from seed.demo.confirmations import Confirmation, build_confirmations
from seed.demo.facilities import Facility, build_facilities
from seed.demo.filings import Filing, build_filings
from seed.demo.firms import Enterprise, build_firms
from seed.demo.flows import build_flows
from seed.demo.logins import Login, build_logins
from seed.demo.manifest import Cause, build_manifest
from seed.demo.permits import Permit, build_permits
from seed.demo.plants import Site, build_sites
from seed.demo.shipments import build_shipments

SEED = 20211402


@dataclass(frozen=True, slots=True)
class DemoCity:
    """Everything the demo loads, in order of time; `manifest` says what is wrong with it on purpose."""

    enterprises: tuple[Enterprise, ...]
    sites: tuple[Site, ...]
    facilities: tuple[Facility, ...]
    permits: tuple[Permit, ...]
    filings: tuple[Filing, ...]
    confirmations: tuple[Confirmation, ...]
    batches: DemoBatches
    logins: tuple[Login, ...]
    manifest: tuple[Cause, ...]


def build_city(seed: int = SEED) -> DemoCity:
    """Build sixty sites, 2021-01 … 2022-12. Yearly totals on file are those of yearplan.py for any seed."""
    firms = build_firms()
    sites = build_sites(seed)
    flows = build_flows(seed)
    shipments = build_shipments(seed, flows)
    contents = keep_books(seed, flows, shipments, sites)
    facilities = build_facilities(seed, contents, sites)
    return DemoCity(
        enterprises=tuple(firms.values()),
        sites=tuple(sites.values()),
        facilities=facilities,
        permits=build_permits(contents, sites, facilities),
        filings=build_filings(seed, contents, sites),
        confirmations=build_confirmations(seed, shipments, sites),
        batches=build_batches(contents, sites),
        logins=build_logins(firms),
        manifest=build_manifest(contents, shipments, sites),
    )
