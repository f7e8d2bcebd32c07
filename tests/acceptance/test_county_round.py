"""The round of the county: sealed by the school, approved by the party group, published without a notice; seven members, one assistant."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from flows.engine.errors import Refused
from models import Cycle, Document, Seat
from models.columns import table_of
from models.session import transaction
from tests.world import World

DOCUMENTS = table_of(Document)
SEATS = table_of(Seat)

SEAL = "审核盖章件"
HEALTH = "身体状况能胜任工作需要"
MASTER = [{"kind": "title", "name": "骨干教师", "level": "city"}]
BACKBONE = [
    {"kind": "title", "name": "骨干教师", "level": "school"},
    {"kind": "recommendation", "name": "学校推荐", "level": "school"},
]


def county(engine: Engine) -> World:
    world = World(engine, "county-master-teacher", start=date(2025, 3, 3))
    world.cast("party", "party_group")
    return world


def applied(world: World, name: str = "H") -> None:
    world.apply_for(name, body="school1", post="teacher", subject="语文", credentials=MASTER, papers=[HEALTH])


def endorse(world: World, by: str, name: str) -> None:
    world.do(by, "endorse", name, judged=dict.fromkeys(world.unjudged(name), "passed"))


def running(world: World) -> None:
    """H of school1 runs a county studio and teaches Chinese."""
    world.applicant("H", "school1", post="teacher", subject="语文")
    world.running_studio("H", "school1", "county")


@pytest.mark.capability(5, 9, 19, 20)
def test_county_round_goes_through_seal_experts_and_party_group_to_the_plaque(any_database: Engine) -> None:
    world = county(any_database)
    world.round(date(2025, 3, 14))
    applied(world)
    with pytest.raises(Refused, match="盖章件") as unsealed:
        endorse(world, "school1", "H")
    assert unsealed.value.because == "unsealed"
    assert "五(一)2" in str(unsealed.value.origin)
    world.attach("H", SEAL)
    endorse(world, "school1", "H")
    world.on("2025-04-10")
    world.draw()
    world.score("H", 90, 85, 88, 87, 91)
    world.rank()
    assert world.state("H") == "party_approval.reviewing"
    assert world.run_of("H").desk == f"body:{world.ids['party_group']}"
    with pytest.raises(Refused) as other:
        world.do("bureau", "endorse", "H")
    assert other.value.because == "not_yours"
    world.on("2025-04-18")
    world.do("party_group", "endorse", "H")
    assert world.state("H") == "plaque.unannounced"
    world.on("2025-04-21")
    world.announce()
    world.on("2025-05-06")
    world.do("bureau", "hang", "H")
    with transaction(any_database) as session:
        cycle = session.execute(select(Cycle)).scalar_one()
        announcement = session.execute(select(Document).where(DOCUMENTS.c.kind == "announcement")).scalar_one()
    assert (cycle.begins_on, cycle.ends_on) == (date(2025, 5, 6), date(2028, 5, 5))
    assert announcement.template == "account"
    assert not any(step.startswith("notice.") for step in world.history("H"))


@pytest.mark.capability(22)
def test_county_publication_opens_no_window_for_objections(sqlite_database: Engine) -> None:
    world = county(sqlite_database)
    world.round(date(2025, 3, 14))
    applied(world)
    world.attach("H", SEAL)
    endorse(world, "school1", "H")
    world.on("2025-04-10")
    world.draw()
    world.score("H", *[90] * 5)
    world.rank()
    world.do("party_group", "endorse", "H")
    with pytest.raises(Refused) as refused:
        world.do("public", "object", "H", facts="称号与证书不符")
    assert refused.value.because == "unknown_event"


@pytest.mark.capability(20)
def test_county_party_group_approves_the_whole_list_and_may_decline_one(sqlite_database: Engine) -> None:
    world = county(sqlite_database)
    world.round(date(2025, 3, 14))
    for name in ("H", "K"):
        applied(world, name)
        world.attach(name, SEAL)
        endorse(world, "school1", name)
    world.on("2025-04-10")
    world.draw()
    for name in ("H", "K"):
        world.score(name, *[90] * 5)
    world.rank()
    results = world.do_many("party_group", "endorse", ["H"]) + world.do_many(
        "party_group", "decline", ["K"], {"K": {"reason": "师德存在问题"}}
    )
    assert not any(result.refused for result in results)
    assert (world.state("H"), world.outcome("K")) == ("plaque.unannounced", "declined")


@pytest.mark.capability(12, 14)
def test_county_host_needs_a_title_of_the_city(sqlite_database: Engine) -> None:
    world = county(sqlite_database)
    world.round(date(2025, 3, 14))
    world.applicant(
        "H", "school1", post="teacher", credentials=[{"kind": "title", "name": "骨干教师", "level": "county"}]
    )
    world.begin("H")
    world.attach("H", HEALTH)
    with pytest.raises(Refused, match="低于市级") as refused:
        world.do("H", "submit", "H")
    assert refused.value.because == "criteria_unmet"


def roster(world: World, own: int, other: int, assistant: bool = True) -> None:  # noqa: FBT001, FBT002
    """Members of the host's school and of the other one; the first of the host's school is the assistant."""
    for n in range(own):
        world.seat(f"own{n}", "H", body="school1")
    for n in range(other):
        world.seat(f"other{n}", "H", body="school2")
    if assistant:
        with world.at_work() as work:
            seat = work.session.execute(select(Seat).where(SEATS.c.person_id == world.ids["own0"])).scalar_one()
            seat.duty_role = "assistant"
    world.owe("H", "roster")


@pytest.mark.capability(26, 28, 29)
@pytest.mark.parametrize(
    ("own", "other", "assistant", "because"),
    [
        (3, 4, True, ""),
        (4, 3, True, "share_exceeded"),
        (3, 3, True, "too_few"),
        (3, 5, True, "too_many"),
        (3, 4, False, "sub_role_missing"),
    ],
)
def test_county_roster_has_seven_members_one_assistant_and_half_of_the_own_school(
    sqlite_database: Engine,
    own: int,
    other: int,
    assistant: bool,  # noqa: FBT001
    because: str,
) -> None:
    world = county(sqlite_database)
    running(world)
    roster(world, own, other, assistant)
    (duty,) = world.duties("H", "roster")
    if not because:
        world.act("H", "submit", duty)
        assert world.duties("H", "roster")[0].state == "met"
        return
    with pytest.raises(Refused) as refused:
        world.act("H", "submit", duty)
    assert refused.value.because == because
    assert "三" in str(refused.value.origin)


@pytest.mark.capability(29)
def test_county_school_names_the_assistant_without_a_backbone_title(sqlite_database: Engine) -> None:
    world = county(sqlite_database)
    running(world)
    world.applicant("helper", "school1", post="teacher", subject="语文")
    with pytest.raises(Refused) as stranger:
        world.name_to_seat("school2", "helper", "H", "assistant")
    assert stranger.value.because == "not_yours"
    world.name_to_seat("school1", "helper", "H", "assistant")
    with transaction(sqlite_database) as session:
        seat = session.execute(select(Seat).where(SEATS.c.person_id == world.ids["helper"])).scalar_one()
    assert (seat.role, seat.duty_role) == ("member", "assistant")
    world.applicant("second", "school1", post="teacher", subject="语文")
    with pytest.raises(Refused, match="最多 1 人") as full:
        world.name_to_seat("school1", "second", "H", "assistant")
    assert full.value.because == "too_many"


@pytest.mark.parametrize(
    ("body", "subject", "lacks"), [("school2", "语文", "不是主持人所在学校"), ("school1", "数学", "任教学科")]
)
def test_county_assistant_is_of_the_host_school_and_subject(
    sqlite_database: Engine, body: str, subject: str, lacks: str
) -> None:
    world = county(sqlite_database)
    running(world)
    world.applicant("helper", body, post="teacher", subject=subject)
    with pytest.raises(Refused, match=lacks) as refused:
        world.name_to_seat("school1", "helper", "H", "assistant")
    assert refused.value.because == "criteria_unmet"
    assert "三(二)2" in str(refused.value.origin)


@pytest.mark.capability(30)
def test_county_member_is_recommended_by_the_school_and_chosen_by_the_host(sqlite_database: Engine) -> None:
    world = county(sqlite_database)
    running(world)
    world.applicant("M", "school2", post="teacher", subject="语文", credentials=BACKBONE)
    world.begin_seat("M", "H")
    world.do("M", "submit", "M")
    endorse(world, "school2", "M")
    assert world.state("M") == "host_choice.reviewing"
    world.do("H", "endorse", "M")
    assert world.outcome("M") == "seated"


def test_county_member_of_another_subject_or_without_a_title_is_refused(sqlite_database: Engine) -> None:
    world = county(sqlite_database)
    running(world)
    world.applicant("M", "school2", post="teacher", subject="数学", credentials=BACKBONE[1:])
    world.begin_seat("M", "H")
    with pytest.raises(Refused) as refused:
        world.do("M", "submit", "M")
    assert len(refused.value.missing) == 2
    assert "任教学科" in refused.value.says


@pytest.mark.capability(26)
def test_county_eighth_member_waits_because_the_text_says_seven(sqlite_database: Engine) -> None:
    world = county(sqlite_database)
    running(world)
    for n in range(7):
        world.seat(f"m{n}", "H", body="school2")
    world.applicant("M", "school2", post="teacher", subject="语文", credentials=BACKBONE)
    world.begin_seat("M", "H")
    world.do("M", "submit", "M")
    endorse(world, "school2", "M")
    world.do("H", "endorse", "M")
    assert world.state("M") == "seat.waiting"
    with pytest.raises(Refused, match="最多 7 人") as full:
        world.do("bureau", "seat", "M", reason="再加一人")
    assert full.value.because == "too_many"
