"""The pages: start page, sign-in and sign-out, API documentation."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Depends, FastAPI, Form, Request
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse, Response

from app.auth import sessions
from app.auth.dependencies import public
from app.auth.sessions import PageSession
from app.auth.subjects import Scope
from app.db.session import ReadSession
from app.domain.errors import Fault
from app.domain.periods import Month, MonthError
from app.http.dependencies import Now, Reading, SettingsDep
from app.http.problems import Forbidden, Invalid, Problem
from app.rates.scope import query_fault
from app.settings import Settings
