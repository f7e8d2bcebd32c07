"""A browser for tests: logged in as somebody of a world, with the form fields every write carries, and a count of queries."""

import atexit
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import unquote

import httpx
from anyio import Event
from anyio.from_thread import BlockingPortal, start_blocking_portal
from sqlalchemy import Engine, event, select
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Scope

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
    client = TestClient(app, follow_redirects=False)
    # Starlette's own goes to its loop and back ten times a request.
    client._transport = _Straight(app, sees_faults=sees_faults)
    return client


class _Straight(httpx.BaseTransport):
    """Asks an application at once for a whole answer."""

    def __init__(self, app: ASGIApp, *, sees_faults: bool) -> None:
        self.app, self.sees_faults = app, sees_faults

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request. Raises what the application raises, unless a fault is to be seen as people see it."""
        asked: list[Message] = [{"type": "http.request", "body": request.read()}]
        said: list[Message] = []
        try:
            _loop().call(self._ask, _scope(request), asked, said)
        except Exception:
            if not self.sees_faults or not said:
                raise
        body = b"".join(one.get("body", b"") for one in said[1:]) if request.method != "HEAD" else b""
        return httpx.Response(said[0]["status"], headers=said[0]["headers"], content=body, request=request)

    async def _ask(self, scope: Scope, asked: list[Message], said: list[Message]) -> None:
        done = Event()

        async def receive() -> Message:
            if asked:
                return asked.pop()
            await done.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            said.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                done.set()

        await self.app(scope, receive, send)


def _scope(request: httpx.Request) -> Scope:
    raw_path, _, query = request.url.raw_path.partition(b"?")
    return {
        "type": "http", "http_version": "1.1", "method": request.method, "path": unquote(request.url.path), "raw_path": raw_path,
        "root_path": "", "scheme": request.url.scheme, "query_string": query, "client": ("testclient", 50000),
        "headers": [(name.lower(), value) for name, value in request.headers.raw], "server": (request.url.host, request.url.port or 80),
        "state": {},
    }  # fmt: skip


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
