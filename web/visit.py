"""A visit: one request with its visitor, its moment and its transactions; every route takes one."""

import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Engine
from starlette.datastructures import FormData, UploadFile

from flows.engine.calendar import local_day
from flows.engine.days import calendar_of
from flows.engine.errors import Refused
from flows.engine.requests import once
from flows.engine.work import Work
from flows.regulations import Regulations, regulations
from models.session import reading, transaction
from web.access import allowed
from web.chrome import chrome_of
from web.i18n import COOKIE, negotiate, use_locale
from web.identity import Visitor, bearer_of, seen, visitor_of
from web.templating import page

SESSION_COOKIE = "studioflow"
SAFE = {"GET", "HEAD", "OPTIONS"}


class LoginNeeded(Exception):  # noqa: N818  a step on the way, not a fault
    """The route is for people who are logged in."""


class Forbidden(Exception):  # noqa: N818  named as HTTP names it
    """The visitor's roles do not open this route, or the form did not come from our own page."""


@dataclass(frozen=True)
class Visit:
    """One request: who, when, and the database."""

    request: Request
    visitor: Visitor
    now: datetime
    engine: Engine
    book: Regulations

    @property
    def today(self) -> date:
        """The local day."""
        return local_day(self.now)

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """A unit of work that only reads."""
        with reading(self.engine) as session:
            yield Work(session, self.book, self.now, calendar_of(session))

    @contextmanager
    def writing(self, request_id: str | None = None) -> Iterator[Work]:
        """A unit of work that is committed when the block ends, before the answer is sent."""
        with transaction(self.engine) as session:
            yield Work(session, self.book, self.now, calendar_of(session), request_id)

    def once(self, form: "Form", act: str, do: Callable[[Work], Mapping[str, Any]]) -> Mapping[str, Any]:
        """Do an act once under the form's request id; pressed again, it gives the first answer.

        What names a password stays out of what is remembered of the form: a quick hash would give it away.
        """
        with self.writing(form.request_id) as work:
            left_out = {"csrf", "request_id", "password"}
            said = {key: value for key, value in form.plain.items() if key not in left_out}
            actor = f"person:{self.visitor.person_id}" if self.visitor.known else "public"
            return once(work.session, form.request_id, actor, act, said, self.now, lambda: do(work))

    def page(self, name: str, status: int = 200, /, **context: Any) -> HTMLResponse:
        """Answer with a page inside the visitor's frame (none for the public).

        The word that `go` left in the address is shown, unless the page takes it as `note` and shows it in its own place.
        """
        chrome = None
        if self.visitor.known:
            with self.reading() as work:
                chrome = chrome_of(work, self.visitor, self.request.url.path)
        done = "" if "note" in context else self.request.query_params.get("note", "")[:200]
        return page(self.request, name, {"chrome": chrome, "today": self.today, "request_id": new_request_id(), "done": done,
                                         "csrf": self.visitor.csrf, **context}, status)  # fmt: skip

    def go(self, address: str, note: str = "") -> RedirectResponse:
        """Answer a write: go to another page, with a word of what was done."""
        page, hash_, place = address.partition("#")
        said = f"{'&' if '?' in page else '?'}note={quote(note)}" if note else ""
        return RedirectResponse(f"{page}{said}{hash_}{place}", status_code=303)


@dataclass(frozen=True)
class Form:
    """A posted form: its values, the request id that makes it act once, and the version it was drawn from."""

    values: FormData

    @property
    def plain(self) -> dict[str, Any]:
        """Text fields; several of one name become a list; files by their name only."""
        return {key: self._plain(key) for key in self.values}

    def _plain(self, key: str) -> Any:
        found = [one.filename if isinstance(one, UploadFile) else one for one in self.values.getlist(key)]
        return found if len(found) > 1 else found[0]

    @property
    def request_id(self) -> str:
        """The request id. Raises Refused when the form has none."""
        found = str(self.values.get("request_id", ""))
        if not 8 <= len(found) <= 64:
            raise Refused("without_request", "这张表单不完整，请回到页面重新打开再办。没有改动任何内容。")
        return found

    @property
    def version(self) -> int | None:
        """The version of the run that the page was drawn from."""
        found = str(self.values.get("version", ""))
        return int(found) if found.isdigit() else None

    def text(self, key: str) -> str:
        """A text field, trimmed; empty when absent."""
        found = self.values.get(key, "")
        return found.strip() if isinstance(found, str) else ""

    def texts(self, key: str) -> list[str]:
        """All values of a field."""
        return [one for one in self.values.getlist(key) if isinstance(one, str) and one]

    def files(self, key: str) -> list[UploadFile]:
        """Uploaded files of a field."""
        return [one for one in self.values.getlist(key) if isinstance(one, UploadFile) and one.filename]


def new_request_id() -> str:
    """A fresh id for a form."""
    return secrets.token_urlsafe(16)


def _visit(request: Request) -> Visit:
    """Who makes this request, if the access table lets them (default deny)."""
    state = request.app.state
    now = state.clock.now()
    use_locale(negotiate(request.cookies.get(COOKIE), request.headers.get("accept-language")))
    with reading(state.engine) as session:
        bearer = _bearer(request)
        visitor = (
            bearer_of(session, bearer, now) if bearer else visitor_of(session, request.cookies.get(SESSION_COOKIE), now)
        )
    if not allowed(request.method, request.scope["route"].path, visitor.roles):
        raise Forbidden if visitor.known else LoginNeeded
    if visitor.session_id is not None and not visitor.lately_seen and request.method in SAFE:
        with transaction(state.engine) as session:
            seen(session, visitor.session_id, now)
    visit = Visit(request, visitor, now, state.engine, regulations())
    request.state.visit = visit
    return visit


def _bearer(request: Request) -> str:
    """The API token of a request to the API; pages know sessions only."""
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and request.url.path.startswith("/api/") else ""


async def _form(request: Request) -> AsyncIterator[Form]:
    try:
        yield Form(await request.form(max_files=20, max_fields=500))
    finally:  # what was sent may lie in files of the system until then
        await request.close()


def _posted(request: Request, visit: Annotated[Visit, Depends(_visit)], form: Annotated[Form, Depends(_form)]) -> Form:
    """The form of a write, if it came from a page of ours: same origin, and the session's own token."""
    if not same_origin(request):
        raise Forbidden
    if visit.visitor.known and not secrets.compare_digest(form.text("csrf").encode(), visit.visitor.csrf.encode()):
        raise Forbidden
    return form


def same_origin(request: Request) -> bool:
    """Whether an unsafe request came from a page of this host (Sec-Fetch-Site, else Origin)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or origin.split("://", 1)[-1] == request.headers.get("host", "")


Visiting = Annotated[Visit, Depends(_visit)]
Posted = Annotated[Form, Depends(_posted)]
