"""What an administrator does with the letters of their programmes: hold back, let go, try again, and write their own words."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import Engine, select, update

from models import Message, Template
from models.columns import table_of
from models.queries.messages import houses, wordings
from models.session import transaction
from notifications.catalogue import notice, notices
from notifications.preview import preview
from notifications.rewording import reword, starting
from notifications.sandbox import Wording
from notifications.words import Sender
from tests.web_world import Visitor, accounts, web_of
from tests.world import World

MESSAGES, TEMPLATES = table_of(Message), table_of(Template)


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31))
    world.on("2025-03-05")
    world.apply_for("甲", "乙")
    accounts(world, "bureau_officer", "county_a_officer", "甲")
    return world


@pytest.fixture
def bureau(world: World) -> Visitor:
    return Visitor(web_of(world), "bureau_officer")


def submitted(world: World) -> int:
    """The letter that tells 甲 of the application."""
    with transaction(world.engine) as session:
        return int(
            session.execute(
                select(MESSAGES.c.id).where(
                    MESSAGES.c.person_id == world.ids["甲"], MESSAGES.c.notice == "application_submitted"
                )
            ).scalar_one()
        )


def status_of(world: World, number: int) -> str:
    with transaction(world.engine) as session:
        return str(session.execute(select(MESSAGES.c.status).where(MESSAGES.c.id == number)).scalar_one())


def put(world: World, number: int, **values: object) -> None:
    with transaction(world.engine) as session:
        session.execute(update(MESSAGES).where(MESSAGES.c.id == number).values(**values))


def test_letter_is_held_back_and_let_go_by_the_administrator(world: World, bureau: Visitor) -> None:
    number = submitted(world)
    assert "暂缓发出" in bureau.get(f"/messages/{number}?box=queued").text
    assert bureau.post(f"/messages/{number}/sending", act="hold").status_code == 303
    assert status_of(world, number) == "held"
    assert "全部放行" in bureau.get("/messages?box=held").text
    reader = Visitor(web_of(world), "甲")
    assert reader.get(f"/messages/{number}").status_code == 404, "what is held back is not read by the one it is for"
    again = bureau.post(f"/messages/{number}/sending", act="hold")
    assert again.status_code == 409
    assert "状态已经变了" in again.text
    assert bureau.post(f"/messages/{number}/sending", act="release").status_code == 303
    assert status_of(world, number) == "queued"


def test_everything_held_back_is_let_go_together(world: World, bureau: Visitor) -> None:
    number = submitted(world)
    put(world, number, status="held")
    assert bureau.post("/messages/release").status_code == 303
    assert status_of(world, number) == "queued"


def test_letter_that_came_back_is_tried_again_to_the_address_of_today(world: World, bureau: Visitor) -> None:
    number = submitted(world)
    put(world, number, status="bounced", error="550", attempts=3, address="gone@example.org")
    assert "再发一次" in bureau.get(f"/messages/{number}?box=bounced").text
    assert bureau.post(f"/messages/{number}/sending", act="resend").status_code == 303
    with transaction(world.engine) as session:
        row = session.execute(select(MESSAGES).where(MESSAGES.c.id == number)).one()
    assert (row.status, row.attempts, row.error) == ("queued", 0, "")
    assert row.address != "gone@example.org"


def test_sending_is_no_matter_of_readers_or_of_other_bodies(world: World) -> None:
    number = submitted(world)
    for who in ("甲", "county_a_officer"):
        visitor = Visitor(web_of(world), who)
        assert "暂缓发出" not in visitor.get(f"/messages/{number}").text
        assert visitor.post(f"/messages/{number}/sending", act="hold").status_code in {403, 404}
        assert visitor.get("/messages/wordings/application_submitted").status_code in {403, 404}
    assert status_of(world, number) == "queued"


def test_act_that_there_is_not_changes_nothing(world: World, bureau: Visitor) -> None:
    number = submitted(world)
    assert bureau.post(f"/messages/{number}/sending", act="burn").status_code == 409
    assert bureau.post(f"/messages/{number}/sending").status_code == 409
    assert status_of(world, number) == "queued"


@pytest.mark.parametrize("key", sorted(notices()))
def test_built_in_words_can_be_taken_as_the_beginning_of_ones_own(world: World, key: str) -> None:
    began = starting(notice(key), world.moment())
    letter = preview(notice(key), Sender("市教育局", "0476-1", ""), world.moment(), began)
    assert "{{" not in letter.subject + letter.text
    assert letter.subject


def test_own_words_are_seen_before_they_stand_and_then_go_out(world: World, bureau: Visitor) -> None:
    address = "/messages/wordings/application_submitted"
    assert "{{ 申报人 }}" in bureau.get(address).text
    words = {
        "subject": "收到了：{{ 编号 }}",
        "text": "{{ 申报人 }}的材料收到了。\n\n{% if 截止 %}{{ 截止 }}前办完。{% endif %}",
    }
    seen = bureau.post(address, act="preview", **words)
    assert seen.status_code == 200
    assert "李明的材料收到了。" in seen.text
    assert "还没有保存" in seen.text
    with transaction(world.engine) as session:
        assert not session.execute(select(TEMPLATES)).all()
    assert bureau.post(address, act="save", **words).status_code == 303
    assert "第 1 版" in bureau.get(address).text
    assert "本局措辞" in bureau.get("/messages?box=templates").text
    assert wording_that_goes_out(world) == ("收到了：{{ 编号 }}", words["text"])
    assert bureau.post(address, act="built_in").status_code == 303
    assert wording_that_goes_out(world) is None
    assert "第 2 版" in bureau.get(address).text


def wording_that_goes_out(world: World) -> tuple[str, str] | None:
    """The own words with which the letter of the application would be sent now."""
    run = world.run_of("甲").id
    with transaction(world.engine) as session:
        house = houses(session, [run])[run]
        return wordings(session, ["application_submitted"]).get(("application_submitted", house.body_id))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"subject": "", "text": ""}, "都要有文字"),
        ({"subject": "收到", "text": "{{ 密码 }}"}, "没有“密码”这个占位符"),
        ({"subject": "收到", "text": "{% for a in 收件人 %}{{ a }}{% endfor %}"}, "不允许的写法"),
        ({"subject": "收到", "text": "{{ 申报人"}, "成对"),
        ({"subject": "收到", "text": "字" * 8_001}, "请改短"),
    ],
)
def test_words_that_may_not_be_used_are_refused_beside_what_was_typed(
    world: World, bureau: Visitor, words: dict[str, str], says: str
) -> None:
    for act in ("preview", "save"):
        answer = bureau.post("/messages/wordings/application_submitted", act=act, **words)
        assert answer.status_code == 422
        assert says in answer.text
    with transaction(world.engine) as session:
        assert not session.execute(select(TEMPLATES)).all()


def test_notice_that_there_is_not_has_no_words(bureau: Visitor) -> None:
    assert bureau.get("/messages/wordings/nothing").status_code == 404


def test_words_kept_by_many_at_once_never_take_the_same_version(any_database: Engine) -> None:
    world = World(any_database)
    body_id, by, begin = world.ids["bureau"], world.actor("bureau").person_id or 0, Barrier(6)

    def keep(subject: str) -> int | None:
        begin.wait()
        with transaction(world.engine) as session:
            return reword(session, notice("digest"), body_id, Wording(subject, "正文"), by, world.moment())

    with ThreadPoolExecutor(6) as pool:
        kept = list(pool.map(keep, (f"第{n}人写的" for n in range(6))))
    with transaction(world.engine) as session:
        stored = session.execute(select(TEMPLATES.c.version).order_by(TEMPLATES.c.version)).scalars().all()
    assert list(stored) == sorted(version for version in kept if version)
    assert len(set(stored)) == len(stored) >= 1
