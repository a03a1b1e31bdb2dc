"""Fixtures of the page tests."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Start Chromium once; say loudly when there is none."""
    from web.chromium import chromium_path, running_browser

    path = chromium_path()
    if path is None:
        pytest.skip("NOT TESTED IN A BROWSER: Chromium is missing (apt-get install chromium fonts-noto-cjk)")
    with running_browser(path) as started:
        yield started
