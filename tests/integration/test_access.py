"""Who may open what: every route against the reviewed table for every role, foreign cases, forged forms, headers."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from httpx import Response
from sqlalchemy import Engine
from starlette.routing import BaseRoute, Mount, Route

from models import Appointment
from models.session import connect
from tests.web_world import Visitor, accounts, web_of
from tests.world import World
from web.access import TABLE, Access
from web.app import HEADERS, create_app
from web.visit import _visit

NOBODYS = "424242"
ROLES: Mapping[str, str] = {
    "public": "", "person": "甲", "expert": "expert0", "officer": "county_a_officer", "viewer": "reader",
    "assessor": "judge", "administrator": "bureau_officer",
}  # fmt: skip
# Logging out would end the session, and home and a wrong password answer as the table does to strangers.
NOT_ASKED = {("POST", "/logout"), ("GET", "/"), ("POST", "/login")}


def declared(routes: Iterable[BaseRoute]) -> Iterator[Route | APIRoute]:
    """Every route but static files; included routers are walked."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from declared(inner.routes)
        elif not isinstance(route, Mount):
            assert isinstance(route, (Route, APIRoute))
            yield route


def routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every (method, path) that answers, but static files."""
    for route in declared(app.routes):
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield method, route.path


def address(path: str, value: str = NOBODYS) -> str:
    """The path with its parameters filled."""
    return re.sub(r"\{[^}]+\}", value, path)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    engine: Engine = connect(f"sqlite:///{tmp_path_factory.mktemp('access') / 'world.db'}")
    world = World(engine)
    world.round(date(2025, 3, 31))
    world.on("2025-03-05")
    world.apply_for("甲")
    world.apply_for("丙", body="county_b_school1")
    with world.at_work() as work:
        for name, role in (("reader", "viewer"), ("judge", "assessor")):
            person = world.person(work.session, name, None)
            work.session.add(
                Appointment(person_id=person, body_id=world.ids["county_a"], role=role, from_on=date(2020, 1, 1))
            )
        work.session.flush()
    accounts(world, *(login for login in ROLES.values() if login), "county_a_school1_officer")
    yield world
    engine.dispose()


@pytest.fixture(scope="module")
def app(world: World) -> FastAPI:
    return web_of(world)


@pytest.fixture(scope="module")
def rows(app: FastAPI) -> Mapping[tuple[str, str], Access]:
    """The table, of what answers; the census sees to the rest."""
    answering = set(routes_of(app))
    return {row: access for row, access in TABLE.items() if row in answering}


Rows = Mapping[tuple[str, str], Access]


@pytest.fixture(scope="module")
def visitors(app: FastAPI) -> Mapping[str, Visitor]:
    return {role: Visitor(app, login) for role, login in ROLES.items()}


def send(visitor: Visitor, method: str, path: str) -> Response:
    if method == "GET":
        return visitor.get(path)
    return visitor.api(path) if path.startswith("/api/") else visitor.post(path)


def kept_out(answer: Response, *, known: bool) -> bool:
    """Refused by the table: 403 for one who is known, the login for one who is not."""
    to_login = answer.status_code == 303 and answer.headers["location"].startswith("/login")
    return answer.status_code == 403 if known else to_login or answer.status_code == 401


def test_every_route_has_one_row_and_every_row_a_route() -> None:
    found = list(routes_of(create_app(connect("sqlite://"))))
    assert len(found) == len(set(found)), "a route is declared twice"
    assert set(found) == set(TABLE)


def test_every_route_takes_a_visit() -> None:
    def calls(dependant: Dependant) -> set[object]:
        return {dependant.call}.union(*(calls(one) for one in dependant.dependencies))

    app = create_app(connect("sqlite://"))
    found = [route for route in declared(app.routes) if isinstance(route, APIRoute)]
    assert found
    without = [route.path for route in found if _visit not in calls(route.dependant)]
    assert without == []


def test_only_safe_methods_and_post_are_used() -> None:
    assert {method for method, _path in TABLE} <= {"GET", "POST"}


@pytest.mark.parametrize("role", ROLES)
def test_roles_open_what_the_table_says_and_nothing_else(
    visitors: Mapping[str, Visitor], rows: Rows, role: str
) -> None:
    visitor, known = visitors[role], role != "public"
    own = {"public"} if not known else {"person", role}
    wrong = []
    for (method, path), access in rows.items():
        if (method, path) in NOT_ASKED:
            continue
        answer = send(visitor, method, address(path))
        opened = bool(access.roles & own)
        if answer.status_code >= 500 or kept_out(answer, known=known) == opened:
            wrong.append(f"{method} {path}: {answer.status_code}, table says {'open' if opened else 'closed'}")
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_no_page_fails_on_what_exists(visitors: Mapping[str, Visitor], rows: Rows, role: str) -> None:
    answers = {path: visitors[role].get(address(path, "1")).status_code for method, path in rows if method == "GET"}
    assert {path: status for path, status in answers.items() if status >= 500} == {}


def _words(answer: Response) -> str:
    """What a person reads, without what differs by request."""
    text = re.sub(r"[0-9a-f]{4}-[0-9a-f]{4}", "", answer.text)
    return re.sub(r'value="[^"]*"|/\d+', "", text)


def test_foreign_cases_are_not_found_in_the_same_words(app: FastAPI, world: World, rows: Rows) -> None:
    """Of another county, and of none: the same answer, so that nothing is learnt."""
    foreign = str(world.ids["application/丙"])
    paths = [path for method, path in rows if method == "GET" and "{application_id}" in path]
    assert "/api/applications/{application_id}" in paths
    for login in ("county_a_officer", "county_a_school1_officer", "甲"):
        visitor = Visitor(app, login)
        for path in paths:
            answers = [visitor.get(address(path, one)) for one in (foreign, NOBODYS)]
            assert {one.status_code for one in answers} in ({404}, {403}), (login, path)
            assert _words(answers[0]) == _words(answers[1]), (login, path)


def test_foreign_messages_and_runs_are_not_found(app: FastAPI, world: World) -> None:
    visitor = Visitor(app, "甲")
    theirs = world.mail("review_asked")[-1]
    assert visitor.get(f"/messages/{theirs.id}").status_code == 404
    assert visitor.post(f"/messages/{theirs.id}/read").status_code == 303
    assert world.mail("review_asked")[-1].read_at is None
    officer = Visitor(app, "county_a_officer")
    run = world.run_of("丙")
    answers = [officer.api(f"/api/runs/{one}/endorse", {}) for one in (run.id, NOBODYS)]
    assert answers[0].json() == answers[1].json()
    assert world.run_of("丙").version == run.version


def _writers(visitors: Mapping[str, Visitor], rows: Rows) -> Iterator[tuple[str, Visitor]]:
    """Each POST with somebody who is logged in and may send it."""
    for (method, path), access in rows.items():
        if method != "POST":
            continue
        role = next((one for one in ("administrator", "person", "expert", "officer") if one in access.roles), "person")
        yield path, visitors[role]


def test_forged_writes_are_refused(visitors: Mapping[str, Visitor], rows: Rows) -> None:
    """No token, a wrong one, another site: refused before anything is read."""
    wrong = []
    for path, visitor in _writers(visitors, rows):
        sent = {"request_id": "forged-request-1", "csrf": visitor.csrf}
        api = path.startswith("/api/")
        keyed = {"Idempotency-Key": "forged-request-1", "X-CSRF": visitor.csrf}
        tries = {
            "no token": ({"request_id": "forged-request-1"}, {"Idempotency-Key": "forged-request-1"}),
            "wrong token": ({**sent, "csrf": "wrong"}, {**keyed, "X-CSRF": "wrong"}),
            "another site": (sent, {**keyed, "Sec-Fetch-Site": "cross-site"}),
            "same site": (sent, {**keyed, "Sec-Fetch-Site": "same-site"}),
            "another origin": (sent, {**keyed, "Origin": "https://evil.example"}),
            "no origin": (sent, {**keyed, "Origin": "null"}),
        }
        for name, (fields, headers) in tries.items():
            more = {"json": {}} if api else {"data": fields}
            answer = visitor.client.post(address(path), headers=headers, **more)
            if answer.status_code != 403:
                wrong.append(f"{path}, {name}: {answer.status_code}")
    assert wrong == []


def test_public_writes_from_another_site_are_refused(visitors: Mapping[str, Visitor], rows: Rows) -> None:
    for (method, path), access in rows.items():
        if method == "POST" and "public" in access.roles:
            answer = visitors["public"].client.post(address(path), data={}, headers={"Sec-Fetch-Site": "cross-site"})
            assert answer.status_code == 403, path


def test_writes_do_not_answer_to_get(visitors: Mapping[str, Visitor], rows: Rows) -> None:
    for method, path in rows:
        if method == "POST" and ("GET", path) not in TABLE:
            assert visitors["administrator"].get(address(path)).status_code in {404, 405}, path


def test_every_answer_carries_the_security_headers(visitors: Mapping[str, Visitor]) -> None:
    addresses = [
        "/",
        "/login",
        "/healthz",
        "/programmes",
        "/nowhere",
        "/api/inbox",
        "/api/nowhere",
        "/messages",
        "/assets/own/x/studioflow.css",
    ]
    for one in addresses:
        for role in ("public", "administrator"):
            answer = visitors[role].get(one)
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, one
            assert answer.headers["cache-control"]


def test_pages_have_no_inline_script_or_style(visitors: Mapping[str, Visitor], rows: Rows) -> None:
    for method, path in rows:
        if method == "GET":
            text = visitors["administrator"].get(address(path, "1")).text
            assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=\"|\sstyle=\"", text), path


def test_logged_out_session_opens_nothing_more(app: FastAPI) -> None:
    visitor = Visitor(app, "甲")
    kept = dict(visitor.client.cookies)
    assert visitor.post("/logout").status_code == 303
    visitor.client.cookies.update(kept)
    assert visitor.get("/me").headers["location"].startswith("/login")
