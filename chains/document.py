"""A chain as a plain document: what the API and `huanlian chain show --json` answer."""

from collections.abc import Iterator
from typing import Any

from chains.definition import Chain, Figure, FigureKind, Link, MaterialKind


def wastes_of(chain: Chain) -> tuple[str, ...]:
    """Classes (SW01 …) of the wastes that the chain names, sorted."""
    return tuple(
        sorted({str(m.waste_class) for m in chain.materials.values() if m.kind is MaterialKind.WASTE})
    )


def chain_document(chain: Chain) -> dict[str, Any]:
    """Id, version, names, wastes, materials, processes and every figure with its band and source.

    Numbers are decimal texts as printed in their source. `yields` [t/t] lead the engine; `intensities` and
    `norms` tie amounts of other materials.
    """
    return {
        "id": chain.id,
        "version": chain.version,
        "zh": chain.name.zh,
        "en": chain.name.en,
        "summary": {"zh": chain.summary.zh, "en": chain.summary.en},
        "wastes": list(wastes_of(chain)),
        "materials": [
            {
                "id": material.id,
                "zh": material.name.zh,
                "en": material.name.en,
                "kind": material.kind.value,
                "unit": material.unit,
                "waste": material.waste_class,
            }
            for material in chain.materials.values()
        ],
        "processes": [
            {
                "id": process.id,
                "zh": process.name.zh,
                "en": process.name.en,
                "role": process.role.value,
                "rest": process.rest.value,
                "takes": list(chain.taken_by(process.id)),
                "gives": list(chain.given_by(process.id)),
            }
            for process in chain.processes.values()
        ],
        "yields": list(_figures(chain, FigureKind.YIELD)),
        "intensities": list(_figures(chain, FigureKind.INTENSITY)),
        "norms": list(_figures(chain, FigureKind.NORM)),
    }


def _figures(chain: Chain, kind: FigureKind) -> Iterator[dict[str, Any]]:
    for link in chain.links:
        if link.figure is not None and link.figure.kind is kind:
            yield _figure(link, link.figure)


def _figure(link: Link, figure: Figure) -> dict[str, Any]:
    return {
        "process": link.process,
        "material": link.material,
        "basis": figure.basis,
        "value": str(figure.value),
        "low": str(figure.low),
        "high": str(figure.high),
        "unit": figure.unit,
        "source": figure.source,
        "url": figure.url,
        "retrieved_on": None if figure.retrieved_on is None else figure.retrieved_on.isoformat(),
        "verified": figure.verified,
        "note": None if figure.note is None else {"zh": figure.note.zh, "en": figure.note.en},
    }
