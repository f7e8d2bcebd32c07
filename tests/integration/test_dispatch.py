"""Dispatch against a real SMTP server: every refusal, broken connections, crashes, and one Message-ID a message."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlmodel import SQLModel, select

from models import Body, Incident, Message, Person, Preference, Programme, ProgrammeVersion, StageRun, Template
from models.queries.messages import box, message_counts, message_text, my_messages
from models.session import connect, reading, transaction
from models.settings import Settings
from notifications.channels import message_id
from notifications.claim import LEASE, MOST_ATTEMPTS, claim
from notifications.dispatch import DispatchReport, dispatch, hold, release, resend
from tests.mail_server import free_port, post_office

NOW = datetime(2026, 4, 16, 1, 0, tzinfo=UTC)
CONTEXT = {
    "person": "宋海燕",
    "body": "松山区第四中学",
    "number": "CF-2026-021",
    "step": "旗县区审核",
    "due": "2026-04-14",
    "overdue_days": 2,
    "link": "/applications/12",
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """An empty database with one person in it."""
    url = (
        f"sqlite:///{tmp_path / 'mail.db'}"
        if request.param == "sqlite"
        else str(request.getfixturevalue("postgres_url"))
    )
    made = connect(url)
    if request.param == "postgresql":
        with create_engine(made.url).begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    SQLModel.metadata.create_all(made)
    with transaction(made) as session:
        session.add(Person(id=1, staff_no="1", name="白雪梅", email="baixm@ss.example"))
    return made


def site(port: int = 0, **more: Any) -> Settings:
    host = "127.0.0.1" if port else ""
    return Settings(smtp_host=host, smtp_port=port, mail_from="赤峰市教育局 <studio@cf.example>", chat_urls=[], **more)


def queue(engine: Engine, count: int = 1, **more: Any) -> None:
    with transaction(engine) as session:
        for number in range(count):
            row: dict[str, Any] = {
                "key": f"7/3/overdue/p1/{number}",
                "notice": "overdue",
                "person_id": 1,
                "address": "baixm@ss.example",
                "context": CONTEXT,
            }
            session.add(Message(**(row | {"created_at": NOW, "next_at": NOW} | more)))


def messages(engine: Engine) -> list[Message]:
    with reading(engine) as session:
        found = list(session.exec(select(Message).order_by(Message.id)))  # type: ignore[arg-type]
        session.expunge_all()
        return found


def incidents(engine: Engine) -> int:
    with reading(engine) as session:
        return len(session.exec(select(Incident)).all())


def test_mail_arrives_whole_with_chinese_words_and_its_own_identity(engine: Engine) -> None:
    queue(engine)
    with post_office() as post:
        assert dispatch(engine, NOW, site=site(post.port)).sent == 1
    to, mail = post.taken[0]
    assert to == ("baixm@ss.example",)
    assert str(mail["Subject"]) == "逾期：宋海燕的申报已逾期 2 天"
    assert "白雪梅" in str(mail["To"])
    assert "赤峰市教育局" in str(mail["From"])
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == message_id("7/3/overdue/p1/0", "studio@cf.example")
    assert mail["Date"].datetime == NOW
    plain = mail.get_body(("plain",))
    page = mail.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert "宋海燕的申报正在“旗县区审核”一步" in plain.get_content()
    assert "CF-2026-021" in page.get_content()
    sent = messages(engine)[0]
    assert (sent.status, sent.channel, sent.attempts, sent.sent_at) == ("sent", "mail", 1, NOW)
    assert sent.answer == "250 2.0.0 OK taken"
    assert sent.subject == str(mail["Subject"])


def test_a_batch_is_one_conversation(engine: Engine) -> None:
    queue(engine, 12)
    with post_office() as post:
        assert dispatch(engine, NOW, site=site(post.port)).sent == 12
    assert post.conversations == 1
    assert len(set(post.ids)) == 12


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("RCPT", "451 4.7.1 greylisted"),
        ("DATA", "451 4.3.0 later"),
        ("RCPT", "421 4.7.0 closing"),
        ("MAIL", "550 5.7.1 no"),
    ],
)
def test_a_refusal_for_now_is_tried_again_with_the_same_message_id(engine: Engine, command: str, line: str) -> None:
    queue(engine)
    with post_office((command, line)) as post:
        assert dispatch(engine, NOW, site=site(post.port)).deferred == 1
        waiting = messages(engine)[0]
        assert (waiting.status, waiting.next_at, waiting.error[:3]) == ("queued", NOW + timedelta(minutes=1), line[:3])
        assert dispatch(engine, NOW + timedelta(seconds=59), site=site(post.port)) == DispatchReport()
        assert dispatch(engine, NOW + timedelta(minutes=1), site=site(post.port)).sent == 1
    assert post.ids == [message_id("7/3/overdue/p1/0", "studio@cf.example")]


def test_a_recipient_refused_for_good_is_a_bounce_and_the_others_go_on(engine: Engine) -> None:
    queue(engine, 3)
    with post_office(("RCPT", "550 5.1.1 no such user")) as post:
        report = dispatch(engine, NOW, site=site(post.port))
    assert (report.sent, report.bounced) == (2, 1)
    assert messages(engine)[0].status == "bounced"
    assert messages(engine)[0].error == "550 5.1.1 no such user"


def test_a_mail_refused_for_good_becomes_an_incident(engine: Engine) -> None:
    queue(engine)
    with post_office(("DATA", "554 5.6.0 content rejected")) as post:
        assert dispatch(engine, NOW, site=site(post.port)).failed == 1
    assert incidents(engine) == 1


def test_a_connection_lost_after_data_repeats_the_same_message_id_and_nothing_else(engine: Engine) -> None:
    queue(engine, 2)
    with post_office(("DATA", "drop")) as post:
        report = dispatch(engine, NOW, site=site(post.port))
        assert (report.sent, report.deferred) == (1, 1)
        assert len(post.taken) == 2
        dispatch(engine, NOW + timedelta(minutes=1), site=site(post.port))
    assert len(post.taken) == 3
    assert len(set(post.ids)) == 2


def test_an_hour_without_a_server_loses_nothing_and_uses_up_nobodys_attempts(engine: Engine) -> None:
    queue(engine, 30)
    off = site(free_port())
    for minute in range(60):
        dispatch(engine, NOW + timedelta(minutes=minute), site=off)
    assert {message.status for message in messages(engine)} == {"queued"}
    assert max(message.attempts for message in messages(engine)) < MOST_ATTEMPTS
    with post_office() as post:
        later = NOW + timedelta(hours=6)
        assert dispatch(engine, later, site=site(post.port)).sent == 30
    assert len(set(post.ids)) == len(post.ids) == 30
    assert incidents(engine) == 0


def test_after_eight_failed_tries_a_person_is_asked(engine: Engine) -> None:
    queue(engine)
    off, moment, pauses = site(free_port()), NOW, []
    for _ in range(MOST_ATTEMPTS):
        dispatch(engine, moment, site=off)
        waiting = messages(engine)[0]
        pauses.append(int((waiting.next_at - moment).total_seconds() // 60))
        moment = waiting.next_at
    assert pauses[:4] == [1, 5, 15, 60]
    assert (messages(engine)[0].status, messages(engine)[0].attempts, incidents(engine)) == ("failed", 8, 1)
    with transaction(engine) as session:
        assert resend(session, messages(engine)[0].id or 0, moment)
    with post_office() as post:
        assert dispatch(engine, moment, site=site(post.port)).sent == 1


def test_a_crash_between_claim_and_record_sends_the_same_message_id_again(engine: Engine) -> None:
    queue(engine)
    with transaction(engine) as session:
        assert len(claim(session, NOW, 10).taken) == 1
    with post_office() as post:
        assert dispatch(engine, NOW + timedelta(minutes=1), site=site(post.port)).seen == 0
        assert dispatch(engine, NOW + LEASE, site=site(post.port)).sent == 1
    assert post.ids == [message_id("7/3/overdue/p1/0", "studio@cf.example")]
    assert messages(engine)[0].attempts == 2


def test_a_sender_that_always_dies_stops_after_eight_claims(engine: Engine) -> None:
    queue(engine)
    for turn in range(MOST_ATTEMPTS):
        with transaction(engine) as session:
            claim(session, NOW + turn * LEASE, 10)
    assert dispatch(engine, NOW + MOST_ATTEMPTS * LEASE, site=site()).failed == 1
    assert incidents(engine) == 1


def test_two_senders_never_hold_the_same_message(engine: Engine) -> None:
    queue(engine, 10)
    with transaction(engine) as session:
        first = claim(session, NOW, 6)
    with transaction(engine) as session:
        second = claim(session, NOW, 6)
    assert (len(first.taken), len(second.taken)) == (6, 4)
    assert not {one.id for one in first.taken} & {one.id for one in second.taken}


# One address


def test_two_addresses_in_one_field_are_refused_and_nothing_is_sent(engine: Engine) -> None:
    queue(engine, address="c@d.example, evil@x.example")
    with post_office() as post:
        assert dispatch(engine, NOW, site=site(post.port)).unaddressed == 1
    assert post.taken == []
    assert "只能写一个邮箱" in messages(engine)[0].error


def test_without_an_address_a_message_is_to_be_printed(engine: Engine) -> None:
    queue(engine, address="", person_id=None)
    assert dispatch(engine, NOW, site=site()).unaddressed == 1
    with reading(engine) as session:
        assert len(box(session, "to_print")) == 1


def test_no_header_and_no_recipient_can_be_smuggled_in(engine: Engine) -> None:
    chance = random.Random(20260416)
    pieces = [
        "\r\n",
        "\n",
        "\r",
        "Bcc: evil@x.example",
        "\x01",
        "\u202e",
        "\u2028",
        ",",
        "<evil@x.example>",
        ";",
        "中文",
        '"',
        "\\",
        "=?utf-8?q?x?=",
        "\t",
        ":",
    ]

    def soup() -> str:
        return "".join(chance.choices(pieces, k=6))

    with transaction(engine) as session:
        for number in range(2, 152):
            session.add(Person(id=number, staff_no=str(number), name=soup(), email="x@y.example"))
    for number in range(2, 152):
        queue(
            engine,
            key=f"fuzz/{number}",
            person_id=number,
            context=CONTEXT | {"person": soup(), "step": soup(), "number": soup()},
        )
    with post_office() as post:
        assert dispatch(engine, NOW, site=site(post.port)).sent == 150
    for to, mail in post.taken:
        assert to == ("baixm@ss.example",)
        assert mail["Bcc"] is None
        assert set(mail.keys()) == {
            "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "Subject", "From", "To", "Content-Type", "MIME-Version",
        }  # fmt: skip
        assert [address.addr_spec for address in mail["To"].addresses] == ["baixm@ss.example"]


# Without a server, held back, unwanted, in a bureau's own words


def test_without_a_server_mail_goes_to_the_mailbox_that_pages_show(engine: Engine) -> None:
    queue(engine)
    assert dispatch(engine, NOW, site=site()).sent == 1
    with reading(engine) as session:
        line = my_messages(session, 1)[0]
        assert (line.status, line.channel, line.recipient) == ("sent", "mailbox", "白雪梅")
        assert "宋海燕" in message_text(session, line.id)
        counts = message_counts(session, 1, since=NOW)
    assert (counts.mine_unread, counts.sent, counts.waiting) == (1, 1, 0)


def test_held_results_wait_until_a_person_releases_them_together(engine: Engine) -> None:
    queue(engine, 3)
    ids = [message.id or 0 for message in messages(engine)]
    with transaction(engine) as session:
        assert hold(session, ids) == 3
    assert dispatch(engine, NOW, site=site()).seen == 0
    with reading(engine) as session:
        assert my_messages(session, 1) == []
    with transaction(engine) as session:
        assert release(session, ids, NOW + timedelta(hours=1)) == 3
    assert dispatch(engine, NOW + timedelta(hours=1), site=site()).sent == 3


def test_an_optional_notice_that_is_not_wanted_is_not_mailed_and_a_mandatory_one_is(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(Preference(person_id=1, notice="plaque_hung", wanted=False))
        session.add(Preference(person_id=1, notice="overdue", wanted=False))
    queue(engine, key="a", notice="plaque_hung")
    queue(engine, key="b", notice="overdue")
    with post_office() as post:
        report = dispatch(engine, NOW, site=site(post.port))
    assert (report.sent, report.kept, len(post.taken)) == (1, 1, 1)


def test_an_unknown_notice_becomes_an_incident_and_the_others_go_on(engine: Engine) -> None:
    queue(engine, key="odd", notice="no_such_notice")
    queue(engine)
    report = dispatch(engine, NOW, site=site())
    assert (report.sent, report.failed, incidents(engine)) == (1, 1, 1)


def _run_of_a_programme(engine: Engine) -> int:
    with transaction(engine) as session:
        session.add(Body(id=1, code="cf", kind="bureau", level="city", name="赤峰市教育局", phone="0476-8330000"))
        session.flush()
        session.add(Programme(id=1, code="p", title="名校长", authority_body_id=1))
        session.flush()
        session.add(ProgrammeVersion(id=1, programme_id=1, number=1, text="", sha256="", in_force_on=NOW.date()))
        session.flush()
        session.add(
            StageRun(
                id=1,
                stage="tier_review",
                subject_kind="application",
                subject_id=1,
                version_id=1,
                state="reviewing",
                entered_at=NOW,
            )
        )
        session.flush()
    return 1


@pytest.mark.parametrize(
    ("wording", "subject"),
    [("请办理 {{ 申报人 }}", "请办理 宋海燕"), ("{{ 申报人.__class__ }}", "逾期：宋海燕的申报")],
    ids=["good", "broken"],
)
def test_a_bureaus_wording_is_used_and_a_broken_one_gives_way_to_ours(
    engine: Engine, wording: str, subject: str
) -> None:
    run_id = _run_of_a_programme(engine)
    with transaction(engine) as session:
        for version, words in enumerate(("旧的", wording), start=1):
            session.add(
                Template(
                    notice="overdue", body_id=1, version=version, subject=words, text="请看。", made_by=1, made_at=NOW
                )
            )
    queue(engine, run_id=run_id)
    assert dispatch(engine, NOW, site=site()).sent == 1
    sent = messages(engine)[0]
    assert sent.subject.startswith(subject)
    assert "赤峰市教育局 0476-8330000" in sent.text
    assert ("改用系统的措辞" in sent.error) is ("__" in wording)
