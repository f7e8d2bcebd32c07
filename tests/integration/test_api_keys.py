"""Every write of the API under a key: again gives the first answer, with another body or by somebody else it is a conflict."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import Engine, func, select

from models import Application, Listing, Request, Round, Transition
from models.columns import table_of
from tests.web_world import Visitor, accounts, web_of
from tests.world import World
from web.access import TABLE

WRITES = sorted(path for method, path in TABLE if method == "POST" and path.startswith("/api/"))
COUNTED = tuple(table_of(one) for one in (Application, Listing, Request, Round, Transition))
PLAN = {
    "programme": "chifeng",
    "path": "apply",
    "year": 2026,
    "title": "下一批",
    "opens_on": "2026-03-02",
    "closes_on": "2026-03-27",
}
BODIES: Mapping[str, Mapping[str, Any]] = {
    "/api/rounds": PLAN, "/api/runs/{run_id}/{event}": {"payload": {"reason": "同意"}}, "/api/rounds/{round_id}/{act}": {"seed": "种子"},
    "/api/applications/{application_id}/answers": {"answers": {"studio_name": "新名"}}, "/api/seats": {"studio_id": 1, "path": "join"},
    "/api/levels": {"studio_id": 1, "path": "rise"}, "/api/studios/{studio_id}/roles": {"role": "assistant", "staff_no": "甲", "name": "甲"},
    "/api/placements/{listing_id}/entries": {"run_id": 1, "reason": "说明"}, "/api/doubts/{seat_id}": {"reason": "说明"},
}  # fmt: skip


class Desks:
    """A round with one application in review and one draft, and whoever writes by the API."""

    def __init__(self, engine: Engine) -> None:
        self.world = World(engine)
        self.world.round(date(2025, 3, 31))
        self.world.on("2025-03-05")
        self.world.apply_for("甲")
        self.world.applicant("乙")
        self.world.applicant("丙")
        self.world.begin("乙")
        accounts(self.world, "乙", "丙", "bureau_officer", "county_a_school1_officer")
        app = web_of(self.world)
        self.by = {name: Visitor(app, name) for name in ("乙", "丙", "bureau_officer", "county_a_school1_officer")}

    def writes(self) -> Mapping[str, tuple[str, str, Mapping[str, Any]]]:
        """For each write: whose, where, and what. Those that nothing here could be about are sent all the same."""
        whose = {
            "/api/runs/{run_id}/{event}": "county_a_school1_officer", "/api/applications": "丙", "/api/applications/{application_id}/answers": "乙",
            "/api/seats": "乙", "/api/levels": "乙",
        }  # fmt: skip
        bodies = {
            **BODIES,
            "/api/applications": {"round_id": self.world.round_id},
            "/api/placements": {"round_id": self.world.round_id},
        }
        judged = {"payload": {"judged": dict.fromkeys(self.world.unjudged("甲"), "passed")}}
        ids = {
            "run_id": self.world.run_of("甲").id, "round_id": self.world.round_id, "application_id": self.world.ids["application/乙"],
            "event": "endorse", "act": "draw",
        }  # fmt: skip
        bodies = bodies | {"/api/runs/{run_id}/{event}": judged}
        return {
            path: (whose.get(path, "bureau_officer"), re.sub(r"\{(\w+)\}", lambda found: str(ids.get(found[1], 1)), path), bodies.get(path, {}))
            for path in WRITES
        }  # fmt: skip

    def rows(self) -> list[int]:
        with self.world.at_work() as work:
            return [int(work.session.execute(select(func.count()).select_from(one)).scalar_one()) for one in COUNTED]


def seen(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.text


def test_again_under_the_same_key_is_the_first_answer_and_nothing_more(any_database: Engine) -> None:
    desks, done = Desks(any_database), 0
    for path, (whose, address, body) in desks.writes().items():
        first = desks.by[whose].api(address, dict(body), f"once{path}")
        after = desks.rows()
        again = desks.by[whose].api(address, dict(body), f"once{path}")
        assert seen(again) == seen(first), path
        assert desks.rows() == after, path
        assert first.status_code < 500, path
        if first.status_code >= 300:
            continue
        done += 1
        other = desks.by[whose].api(address, {**body, **_otherwise(path)}, f"once{path}")
        stranger = desks.by["bureau_officer" if whose != "bureau_officer" else "乙"].api(
            address, dict(body), f"once{path}"
        )
        assert other.status_code in {409, 422}, (path, other.text)
        assert stranger.status_code in {403, 404, 409}, (path, stranger.text)
        assert desks.rows() == after, path
    assert done >= 4


def _otherwise(path: str) -> Mapping[str, Any]:
    others: Mapping[str, Mapping[str, Any]] = {
        "/api/rounds": {"title": "另一批"}, "/api/applications/{application_id}/answers": {"answers": {"studio_name": "别名"}},
        "/api/applications": {"studio_id": 7}, "/api/runs/{run_id}/{event}": {"version": 99},
    }  # fmt: skip
    return others.get(path, {"seed": "别的"})


@pytest.mark.parametrize("path", ["/api/rounds", "/api/runs/{run_id}/{event}", "/api/applications"])
def test_many_at_once_under_one_key_do_it_once(any_database: Engine, path: str) -> None:
    desks = Desks(any_database)
    whose, address, body = desks.writes()[path]
    before = desks.rows()
    with ThreadPoolExecutor(6) as pool:
        answers = [
            one.result(60)
            for one in [pool.submit(desks.by[whose].api, address, dict(body), "at-once-1") for _n in range(6)]
        ]
    assert len({seen(one) for one in answers}) == 1
    assert answers[0].status_code < 300
    requests = COUNTED.index(table_of(Request))
    assert desks.rows()[requests] == before[requests] + 1


def test_many_at_once_who_begin_the_same_application_begin_one(any_database: Engine) -> None:
    desks = Desks(any_database)
    whose, address, body = desks.writes()["/api/applications"]
    before = desks.rows()[0]
    with ThreadPoolExecutor(6) as pool:
        answers = [
            one.result(60)
            for one in [pool.submit(desks.by[whose].api, address, dict(body), f"at-once-{n}") for n in range(6)]
        ]
    assert sorted(one.status_code for one in answers)[1:] == [409] * 5
    assert sum(one.status_code < 300 for one in answers) == 1
    assert desks.rows()[0] == before + 1
