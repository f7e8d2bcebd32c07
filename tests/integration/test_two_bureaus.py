"""Two bureaus in one database: nobody of ours sees, changes or ties anything of theirs, on any route there is or will be."""

import io
import itertools
import re
import secrets
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from httpx import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from flows.lifecycle import STAGES
from models import (
    Application,
    Appointment,
    Assessment,
    Attachment,
    Decision,
    Duty,
    Entitlement,
    Incident,
    LedgerEntry,
    Listing,
    Message,
    Objection,
    Person,
    Record,
    RecordFile,
    Rectification,
    Round,
    Seat,
    StageRun,
    Studio,
)
from models.columns import table_of
from models.schema import upgrade
from models.session import connect
from tests.demonstration import Demonstration
from tests.integration.test_access import NOBODYS, declared
from tests.two_bureaus import CSRF, OURS, THEIRS, TwoBureaus, double
from web.access import TABLE
from web.routes.acts import PAYLOADS

RUNS, PEOPLE = table_of(StageRun), table_of(Person)
LOGINS = ("bureau", "county", "host", "applicant")
NAMED = re.compile(r"\{([a-z_]+)(?::path)?\}")
FIELD = re.compile(r"form\.(?:text|texts|files|values\.getlist)\(\"([a-z_.]+)\"\)")
NUMBER = re.compile(r"\d+")
WORD = re.compile(r"\"([a-z_]{3,14})\"")
# What an id in an address is of; by how it differs, one of each kind is tried.
KINDS: Mapping[str, tuple[type[Any], tuple[str, ...]]] = {
    "run_id": (StageRun, ("stage", "state")), "application_id": (Application, ("gives", "outcome")), "round_id": (Round, ("closes_on",)),
    "studio_id": (Studio, ("standing",)), "person_id": (Person, ("works_at",)), "assessment_id": (Assessment, ("key",)),
    "decision_id": (Decision, ()), "duty_id": (Duty, ("key",)), "entitlement_id": (Entitlement, ("fund",)), "record_id": (Record, ("kind",)),
    "rectification_id": (Rectification, ()), "listing_id": (Listing, ()), "message_id": (Message, ("status",)), "seat_id": (Seat, ("role",)),
    "line_id": (LedgerEntry, ("kind",)), "appointment_id": (Appointment, ("role",)), "attachment_id": (Attachment, ()),
    "objection_id": (Objection, ()), "incident_id": (Incident, ()), "file_id": (RecordFile, ()),
}  # fmt: skip
WORDS: Mapping[str, str] = {
    "act": "draw",
    "notice": "application_submitted",
    "event": "endorse",
    "code": "chifeng",
    "number": "1",
    "other": "1",
    "digest": "0" * 64,
    "import_id": "0" * 64,
    "staff_no": "nobody",
}
# Acts of forms that are no events of a stage.
MOVES = {"make", "correct", "spend", "name", "unname", "hold", "release", "resend", "save", "preview", "built_in"}
# One's own, and what nobody else's number leads to.
OWN = {"session_id", "token_id", "view_id", "request_id", "n"}
# A launched round calls everybody: the page 申报指南 shows it to the public.
CALLS_ALL = {
    "/rounds/{round_id}/apply",
    "/api/rounds",
    "/api/rounds/{round_id}",
    "/api/rounds/{round_id}/lists",
    "/api/programmes",
}
NOT_SENT = {"/logout", "/login", "/locale", "/me/password"}


@pytest.fixture(scope="module")
def bureaus(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoBureaus]:
    """The demonstration twice over in one database."""
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('bureaus') / 'two.db'}")
    upgrade(engine)
    yield double(demonstration.engine, engine)
    engine.dispose()


def ids(bureaus: TwoBureaus, name: str) -> list[int]:
    """Numbers of theirs for an id in an address: one of each kind of what it is of; nothing of theirs ever changes."""
    if name not in bureaus.numbers:
        bureaus.numbers[name] = _ids(bureaus, name)
    return bureaus.numbers[name]


def _ids(bureaus: TwoBureaus, name: str) -> list[int]:
    model, by = KINDS[name]
    table = table_of(model)
    rows = bureaus.rows(
        select(table.c.id, *(table.c[one] for one in by)).where(table.c.id < OURS).order_by(table.c.id.desc())
    )
    return list({tuple(row)[1:]: row.id for row in rows}.values()) or [1]


def addresses(bureaus: TwoBureaus, path: str, shift: int = 0) -> list[str]:
    """A path led to what is theirs (or, shifted, to what is ours and alike)."""
    names = NAMED.findall(path)
    if not names:
        return [path]
    found = [
        [str(one + shift) for one in ids(bureaus, name)] if name in KINDS else [WORDS.get(name, "1")] for name in names
    ]
    many = max(map(len, found))
    cycles = [itertools.islice(itertools.cycle(one), many) for one in found]
    return [_filled(path, combination) for combination in zip(*cycles, strict=True)]


def _filled(path: str, values: Sequence[str]) -> str:
    left = iter(values)
    return NAMED.sub(lambda _found: next(left), path)


def nobodys(path: str) -> str:
    """A path led to what is not there."""
    return NAMED.sub(lambda found: NOBODYS if found[1] in KINDS else WORDS.get(found[1], "1"), path)


def said(answer: Response) -> str:
    """All that an answer says; of a workbook or an archive, what is in it."""
    return _unpacked(answer.content) if answer.content.startswith(b"PK") else answer.text


def _unpacked(content: bytes) -> str:
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            found.append(name + (_unpacked(part) if part.startswith(b"PK\x03\x04") else part.decode("utf-8", "ignore")))
    return "".join(found)


def is_about_cases(path: str) -> bool:
    """Whether an id in the path is of something that a bureau has."""
    return any(name in KINDS for name in NAMED.findall(path))


def is_public(method: str, path: str) -> bool:
    return "public" in TABLE[method, path].roles or path in CALLS_ALL


def test_every_id_in_an_address_is_known_to_these_tests() -> None:
    names = {name for _method, path in TABLE for name in NAMED.findall(path)}
    assert names <= set(KINDS) | set(WORDS) | OWN


@pytest.mark.parametrize("login", LOGINS)
def test_what_is_theirs_reads_as_if_it_were_not_there(bureaus: TwoBureaus, login: str) -> None:
    client, wrong = bureaus.client(login), []
    for method, path in TABLE:
        if method != "GET" or not is_about_cases(path) or is_public(method, path):
            continue
        expected = client.get(nobodys(path)).status_code
        for one in addresses(bureaus, path):
            answer = client.get(one)
            if answer.status_code != expected or THEIRS in said(answer):
                wrong.append((one, answer.status_code, expected))
    assert wrong == []


@pytest.mark.parametrize("login", LOGINS)
def test_no_word_asked_of_our_pages_brings_up_what_is_theirs(bureaus: TwoBureaus, login: str) -> None:
    client, asked, wrong = bureaus.client(login), questions(bureaus), []
    for route in declared(bureaus.app.routes):
        if not isinstance(route, APIRoute) or "GET" not in (route.methods or ()) or is_public("GET", route.path):
            continue
        page = addresses(bureaus, route.path, OURS)[0]
        names = [name for name in queried(route.dependant) if name in asked]
        tries = [{}, *({name: one} for name in names for one in asked[name]), {name: asked[name][0] for name in names}]
        for one in tries:
            answer = client.get(page, params=one)
            if answer.status_code >= 500 or THEIRS in without(said(answer), one):
                wrong.append((page, one, answer.status_code))
    assert wrong == []


def queried(dependant: Dependant) -> list[str]:
    """What may be asked in the address of a page."""
    return [one.name for one in dependant.query_params] + [
        name for one in dependant.dependencies for name in queried(one)
    ]


def questions(bureaus: TwoBureaus) -> dict[str, list[str]]:
    """What is theirs, as it would be asked for."""
    person = their_people(bureaus)[0]
    live = select(RUNS.c.id).where(RUNS.c.id < OURS, RUNS.c.ended_at.is_(None), RUNS.c.desk != "").order_by(RUNS.c.id)
    number = bureaus.rows(select(table_of(Application).c.number).where(table_of(Application).c.number.like("CF-%")))[
        0
    ].number
    words = [person.name, THEIRS[1:2], person.staff_no]
    return {
        "round": ["1", "2"], "round_id": ["1", "2"], "county": ["3", "4", "CF01"], "school": ["20"], "desk": ["body:1", "body:20"],
        "q": [number, *words], "words": words, "case": [number], "person": words[:2], "run": [str(row.id) for row in bureaus.rows(live)[::50]],
        "studio": ["1"], "list": ["1"], "version": ["1"], "box": ["todo", "done", "started", "cc", "sent", "waiting", "bounced", "print"],
        "draft": ["300"], "before": ["99999"], "job": ["1"], "file": ["0" * 64],
    }  # fmt: skip


def without(text: str, asked: Mapping[str, str]) -> str:
    """A page without the words that were asked, which it may repeat."""
    for one in asked.values():
        text = text.replace(one, "")
    return text


def their_people(bureaus: TwoBureaus) -> Sequence[Any]:
    """A teacher of theirs, and their administrator."""
    held = table_of(Appointment)
    led = select(held.c.person_id).where(held.c.role == "administrator", held.c.person_id < OURS)
    admin = bureaus.rows(select(PEOPLE).where(PEOPLE.c.id.in_(led)))[0]
    return [bureaus.rows(select(PEOPLE).where(PEOPLE.c.id == 9))[0], admin]


@pytest.mark.parametrize("login", LOGINS)
def test_nothing_that_is_sent_changes_or_ties_what_is_theirs(bureaus: TwoBureaus, login: str) -> None:
    """Every form and every write of the API: led to theirs, and led to ours with theirs in its fields."""
    client, wrong = bureaus.client(login), []
    for method, path in TABLE:
        if method != "POST" or path in NOT_SENT:
            continue
        sent = list(forms(bureaus, path))
        expected = [send(client, nobodys(path), fields).status_code for fields in sent]
        about_theirs = is_about_cases(path) and path not in CALLS_ALL
        for n, one in in_turn(addresses(bureaus, path) if about_theirs else (), len(sent)):
            answer = send(client, one, sent[n])
            if answer.status_code != expected[n] or THEIRS in answer.text:
                wrong.append((one, answer.status_code, expected[n]))
        for n, one in in_turn(addresses(bureaus, path, OURS), len(sent)):
            answer = send(client, one, sent[n])
            if answer.status_code >= 500 or THEIRS in answer.text:
                wrong.append((one, answer.status_code, 0))
    assert sorted({(NUMBER.sub("*", one[0]), *one[1:]) for one in wrong}, key=str) == []
    assert [one for one, row in bureaus.theirs().items() if bureaus.known and bureaus.known[one] != row] == []
    assert bureaus.ties() == []


def in_turn(found: Sequence[str], acts: int) -> Iterator[tuple[int, str]]:
    """Each address with one of so many acts, each act with one of the addresses: all are tried, but not each with each."""
    for n in range(max(len(found), acts) if found else 0):
        yield n % acts, found[n % len(found)]


def send(client: TestClient, address: str, fields: Mapping[str, Any]) -> Response:
    """A form as a page sends it, or a write of the API."""
    key = f"A{secrets.token_urlsafe(12)}"
    if address.startswith("/api/"):
        return client.post(address, json=fields["json"], headers={"X-CSRF": CSRF, "Idempotency-Key": key})
    return client.post(address, data={**fields["form"], "csrf": CSRF, "request_id": key})


def forms(bureaus: TwoBureaus, path: str) -> Iterator[Mapping[str, Any]]:
    """What is sent to a path: every field that its page reads, with what is theirs in it; once for each act it knows."""
    source = Path(sys.modules[handler(bureaus, path).__module__].__file__ or "").read_text(encoding="utf-8")
    named = dict.fromkeys(FIELD.findall(source), "1")
    teacher, admin = their_people(bureaus)
    live = bureaus.rows(
        select(RUNS.c.id, RUNS.c.version).where(RUNS.c.id < OURS, RUNS.c.ended_at.is_(None)).order_by(RUNS.c.id)
    )
    acts = {event for stage in STAGES.values() for event in (one.event for one in stage.on)} | set(PAYLOADS)
    known = sorted((acts | MOVES) & set(WORD.findall(source)))
    chosen = known if "act" in named or "ruling" in named or "choice" in named else []
    for n, act in enumerate(chosen or ["endorse"]):
        who = (teacher, admin)[n % 2]
        values = {
            **named, "run": [f"{one.id}.{one.version}" for one in live[n::200]], "person": str(who.id), "staff_no": who.staff_no,
            "name": who.name.removesuffix(THEIRS), "by": who.staff_no, "reason": "说明", "role": "officer", "act": act, "choice": act, "ruling": act,
            "from_on": "2026-11-22", "to_on": "2026-12-22", "due_on": "2026-12-22", "on": "2026-11-20", "version": str(live[n].version),
            "opens_on": "2026-12-01", "closes_on": "2026-12-20", "amount": "1", "what": "资料", "desk": "body:1", "programme": "chifeng",
        }  # fmt: skip
        yield {"form": values, "json": API.get(path, {})}


API: Mapping[str, Mapping[str, Any]] = {
    "/api/rounds": {"programme": "chifeng", "path": "apply", "year": 2027, "title": "下一批", "opens_on": "2026-12-01", "closes_on": "2026-12-20",
                    "prefix": "Q", "quotas": [{"scope": "county", "body_id": 3, "at_most": 3}]},
    "/api/runs/{run_id}/{event}": {"payload": {"reason": "说明"}}, "/api/rounds/{round_id}/{act}": {"seed": "种子"},
    "/api/applications": {"round_id": 2}, "/api/applications/{application_id}/answers": {"answers": {"studio_name": "新"}},
    "/api/seats": {"studio_id": 1, "path": "join", "role": "member"}, "/api/levels": {"studio_id": 1, "path": "rise"},
    "/api/studios/{studio_id}/roles": {"role": "assistant", "staff_no": "CF0009A", "name": "谁"}, "/api/placements": {"round_id": 1},
    "/api/placements/{listing_id}/entries": {"run_id": 1, "studio_id": 1, "reason": "说明"}, "/api/doubts/{seat_id}": {"reason": "说明"},
    "/api/calls": {"studio_ids": [1, 2], "key": "advice", "due_on": "2026-12-20"},
}  # fmt: skip


def handler(bureaus: TwoBureaus, path: str) -> Any:
    """The function that answers a form sent to a path."""
    found = [
        one
        for one in declared(bureaus.app.routes)
        if isinstance(one, APIRoute) and one.path == path and "POST" in (one.methods or ())
    ]
    return found[0].endpoint


@pytest.mark.parametrize("key", ["", "1", "1-", "1-伪造", "²-x", "99999999999999999999-x", "-1-x"])
def test_calendar_feed_opens_for_no_forged_key(bureaus: TwoBureaus, key: str) -> None:
    client = bureaus.client("host")
    host = bureaus.rows(select(table_of(Studio).c.id).where(table_of(Studio).c.id >= OURS))
    assert (
        client.post(
            f"/studios/{host[0].id}/calendar", data={"csrf": CSRF, "request_id": f"A{secrets.token_urlsafe(12)}"}
        ).status_code
        < 500
    )
    client.cookies.clear()
    assert client.get(f"/studios/{host[0].id}/calendar.ics", params={"key": key}).status_code == 404
