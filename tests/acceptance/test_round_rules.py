"""What holds in every round: extensions, sending back, withdrawing, waiving, judging, cancelling and concluding."""

from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import Engine, select, update

from flows.engine.apply import apply
from flows.engine.calendar import at_local, local_day
from flows.engine.declare import Actor
from flows.engine.errors import Refused
from flows.engine.work import Intent
from flows.office.rounds import Places, RoundPlan, plan_round, write_answers
from flows.regulations.paths import rubric
from models import (
    Body,
    Credential,
    Listing,
    Opinion,
    Person,
    Post,
    Revision,
    StageRun,
    Studio,
    Substitution,
    Tie,
    Transition,
)
from models.columns import table_of
from models.session import transaction
from tests.world import World, loaded

REVISIONS = table_of(Revision)
STUDIOS, BODIES, PEOPLE, LISTINGS = table_of(Studio), table_of(Body), table_of(Person), table_of(Listing)

MASTER = [{"kind": "title", "name": "名校长", "level": "city"}]
RUNS, TRANSITIONS, OPINIONS = table_of(StageRun), table_of(Transition), table_of(Opinion)


@pytest.fixture
def world(sqlite_database: Engine) -> World:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31))
    return world


def chosen(world: World, *names: str, marks: Sequence[int] = (90, 89, 88, 87, 86)) -> None:
    """People apply, are endorsed and scored, and ranked."""
    world.apply_for(*names, credentials=MASTER)
    world.endorse_tiers(*names)
    world.draw()
    for name, mark in zip(names, marks, strict=False):
        world.score(name, *[mark] * 5)
    world.rank()


def due_day(world: World, name: str) -> date:
    """The last day of whatever an application, or the round, is waiting for."""
    return local_day(world.run_of(name).due_at) - date.resolution


# Deadlines


def test_round_extended_for_all_moves_its_closing_day_and_every_draft(world: World) -> None:
    world.applicant("A", credentials=MASTER)
    world.begin("A")
    world.on("2025-03-20")
    with pytest.raises(Refused) as silent:
        world.do("bureau", "extend", "round", due_on="2025-04-10")
    assert silent.value.because == "without_reason"
    with pytest.raises(Refused) as earlier:
        world.do("bureau", "extend", "round", due_on="2025-03-25", reason="提前")
    assert earlier.value.because == "not_later"
    world.do("bureau", "extend", "round", due_on="2025-04-10", reason="暴雨停课")
    assert (due_day(world, "round"), due_day(world, "A")) == (date(2025, 4, 10), date(2025, 4, 10))
    assert len(world.mail("extended", "A")) == 1
    world.on("2025-04-10", 23)
    world.do("A", "submit", "A")
    world.on("2025-04-11")
    assert world.run_of("round").state == "closed"


def test_round_extended_for_one_leaves_the_others_as_they_are(world: World) -> None:
    for name in ("A", "B"):
        world.applicant(name, credentials=MASTER)
        world.begin(name)
    world.on("2025-03-28")
    world.do("bureau", "extend", "A", due_on="2025-04-03", reason="住院")
    world.on("2025-04-01")
    assert (world.outcome("A"), world.outcome("B")) == (None, "lapsed")
    world.do("A", "submit", "A")
    assert world.state("A") == "school_review.reviewing"


def test_later_day_of_one_is_not_shortened_by_an_extension_for_all(world: World) -> None:
    world.applicant("A", credentials=MASTER)
    world.begin("A")
    world.do("bureau", "extend", "A", due_on="2025-04-20", reason="住院")
    world.do("bureau", "extend", "round", due_on="2025-04-10", reason="暴雨停课")
    assert due_day(world, "A") == date(2025, 4, 20)


def test_draft_left_alone_is_reminded_and_lapses_at_the_end_of_the_last_day(world: World) -> None:
    world.applicant("A", credentials=MASTER)
    world.begin("A")
    world.on("2025-03-31", 23)
    assert world.state("A") == "application.drafting"
    assert len(world.mail("draft_lapsing", "A")) >= 4
    world.clock.advance(at_local(date(2025, 4, 1), 0, 0))
    world.sweep()
    assert world.outcome("A") == "lapsed"
    assert len(world.mail("application_lapsed", "A")) == 1
    with pytest.raises(Refused):
        world.do("A", "submit", "A")


def test_round_that_is_closed_takes_no_new_application(world: World) -> None:
    world.on("2025-04-01")
    world.applicant("late", credentials=MASTER)
    with pytest.raises(Refused, match="已经截止") as refused:
        world.begin("late")
    assert refused.value.because == "round_not_open"


# Sending back


def test_review_sends_back_all_defects_with_a_day_of_its_own_and_shows_what_changed(world: World) -> None:
    world.applicant("A", credentials=MASTER)
    world.begin("A", answers={"plan": "三年规划", "phone": "1"})
    world.do("A", "submit", "A")
    with pytest.raises(Refused) as silent:
        world.do("county_a_school1", "send_back", "A")
    assert silent.value.because == "without_defects"
    world.on("2025-03-03")
    defects = [{"place": "plan", "what": "没有分年度"}, {"place": "phone", "what": "号码不全"}]
    world.do("county_a_school1", "send_back", "A", defects=defects)
    (told,) = world.mail("application_sent_back", "A")
    assert told.context["facts"] == [["plan", "没有分年度"], ["phone", "号码不全"]]
    assert due_day(world, "A") == date(2025, 3, 10)
    writer = world.actor("A")
    with world.at_work() as work:
        write_answers(work, writer, world.ids["application/A"], {"plan": "分年度规划"})
    world.do("A", "resubmit", "A")
    assert world.state("A") == "school_review.reviewing"
    with transaction(world.engine) as session:
        second = session.execute(select(Revision).where(REVISIONS.c.n == 2)).scalar_one()
    assert second.changed == [["plan", "三年规划", "分年度规划"]]


def test_return_not_mended_in_time_lapses_and_says_so(world: World) -> None:
    world.apply_for("A", credentials=MASTER)
    world.do("county_a_school1", "send_back", "A", defects=[{"place": "plan", "what": "缺"}])
    world.on("2025-03-15")
    assert world.outcome("A") == "lapsed"
    assert len(world.mail("application_lapsed", "A")) == 1


def test_submitted_application_cannot_be_changed_until_it_is_sent_back(world: World) -> None:
    world.apply_for("A", credentials=MASTER)
    writer = world.actor("A")
    with pytest.raises(Refused) as refused, world.at_work() as work:
        write_answers(work, writer, world.ids["application/A"], {"plan": "改"})
    assert refused.value.because == "wrong_state"


# Withdrawing, declining


def test_application_is_withdrawn_until_a_list_names_it(world: World) -> None:
    world.apply_for("A", "B", "C", credentials=MASTER)
    world.do("A", "withdraw", "A")
    assert world.outcome("A") == "withdrawn"
    world.endorse_tiers("B", "C")
    world.draw()
    world.do("B", "withdraw", "B")
    assert world.outcome("B") == "withdrawn"
    assert world.asked("B") == []
    world.score("C", *[90] * 5)
    world.rank()
    with pytest.raises(Refused) as named:
        world.do("C", "withdraw", "C")
    assert named.value.because == "named_on_list"


def test_place_of_one_who_withdraws_is_free_again(sqlite_database: Engine) -> None:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31), quotas=[Places("county", at_most=1)])
    world.apply_for("A", "B", credentials=MASTER)
    for name in ("A", "B"):
        world.do("county_a_school1", "endorse", name)
    world.do("county_a", "endorse", "A")
    with pytest.raises(Refused, match="名额已用完"):
        world.do("county_a", "endorse", "B")
    world.do("A", "withdraw", "A")
    world.do("county_a", "endorse", "B")
    assert world.state("B") == "expert_review.unassigned"


def test_counties_have_a_share_each_of_one_quota_within_one_list(sqlite_database: Engine) -> None:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31), quotas=[Places("round", at_most=9), Places("county", at_most=1)])
    world.apply_for("A", credentials=MASTER)
    world.apply_for("B", body="county_b_school1", credentials=MASTER)
    world.do("county_a_school1", "endorse", "A")
    world.do("county_b_school1", "endorse", "B")
    world.do("county_a", "endorse", "A")
    world.do("county_b", "endorse", "B")
    assert [world.state(name) for name in ("A", "B")] == ["expert_review.unassigned"] * 2


def test_reviewer_declines_with_a_reason_and_the_applicant_learns_it(world: World) -> None:
    world.apply_for("A", credentials=MASTER)
    world.do("county_a_school1", "decline", "A", reason="任期将满")
    assert world.outcome("A") == "declined"
    assert world.mail("review_declined", "A")[0].context["reason"] == "任期将满"


# Who may act


def test_nobody_reviews_their_own_case_nor_another_body_s(world: World) -> None:
    with world.at_work() as work:
        officer = world.ids["county_a_school1_officer"]
        work.session.add(
            Post(person_id=officer, body_id=world.ids["county_a_school1"], kind="principal", from_on=date(2015, 9, 1))
        )
        work.session.add(Credential(person_id=officer, kind="title", name="名校长", level="city"))
    world.ids["self"] = world.ids["county_a_school1_officer"]
    world.begin("self")
    world.do("self", "submit", "self")
    with pytest.raises(Refused) as own:
        world.do("county_a_school1", "endorse", "self")
    assert own.value.because == "own_case"
    for stranger in ("county_a_school2", "county_b", "bureau"):
        with pytest.raises(Refused) as refused:
            world.do(stranger, "endorse", "self")
        assert refused.value.because == "not_yours"


def test_substitute_acts_between_the_two_days_and_both_names_are_kept(world: World) -> None:
    world.apply_for("A", "B", credentials=MASTER)
    with world.at_work() as work:
        deputy = world.person(work.session, "deputy", None)
        work.session.add(
            Substitution(
                for_person_id=world.ids["county_a_school1_officer"], by_person_id=deputy, body_id=world.ids["county_a_school1"],
                from_on=date(2025, 3, 3), to_on=date(2025, 3, 7), made_at=work.now,
            )
        )  # fmt: skip

    def press(name: str) -> None:
        actor: Actor = world.actor("deputy", acting_for="county_a_school1_officer")
        run = world.run_of(name)
        with world.at_work() as work:
            apply(work, Intent(run.id, "endorse", {}, run.version), actor)

    with pytest.raises(Refused):
        press("A")
    world.on("2025-03-03")
    press("A")
    with transaction(world.engine) as session:
        row = session.execute(select(TRANSITIONS).where(TRANSITIONS.c.event == "endorse")).one()
    assert (row.actor_id, row.for_person_id) == (world.ids["deputy"], world.ids["county_a_school1_officer"])
    world.on("2025-03-08")
    with pytest.raises(Refused):
        press("B")


# Experts


def before_experts(world: World, *names: str) -> None:
    world.apply_for(*names, credentials=MASTER)
    world.endorse_tiers(*names)
    world.draw()


def experts_of(world: World, name: str) -> list[str]:
    with transaction(world.engine) as session:
        return list(session.execute(
            select(OPINIONS.c.party).join(RUNS, RUNS.c.id == OPINIONS.c.run_id)
            .where(RUNS.c.application_id == world.ids[f"application/{name}"]).order_by(OPINIONS.c.id)
        ).scalars())  # fmt: skip


def stand_back(world: World, name: str, n: int = 0) -> str:
    """One of the experts asked stands back (回避); returns who."""
    question = world.asked(name)[n]
    person = next(
        key for key, value in world.ids.items() if question.held_by == f"person:{value}" and key.startswith("expert")
    )
    world.act(person, "refuse", question, reason="曾是同事")
    return person


def test_expert_who_stands_back_is_replaced_from_the_reserves(world: World) -> None:
    before_experts(world, "A")
    gone = stand_back(world, "A")
    asked = world.asked("A")
    assert len(asked) == 5
    assert f"person:{world.ids[gone]}" not in {one.held_by for one in asked}
    assert len(world.mail("recused", "bureau")) == 1
    world.score("A", 90, 90, 90, 90, 90)
    assert world.state("A") == "expert_review.scored"


def test_review_goes_on_with_those_left_when_the_reserves_are_used_up(world: World) -> None:
    before_experts(world, "A")
    for _ in range(2):
        stand_back(world, "A")
    world.score("A", 90, 90, 90, 90)
    stand_back(world, "A")
    assert world.state("A") == "expert_review.scored"


def test_experts_far_apart_bring_in_one_further_and_no_second(world: World) -> None:
    before_experts(world, "A", "B")
    world.score("A", 95, 90, 92, 91, 60)
    assert world.state("A") == "expert_review.scoring"
    assert len(world.asked("A")) == 1
    assert [one.notice for one in world.mail("score_further")] == ["score_further"]
    world.score("A", 10)
    assert world.state("A") == "expert_review.scored"
    world.score("B", 95, 90, 92, 91, 75)
    assert world.state("B") == "expert_review.scored"


def test_expert_tied_to_the_school_or_the_applicant_is_never_drawn(world: World) -> None:
    world.apply_for("A", "B", credentials=MASTER)
    with world.at_work() as work:
        school = Tie(
            person_id=world.ids["expert0"], body_id=world.ids["county_a_school1"], kind="曾任职", source="declared"
        )
        kin = Tie(person_id=world.ids["expert1"], other_person_id=world.ids["A"], kind="亲属", source="declared")
        work.session.add_all([school, kin])
    world.endorse_tiers("A", "B")
    world.draw()
    assert not {f"person:{world.ids[name]}" for name in ("expert0", "expert1")} & set(experts_of(world, "A"))
    assert f"person:{world.ids['expert0']}" not in experts_of(world, "B")


def test_expert_who_works_in_the_school_is_never_drawn_for_it(world: World) -> None:
    """By a present post of the roster or by the unit that the sheet of experts names; who has left may judge."""
    world.apply_for("A", credentials=MASTER)
    school = world.ids["county_a_school1"]
    with world.at_work() as work:
        for n, body_id, to_on in ((0, school, None), (1, school, date(2024, 7, 31)), (2, world.ids["bureau"], None)):
            work.session.add(Post(person_id=world.ids[f"expert{n}"], body_id=body_id, kind="teacher", to_on=to_on))
        name = work.session.execute(select(BODIES.c.name).where(BODIES.c.id == school)).scalar_one()
        expert3 = PEOPLE.c.id == world.ids["expert3"]
        work.session.execute(update(PEOPLE).where(expert3).values(works_at=name))
    world.endorse_tiers("A")
    world.draw()
    with world.at_work() as work:
        drawn_from = work.session.execute(select(LISTINGS.c.payload).where(LISTINGS.c.act == "draw")).scalar_one()
    (away,) = drawn_from["drawn_from"]["conflicts"].values()
    assert set(away) == {world.ids["expert0"], world.ids["expert3"]}
    assert not {f"person:{one}" for one in away} & set(experts_of(world, "A"))


def test_draw_too_small_for_the_panel_says_by_how_many(world: World) -> None:
    world.apply_for("A", credentials=MASTER)
    with world.at_work() as work:
        for n in range(3):
            work.session.add(
                Tie(person_id=world.ids[f"expert{n}"], body_id=world.ids["county_a"], kind="曾任职", source="declared")
            )
    world.endorse_tiers("A")
    with pytest.raises(Exception, match="只剩 6 名"):
        world.draw()


def test_score_sheet_with_a_gap_or_over_its_scale_is_refused_line_by_line(world: World) -> None:
    before_experts(world, "A")
    question = world.asked("A")[0]
    expert = next(
        key for key, value in world.ids.items() if question.held_by == f"person:{value}" and key.startswith("expert")
    )
    with pytest.raises(Refused) as refused:
        world.act(expert, "give", question, marks={"r1": 1000})
    assert refused.value.because == "incomplete_sheet"
    assert len(refused.value.missing) >= 1
    with pytest.raises(Refused):
        world.act("bureau", "give", question, marks={})
    whole = {place: most for place, _title, most in rubric(loaded("chifeng"))}
    with pytest.raises(Refused, match="没有这些项：bonus"):
        world.act(expert, "give", question, marks={**whole, "bonus": 50})


def test_ranking_waits_until_all_of_the_round_are_scored(world: World) -> None:
    before_experts(world, "A", "B")
    world.score("A", *[90] * 5)
    results = world.do_many("bureau", "rank", ["A"], {"A": {"outcome": "selected"}})
    assert results[0].outcome.because == "others_outstanding"  # type: ignore[union-attr]


def test_equal_marks_are_told_apart_by_median_then_by_the_earlier_submission(sqlite_database: Engine) -> None:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31), quotas=[Places("round", at_most=1)])
    world.apply_for("late_median", credentials=MASTER)
    world.on("2025-02-25")
    world.apply_for("A", credentials=MASTER)
    world.on("2025-02-26")
    world.apply_for("B", credentials=MASTER)
    names = ("late_median", "A", "B")
    world.endorse_tiers(*names)
    world.draw()
    world.score("late_median", 80, 84, 86, 100, 90)
    world.score("A", 80, 82, 88, 90, 90)
    world.score("B", 80, 82, 88, 90, 90)
    listing = world.rank()
    assert [world.state(name) for name in names] == [
        "expert_review.reserved", "notice.unposted", "expert_review.reserved",
    ]  # fmt: skip
    assert [entry.reason for entry in world.entries(listing)] == ["", "earlier_submission", "median"]


def test_places_of_which_the_text_only_warns_are_given_and_told_of(sqlite_database: Engine) -> None:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31), quotas=[Places("round", at_most=1, if_not="warn")])
    before_experts(world, "A", "B")
    world.score("A", *[90] * 5)
    world.score("B", *[80] * 5)
    world.rank()
    assert [world.state(name) for name in ("A", "B")] == ["notice.unposted", "notice.unposted"]
    assert world.mail("limit_exceeded", "bureau")


def test_blind_judges_learn_a_number_and_no_name(sqlite_database: Engine) -> None:
    world = World(sqlite_database)
    world.round(date(2025, 3, 31), changes={"expert_review": {"blind": {"value": True, "reason": "本年试行匿名评审"}}})
    before_experts(world, "A")
    messages = world.mail("score_asked")
    assert len(messages) == 5
    number = messages[0].context["number"]
    for message in messages:
        context = message.context
        assert (context["title"], context["person"], context["body"]) == (number, "", "")


def test_mark_below_sixty_is_not_selected_though_there_are_places(world: World) -> None:
    chosen(world, "A", "B", marks=(90, 59))
    assert world.state("A") == "notice.unposted"
    assert world.outcome("B") == "rejected"


# The end of a round


def test_cancelled_round_ends_everything_in_it_with_the_reason(world: World) -> None:
    chosen(world, "A", "B")
    world.post("A")
    world.on("2025-03-10")
    world.announce("A")
    world.apply_for("C", credentials=MASTER)
    world.applicant("D", credentials=MASTER)
    world.begin("D")
    with pytest.raises(Refused) as silent:
        world.do("bureau", "cancel", "round")
    assert silent.value.because == "without_reason"
    world.do("bureau", "cancel", "round", reason="经费未落实")
    assert [world.outcome(name) for name in "ABCD"] == ["cancelled"] * 4
    with transaction(world.engine) as session:
        live = session.execute(select(RUNS.c.id).where(RUNS.c.ended_at.is_(None))).all()
        caused = session.execute(
            select(TRANSITIONS).where(TRANSITIONS.c.event == "cancel", TRANSITIONS.c.cause_id.is_not(None))
        ).all()
    assert live == []
    assert len(caused) >= 4
    assert all(world.mail("cancelled", name)[0].context["reason"] == "经费未落实" for name in "ABCD")


def test_host_of_a_cancelled_round_may_apply_in_the_next(world: World) -> None:
    chosen(world, "A")
    world.post()
    world.on("2025-03-10")
    world.announce()
    world.do("bureau", "cancel", "round", reason="经费未落实")
    with transaction(world.engine) as session:
        assert session.execute(select(STUDIOS.c.standing)).scalar_one() == "lapsed"
    world.round(date(2025, 6, 30))
    world.begin("A")
    world.do("A", "submit", "A")
    assert world.state("A") == "school_review.reviewing"


def test_round_is_concluded_when_every_application_has_its_outcome(world: World) -> None:
    chosen(world, "A")
    world.on("2025-04-01")
    with pytest.raises(Refused, match="还有 1 件") as refused:
        world.do("bureau", "conclude", "round")
    assert refused.value.because == "undecided"
    world.post()
    world.on("2025-04-09")
    world.announce()
    world.do("bureau", "hang", "A")
    world.do("bureau", "conclude", "round")
    assert world.run_of("round").state == "concluded"
    assert len(world.mail("round_concluded", "bureau")) == 1


def test_round_launched_before_its_first_day_is_announced_and_an_extension_does_not_open_it(
    sqlite_database: Engine,
) -> None:
    world = World(sqlite_database)
    actor = world.actor("bureau")
    with world.at_work() as work:
        plan = RoundPlan(world.version_id, "apply", 2025, "年度申报", date(2025, 3, 10), date(2025, 3, 31))
        world.round_id, world.runs["round"] = plan_round(work, actor, plan)
    world.do("bureau", "launch", "round")
    assert world.run_of("round").state == "announced"
    world.do("bureau", "extend", "round", due_on="2025-04-15", reason="提前告知")
    assert world.run_of("round").state == "announced"
    world.on("2025-03-10")
    assert world.run_of("round").state == "open"
    world.on("2025-04-15", 23)
    assert world.run_of("round").state == "open"
    world.on("2025-04-16")
    assert world.run_of("round").state == "closed"


# Notices


def test_objection_that_is_dismissed_keeps_the_first_end_of_the_notice(world: World) -> None:
    chosen(world, "A")
    world.on("2025-03-03")
    world.post()
    world.do("public", "object", "A", facts="称号与证书不符")
    world.on("2025-03-05")
    world.do("bureau", "dismiss", "A", reason="经核实相符")
    assert world.state("A") == "notice.posted"
    world.on("2025-03-09", 23)
    assert world.state("A") == "notice.posted"
    world.on("2025-03-10")
    assert world.state("A") == "plaque.unannounced"


def test_objection_ruled_on_after_the_end_lets_the_entry_go_on_at_once(world: World) -> None:
    chosen(world, "A")
    world.on("2025-03-03")
    world.post()
    world.do("public", "object", "A", facts="称号与证书不符")
    world.on("2025-03-12")
    assert world.state("A") == "notice.objected"
    world.do("bureau", "dismiss", "A", reason="经核实相符")
    world.sweep()
    assert world.state("A") == "plaque.unannounced"


def test_anonymous_objection_needs_facts_that_can_be_looked_into(world: World) -> None:
    chosen(world, "A")
    world.post()
    with pytest.raises(Refused) as vague:
        world.do("public", "object", "A", anonymous=True, facts="")
    assert vague.value.because == "without_facts"
    world.do("public", "object", "A", anonymous=True, facts="其名校长称号证书编号与市里公布的名单不一致，请予核查")
    assert world.state("A") == "notice.objected"
