"""The chains that ship: complete, sourced, and in step with the process ids of the ledgers."""

from collections.abc import Iterator
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest
import yaml

from chains.definition import UNVERIFIED, Chain, Figure, FigureKind, MaterialKind, Role
from chains.loader import load_library, shipped_library
from seed.demo.city import build_city

LEDGER_PROCESSES: list[dict[str, Any]] = yaml.safe_load(
    (resources.files("seed") / "reference" / "processes.yaml").read_text(encoding="utf-8")
)["rows"]
CHAINS = sorted(shipped_library().chains.values(), key=lambda chain: chain.id)


def figures(chain: Chain) -> Iterator[Figure]:
    return (link.figure for link in chain.links if link.figure is not None)


def test_the_ten_chains_are_there() -> None:
    assert [chain.id for chain in CHAINS] == [
        "alumina-red-mud",
        "coal-gangue-kaolin",
        "coal-gangue-materials",
        "coal-gangue-power-ash",
        "coal-power-gypsum",
        "liquor-grains",
        "manganese-residue",
        "mine-tailings-materials",
        "phosphate-phosphogypsum",
        "steel-slag",
    ]


def test_loading_twice_gives_the_same() -> None:
    assert load_library() == shipped_library()


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.id)
def test_processes_and_classes_are_those_of_the_ledgers(chain: Chain) -> None:
    """An id a ledger may name means the same in both places: what it takes, what it makes, what it leaves."""
    known = {row["code"]: row for row in LEDGER_PROCESSES}
    for process in chain.processes.values():
        if process.role is Role.SOURCE:
            assert process.id not in known
            continue
        row = known[process.id]
        taken, given = chain.taken_by(process.id), chain.given_by(process.id)
        wastes = {chain.materials[key].waste_class for key in taken} - {None}
        residues = {chain.materials[key].waste_class for key in given} - {None}
        products = {key for key in given if chain.materials[key].kind is MaterialKind.PRODUCT}
        assert row["role"] == process.role
        assert wastes
        assert wastes <= set(row["wastes"])
        assert residues <= set(row.get("residues", ()))
        assert products <= set(row.get("products", ()))
        assert chain.id in row["chains"]


def test_every_chain_a_ledger_process_names_has_it() -> None:
    library = shipped_library()
    for row in LEDGER_PROCESSES:
        for name in row.get("chains", ()):
            assert row["code"] in library.chains[name].processes, f"{name} lacks {row['code']}"


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.id)
def test_every_figure_says_where_it_comes_from(chain: Chain) -> None:
    for figure in figures(chain):
        assert figure.low <= figure.value <= figure.high
        assert figure.verified == (figure.source != UNVERIFIED)
        if figure.verified and not figure.source.startswith("stoichiometry"):
            assert figure.url
            assert figure.retrieved_on is not None


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.id)
def test_every_tonne_of_every_input_goes_somewhere(chain: Chain) -> None:
    for process in chain.processes:
        for material in chain.taken_by(process):
            split = chain.split(process, material)
            parts = [*(band.value for band in split.residues.values()), split.product, split.air]
            assert sum(parts) == 1
            assert min(parts) >= 0


def test_gangue_burnt_for_power_leaves_two_thirds_as_ash() -> None:
    split = shipped_library().splits["gangue_power", "SW04"]
    assert sum(band.value for band in split.residues.values()) == Decimal("0.65")
    assert set(split.residues) == {"SW02", "SW03"}
    assert split.product == 0
    assert split.air == Decimal("0.35")


def test_stoichiometry_is_arithmetic() -> None:
    """Atomic masses (IUPAC, abridged): Ca 40.08, S 32.06, O 16.00, H 1.008, Al 26.98, Si 28.09."""
    water = 2 * 1.008 + 16.00
    dihydrate = 40.08 + 32.06 + 4 * 16.00 + 2 * water
    acid = 2 * 1.008 + 32.06 + 4 * 16.00
    lime = 40.08 + 16.00
    kaolinite = 2 * 26.98 + 2 * 28.09 + 5 * 16.00 + 4 * (16.00 + 1.008)
    board = shipped_library().splits["building_gypsum", "SW06"]
    assert float(board.air) == pytest.approx(1.5 * water / dihydrate, abs=1e-4)
    gypsum = shipped_library().chains["phosphate-phosphogypsum"]
    yields = {
        link.material: link.figure for link in gypsum.links if link.process == "sulfuric_acid_from_gypsum"
    }
    assert float(yields["sulfuric_acid"].value) == pytest.approx(acid / dihydrate, abs=1e-4)
    assert float(yields["cement"].value) == pytest.approx(lime / dihydrate, abs=1e-4)
    kaolin = shipped_library().splits["kaolin_calcination", "SW04"]
    assert float(kaolin.air) == pytest.approx(0.80 * 2 * water / kaolinite, abs=1e-4)


def test_the_manganese_chain_keeps_the_printed_proportions() -> None:
    """110 residue → 50 + 40 acid + 4.5 ammonia water."""
    chain = shipped_library().chains["manganese-residue"]
    split = chain.split("mn_residue_desulphurisation", "manganese_residue")
    assert float(split.residues["desulphurised_residue"].value) == pytest.approx(50 / 110, abs=1e-4)
    assert float(split.product) == pytest.approx((40 + 4.5) / 110, abs=1e-4)


def test_only_intensities_and_norms_exceed_one() -> None:
    for chain in CHAINS:
        for figure in figures(chain):
            if figure.kind is FigureKind.YIELD:
                assert figure.high <= 1
                assert figure.unit == "t/t"


def test_every_use_of_the_demo_city_has_a_definition() -> None:
    """What its ledgers name as process and waste is in a chain, so that no tonne is led on by guess."""
    used = {
        (flow["process"], line["waste"])
        for filing in build_city().filings
        for line in filing.body.get("lines", ())
        for flow in line.get("used", ())
    }
    assert len(used) > 20
    assert used - shipped_library().splits.keys() == set()
