"""Recording forms and product batches: the one way in for single posts, bulk, pages and the demo.

A form is written once under its number. The same content again changes nothing, other content under the number is a
conflict; what is wrong is withdrawn and recorded anew under another number.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import insert

from app.audit import service as audit
from app.auth.subjects import Role, Subject
from app.batches import repository
from app.batches.models import Batch, BatchLink, ProductBatch, RecipeInput
from app.batches.rings import Rings, preceding_keys
from app.batches.schemas import BatchIn, ProductBatchIn
from app.db.base import table_of
from app.db.locks import lock_names
from app.db.session import WriteSession
from app.domain.errors import Fault, Message
from app.enterprises import service as enterprises
from app.enterprises.service import SiteRow
from app.http.problems import Conflict, Invalid, NotFound, Problem
from app.ids import new_id
from app.reference import service as reference

_LINKS = "batches:links"
_FormT = TypeVar("_FormT", BatchIn, ProductBatchIn)


class NumberTaken(Conflict):
    code = "number_taken"
    title = Message(
        "该编号已用于内容不同的表单；如需更正，请作废后用新编号补录",
        "This number stands on a form with other content; withdraw that one and record it under a new number",
    )


class Outcome(StrEnum):
    """What became of a form."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Recorder:
    """Who records, when, and which day it is on the wall there."""

    subject: Subject
    now: datetime
    today: date


@dataclass(frozen=True, slots=True)
class Result:
    """What became of the form at the same place of the list."""

    outcome: Outcome
    site: str
    number: str
    id: uuid.UUID | None = None
    problem: Problem | None = None


def own_sites(session: WriteSession, subject: Subject, codes: set[str]) -> dict[str, SiteRow]:
    """The sites that one may write for; a site that is not one's own is not there at all."""
    found = enterprises.sites_by_code(session, codes)
    if subject.role is Role.ADMIN:
        return dict(found)
    if subject.role is not Role.ENTERPRISE or subject.enterprise_id is None:
        return {}
    return {code: site for code, site in found.items() if site.enterprise_id == subject.enterprise_id}


def record(
    session: WriteSession, forms: Sequence[BatchIn], by: Recorder, *, atomic: bool = False
) -> list[Result]:
    """Record forms; results stand in their order. With `atomic` nothing is written when one is refused."""
    names = {f"batches:{form.site}" for form in forms}
    if any(form.preceding for form in forms):
        # Two writers could each close one half of a ring that neither of them sees.
        names.add(_LINKS)
    lock_names(session, names)
    desk = _Desk(session, by, Batch, forms)
    rings = Rings(session, forms)
    results = [desk.judge(form, rings.refuse) for form in forms]
    if not (atomic and any(result.problem for result in results)):
        desk.write(_batch_row)
        desk.write_parts(BatchLink, _link_rows)
    return results


def record_products(
    session: WriteSession, forms: Sequence[ProductBatchIn], by: Recorder, *, atomic: bool = False
) -> list[Result]:
    """Record product batches with their recipes."""
    lock_names(session, {f"batches:{form.site}" for form in forms})
    desk = _Desk(session, by, ProductBatch, forms)
    products = known_products(session)
    results = [desk.judge(form, lambda each: _refuse_product(each, products)) for form in forms]
    if not (atomic and any(result.problem for result in results)):
        desk.write(_product_row)
        desk.write_parts(RecipeInput, _input_rows)
    return results


def known_products(session: WriteSession) -> frozenset[str]:
    """The products that processes of the reference data make."""
    rows = reference.current(session, "processes")
    return frozenset(product for row in rows for product in row.body["products"])


def _refuse_product(form: ProductBatchIn, products: frozenset[str]) -> None:
    if form.product not in products:
        text = Message("产品未登记，见 GET /v1/processes", "this product is not known; see GET /v1/processes")
        raise Invalid(errors=[Fault("/product", "unknown_product", text)])


class _Desk:
    """Judges forms one after the other and writes what is new with a few statements."""

    def __init__(self, session: WriteSession, by: Recorder, model: Any, forms: Sequence[Any]) -> None:
        self._session, self._by, self._model = session, by, model
        self._sites = own_sites(session, by.subject, {form.site for form in forms})
        self._wastes = reference.codes(session).wastes
        self._present = {
            key: (row.id, row.sha256)
            for key, row in repository.by_numbers(
                session, model, {(form.site, form.number) for form in forms}
            ).items()
        }
        self._new: list[tuple[uuid.UUID, SiteRow, Any]] = []

    def judge(self, form: _FormT, refuse: Any) -> Result:
        key = (form.site, form.number)
        try:
            site = self._site(form)
            present = self._present.get(key)
            if present is not None:
                if present[1] != form.sha256:
                    raise NumberTaken(errors=[Fault("/number", NumberTaken.code, NumberTaken.title)])
                return Result(Outcome.UNCHANGED, *key, present[0])
            self._refuse_faults(form)
            refuse(form)
        except Problem as problem:
            return Result(Outcome.REJECTED, *key, problem=problem)
        made = new_id()
        self._present[key] = (made, form.sha256)
        self._new.append((made, site, form))
        return Result(Outcome.CREATED, *key, made)

    def _site(self, form: _FormT) -> SiteRow:
        site = self._sites.get(form.site)
        if site is None:
            text = Message("没有这个场所，或不属于您", "there is no such site, or it is not yours")
            raise NotFound(text, errors=[Fault("/site", "unknown_site", text)])
        return site

    def _refuse_faults(self, form: _FormT) -> None:
        faults = []
        if form.day > self._by.today:
            faults.append(Fault("/day", "future_day", Message("日期尚未到来", "this day has not come yet")))
        unknown = Message("固废种类未登记，见 GET /v1/wastes", "this waste is not known; see GET /v1/wastes")
        for pointer, waste in _wastes_of(form):
            if waste not in self._wastes:
                faults.append(Fault(pointer, "unknown_waste", unknown))
        if faults:
            raise Invalid(errors=faults)

    def write(self, row: Any) -> None:
        """Insert what is new, and write it down."""
        if not self._new:
            return
        common = {"recorded_by": self._by.subject.actor, "recorded_at": self._by.now}
        rows = [row(made, site, form) | _written(form) | common for made, site, form in self._new]
        self._session.execute(insert(table_of(self._model)), rows)
        kind = "batch" if self._model is Batch else "product_batch"
        changes = [
            audit.Change(f"{kind}.recorded", kind, str(made), after=form.sha256, region=site.region)
            for made, site, form in self._new
        ]
        audit.record(self._session, self._by.subject, changes, now=self._by.now)

    def write_parts(self, model: Any, rows_of: Any) -> None:
        rows = [row for made, _, form in self._new for row in rows_of(made, form)]
        if rows:
            self._session.execute(insert(table_of(model)), rows)


def _wastes_of(form: BatchIn | ProductBatchIn) -> list[tuple[str, str]]:
    """Where a form names wastes."""
    if isinstance(form, BatchIn):
        return [("/waste", form.waste)]
    return [
        (f"/inputs/{place}/waste", each.waste)
        for place, each in enumerate(form.inputs)
        if each.waste is not None
    ]


def _written(form: BatchIn | ProductBatchIn) -> dict[str, Any]:
    return {
        "number": form.number,
        "day": form.day,
        "month": form.month,
        "note": form.note,
        "signed_by": form.signed_by,
        "sha256": form.sha256,
    }


def _batch_row(made: uuid.UUID, site: SiteRow, form: BatchIn) -> dict[str, Any]:
    names = ("waste", "waste_code", "receiver", "facility", "process", "carrier", "vehicle")
    plain = {name: getattr(form, name) for name in names}
    return plain | {"id": made, "site_id": site.id, "kind": form.batch_kind, "grams": form.tonnes}


def _link_rows(made: uuid.UUID, form: BatchIn) -> list[dict[str, Any]]:
    """What is drawn from the only preceding form is all of it, unless something else is said."""
    only = form.tonnes if len(form.preceding) == 1 else None
    return [
        {
            "batch_id": made,
            "position": place,
            "preceding_site": site,
            "preceding_number": number,
            "grams": only if each.tonnes is None else each.tonnes,
        }
        for place, (each, (site, number)) in enumerate(zip(form.preceding, preceding_keys(form), strict=True))
    ]


def _product_row(made: uuid.UUID, site: SiteRow, form: ProductBatchIn) -> dict[str, Any]:
    return {
        "id": made,
        "site_id": site.id,
        "product": form.product,
        "grade": form.grade,
        "product_grams": form.product_tonnes,
    }


def _input_rows(made: uuid.UUID, form: ProductBatchIn) -> list[dict[str, Any]]:
    return [
        {
            "product_batch_id": made,
            "position": place,
            "waste": each.waste,
            "material": each.material,
            "batch": each.batch,
            "grams": each.tonnes,
        }
        for place, each in enumerate(form.inputs)
    ]
