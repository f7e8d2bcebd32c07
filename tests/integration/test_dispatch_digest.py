"""The morning digest: one a person on working days at 8:00, whatever the clock did before."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import SQLModel, select

from models import (
    Appointment,
    Body,
    CalendarDay,
    Leave,
    Message,
    Person,
    Preference,
    Programme,
    ProgrammeVersion,
    Record,
    Seat,
    StageRun,
    Studio,
)
from models.session import connect, reading, transaction
from models.settings import Settings
from notifications.chat import ChatRefused, Counts, group_text, robots
from notifications.digest import digest
from notifications.dispatch import dispatch

THURSDAY = datetime(2026, 4, 16, 0, 0, tzinfo=UTC)
SITE = Settings(smtp_host="", chat_urls=[])
CONTEXT = {"person": "宋海燕", "step": "旗县区审核", "due": "2026-04-23", "link": "/applications/12"}


def at(day: int, hour: int = 8, month: int = 4) -> datetime:
    """A local hour of 2026."""
    return datetime(2026, month, day, tzinfo=UTC) + timedelta(hours=hour - 8)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A county with one officer, and an empty desk."""
    made = connect(f"sqlite:///{tmp_path / 'mail.db'}")
    SQLModel.metadata.create_all(made)
    with transaction(made) as session:
        session.add(Body(id=1, code="ss", kind="bureau", level="county", name="松山区教育局"))
        session.add(Person(id=1, staff_no="1", name="白雪梅", email="baixm@ss.example"))
        session.add(Person(id=2, staff_no="2", name="周国良"))
        session.flush()
        session.add(Appointment(person_id=1, body_id=1, role="officer", from_on=date(2026, 1, 1)))
        session.add(Programme(id=1, code="p", title="名校长", authority_body_id=1))
        session.flush()
        session.add(ProgrammeVersion(id=1, programme_id=1, number=1, text="", sha256="", in_force_on=date(2026, 1, 1)))
    return made


def queue(engine: Engine, key: str, notice: str = "review_asked", when: datetime = THURSDAY, **more: Any) -> None:
    row: dict[str, Any] = {"person_id": 1, "address": "baixm@ss.example", "context": CONTEXT}
    with transaction(engine) as session:
        session.add(Message(key=key, notice=notice, created_at=when, next_at=when, **(row | more)))


def on_desk(engine: Engine, number: int, due: datetime | None, desk: str = "body:1") -> None:
    with transaction(engine) as session:
        session.add(
            StageRun(
                stage="tier_review", subject_kind="application", subject_id=number, version_id=1, state="reviewing",
                entered_at=THURSDAY, due_at=due, desk=desk,
            )
        )  # fmt: skip


def of(engine: Engine, notice: str) -> list[Message]:
    with reading(engine) as session:
        found = list(session.exec(select(Message).where(Message.notice == notice).order_by(Message.id)))  # type: ignore[arg-type]
        session.expunge_all()
        return found


def test_notices_of_a_day_become_one_mail_in_the_morning(engine: Engine) -> None:
    queue(engine, "a", when=at(15, 15))
    queue(engine, "b", "filing_accepted", when=at(15, 16))
    waited = dispatch(engine, at(15, 17), site=SITE)
    assert (waited.waiting, waited.sent) == (2, 0)
    assert digest(engine, at(16), SITE) == 1
    assert dispatch(engine, at(16), site=SITE).sent == 1
    morning = of(engine, "digest")[0]
    assert (morning.key, morning.status) == ("digest/1/2026-04-16", "sent")
    assert "待审核：宋海燕的申报，4月23日 周四 截止" in morning.text
    folded = of(engine, "review_asked") + of(engine, "filing_accepted")
    assert {(one.status, one.folded_into_id) for one in folded} == {("folded", morning.id)}


def test_the_digest_counts_what_must_be_done_today_and_soon(engine: Engine) -> None:
    for number, due in enumerate([at(15, 24), at(16, 24), at(17, 24), at(21, 24), at(22, 24), None], start=1):
        on_desk(engine, number, due)
    assert digest(engine, at(16), SITE) == 1
    dispatch(engine, at(16), site=SITE)
    mail = of(engine, "digest")[0]
    assert mail.subject == "晨报：待办 6 件，1 件逾期，1 件今天截止"
    assert "您今天有 2 件必须办。" in mail.text
    assert "3 个工作日内到期 2 件：" in mail.text
    assert "另有 2 件以后到期或没有时限。" in mail.text
    assert "逾期 1 天" in mail.text


def asked_leave(engine: Engine, held_on: date, starts_at: datetime | None, standing: str = "planned") -> None:
    """Leave that 周国良 asked from an activity of 白雪梅's studio."""
    with transaction(engine) as session:
        if session.get(Studio, 1) is None:
            session.add(
                Studio(
                    id=1,
                    programme_id=1,
                    name="白雪梅工作室",
                    level="county",
                    host_id=1,
                    home_body_id=1,
                    made_at=THURSDAY,
                )
            )
            session.add(Person(id=3, staff_no="3", name="康宁", email="kangn@ss.example"))
            session.flush()
            session.add(Seat(studio_id=1, person_id=3, role="assistant", body_id=1, from_on=date(2026, 1, 1)))
        record = Record(kind="activity", title="专题研讨", studio_id=1, standing=standing, held_on=held_on,
                        starts_at=starts_at, filed_by=1, filed_at=THURSDAY)  # fmt: skip
        session.add(record)
        session.flush()
        session.add(Leave(record_id=record.id or 0, person_id=2, reason="出差", asked_at=THURSDAY))


def test_leave_that_waits_for_an_answer_is_in_the_digest_of_host_and_assistant(engine: Engine) -> None:
    asked_leave(engine, date(2026, 4, 16), at(16, 14))
    asked_leave(engine, date(2026, 4, 17), None)
    asked_leave(engine, date(2026, 4, 16), at(16, 15), standing="cancelled")
    assert digest(engine, at(16), SITE) == 2
    dispatch(engine, at(16), site=SITE)
    mails = of(engine, "digest")
    assert {one.person_id for one in mails} == {1, 3}
    for mail in mails:
        assert mail.subject == "晨报：待办 2 件，1 件今天截止"
        assert "周国良 专题研讨" in mail.text
        assert "请假待答复" in mail.text
        assert "3 个工作日内到期 1 件：" in mail.text


def test_a_day_without_news_brings_no_digest(engine: Engine) -> None:
    on_desk(engine, 1, at(30, 24))
    assert digest(engine, at(16), SITE) == 0


def test_never_two_digests_a_day_and_what_comes_later_waits_for_tomorrow(engine: Engine) -> None:
    queue(engine, "a")
    assert digest(engine, at(16), SITE) == 1
    queue(engine, "b", when=at(16, 9))
    assert digest(engine, at(16, 10), SITE) == 0
    assert of(engine, "review_asked")[1].status == "queued"
    assert digest(engine, at(17), SITE) == 1


def test_a_month_of_downtime_gives_one_digest(engine: Engine) -> None:
    for day in range(1, 31):
        queue(engine, f"late/{day}", when=at(day))
    assert digest(engine, at(6, 10, month=5), SITE) == 1
    assert digest(engine, at(6, 11, month=5), SITE) == 0
    dispatch(engine, at(6, 11, month=5), site=SITE)
    assert [mail.status for mail in of(engine, "digest")] == ["sent"]
    assert {mail.status for mail in of(engine, "review_asked")} == {"folded"}
    assert "通知 30 条，先列 8 条：" in of(engine, "digest")[0].text


@pytest.mark.parametrize("moment", [at(16, 7), at(18, 9), at(19, 9)], ids=["before eight", "saturday", "sunday"])
def test_no_digest_before_eight_or_on_rest_days(engine: Engine, moment: datetime) -> None:
    queue(engine, "a", when=at(15))
    assert digest(engine, moment, SITE) == 0


def test_the_bureaus_calendar_decides_which_days_are_worked(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(CalendarDay(day=date(2026, 4, 16), kind="holiday", working=False, name="示例", source="bureau"))
        session.add(CalendarDay(day=date(2026, 4, 18), kind="makeup", working=True, name="补班", source="bureau"))
    queue(engine, "a", when=at(15))
    assert digest(engine, at(16), SITE) == 0
    assert digest(engine, at(18), SITE) == 1


def test_a_mandatory_notice_goes_at_once_even_on_a_rest_day(engine: Engine) -> None:
    queue(engine, "a", "overdue", when=at(18))
    queue(engine, "b", "reminder", when=at(18), context=CONTEXT | {"due": "2026-04-18"})
    queue(engine, "c", "reminder", when=at(18), context=CONTEXT | {"due": "2026-04-23"})
    report = dispatch(engine, at(18), site=SITE)
    assert (report.sent, report.waiting) == (2, 1)
    assert of(engine, "reminder")[1].next_at == at(20)


def test_who_takes_no_digest_is_told_at_once(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(Preference(person_id=1, notice="digest", wanted=False))
    queue(engine, "a")
    assert digest(engine, at(16), SITE) == 0
    assert dispatch(engine, at(16), site=SITE).sent == 1


def test_one_notice_can_be_kept_out_of_the_digest(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(Preference(person_id=1, notice="review_asked", digest=False))
    queue(engine, "a")
    assert dispatch(engine, at(16), site=SITE).sent == 1


def test_without_an_address_nothing_waits_for_a_digest_that_cannot_come(engine: Engine) -> None:
    queue(engine, "a", person_id=2, address="")
    on_desk(engine, 1, at(16, 24), desk="person:2")
    assert digest(engine, at(16), SITE) == 0
    assert dispatch(engine, at(16), site=SITE).unaddressed == 1


def test_the_digest_asks_a_fixed_number_of_queries(engine: Engine) -> None:
    def asked(people: int) -> int:
        with transaction(engine) as session:
            for number in range(100 * people, 101 * people):
                session.add(Person(id=number, staff_no=f"q{number}", name=f"王{number}", email=f"w{number}@x.example"))
        for number in range(100 * people, 101 * people):
            on_desk(engine, number, at(16, 24), desk=f"person:{number}")
        seen: list[str] = []
        event.listen(engine, "before_cursor_execute", lambda *said: seen.append(said[2]))
        digest(engine, at(16 if people == 2 else 17), SITE)
        return sum(said.startswith("SELECT") for said in seen)

    assert asked(2) == asked(20)


def test_a_group_is_told_numbers_and_no_names() -> None:
    title, text = group_text(Counts(1, 2, 3, 4), date(2026, 4, 16))
    assert title == "工作室管理晨报 4月16日 周四"
    assert text.startswith("逾期 1 件，今天截止 2 件")


@pytest.mark.parametrize(
    "url", ["json://localhost", "mailto://a:b@c.example", "file:///etc", "http://169.254.169.254/"]
)
def test_only_the_three_group_robots_are_allowed(url: str) -> None:
    with pytest.raises(ChatRefused):
        robots(Settings(chat_urls=[url]).chat_urls)  # type: ignore[list-item]


def test_the_robots_of_three_vendors_are_known() -> None:
    urls = ["wecombot://693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa", "dingtalk://" + "a" * 64, "feishu://" + "a" * 36]
    assert len(robots(Settings(chat_urls=urls).chat_urls)) == 3  # type: ignore[arg-type]
