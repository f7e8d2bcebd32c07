"""A browser for tests: logged in as somebody of a world, with the form fields every write carries, and a count of queries."""

import atexit
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import count
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from sqlalchemy import Engine, event, select
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from models import LoginSession, User
from models.columns import table_of
from models.session import transaction
from tests.world import World
from web.app import create_app
from web.identity import digest

CSRF = "c" * 20
_numbers = count(1)


@cache
def _loop() -> BlockingPortal:
    """One event loop for all browsers of this process; without it every request would begin and end one of its own."""
    begun = ExitStack()
    portal = begun.enter_context(start_blocking_portal())
    atexit.register(begun.close)
    return portal


def browser(app: ASGIApp, *, sees_faults: bool = False) -> TestClient:
    """A browser before an application, which goes where it is told; a fault is raised unless it `sees_faults` as people do."""
    client = TestClient(app, follow_redirects=False, raise_server_exceptions=not sees_faults)
    client.portal = _loop()
    return client


def client_of(world: World, name: str = "") -> TestClient:
    """A browser, logged in as an officer of a body or as a person of the world; nobody without a name."""
    client = browser(create_app(world.engine, world.clock))
    if name:
        person = world.ids.get(f"{name}_officer", world.ids.get(name, 0))
        token = f"token-{next(_numbers)}"
        with transaction(world.engine) as session:
            found = session.execute(select(User).where(table_of(User).c.person_id == person)).scalar()
            if found is None:
                found = User(person_id=person, login=name, password_hash="-")
                session.add(found)
                session.flush()
            now = world.clock.now()
            session.add(
                LoginSession(token_hash=digest(token), user_id=found.id or 0, csrf=CSRF, opened_at=now, seen_at=now)
            )
        client.cookies.set("studioflow", token)
    return client


def form(**fields: Any) -> dict[str, Any]:
    """What every write form carries, and more; a fresh request id each time."""
    return {"request_id": f"request-{next(_numbers):06}", "csrf": CSRF, **fields}


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """The statements that are run inside the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
