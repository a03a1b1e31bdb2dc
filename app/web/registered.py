"""The pages there are: one line a folder. app/main.py hangs them into the service."""

from fastapi import APIRouter

from app.web import pages

ROUTERS: tuple[APIRouter, ...] = (pages.router,)
