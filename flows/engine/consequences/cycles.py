"""Effects on cycles: the next one is given, and a studio whose last one is over ends."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, insert, select, update

from flows.engine.calendar import Span, WorkCalendar, due_after, local_day
from flows.engine.consequences.asking_anew import kept_for_rounds, may_ask_anew
from flows.engine.consequences.ending import end_studio
from flows.engine.declare import CANCELLED
from flows.engine.work import Happening, Intent, Work
from models import Application, Assessment, Cycle, Seat, StageRun, Studio
from models.columns import table_of
from models.queries.cases import cases
from models.queries.facts.renewing import CYCLES_OF, results_of
from models.statements import among, rows

APPLICATIONS, CYCLES, RUNS, SEATS, STUDIOS = (table_of(one) for one in (Application, Cycle, StageRun, Seat, Studio))
ASSESSMENTS = table_of(Assessment)
SEPTEMBER, NEARLY_OVER = 9, 90
HOLDS_ON = ("rectification", "decision")
MAY_END = (*HOLDS_ON, "assessment")
_LATER = CYCLES.alias("later")
PAST = (
    select(CYCLES.c.studio_id, CYCLES.c.id.label("cycle_id"))
    .join(STUDIOS, STUDIOS.c.id == CYCLES.c.studio_id)
    .where(among(CYCLES.c.studio_id, "studios"), STUDIOS.c.standing.in_(("active", "suspended")))
    .where(CYCLES.c.ends_on < bindparam("today", type_=CYCLES.c.ends_on.type))
    .where(~exists().where(_LATER.c.studio_id == CYCLES.c.studio_id, _LATER.c.number > CYCLES.c.number))
    .order_by(CYCLES.c.studio_id)
)
RAN_OUT = (
    select(APPLICATIONS.c.cycle_id)
    .join(RUNS, (RUNS.c.application_id == APPLICATIONS.c.id) & (RUNS.c.stage == "application"))
    .where(among(APPLICATIONS.c.cycle_id, "cycles"), APPLICATIONS.c.gives == "cycle", RUNS.c.state == "lapsed")
)
HOLDING = (
    select(RUNS.c.studio_id)
    .where(among(RUNS.c.studio_id, "studios"), RUNS.c.ended_at.is_(None), RUNS.c.subject_kind.in_(HOLDS_ON))
    .distinct()
)
# By the application and not by its runs: in the act that ends one step the next has still to be opened.
ASKING = select(
    APPLICATIONS.c.studio_id, APPLICATIONS.c.version_id, APPLICATIONS.c.path,
    exists()
    .where(RUNS.c.application_id == APPLICATIONS.c.id, RUNS.c.stage == "application", RUNS.c.ended_at.is_(None))
    .label("drafting"),
).where(among(APPLICATIONS.c.studio_id, "studios"), APPLICATIONS.c.gives == "cycle", APPLICATIONS.c.outcome.is_(None))  # fmt: skip
FINALS = (
    select(RUNS.c.studio_id, RUNS.c.version_id, RUNS.c.path, RUNS.c.step, RUNS.c.round_id)
    .join(ASSESSMENTS, (RUNS.c.subject_kind == "assessment") & (ASSESSMENTS.c.id == RUNS.c.subject_id))
    .where(among(RUNS.c.studio_id, "studios"), RUNS.c.ended_at.is_(None))
    .where(ASSESSMENTS.c.period == "cycle", ASSESSMENTS.c.opens_on >= ASSESSMENTS.c.ends_on)
)


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


def settle_paths(work: Work, ended: Sequence[Happening]) -> None:
    """When what may keep a studio beyond its cycle has come to an end, however it did: see whether its time is over.

    A result without a grade and an attendance check may be the last that was open, just as a request to go on (D-FIN).
    """
    asked = [one for one in ended if one.rule.gives == "cycle" and one.run.application_id and one.move.to != CANCELLED]
    found = cases(work.session, [one.run.application_id for one in asked]) if asked else {}
    causes = {found[one.run.subject_id].studio_id: one for one in asked}
    causes |= {one.run.studio_id: one for one in ended if one.run.subject_kind in MAY_END and one.run.parent_id is None}
    known = {studio_id: one for studio_id, one in causes.items() if studio_id is not None}
    end_those_over(work, {**kept_for_rounds(work, ended), **known})


def end_if_over(work: Work, cause: Happening | None, studio_id: int) -> bool:
    """End a studio whose last cycle is over and for which nothing is open that could keep it; returns whether it ended."""
    return bool(end_those_over(work, {studio_id: cause}))


def end_those_over(work: Work, causes: Mapping[int, Happening | None]) -> list[int]:
    """End those of these studios whose last cycle is over and for which nothing is open that could keep them; returns them.

    A studio keeps its standing while its final assessment, a rectification, a decision or a request to go on is open
    (D-FIN), or a round in which it may apply anew is still to come. It lapses where it could have asked to go on and did not, else it ends. `causes`: what brought it about, by studio.
    """
    past = rows(work.session, PAST, studios=list(causes), today=local_day(work.now)) if causes else ()
    if not past:
        return []
    # Held: of two acts that each end the last thing but one, the later must see the other's.
    these = select(STUDIOS.c.id).where(STUDIOS.c.id.in_([one.studio_id for one in past])).order_by(STUDIOS.c.id)
    work.session.execute(these.with_for_update())
    cycles = {one.studio_id: one.cycle_id for one in past}
    held = _held_on(work, cycles)
    never_asked = {row.cycle_id for row in rows(work.session, RAN_OUT, cycles=list(cycles.values()))}
    over = [one for one in past if one.studio_id not in held]
    for one in over:
        end_studio(work, causes[one.studio_id], one.studio_id, "lapsed" if one.cycle_id in never_asked else "ended")
    return [one.studio_id for one in over]


def _held_on(work: Work, cycles: Mapping[int, int]) -> set[int]:
    """Those of these studios, each with its last cycle, for which something is open that keeps their standing."""
    held = {row.studio_id for row in rows(work.session, HOLDING, studios=list(cycles))}
    return held | _final_open(work, cycles) | _may_go_on(work, cycles) | may_ask_anew(work, cycles)


def _may_go_on(work: Work, cycles: Mapping[int, int]) -> set[int]:
    """For which a request for the next cycle is under way, or may still be made: not where the result that it needs fell short."""
    found = rows(work.session, ASKING, studios=list(cycles))
    results = results_of(work.session, list(cycles.values())) if found else {}
    needs = {
        (version_id, path.name): path.needs
        for version_id in {one.version_id for one in found}
        for path in work.book.renewals(work.session, version_id)
    }
    return {
        one.studio_id
        for one in found
        if not one.drafting
        or not _short(results.get(cycles[one.studio_id], {}), needs.get((one.version_id, one.path), {}))
    }


def _short(results: Mapping[str, str], needs: Mapping[str, Sequence[str]]) -> bool:
    """Whether a result is out that is less than what is needed."""
    return any(key in results and results[key] not in enough for key, enough in needs.items())


def _final_open(work: Work, studios: Iterable[int]) -> set[int]:
    """Of which a result for the whole cycle is still to come; what is left of members or a year waits for nobody."""
    found = rows(work.session, FINALS, studios=list(studios))
    rules = [work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id) for run in found]
    return {run.studio_id for run, rule in zip(found, rules, strict=True) if not getattr(rule.policy, "roles", ())}


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
