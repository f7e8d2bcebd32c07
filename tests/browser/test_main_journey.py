"""The main journey, clicked in a browser: a round is launched, one application goes through every hand, the plaque hangs."""

from datetime import date

import pytest
from sqlalchemy import select

from flows.engine.calendar import at_local
from flows.rehearsal.carrying import spread
from models import Application, Credential, Cycle
from models.columns import table_of
from models.session import reading, transaction
from tests.browser.conftest import Site, Visitor

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.timeout(240)]
PEOPLE = ("bureau_officer", "county_a_officer", "county_a_school1_officer", "zhang")


def settle(site: Site) -> None:
    """A principal who meets the criteria, and logins for everybody."""
    world = site.world
    world.applicant("zhang", "county_a_school1")
    with transaction(world.engine) as session:
        session.add(Credential(person_id=world.ids["zhang"], kind="title", name="名校长", level="city"))
    for name in (*PEOPLE, *(f"expert{n}" for n in range(9))):
        site.account(name)


def launch(visitor: Visitor) -> int:
    """The bureau plans a round, looks at its preview and launches it; returns its number."""
    visitor.as_("bureau_officer").open("/rounds/new")
    visitor.fill("title", "2025 年度名校长工作室申报")
    visitor.set("opens_on", "2025-02-24")
    visitor.set("closes_on", "2025-03-31")
    visitor.fill("prefix", "CF")
    visitor.press("建草稿，去预演")
    visitor.sees("发布前预演", "2025 年度名校长工作室申报")
    visitor.tick_if_there("checked")
    visitor.fill_if_there("reason", "演练")
    visitor.press("发布批次")
    return visitor.number_in_address()


def apply_and_review(visitor: Visitor, round_id: int) -> None:
    """The principal applies; school and county find it in their inbox and endorse."""
    visitor.as_("zhang").open(f"/rounds/{round_id}/apply")
    visitor.press("开始填写申报表")
    visitor.fill_form("章节齐全，办学有特色")
    visitor.press("提交申报")
    visitor.sees("CF-2025-001")
    for officer in ("county_a_school1_officer", "county_a_officer"):
        visitor.as_(officer).open("/inbox")
        visitor.sees("zhang")
        visitor.choose("choice", "endorse")
        visitor.fill_if_there("reason", "材料属实，同意推荐")
        visitor.press("同意并推荐")


def draw_and_score(visitor: Visitor, round_id: int) -> None:
    """The bureau draws; each expert drawn fills the sheet and submits."""
    visitor.as_("bureau_officer").open(f"/rounds/{round_id}/panel")
    visitor.press("抽取名单")
    visitor.press("定名单")
    for n in range(9):
        visitor.as_(f"expert{n}").open("/scores")
        if "CF-2025-001" in visitor.text:
            visitor.press("CF-2025-001")
            visitor.mark(spread(88, [("r1", "", 34), ("r2", "", 33), ("r3", "", 33)]))
            visitor.press("提交")


def rank_and_post(visitor: Visitor, round_id: int) -> None:
    """The bureau confirms the ranking and posts the notice; anybody reads it."""
    visitor.as_("bureau_officer").open(f"/rounds/{round_id}/ranking")
    visitor.press("确认排序，前")
    visitor.press("确认排序，1 件入选")
    visitor.open(f"/rounds/{round_id}/ranking")
    visitor.press("起草公示名单")
    visitor.press("张榜公示 1 人")
    visitor.as_nobody().open("/notices")
    visitor.press("2025 年度")
    visitor.sees("zhang")


def announce_and_hang(visitor: Visitor, round_id: int) -> None:
    """The notice is over: the bureau announces under a number and hangs the plaque."""
    visitor.as_("bureau_officer").open(f"/rounds/{round_id}/plaques")
    visitor.press("编文号，公布 1 个")
    visitor.press("编文号，公布 1 个工作室")
    visitor.open(f"/rounds/{round_id}/plaques")
    visitor.press("挂牌 1 个")
    visitor.press("挂牌 1 个")


def test_one_application_is_clicked_from_launch_to_plaque(site: Site, visitor: Visitor) -> None:
    world = site.world
    settle(site)
    round_id = launch(visitor)
    apply_and_review(visitor, round_id)
    draw_and_score(visitor, round_id)
    rank_and_post(visitor, round_id)
    world.clock.advance(at_local(date(2025, 3, 10), 9))
    world.sweep()
    announce_and_hang(visitor, round_id)
    with reading(world.engine) as session:
        begun = list(session.scalars(select(table_of(Cycle).c.begins_on)))
        outcomes = list(session.scalars(select(table_of(Application).c.outcome)))
    assert begun == [date(2025, 3, 10)]
    assert outcomes == ["hung"]
