"""The pages there are: one line a folder. app/main.py hangs them into the service."""

from fastapi import APIRouter

from app.web import pages
from app.web.admin.deliveries import router as deliveries
from app.web.admin.pages import router as admin
from app.web.admin.setup import router as setup
from app.web.chain.pages import router as chain
from app.web.entry.pages import router as entry
from app.web.findings.pages import router as findings
from app.web.inbox.pages import router as inbox
from app.web.permits.pages import router as permits
from app.web.site_sheet.pages import router as site_sheet
from app.web.targets.pages import router as targets
from app.web.trace.pages import router as trace
from app.web.upload.pages import router as upload

ROUTERS: tuple[APIRouter, ...] = (
    pages.router,
    setup,
    admin,
    deliveries,
    chain,
    entry,
    findings,
    inbox,
    trace,
    targets,
    permits,
    upload,
    site_sheet,
)
