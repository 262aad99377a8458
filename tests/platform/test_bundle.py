"""The front-end bundle in a browser: styles, icons and htmx, under our content security policy."""

from __future__ import annotations

from playwright.sync_api import Browser


def test_the_bundle_works_under_the_policy(live_address: str, chromium: Browser) -> None:
    """On the page that says that there is no such page: it needs no login."""
    page = chromium.new_page()
    violations: list[str] = []
    page.on("console", lambda message: violations.append(message.text))
    page.on("pageerror", lambda error: violations.append(str(error)))
    page.goto(f"{live_address}/no-such-page")
    assert page.evaluate("typeof htmx.ajax") == "function"
    assert page.evaluate("htmx.config.allowEval") is False
    # A token of ours, and a class of Tabler's.
    style = "getComputedStyle(document.documentElement).getPropertyValue('--ld-topbar')"
    assert page.evaluate(style).strip() == "3rem"
    assert page.evaluate("document.fonts.load('16px tabler-icons').then((f) => f.length)") == 1
    assert [text for text in violations if "404" not in text] == []
    page.close()
