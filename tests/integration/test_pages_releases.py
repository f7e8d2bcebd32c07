"""Pages by which confirmed results are delivered together, and two versions of a regulation side by side."""

from datetime import date

from sqlalchemy import Engine

from flows.office.adoption import adopt
from tests.browsing import client_of, form
from tests.life import Life
from tests.world import altered


def test_confirmed_results_are_drafted_shown_and_delivered_once(sqlite_database: Engine) -> None:
    life = Life(sqlite_database, "hainan", date(2025, 9, 1), {"M1": "member"}, since=date(2026, 8, 30))
    life.on("2026-09-10")
    bureau = client_of(life, "bureau")
    assert "没有等待送达的结果" in bureau.get("/results").text
    assert bureau.post("/results", data=form(key="annual", period="y1")).status_code == 409
    life.assess("bureau", "propose", "annual", "y1", grade="excellent")
    life.assess("bureau", "confirm", "annual", "y1")
    assert "起草名单，1 个…" in bureau.get("/results").text
    drafted = bureau.post("/results", data=form(key="annual", period="y1"))
    place = drafted.headers["location"]
    page = bureau.get(place).text
    for words in ("草稿，还没有定", "H工作室", "优秀", "定名单，送达 1 个"):
        assert words in page, words
    assert life.followed() == []
    assert client_of(life, "H").get(place).status_code == 403
    assert bureau.post(place, data=form()).status_code == 303
    assert life.followed() == [("commend", "studio")]
    page = bureau.get(place).text
    for words in ("已定，已办完", "已送达", "SHA-256"):
        assert words in page, words
    assert bureau.post(place, data=form()).status_code == 409


def test_two_versions_are_laid_side_by_side_and_clauses_say_their_words(sqlite_database: Engine) -> None:
    life = Life(sqlite_database, "chifeng", date(2025, 5, 20), {})
    newer = altered("chifeng", "cycle: {length: 3 years", "cycle: {length: 2 years")
    with life.at_work() as work:
        adopt(work.session, newer, life.ids["bureau"], date(2026, 5, 1))
    anybody = client_of(life)
    page = anybody.get("/programmes/chifeng/1").text
    assert "/programmes/chifeng/1/compare/2" in page
    assert "<mark>8-10名成员</mark>" in page
    page = anybody.get("/programmes/chifeng/2/compare/1").text
    assert "共 1 处不同" in page
    assert "改动" in page
    assert "两版的规则没有不同" in anybody.get("/programmes/chifeng/1/compare/1").text
    assert anybody.get("/programmes/chifeng/1/compare/9").status_code == 404
