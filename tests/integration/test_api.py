"""The API does what the pages do, once under its key, within the same sight, and refuses for the same reasons."""

from datetime import date

import pytest
from sqlalchemy import Engine

from tests.web_world import Visitor, accounts, web_of
from tests.world import World


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31))
    world.on("2025-03-05")
    world.apply_for("甲", "乙")
    world.apply_for("丙", body="county_b_school1")
    accounts(world, "bureau_officer", "county_a_school1_officer", "county_b_school1_officer", "甲")
    return world


@pytest.fixture
def school(world: World) -> Visitor:
    return Visitor(web_of(world), "county_a_school1_officer")


@pytest.fixture
def bureau(world: World) -> Visitor:
    return Visitor(web_of(world), "bureau_officer")


def test_inbox_lists_what_waits_at_ones_desks(school: Visitor) -> None:
    answer = school.get("/api/inbox").json()
    assert answer["total"] == 2
    assert {item["person"] for item in answer["items"]} == {"甲", "乙"}
    assert answer["items"][0]["due_at"].startswith("2025-03-12T16:00:00")


def test_act_is_written_once_under_its_key(world: World, school: Visitor) -> None:
    run = world.run_of("甲")
    body = {"version": run.version, "payload": {"judged": {}}}
    first = school.api(f"/api/runs/{run.id}/endorse", body, key="endorse-0001")
    again = school.api(f"/api/runs/{run.id}/endorse", body, key="endorse-0001")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert first.json()["state"] == "endorsed"
    assert world.history("甲").count("school_review.endorse") == 1


def test_key_used_for_another_act_is_a_conflict(world: World, school: Visitor) -> None:
    school.api(f"/api/runs/{world.run_of('甲').id}/endorse", {"payload": {}}, key="endorse-0001")
    other = school.api(f"/api/runs/{world.run_of('乙').id}/endorse", {"payload": {}}, key="endorse-0001")
    assert other.status_code == 409
    assert other.json()["error"] == "conflict"


def test_write_without_key_is_refused(world: World, school: Visitor) -> None:
    run = world.run_of("甲")
    answer = school.client.post(f"/api/runs/{run.id}/endorse", json={}, headers={"X-CSRF": school.csrf})
    assert answer.status_code == 409
    assert answer.json()["missing"] == ["Idempotency-Key"]
    assert world.state("甲") == "school_review.reviewing"


def test_refusal_says_why_and_what_is_missing(world: World, school: Visitor) -> None:
    answer = school.api(f"/api/runs/{world.run_of('甲').id}/decline", {"payload": {}})
    assert answer.status_code == 409
    assert set(answer.json()) == {"error", "message", "clause", "missing"}
    assert answer.json()["error"] == "without_reason"


def test_stale_version_is_refused(world: World, school: Visitor) -> None:
    answer = school.api(f"/api/runs/{world.run_of('甲').id}/endorse", {"version": 99, "payload": {}})
    assert (answer.status_code, answer.json()["error"]) == (409, "stale")


def test_unknown_keys_of_a_body_are_refused_with_their_place(world: World, school: Visitor) -> None:
    answer = school.api(f"/api/runs/{world.run_of('甲').id}/endorse", {"verdict": "yes"})
    assert answer.status_code == 422
    assert answer.json()["missing"] == ["verdict"]


def test_body_that_is_no_json_and_box_that_is_none_are_refused_in_words(world: World, school: Visitor) -> None:
    headers = {"X-CSRF": school.csrf, "Idempotency-Key": "broken-body-1", "Content-Type": "application/json"}
    answer = school.client.post(f"/api/runs/{world.run_of('甲').id}/endorse", content=b"{bad", headers=headers)
    assert (answer.status_code, "JSON" in answer.json()["message"]) == (422, True)
    assert school.get("/api/inbox?box=nowhere").json()["missing"] == ["box"]
    assert school.get("/api/inbox?box=done").status_code == 200


def test_what_is_not_theirs_is_not_found(world: World, school: Visitor) -> None:
    foreign, none = world.ids["application/丙"], 999_999
    answers = [school.get(f"/api/applications/{one}") for one in (foreign, none)]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
    acts = [school.api(f"/api/runs/{one}/endorse", {}) for one in (world.run_of("丙").id, none)]
    assert [one.status_code for one in acts] == [404, 404]
    assert world.state("丙") == "school_review.reviewing"
    assert school.get("/api/applications").json()["total"] == 2


def test_applicant_sees_own_application_with_its_steps(world: World) -> None:
    applicant = Visitor(web_of(world), "甲")
    answer = applicant.get(f"/api/applications/{world.ids['application/甲']}").json()
    assert [run["step"] for run in answer["runs"]] == ["application", "school_review"]
    assert applicant.get("/api/inbox").json()["total"] == 0


def test_round_is_planned_and_launched(bureau: Visitor) -> None:
    body = {
        "programme": "chifeng",
        "title": "补充申报",
        "year": 2025,
        "opens_on": "2025-04-01",
        "closes_on": "2025-04-30",
    }
    planned = bureau.api("/api/rounds", body, key="plan-round-1")
    again = bureau.api("/api/rounds", body, key="plan-round-1")
    assert (planned.status_code, again.status_code) == (201, 201)
    assert planned.json() == again.json()
    launched = bureau.api(f"/api/runs/{planned.json()['run_id']}/launch")
    assert launched.json()["state"] == "announced"
    titles = [one["title"] for one in bureau.get("/api/rounds").json()]
    assert titles == ["补充申报", "年度申报"]


def test_lists_are_drafted_made_and_shown(world: World, bureau: Visitor, school: Visitor) -> None:
    world.endorse_tiers("甲", "乙", "丙")
    drafted = bureau.api(f"/api/rounds/{world.round_id}/draw", {"seed": "2025-3"})
    assert (drafted.status_code, drafted.json()["entries"], drafted.json()["refused"]) == (201, 3, {})
    listing = drafted.json()["listing_id"]
    made = bureau.api(f"/api/listings/{listing}/make", key="make-list-1")
    assert (made.json()["settled"], made.json()["entries"]) == (3, 3)
    assert bureau.api(f"/api/listings/{listing}/make", key="make-list-1").json() == made.json()
    assert bureau.api(f"/api/listings/{listing}/make").json()["error"] == "made_before"
    assert [one["act"] for one in bureau.get(f"/api/rounds/{world.round_id}/lists").json()] == ["draw"]
    assert school.get(f"/api/rounds/{world.round_id}/lists").json() == []


def test_list_of_another_bureau_is_for_nobody_else(world: World, school: Visitor) -> None:
    assert school.api(f"/api/rounds/{world.round_id}/draw", {"seed": "x"}).status_code == 403


def test_token_acts_for_its_person_and_can_be_stopped(world: World, school: Visitor) -> None:
    page = school.post("/me/tokens", name="报表程序").text
    token = page.split('<code class="token">', 1)[1].split("<", 1)[0]
    program = Visitor(web_of(world))
    own = {"Authorization": f"Bearer {token}"}
    assert program.get("/api/inbox", headers=own).json()["total"] == 2
    run = world.run_of("甲")
    answer = program.client.post(
        f"/api/runs/{run.id}/endorse", json={"payload": {}}, headers={**own, "Idempotency-Key": "token-key-1"}
    )
    assert answer.status_code == 200
    assert program.get("/messages", headers=own).status_code == 303, "tokens open the API only"
    assert school.post("/me/tokens/1/end").status_code == 303
    assert program.get("/api/inbox", headers=own).status_code == 401


def test_schema_describes_the_api_only(bureau: Visitor) -> None:
    schema = bureau.get("/api/openapi.json").json()
    assert schema["paths"]
    assert all(path.startswith("/api/") for path in schema["paths"])


def test_messages_and_programmes_are_read(school: Visitor) -> None:
    assert {one["notice"] for one in school.get("/api/messages").json()} >= {"review_asked"}
    assert school.get("/api/programmes").json()[0]["code"] == "chifeng"
