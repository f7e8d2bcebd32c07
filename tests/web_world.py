"""A world with a web on it: people log in by the real form, and programs come with a token."""

import secrets
from typing import Any

from argon2 import PasswordHasher
from fastapi import FastAPI
from httpx import Response

from models import User
from models.session import transaction
from tests.browsing import browser
from tests.world import World
from web.app import create_app
from web.visit import SESSION_COOKIE

PASSWORD = "correct horse battery"
# A hash carries its own parameters; with the least that argon2 allows, the real form checks it at once.
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def web_of(world: World) -> FastAPI:
    """The application over a world's database and clock."""
    return create_app(world.engine, world.clock)


def accounts(world: World, *names: str) -> None:
    """Logins for these people, all with the same password."""
    with transaction(world.engine) as session:
        for name in names:
            session.add(User(person_id=world.ids[name], login=name, password_hash=HASHED))
        session.flush()


class Visitor:
    """One browser; `csrf` is that of its session."""

    def __init__(self, app: FastAPI, login: str = "") -> None:
        self.client = browser(app, sees_faults=True)
        self.csrf = ""
        if login:
            answer = self.client.post("/login", data={"login": login, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            assert self.client.cookies.get(SESSION_COOKIE)
            self.csrf = self._csrf()

    def _csrf(self) -> str:
        page = self.client.get("/me").text
        return page.split('name="csrf" value="', 1)[1].split('"', 1)[0]

    def get(self, address: str, **more: Any) -> Response:
        return self.client.get(address, **more)

    def post(self, address: str, **fields: Any) -> Response:
        """A form as a page sends it."""
        data = {"csrf": self.csrf, "request_id": secrets.token_urlsafe(16), **fields}
        return self.client.post(address, data=data)

    def api(self, address: str, body: dict[str, Any] | None = None, key: str = "", **headers: str) -> Response:
        """A write of the API from this session."""
        sent = {"X-CSRF": self.csrf, "Idempotency-Key": key or secrets.token_urlsafe(16), **headers}
        return self.client.post(address, json=body if body is not None else {}, headers=sent)
