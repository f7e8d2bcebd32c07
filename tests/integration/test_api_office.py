"""What an administrator does in the pages of the office, programs do under /api: rosters, regulations, accounts, appointments."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from flows.programme import library
from flows.roster.columns import APPLICATIONS, PEOPLE
from flows.roster.marking import write_workbook
from models import Application, Appointment, ImportJob, Person, ProgrammeVersion, User
from models.columns import table_of
from models.session import reading
from models.settings import settings
from tests.web_world import PASSWORD, Visitor, accounts, web_of
from tests.world import World
from web.bounds import MOST_OF_BOOK
from web.routes.imports import XLSX

SCHOOL = "county_a_school1"
PERSON = (
    "T1",
    "宋海燕",
    "女",
    "1975-09-01",
    SCHOOL,
    "正职校长",
    "2019-08-15",
    "市级名校长",
    "是",
    "13912345678",
    "t1@cf.example",
)
WRONG = ("T2", "李未来", "男", "2075-09-01", SCHOOL, "副校长", "", "", "", "", "")
NEW_PASSWORD = "jade-forest-river-77"


@pytest.fixture
def world(sqlite_database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(settings(), "files", tmp_path / "files")
    world = World(sqlite_database)
    world.round(date(2025, 3, 31))
    world.on("2025-03-05")
    accounts(world, "bureau_officer", "county_a_officer")
    return world


@pytest.fixture
def bureau(world: World) -> Visitor:
    return Visitor(web_of(world), "bureau_officer")


def count(world: World, table: type) -> int:
    with reading(world.engine) as session:
        return int(session.execute(select(func.count()).select_from(table_of(table))).scalar_one())


def send(visitor: Visitor, content: bytes, key: str, **options: object) -> tuple[int, dict[str, Any]]:
    """Send a workbook as its bytes."""
    headers = {"X-CSRF": visitor.csrf, "Idempotency-Key": key, "Content-Type": XLSX}
    answer = visitor.client.post("/api/imports", content=content, headers=headers, params={**options})
    return answer.status_code, answer.json()


def test_roster_is_checked_imported_once_and_begins_drafts(world: World, bureau: Visitor) -> None:
    book = write_workbook(
        {PEOPLE: [PERSON], APPLICATIONS: [("T1", "小学", "宋海燕名校长工作室", "以文化人", "3", "5", "")]}
    )
    before = count(world, Person)
    status, dry = send(bureau, book, "dry-run-1", dry_run=True)
    assert (status, dry["stored"], dry["new"], dry["faults"]) == (200, False, 1, [])
    assert count(world, Person) == before
    first = send(bureau, book, "import-01", round_id=world.round_id)
    assert first == send(bureau, book, "import-01", round_id=world.round_id)
    assert (first[0], first[1]["stored"], first[1]["begun"]) == (200, True, 1)
    assert (count(world, Person), count(world, Application)) == (before + 1, 1)
    _, again = send(bureau, book, "import-02", dry_run=True)
    assert (again["new"], again["changed"]) == (0, 0)


def test_faulty_roster_is_refused_with_every_fault_unless_the_good_rows_are_asked_for(
    world: World, bureau: Visitor
) -> None:
    book, before = write_workbook({PEOPLE: [PERSON, WRONG]}), count(world, Person)
    _, dry = send(bureau, book, "dry-run-1", dry_run=True)
    assert [(one["sheet"], one["row"], one["column"]) for one in dry["faults"]] == [(PEOPLE, 3, "出生日期")]
    status, refused = send(bureau, book, "import-01")
    assert (status, refused["error"], count(world, Person)) == (409, "faulty", before)
    assert "人员 第3行 出生日期" in refused["missing"][0]
    status, stored = send(bureau, book, "import-02", only_good=True)
    assert (status, stored["new"], stored["faulty"], count(world, Person)) == (200, 1, 1, before + 1)


@pytest.mark.parametrize("content", [b"", b"{}", b"PK\x03\x04 nothing", "姓名,工号".encode()])
def test_what_is_no_workbook_is_refused_and_begins_nothing(world: World, bureau: Visitor, content: bytes) -> None:
    status, answer = send(bureau, content, "import-01")
    assert (status, count(world, ImportJob)) == (409, 0), answer
    assert answer["message"]


def test_workbook_beyond_the_bound_is_not_taken(bureau: Visitor) -> None:
    headers = {"X-CSRF": bureau.csrf, "Idempotency-Key": "import-01", "Content-Length": str(MOST_OF_BOOK + 1)}
    assert bureau.client.post("/api/imports", content=b"x", headers=headers).status_code == 413


def test_round_of_nobody_is_not_found(world: World, bureau: Visitor) -> None:
    assert send(bureau, write_workbook({PEOPLE: [PERSON]}), "import-01", round_id=9999)[0] == 404
    assert count(world, ImportJob) == 0


def test_regulation_is_checked_and_adopted_as_it_was_seen(world: World, bureau: Visitor) -> None:
    text = library()["chifeng"].read_text(encoding="utf-8").replace("length: 3 years", "length: 4 years", 1)
    seen = bureau.api("/api/regulations/check", {"text": text}).json()
    assert (seen["code"], seen["number"], seen["mistakes"]) == ("chifeng", 2, [])
    assert count(world, ProgrammeVersion) == 1
    wanted = {"text": text, "since": "2025-09-01"}
    blind = bureau.api("/api/regulations", wanted)
    assert (blind.status_code, blind.json()["error"]) == (409, "other_version")
    wanted["before"] = seen["before"]
    adopted = bureau.api("/api/regulations", wanted, key="adopt-0001")
    assert (adopted.status_code, adopted.json()["number"]) == (201, 2)
    assert bureau.api("/api/regulations", wanted, key="adopt-0001").json() == adopted.json()
    assert bureau.api("/api/regulations", wanted).json()["error"] == "same_version"
    assert count(world, ProgrammeVersion) == 2


def test_mistakes_of_a_regulation_are_named_and_nothing_is_stored(world: World, bureau: Visitor) -> None:
    text = library()["hainan"].read_text(encoding="utf-8") + "\nsurprise: 1\n"
    (mistake,) = bureau.api("/api/regulations/check", {"text": text}).json()["mistakes"]
    assert (mistake["line"], mistake["path"]) == (len(text.splitlines()), "surprise")
    refused = bureau.api("/api/regulations", {"text": text, "since": "2025-09-01"})
    assert (refused.status_code, refused.json()["error"]) == (409, "faulty")
    assert "surprise" in refused.json()["missing"][0]
    assert bureau.api("/api/regulations/check", {}).json()["missing"] == ["code", "text"]
    assert bureau.api("/api/regulations/check", {"code": "atlantis"}).status_code == 404
    assert bureau.api("/api/regulations", {"code": "hainan", "since": "2025-09-01", "body_id": 9999}).status_code == 404
    assert count(world, ProgrammeVersion) == 1


def test_sample_says_what_adopting_it_would_make_of_it(bureau: Visitor) -> None:
    fresh, known = (bureau.get(f"/api/regulations/{code}").json() for code in ("hainan", "chifeng"))
    assert (fresh["number"], fresh["before"], known["same_number"]) == (1, None, 1)


def test_person_gets_an_account_and_an_office(world: World, bureau: Visitor) -> None:
    send(bureau, write_workbook({PEOPLE: [PERSON]}), "import-01")
    wanted = {"staff_no": "T1", "login": "Song", "password": PASSWORD}
    made = bureau.api("/api/accounts", wanted, key="account-1")
    assert (made.status_code, made.json()["login"]) == (201, "song")
    assert bureau.api("/api/accounts", wanted, key="account-1").json() == made.json()
    office = {"staff_no": "T1", "body": SCHOOL, "role": "officer", "from_on": "2025-03-05"}
    assert bureau.api("/api/appointments", office).status_code == 201
    assert bureau.api("/api/appointments", office).json()["error"] == "held_already"
    (item,) = bureau.get("/api/people", params={"words": "宋海燕"}).json()["items"]
    assert (item["name"], item["login"], item["disabled"]) == ("宋海燕", "song", False)
    assert Visitor(web_of(world), "song").get("/api/inbox").status_code == 200


def test_account_is_closed_opened_and_given_a_new_password(world: World, bureau: Visitor) -> None:
    send(bureau, write_workbook({PEOPLE: [PERSON]}), "import-01")
    assert bureau.api("/api/accounts/T1/disable").status_code == 404, "there is none yet"
    bureau.api("/api/accounts", {"staff_no": "T1", "login": "song", "password": PASSWORD})
    song = Visitor(web_of(world), "song")
    assert bureau.api("/api/accounts/T1/disable").json()["disabled"] is True
    assert song.get("/api/inbox").status_code == 401
    assert bureau.api("/api/accounts/T1/enable").json()["disabled"] is False
    assert bureau.api("/api/accounts/T1/password", {"password": "123456"}).json()["error"] == "weak_password"
    assert bureau.api("/api/accounts/T1/password", {"password": NEW_PASSWORD}).status_code == 200
    login = Visitor(web_of(world)).client.post("/login", data={"login": "song", "password": NEW_PASSWORD})
    assert login.status_code == 303
    assert bureau.api("/api/accounts/T1/burn").status_code == 404


def test_accounts_are_refused_in_words_and_out_of_reach_not_found(world: World, bureau: Visitor) -> None:
    offices, users = count(world, Appointment), count(world, User)
    wanted = {"staff_no": "nobody", "login": "x1", "password": PASSWORD}
    assert bureau.api("/api/accounts", wanted).status_code == 404
    own = bureau.get("/api/people", params={"role": "administrator"}).json()["items"][0]["staff_no"]
    assert bureau.api(f"/api/accounts/{own}/disable").json()["error"] == "own_account"
    strange = {"staff_no": own, "body": "no such body", "role": "officer", "from_on": "2025-03-05"}
    assert bureau.api("/api/appointments", strange).status_code == 404
    king = bureau.api("/api/appointments", strange | {"role": "king"})
    assert (king.status_code, king.json()["missing"]) == (422, ["role"])
    county = Visitor(web_of(world), "county_a_officer")
    assert county.api("/api/accounts", wanted).status_code == 403
    assert (count(world, Appointment), count(world, User)) == (offices, users)
