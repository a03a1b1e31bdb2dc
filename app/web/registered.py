"""The pages there are: one line a folder. app/main.py hangs them into the service."""

from fastapi import APIRouter

from app.web import pages
from app.web.admin.deliveries import router as deliveries
from app.web.admin.pages import router as admin
from app.web.admin.people_pages import router as people
from app.web.admin.setup import router as setup
from app.web.batches.pages import router as batches
from app.web.certificates.pages import router as certificates
from app.web.chain.pages import router as chain
from app.web.entry.pages import router as entry
from app.web.figures.pages import router as figures
from app.web.findings.pages import router as findings
from app.web.inbox.pages import router as inbox
from app.web.open_data.pages import router as open_data
from app.web.permits.pages import router as permits
from app.web.plan.pages import router as plan
from app.web.reports.pages import router as reports
from app.web.rewards.pages import router as rewards
from app.web.sign_in.pages import router as provider
from app.web.sign_in.password_pages import router as password
from app.web.site_sheet.pages import router as site_sheet
from app.web.targets.pages import router as targets
from app.web.trace.pages import router as trace
from app.web.upload.pages import router as upload

ROUTERS: tuple[APIRouter, ...] = (
    pages.router,
    provider,
    password,
    setup,
    admin,
    people,
    deliveries,
    chain,
    entry,
    figures,
    findings,
    inbox,
    trace,
    targets,
    plan,
    permits,
    reports,
    open_data,
    rewards,
    upload,
    site_sheet,
    batches,
    certificates,
)
