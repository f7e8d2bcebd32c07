"""Effects on cycles: the next one is given, the paths to it are started, and a studio whose last one is over ends."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from flows.engine.calendar import Span, WorkCalendar, due_after, local_day
from flows.engine.consequences.ending import end_studio
from flows.engine.declare import CANCELLED
from flows.engine.rulebook import RenewalPath
from flows.engine.steps import start_path
from flows.engine.work import Happening, Intent, Work
from models import Application, Assessment, Cycle, Seat, StageRun, Studio
from models.columns import table_of
from models.queries.bodies import lineages
from models.queries.cases import cases
from models.queries.facts.renewing import CYCLES_OF, results_of
from models.statements import rows

APPLICATIONS, CYCLES, RUNS, SEATS, STUDIOS = (table_of(one) for one in (Application, Cycle, StageRun, Seat, Studio))
ASSESSMENTS = table_of(Assessment)
SEPTEMBER, NEARLY_OVER = 9, 90
RENEWALS = select(RUNS.c.id).where(
    RUNS.c.studio_id == bindparam("studio"), RUNS.c.stage == "renewal", RUNS.c.ended_at.is_(None)
)
HOLDS_ON = ("rectification", "decision")
MAY_END = (*HOLDS_ON, "assessment")


def give_cycle(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Give the next cycle: it begins the day after the last one ended, however late it is granted (D-FIN)."""
    found = cases(work.session, [one.run.application_id for one in happened])
    for one in happened:
        studio_id = found[one.run.subject_id].studio_id
        if studio_id is not None:
            next_cycle(
                work, one, studio_id, getattr(one.rule.policy, "choices", {}).get(one.intent.payload.get("choice"))
            )
    return ()


def first_day(starts: str, on: date) -> date:
    """First day of a first cycle: the plaque's day, the day the text names, or 1 September of the school year it falls in.

    Of a school year that is nearly over (fewer than 90 days, D-PERIOD) the next one is meant.
    """
    if starts == "plaque":
        return on
    if starts != "school_year":
        return date.fromisoformat(starts)
    begun = date(on.year if on.month >= SEPTEMBER else on.year - 1, SEPTEMBER, 1)
    following = begun.replace(year=begun.year + 1)
    return following if (following - on).days < NEARLY_OVER else begun


def first_cycle(work: Work, one: Happening, studio_id: int, begins_on: date) -> None:
    """Begin a studio's first cycle on this day; one that runs already keeps its own."""
    if work.session.execute(select(CYCLES.c.id).where(CYCLES.c.studio_id == studio_id).limit(1)).first():
        return
    work.session.execute(
        insert(CYCLES).values(
            studio_id=studio_id, number=1, version_id=one.run.version_id, begins_on=begins_on, opens_next_on=begins_on,
            ends_on=cycle_end(begins_on, cycle_spans(one), work.calendar),
        )
    )  # fmt: skip


def next_cycle(work: Work, one: Happening, studio_id: int, roster: str | None = None) -> None:
    """Store a studio's next cycle under the version in force on its first day.

    With `new_roster` the seats of the members end as it begins: until then they are members of the cycle that runs.
    """
    last, today = last_cycle(work, studio_id), local_day(work.now)
    begins_on = last.ends_on + timedelta(days=1)
    studio = work.session.execute(select(STUDIOS).where(STUDIOS.c.id == studio_id)).one()
    version_id = work.book.version_on(work.session, studio.programme_id, begins_on) or one.run.version_id
    work.session.execute(
        insert(CYCLES).values(
            studio_id=studio_id, number=last.number + 1, version_id=version_id, begins_on=begins_on, opens_next_on=begins_on,
            granted_on=today if today > begins_on else None, recombined_by=one.transition_id if roster == "new_roster" else None,
            ends_on=cycle_end(begins_on, cycle_spans(one), work.calendar),
        )
    )  # fmt: skip
    standing = "suspended" if studio.standing == "suspended" else "active"
    work.session.execute(update(STUDIOS).where(STUDIOS.c.id == studio_id).values(standing=standing))


def look_again(work: Work, studio_id: int) -> None:
    """Have a studio's running cycle looked at today: somebody has joined, who is owed what is still open."""
    today = local_day(work.now)
    running = (CYCLES.c.studio_id == studio_id) & (CYCLES.c.begins_on <= today) & (CYCLES.c.ends_on >= today)
    later = CYCLES.c.opened_to.is_not(None) & (CYCLES.c.opens_next_on.is_(None) | (CYCLES.c.opens_next_on > today))
    work.session.execute(update(CYCLES).where(running, later).values(opens_next_on=today))


def last_cycle(work: Work, studio_id: int) -> Any:
    """The last cycle a studio has been given. Raises IndexError for one that never ran."""
    return rows(work.session, CYCLES_OF, studios=[studio_id])[-1]


def renew_on_result(work: Work, cause: Happening, studio_id: int, cycle_id: int, judged: str = "") -> list[Intent]:
    """After a result: start the paths that it starts, close the windows that it closes, and try what waits for it again.

    `judged`: the assessment whose result it is.
    """
    results = results_of(work.session, [cycle_id]).get(cycle_id, {})
    for path in work.book.renewals(work.session, cause.run.version_id):
        due = path.needs and all(results.get(key) in enough for key, enough in path.needs.items())
        if path.call == "on_result" and due:
            begin_renewal(work, studio_id, cycle_id, cause.run.version_id, path, None, cause.transition_id)
        settled = path.closes_after_delivery is not None and path.needs.keys() & {judged}
        if settled and not _mending(work, cause, studio_id):
            _close_window(work, cause, studio_id, path)
    waiting = rows(work.session, RENEWALS, studio=studio_id)
    return [Intent(run.id, event, cause_id=cause.transition_id) for run in waiting for event in ("renew", "lapse")]


def _mending(work: Work, cause: Happening, studio_id: int) -> bool:
    """Whether the result may still be mended: the window then closes so long after the result that the rectification has."""
    mends = (RUNS.c.stage == "rectification") & RUNS.c.ended_at.is_(None) & (RUNS.c.id != cause.run.id)
    return (
        work.session.execute(select(RUNS.c.id).where(RUNS.c.studio_id == studio_id, mends).limit(1)).first() is not None
    )


def _close_window(work: Work, cause: Happening, studio_id: int, path: RenewalPath) -> None:
    """From the delivery of the result on, a studio has so long to ask (赤峰 第十八条, D-RENEW)."""
    span = path.closes_after_delivery
    if span is None:
        return
    closes_on = due_after(local_day(work.now), span, work.calendar, roll=path.roll, start_label="结果送达").on
    drafts = work.session.execute(
        select(RUNS.c.id, RUNS.c.application_id)
        .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
        .where(APPLICATIONS.c.studio_id == studio_id, APPLICATIONS.c.gives == "cycle", APPLICATIONS.c.path == path.name)
        .where(RUNS.c.stage == "application", RUNS.c.ended_at.is_(None), RUNS.c.due_at.is_(None))
    ).all()
    for draft in drafts:
        known = APPLICATIONS.c.id == draft.application_id
        work.session.execute(update(APPLICATIONS).where(known).values(closes_on=closes_on))
        payload = {"due_on": closes_on.isoformat(), "reason": "期满结果已经送达，申请到这一天为止"}
        work.ask(Intent(draft.id, "extend", payload, cause_id=cause.transition_id))


def begin_renewal(
    work: Work,
    studio_id: int,
    cycle_id: int,
    version_id: int,
    path: RenewalPath,
    closes_on: date | None,
    cause_id: int | None,
) -> int | None:
    """Begin a studio's application for its next cycle, once a cycle; returns its id, None where there is one already."""
    studio = work.session.execute(select(STUDIOS).where(STUDIOS.c.id == studio_id)).one()
    known = (APPLICATIONS.c.studio_id == studio_id) & (APPLICATIONS.c.gives == "cycle")
    if work.session.execute(select(APPLICATIONS.c.id).where(known, APPLICATIONS.c.cycle_id == cycle_id)).first():
        return None
    above = lineages(work.session, [studio.home_body_id])[studio.home_body_id]
    county = next((one.id for one in above if one.level == "county"), None)
    application_id: int = work.session.execute(
        insert(APPLICATIONS).values(
            version_id=version_id, path=path.name, gives="cycle", person_id=studio.host_id, body_id=studio.home_body_id,
            county_id=county, direct=county is None, role="host", kind=studio.kind, studio_name=studio.name, studio_id=studio_id,
            cycle_id=cycle_id, closes_on=closes_on, answers={}, subject="", school_stage="",
        ).returning(APPLICATIONS.c.id)
    ).scalar_one()  # fmt: skip
    start_path(work, [application_id], version_id, path.name, path.first_step, cause_id)
    return application_id


def settle_paths(work: Work, ended: Sequence[Happening]) -> None:
    """When what may keep a studio beyond its cycle has come to an end, however it did: see whether its time is over.

    A result without a grade and an attendance check may be the last that was open, just as a request to go on (D-FIN).
    """
    asked = [one for one in ended if one.rule.gives == "cycle" and one.run.application_id and one.move.to != CANCELLED]
    found = cases(work.session, [one.run.application_id for one in asked]) if asked else {}
    causes = {found[one.run.subject_id].studio_id: one for one in asked}
    causes |= {one.run.studio_id: one for one in ended if one.run.subject_kind in MAY_END and one.run.parent_id is None}
    for studio_id in _over(work, [one for one in causes if one is not None]):
        end_if_over(work, causes[studio_id], studio_id)


def _over(work: Work, studios: Sequence[int]) -> Sequence[int]:
    """Which of these studios are past the last day of their last cycle."""
    last_day = func.max(CYCLES.c.ends_on)
    past = select(CYCLES.c.studio_id).where(CYCLES.c.studio_id.in_(studios)).group_by(CYCLES.c.studio_id)
    over = past.having(last_day < local_day(work.now)).order_by(CYCLES.c.studio_id)
    return list(work.session.execute(over).scalars()) if studios else []


def end_if_over(work: Work, cause: Happening | None, studio_id: int) -> bool:
    """End a studio whose last cycle is over and for which nothing is open that could keep it; returns whether it ended.

    It keeps its standing while its final assessment, a rectification, a decision or a request to go on is open (D-FIN).
    It lapses where it could have asked to go on and did not, else it ends.
    """
    studio = work.session.execute(select(STUDIOS).where(STUDIOS.c.id == studio_id)).one()
    last = last_cycle(work, studio_id)
    if (
        studio.standing not in {"active", "suspended"}
        or last.ends_on >= local_day(work.now)
        or _held_on(work, studio_id, last.id)
    ):
        return False
    end_studio(work, cause, studio_id, "lapsed" if _never_asked(work, studio_id, last.id) else "ended")
    return True


def _never_asked(work: Work, studio_id: int, cycle_id: int) -> bool:
    """Whether the time to ask for the next cycle ran out with nobody asking; a request that a result ruled out was made."""
    mine = (APPLICATIONS.c.studio_id == studio_id) & (APPLICATIONS.c.gives == "cycle")
    ran_out = (
        (RUNS.c.application_id == APPLICATIONS.c.id) & (RUNS.c.stage == "application") & (RUNS.c.state == "lapsed")
    )
    asked = select(RUNS.c.id).join(APPLICATIONS, ran_out).where(mine, APPLICATIONS.c.cycle_id == cycle_id).limit(1)
    return work.session.execute(asked).first() is not None


def _held_on(work: Work, studio_id: int, cycle_id: int) -> bool:
    mine = (RUNS.c.studio_id == studio_id) & RUNS.c.ended_at.is_(None)
    live = select(RUNS.c.id).where(mine, RUNS.c.subject_kind.in_(HOLDS_ON)).limit(1)
    settling = work.session.execute(live).first() is not None
    return settling or _final_open(work, mine) or _may_go_on(work, mine, cycle_id)


def _may_go_on(work: Work, mine: Any, cycle_id: int) -> bool:
    """Whether a request for the next cycle is under way, or may still be made: not where the result that it needs fell short."""
    asks = (
        (APPLICATIONS.c.id == RUNS.c.application_id)
        & (APPLICATIONS.c.gives == "cycle")
        & APPLICATIONS.c.outcome.is_(None)
    )
    found = work.session.execute(
        select(RUNS.c.stage, RUNS.c.version_id, APPLICATIONS.c.path).join(APPLICATIONS, asks).where(mine)
    ).all()
    results = results_of(work.session, [cycle_id]).get(cycle_id, {})
    needs = {path.name: path.needs for run in found for path in work.book.renewals(work.session, run.version_id)}
    return any(run.stage != "application" or not _short(results, needs.get(run.path, {})) for run in found)


def _short(results: Mapping[str, str], needs: Mapping[str, Sequence[str]]) -> bool:
    """Whether a result is out that is less than what is needed."""
    return any(key in results and results[key] not in enough for key, enough in needs.items())


def _final_open(work: Work, mine: Any) -> bool:
    """Whether a result of the studio for its whole cycle is still to come; what is left of members or a year waits for nobody."""
    whole = (ASSESSMENTS.c.period == "cycle") & (ASSESSMENTS.c.opens_on >= ASSESSMENTS.c.ends_on)
    judged = (RUNS.c.subject_kind == "assessment") & (ASSESSMENTS.c.id == RUNS.c.subject_id)
    found = work.session.execute(select(RUNS).join(ASSESSMENTS, judged).where(mine, whole)).all()
    rules = (work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id) for run in found)
    return any(not getattr(rule.policy, "roles", ()) for rule in rules)


def cycle_spans(one: Happening) -> Sequence[Span]:
    """The length of a cycle, or its phases in turn, by the rule of the step that gives it."""
    policy: Any = one.rule.policy
    spans: Sequence[Span] = policy.cycle
    return spans


def cycle_end(begins_on: date, spans: Sequence[Span], calendar: WorkCalendar) -> date:
    """Last day of a cycle: its first day plus its length (or its phases in turn) less one day."""
    first, last = begins_on, begins_on
    for span in spans:
        last = due_after(first, span, calendar, first_day="counted").on
        first = last + timedelta(days=1)
    return last
