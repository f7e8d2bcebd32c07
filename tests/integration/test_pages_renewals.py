"""The page of a renewal: whether it can go on, with whom, and the choice where a body chooses."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from models import Application
from models.columns import table_of
from tests.browsing import client_of, form
from tests.life import RUNS, Life

APPLICATIONS = table_of(Application)


@pytest.fixture
def life(sqlite_database: Engine) -> Life:
    """A township studio at the end of its three years, about which the body chooses."""
    life = Life(
        sqlite_database,
        "township-subject-master",
        date(2025, 9, 1),
        {"M1": "member"},
        body="bureau",
        since=date(2028, 8, 1),
    )
    life.on("2028-09-02")
    return life


def test_body_chooses_how_the_studio_goes_on(life: Life) -> None:
    runs = life.rows(select(RUNS).where(RUNS.c.stage == "renewal"))
    if not runs:
        pytest.fail("no renewal began")
    place = f"/renewals/{runs[0].application_id}"
    who = "bureau"
    page = client_of(life, who).get(place).text
    for words in ("H工作室续期", "名单", "M1", "下一周期", 'role="radiogroup"', "重新组合"):
        assert words in page, words
    assert 'type="radio"' not in client_of(life, "H").get(place).text
    version = str(runs[0].version)
    assert client_of(life, who).post(place, data=form(version=version)).status_code == 409
    assert client_of(life, "H").post(place, data=form(version=version, choice="继续保留")).status_code == 409
    assert client_of(life, who).post(place, data=form(version=version, choice="继续保留")).status_code == 303
    page = client_of(life, "H").get(place).text
    assert "已续期" in page
    assert "2028年9月1日" in page
    assert client_of(life, "M1").get("/renewals/999").status_code == 404
