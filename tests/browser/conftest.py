"""A real browser before a real server: the application in a thread, on a free port, with a clock that is told the time."""

import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import uvicorn
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from flows.accounts import add_account
from models.session import connect, transaction
from tests.parts import chromium
from tests.world import World
from web.app import create_app

PASSWORD = "春风化雨2026"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@dataclass
class Site:
    """A served world: where it is, and the world behind it."""

    address: str
    world: World

    def account(self, name: str) -> None:
        """Give a person of the world a login of the same name."""
        with transaction(self.world.engine) as session:
            add_account(session, name, name, PASSWORD)


class Visitor:
    """Somebody before the browser: logs in, follows links, fills forms, presses buttons."""

    def __init__(self, driver: Chrome, site: Site) -> None:
        self.driver, self.site = driver, site

    def as_(self, name: str) -> "Visitor":
        """Log in as somebody else."""
        self.driver.delete_all_cookies()
        self.open("/login")
        self.fill("login", name)
        self.fill("password", PASSWORD)
        self.press("登录")
        return self

    def open(self, path: str) -> None:
        """Go to an address of the site."""
        self.driver.get(self.site.address + path)

    def fill(self, name: str, text: str) -> None:
        """Write into the field of that name."""
        field = self.one(f"[name='{name}']")
        field.clear()
        field.send_keys(text)

    def choose(self, name: str, value: str) -> None:
        """Choose a radio button, a box or an option."""
        for field in self.driver.find_elements(By.CSS_SELECTOR, f"[name='{name}']"):
            if field.tag_name == "select":
                field.find_element(By.CSS_SELECTOR, f"option[value='{value}']").click()
                return
            if field.get_attribute("value") == value:
                self.driver.execute_script("arguments[0].click()", field)
                return
        raise AssertionError(f"{name}={value} is not on {self.driver.current_url}")

    def press(self, words: str) -> None:
        """Press the visible button or link that says these words, and wait for the next page."""
        found = [
            one
            for one in self.driver.find_elements(By.CSS_SELECTOR, "main button, main a.btn, main summary, main a")
            if words in one.text and one.is_displayed()
        ]
        assert found, f"no button says {words!r} on {self.driver.current_url}:\n{self.text[:1500]}"
        page = self.driver.find_element(By.TAG_NAME, "html")
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", found[0])
        self.driver.execute_script("arguments[0].click()", found[0])
        if found[0].tag_name != "summary":
            self._until_gone(page)

    def _until_gone(self, page: WebElement) -> None:
        def gone(_driver: object) -> bool:
            try:
                page.is_enabled()
            except Exception:  # noqa: BLE001  whatever the driver calls it, the page is another one
                return self.driver.execute_script("return document.readyState") == "complete"
            return False

        WebDriverWait(self.driver, 15, 0.05).until(gone)

    def one(self, selector: str) -> WebElement:
        """The one element of a selector."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    @property
    def text(self) -> str:
        """What the page says."""
        return self.one("body").text

    def sees(self, *words: str) -> None:
        """Assert that the page says all of this."""
        for one in words:
            assert one in self.text, f"{one!r} is not on {self.driver.current_url}:\n{self.text[:1500]}"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A world on SQLite, served on a free port of the loopback."""
    world = World(connect(f"sqlite:///{tmp_path / 'site.db'}"), start=date(2025, 2, 24))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(world.engine, world.clock), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    yield Site(f"http://127.0.0.1:{port}", world)
    server.should_exit = True
    thread.join(10)
    world.engine.dispose()


@pytest.fixture
def visitor(site: Site, tmp_path: Path) -> Iterator[Visitor]:
    """A headless Chromium before the site."""
    options = ChromeOptions()
    options.binary_location = str(chromium())
    for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1440,900"):
        options.add_argument(flag)
    driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield Visitor(driver, site)
    driver.quit()
