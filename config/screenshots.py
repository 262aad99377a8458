"""`make screenshots`: the README's pictures, taken of the demo company in a browser.

A new page is one line of `PICTURES`. Everything runs in a folder of its own, so that a demo that is
in use is neither shown nor disturbed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from config.bootstrap.browser import find_chromium
from config.bootstrap.steps import say
from config.run import ROOT, check_port, keys, set_up, start_stores, start_web
from config.services.exceptions import ServiceError, Stopped
from config.services.folders import private_folder
from config.services.supervisor import Supervisor

OUT = ROOT / "docs" / "screenshots"
SIZES = {"1440": (1440, 900), "390": (390, 844)}
PASSWORD = "Lingdang-2026"  # noqa: S105  (the demo's, as the README has it)


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as somebody sees it; `then` are links to follow from there, as CSS selectors, and
    `ready` is what must be seen before it is taken."""

    name: str
    user: str  # '' for somebody who has not logged in
    path: str
    then: tuple[str, ...] = ()
    ready: str = "main"


CONTRACTS = "/contracts/sales-contracts/"
FIRST_ROW = "main table tbody a[href]"
PICTURES = (
    Picture("login", "", "/login/"),
    Picture("home", "shanlina", "/"),
    Picture("approvals", "shanlina", "/approvals/"),
    Picture("contracts", "shanlina", CONTRACTS),
    Picture("contract", "shanlina", CONTRACTS, (FIRST_ROW,)),
    Picture("contract-form", "qiuzhiyuan", f"{CONTRACTS}new/"),
    Picture("yellow-pages", "xiexiaomei", "/sales/target-companies/"),
    Picture("leads", "shanlina", "/sales/leads/"),
    Picture("customer", "shanlina", "/sales/customers/", (FIRST_ROW,)),
    Picture("board", "shanlina", "/sales/board/"),
    Picture("funnel", "shanlina", "/sales/funnel/", ready="main canvas, main svg"),
    Picture("team", "shanlina", "/sales/team/"),
    Picture(
        "case",
        "shanlina",
        CONTRACTS,
        (FIRST_ROW, "main a[href^='/instances/']"),
        "ld-diagram[data-ready]",
    ),
)


class Camera:
    """Takes pictures of one running product; logs every user in once."""

    def __init__(self, browser: Browser, address: str, out: Path) -> None:
        self.browser, self.address, self.out = browser, address, out
        self.known: dict[str, object] = {}

    def try_to_take(self, picture: Picture, size: str) -> bool:
        """Whether it could be taken; says so either way."""
        try:
            file = self.take(picture, size)
        except PlaywrightError as problem:
            say(f"{picture.name}-{size}: {problem}")
            return False
        say(f"{file.relative_to(ROOT)} ({file.stat().st_size // 1024} KB)")
        return True

    def take(self, picture: Picture, size: str) -> Path:
        """The picture's file; raises Playwright's error where the page isn't as declared."""
        width, height = SIZES[size]
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            storage_state=self._session(picture.user),  # type: ignore[arg-type]
        )
        page = context.new_page()
        visit(page, picture.path)
        for link in picture.then:
            visit(page, str(page.locator(link).first.get_attribute("href")))
        page.locator(picture.ready).first.wait_for()
        page.wait_for_load_state("networkidle")
        file = self.out / f"{picture.name}-{size}.png"
        page.screenshot(path=file)
        context.close()
        return file

    def _session(self, user: str) -> object | None:
        if user and user not in self.known:
            context = self.browser.new_context(base_url=self.address, locale="zh-CN")
            page = context.new_page()
            log_in(page, user)
            self.known[user] = context.storage_state()
            context.close()
        return self.known.get(user)


def visit(page: Page, path: str) -> None:
    """Go there; an error page is no picture."""
    answer = page.goto(path)
    if answer is None or not answer.ok:
        raise PlaywrightError(f"{path}: {answer and answer.status}")


def log_in(page: Page, user: str) -> None:
    """Into the first account set, which is the demo's."""
    page.goto("/login/")
    page.locator("[name=account_set]").select_option("demo")
    page.locator("[name=username]").fill(user)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/login/" not in url)


@contextmanager
def product(home: Path, port: int) -> Iterator[str]:
    """The product with its demo company, until the block ends. Its address."""
    supervisor = Supervisor(home, say)
    try:
        check_port(port)
        environment = {"CRM_MODE": "demo", "PORT": str(port), **keys(home)}
        environment |= start_stores(supervisor, home)
        set_up(supervisor, environment, supervisor.run_folder / "logins.txt")
        start_web(supervisor, environment, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        supervisor.stop()


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """A headless browser."""
    with sync_playwright() as playwright:
        # As root Chromium has no sandbox; containers have a small /dev/shm.
        options = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


def main(names: list[str]) -> int:
    """Take all pictures, or those named."""
    path = find_chromium()
    if path is None:
        sys.stderr.write("no Chromium found: name one in CHROMIUM\n")
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    wanted = [picture for picture in PICTURES if not names or picture.name in names]
    try:
        home = private_folder(ROOT / "var" / "screenshots")
        port = int(os.environ.get("PORT", "8009"))
        with product(home, port) as address, chromium(path) as browser:
            camera = Camera(browser, address, OUT)
            taken = [camera.try_to_take(picture, size) for picture in wanted for size in SIZES]
    except Stopped:
        return 130
    except ServiceError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0 if all(taken) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
