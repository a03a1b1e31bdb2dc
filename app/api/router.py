"""All routes of the API, slice by slice."""

from fastapi import APIRouter

from app.audit.endpoints import router as audit
from app.batches.endpoints import router as batches
from app.bulletins.endpoints import router as bulletins
from app.certificates.endpoints import router as certificates
from app.chain_runs.endpoints import router as chain_runs
from app.clients.endpoints import router as clients
from app.enterprises.endpoints import router as enterprises
from app.events.endpoints import router as events
from app.findings.endpoints import router as findings
from app.forecasts.endpoints import router as forecasts
from app.imports.endpoints import router as imports
from app.ledgers.endpoints import router as ledgers
from app.observability.endpoints import router as operations
from app.open_data.endpoints import router as open_data
from app.permits.endpoints import router as permits
from app.permits.reports.endpoints import router as permit_reports
from app.planning.endpoints import router as planning
from app.rates.endpoints import router as rates
from app.reconciliations.endpoints import router as reconciliations
from app.reference.endpoints import router as reference
from app.reports.endpoints import router as reports
from app.reports.site_forms.endpoints import router as site_forms
from app.rewards.endpoints import router as rewards
from app.tax.endpoints import router as tax
from app.transfers.endpoints import router as transfers
from app.webhooks.endpoints import router as webhooks

router = APIRouter()
for _slice in (
    clients,
    reference,
    enterprises,
    ledgers,
    imports,
    transfers,
    rates,
    chain_runs,
    reconciliations,
    findings,
    permits,
    permit_reports,
    reports,
    planning,
    forecasts,
    bulletins,
    events,
    audit,
    webhooks,
    batches,
    certificates,
    site_forms,
    tax,
    rewards,
    open_data,
    operations,
):
    router.include_router(_slice)
