"""A real browser before a real server: the application in a thread, on a free port, with a clock that is told the time."""

import shutil
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import uvicorn
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from flows.office.accounts import add_account
from models.session import connect, transaction
from tests.parts import chromium
from tests.world import World
from web.app import create_app

PASSWORD = "春风化雨润物无声2026"
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

    def set(self, name: str, value: str) -> None:
        """Give a date field its value; typing a date depends on the browser's language."""
        self.driver.execute_script("arguments[0].value = arguments[1]", self.one(f"[name='{name}']"), value)

    def fill_if_there(self, name: str, text: str) -> None:
        """Write into a field that the page may do without."""
        for field in self.driver.find_elements(By.CSS_SELECTOR, f"main [name='{name}']"):
            if field.is_displayed() and field.get_attribute("type") != "hidden":
                field.clear()
                field.send_keys(text)

    def tick_if_there(self, name: str) -> None:
        """Tick a box that the page may do without."""
        for box in self.driver.find_elements(By.CSS_SELECTOR, f"main [name='{name}'][type='checkbox']"):
            if not box.is_selected():
                self.driver.execute_script("arguments[0].click()", box)

    def fill_form(self, text: str) -> None:
        """Fill whatever the form requires and has nothing in yet."""
        for field in self.driver.find_elements(By.CSS_SELECTOR, "main form [required]"):
            if field.get_attribute("value") or not field.is_displayed():
                continue
            if field.tag_name == "select":
                field.find_elements(By.TAG_NAME, "option")[1].click()
                continue
            field.send_keys("1" if field.get_attribute("type") == "number" else text)

    def mark(self, marks: Mapping[str, float]) -> None:
        """Write marks into a score sheet, by indicator."""
        for place, mark in marks.items():
            fields = self.driver.find_elements(By.CSS_SELECTOR, f"main input[type='number'][name^='{place}']")
            assert fields, f"no mark {place} on {self.driver.current_url}"
            fields[0].clear()
            fields[0].send_keys(str(mark))

    def as_nobody(self) -> "Visitor":
        """Go on without a login."""
        self.driver.delete_all_cookies()
        return self

    def number_in_address(self) -> int:
        """The number in the address of this page."""
        return next(int(part) for part in self.driver.current_url.split("?")[0].split("/") if part.isdigit())

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
            for kind in ("main button", "main a.btn", "main summary", "main a")
            for one in self.driver.find_elements(By.CSS_SELECTOR, kind)
            if words in one.text and one.is_displayed()
        ]
        assert found, f"no button says {words!r} on {self.driver.current_url}:\n{self.text[:1500]}"
        page, unfolds = self.driver.find_element(By.TAG_NAME, "html"), found[0].tag_name == "summary"
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", found[0])
        self.driver.execute_script("arguments[0].click()", found[0])
        if not unfolds:
            self._until_gone(page)

    def _until_gone(self, page: WebElement) -> None:
        def gone(_driver: object) -> bool:
            try:
                page.is_enabled()
            except WebDriverException:  # whatever the driver calls it, the page is another one
                return self._settled()
            return False

        WebDriverWait(self.driver, 15, 0.05).until(
            gone, f"nothing followed on {self.driver.current_url}:\n{self.text[:1500]}"
        )

    def _settled(self) -> bool:
        try:
            return bool(self.driver.execute_script("return document.readyState") == "complete" and self.one("main"))
        except WebDriverException:
            return False

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
