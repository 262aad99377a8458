"""The product in a browser: logged-in people, each in a context of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from apps.people.demo import DEMO_PASSWORD, make_people
from apps.people.models import Substitute, User
from engine import definitions
from engine.models import Deployment
from tests.conftest import (
    SETS,
    Database,
    copy_database,
    copy_template,
    drop_database,
    server,
    use_database,
    within,
)

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PICTURES = Path(__file__).resolve().parents[2] / "var" / "test" / "pictures"

Person = Callable[..., Page]


class Watch:
    """What no page may do: open a dialog, break the content security policy, throw an error."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def over(self, page: Page) -> None:
        page.on("console", lambda said: self._console(said.type, said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self._dialog(dialog))

    def _console(self, kind: str, text: str) -> None:
        refused = "Content Security Policy" in text
        # A page with the status 4xx is said to have failed to load; it is meant to be seen.
        if refused or (kind == "error" and "the server responded with a status of 4" not in text):
            self.complaints.append(text)

    def _dialog(self, dialog: object) -> None:
        self.complaints.append(f"dialog: {dialog.message}")  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def furnished(django_db_setup: None, django_db_blocker) -> Iterator[str]:
    """Name of a database with the demo company, nobody away, and the shipped processes."""
    shared = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        name = copy_template()
        use_database(name)
        connection.set_schema(SETS[0])
        try:
            make_people()
            Substitute.objects.all().delete()
            definitions.deploy(definitions.shipped_files(), source=Deployment.Source.SHIPPED)
        finally:
            use_database(shared)
    yield name
    with django_db_blocker.unblock(), server() as cursor:
        drop_database(cursor, name)


@pytest.fixture
def own_database(furnished: str, django_db_blocker) -> Iterator[Database]:
    """A copy of it that this test has for itself, really committing."""
    with django_db_blocker.unblock(), within(copy_database(furnished)) as database:
        yield database


@pytest.fixture
def company(own_database: Database) -> dict[str, int]:
    """User ids of the demo company by user name."""
    return dict(User.objects.values_list("username", "pk"))


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Complaints of all pages of a test; there must be none in the end."""
    found = Watch()
    yield found
    assert found.complaints == []


def log_in(page: Page, username: str) -> None:
    """By the form, to which an address has led."""
    page.locator("[name=account_set]").select_option(label=SETS[0])
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(DEMO_PASSWORD)
    page.locator("main button[type=submit]").first.click()


@pytest.fixture
def person(
    chromium: Browser,
    live_address: str,
    company: dict[str, int],
    signed_in: Callable[..., Client],
    watch: Watch,
) -> Iterator[Person]:
    """`person("shanlina", PHONE, "en")`: the first page of somebody who has logged in, in their
    language."""
    contexts: list[BrowserContext] = []

    def open_page(
        username: str,
        size: dict[str, int] = DESKTOP,
        language: str = "zh-hans",
        *,
        javascript: bool = True,
    ) -> Page:
        context = chromium.new_context(
            base_url=live_address,
            viewport=size,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=javascript,
        )
        contexts.append(context)
        page = context.new_page()
        watch.over(page)
        User.objects.filter(username=username).update(language=language)
        session = signed_in(username).cookies[settings.SESSION_COOKIE_NAME].value
        cookies = {
            settings.SESSION_COOKIE_NAME: session,
            settings.LANGUAGE_COOKIE_NAME: language,
        }
        context.add_cookies(
            [{"name": name, "value": value, "url": live_address} for name, value in cookies.items()]
        )
        page.goto("/")
        expect(page.locator("html")).to_have_attribute("lang", language)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """`picture(page, "inbox")` keeps what a page looks like, for people who want to see."""
    PICTURES.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=PICTURES / f"{request.node.name}-{name}.png", full_page=True)

    return keep


def pick(page: Page, name: str, typed: str, text: str) -> None:
    """Type into a pick list and take what is offered."""
    page.locator(f"[name='{name}-text']").fill(typed)
    page.locator(".ld-options [role=option]", has_text=text).first.click()
    expect(page.locator(f"[name='{name}-text']")).to_have_value(text)
