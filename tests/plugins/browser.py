"""A Chromium and an address for it. A test that needs one fails where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from config.bootstrap.browser import find_chromium

# As root Chromium has no sandbox; containers have a small /dev/shm.
OPTIONS = ("--no-sandbox", "--disable-dev-shm-usage")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless browser for all tests of a process; each opens contexts of its own."""
    path = find_chromium()
    if path is None:
        pytest.fail("no Chromium found: run `make test` once, or name one in CHROMIUM")
    # Playwright keeps an event loop running in this thread, in which Django refuses the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(OPTIONS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def web_server() -> Iterator[str]:
    """The address of a server for all tests of a process: stopping one takes half a second."""
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture
def live_address(own_database: object, web_server: str) -> str:
    """The product at an address, on a database that this test has for itself."""
    return web_server
