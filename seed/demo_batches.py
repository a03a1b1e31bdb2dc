"""Loading the demo's batch forms, recipes and certificates through the services."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from app.auth.subjects import SCOPES_OF, Role, Subject
from app.batches.models import ProductBatch
from app.batches.schemas import BatchIn, ProductBatchIn
from app.batches.service import Recorder, Result, record, record_products
from app.batches.withdrawing import withdraw_product
from app.certificates.models import Certificate
from app.certificates.schemas import CertificateIn
from app.certificates.service import Issuer, issue, revoke, signer_of
from app.db.session import WriteSession
from app.enterprises.models import Site
from app.ids import new_id
from app.settings import Settings
from seed.demo.batches import REVOKED, WITHDRAWN, DemoBatches

_AT = datetime(2021, 10, 12, 1, tzinfo=UTC)
"""After the quarter, when its ledgers were on file."""


def load_batches(session: WriteSession, demo: DemoBatches) -> None:
    """Record the forms and recipes, issue the certificates, then revoke one and withdraw a batch under another."""
    admin = Subject(new_id(), "demo-loader", Role.ADMIN, SCOPES_OF[Role.ADMIN])
    recorder = Recorder(admin, _AT, _AT.date())
    _refuse_refusals(record(session, [BatchIn.model_validate(each) for each in demo.forms], recorder))
    products = [ProductBatchIn.model_validate(each) for each in demo.products]
    _refuse_refusals(record_products(session, products, recorder))
    # Signed with the key of this installation, so that its own service vouches for them.
    issuer = Issuer(admin, _AT, _AT.date(), signer_of(Settings()))
    for body in demo.certificates:
        issue(session, CertificateIn.model_validate(body), issuer)
    code = session.scalars(select(Certificate.code).where(Certificate.reference == REVOKED)).one()
    revoke(session, admin, code, "合同取消（示例）", _AT)
    withdraw_product(session, admin, _withdrawn(session, demo), "重复登记（示例）", _AT)


def _refuse_refusals(results: list[Result]) -> None:
    for result in results:
        if result.problem is not None:
            raise RuntimeError(f"demo form refused: {result.number} {result.problem.document()}")


def _withdrawn(session: WriteSession, demo: DemoBatches) -> Any:
    plant, number = WITHDRAWN
    site = demo.sites[plant]
    query = select(ProductBatch.id).join(Site, Site.id == ProductBatch.site_id)
    return session.scalars(query.where(Site.code == site, ProductBatch.number == number)).one()
