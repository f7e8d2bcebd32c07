"""Rounds: plan and launch a year's intake, and begin applications in it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import exists, insert, select, update

from flows.engine.calendar import local_day
from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.rulebook import Cast
from flows.engine.steps import Opening, open_runs, start_path
from flows.engine.work import Work
from flows.office.changes import signed_changes
from flows.programme import Programme, origin_of
from flows.programme.steps import Path
from flows.regulations import programme_under
from flows.regulations.left_out import left_out
from models import Application, Cycle, Duty, Person, Post, Quota, Round, StageRun, Studio
from models.columns import table_of
from models.queries.bodies import Place, lineages
from models.statements import unless_there

ROUNDS, QUOTAS, RUNS, POSTS = table_of(Round), table_of(Quota), table_of(StageRun), table_of(Post)
APPLICATIONS, PEOPLE, STUDIOS, CYCLES = table_of(Application), table_of(Person), table_of(Studio), table_of(Cycle)
DUTIES = table_of(Duty)


@dataclass(frozen=True, slots=True)
class Places:
    """A quota of a round: fewest and most for a scope, and whether more are refused or only warned of (`if_not`)."""

    scope: str
    at_most: int | None = None
    at_least: int | None = None
    body_id: int | None = None
    kind: str = ""
    if_not: str = "refuse"


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What the authority decides of a round before its launch. `changes`: {step: {key: {value, reason}}}."""

    version_id: int
    path: str
    year: int
    title: str
    opens_on: date
    closes_on: date
    prefix: str = ""
    quotas: Sequence[Places] = ()
    timetable: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)


def plan_round(work: Work, actor: Actor, plan: RoundPlan) -> tuple[int, int]:
    """Draft a round with its quotas; returns the ids of the round and of its run.

    The programme's own limits become quotas with their clause; the plan may add tighter ones.
    Raises Refused when the dates are the wrong way round or the path is not one that takes rounds.
    """
    cast = work.book.cast(work.session, plan.version_id)
    programme = programme_under(work, plan.version_id)
    if f"body:{cast.authority_id}" not in actor.keys:
        raise Refused("not_yours", "申报批次由主管部门设立。")
    if plan.closes_on < plan.opens_on:
        raise Refused("dates_reversed", "截止日早于开始日，请改日期。")
    if plan.path not in programme.paths or programme.path(plan.path).call != "round":
        raise Refused("no_round", "办法没有规定这条路径按批次申报。")
    path = programme.path(plan.path)
    refuse_foreign(work, cast.authority_id, plan.quotas)
    changes = signed_changes(work, actor, plan.version_id, plan.path, plan.changes, {})
    round_id: int = work.session.execute(
        insert(ROUNDS)
        .values(
            version_id=plan.version_id, authority_body_id=cast.authority_id, path=plan.path, year=plan.year, title=plan.title,
            prefix=plan.prefix or programme.prefix, opens_on=plan.opens_on, closes_on=plan.closes_on,
            timetable=dict(plan.timetable), changes=changes,
        )
        .returning(ROUNDS.c.id)
    ).scalar_one()  # fmt: skip
    limits = origin_of(programme, f"paths.{path.name}.limits").as_row()
    places = [(Places(one.per, one.at_most, one.at_least, if_not=one.if_not), limits) for one in path.limits]
    decided = {"kind": "decision", "text": "批次设定", "reason": plan.title}
    _store_quotas(work, round_id, path, [*places, *((one, decided) for one in plan.quotas)], left_out(changes))
    opening = Opening(plan.version_id, "round", "round", "round", round_id, round_id=round_id)
    return round_id, open_runs(work, [opening])[0]


def refuse_foreign(work: Work, authority_id: int, places: Iterable[Places]) -> None:
    """Places go to bodies of the authority's own tree. Raises NotFound for any other."""
    named = {one.body_id for one in places if one.body_id is not None}
    above = lineages(work.session, named)
    if any(authority_id not in {place.id for place in above.get(one, ())} for one in named):
        raise NotFound


def _store_quotas(
    work: Work, round_id: int, path: Path, places: Sequence[tuple[Places, Mapping[str, Any]]], off: Collection[str]
) -> None:
    for one, origin in places:
        work.session.execute(
            insert(QUOTAS).values(
                round_id=round_id, scope=one.scope, body_id=one.body_id, kind=one.kind, step=counted_at(path, one.scope, off),
                at_least=one.at_least, at_most=one.at_most, if_not=one.if_not,
                origin=dict(origin),
            )
        )  # fmt: skip


def counted_at(path: Path, scope: str, off: Collection[str] = ()) -> str:
    """The step at which a quota is counted: the tier it is given to, else where the authority chooses; never one that is off.

    That is the experts' ranking, else what is only registered, else the last review: a plaque is counted nowhere.
    """
    steps = [step for step in path.steps if step.name not in off]
    level = {"county": "county", "school": "school", "direct_school": "school", "township": "township"}.get(scope)
    own = [step.name for step in steps if step.stage == "tier_review" and level in step.by]
    chosen = [step.name for step in steps if step.stage == "expert_review"]
    last = [step.name for step in steps if step.stage == "tier_review" or (step.stage == "plaque" and not step.plaque)]
    return (own or chosen or last[-1:])[0]


def begin_application(
    work: Work, actor: Actor, round_id: int, *, person_id: int | None = None, studio_id: int | None = None, kind: str = "",
    subject: str = "", school_stage: str = "", studio_name: str = "", answers: Mapping[str, Any] | None = None,
) -> tuple[int, int]:  # fmt: skip
    """Begin an application in an open round, for oneself or, where the path lets bodies file, for a person of theirs.

    Returns the ids of the application and of its run. Raises Refused when the round takes none, or the person has no post.
    """
    one = work.session.execute(select(ROUNDS).where(ROUNDS.c.id == round_id)).first()
    if one is None:
        raise NotFound
    _refuse_closed(work, round_id)
    whose = person_id if person_id is not None else actor.person_id
    programme, cast = programme_under(work, one.version_id), work.book.cast(work.session, one.version_id)
    path = _path_for(work, programme, cast, programme.path(one.path), whose)
    body_id, above = workplace_of(work, whose)
    refuse_stranger(actor, path, cast, above, whose, None)
    _refuse_elsewhere(work, cast, above)
    about = studio_id if studio_id is not None else _own_studio(work, cast, path, whose)
    if path.gives in {"seat", "exit"}:
        _refuse_without_studio(work, programme, path, about)
    if path.gives == "studio" and about is not None:
        kind = _vacant_kind(work, about)
    case = {
        "version_id": one.version_id, "path": path.name, "gives": path.gives, "person_id": whose, "body_id": body_id,
        "county_id": county_of(above), "direct": is_direct(above), "role": programme.roles_of(path)[0], "kind": kind, "subject": subject,
        "school_stage": school_stage, "studio_name": studio_name, "round_id": round_id, "studio_id": about,
        "made_by": actor.person_id, "answers": dict(answers or {}),
    }  # fmt: skip
    return begin_case(work, case, path.steps[0].name)


def _refuse_elsewhere(work: Work, cast: Cast, above: Sequence[Place]) -> None:
    """A round calls the people of its authority; those of another bureau in the same database are not among them. Raises Refused."""
    if cast.authority_id in {place.id for place in above}:
        return
    if lineages(work.session, [cast.authority_id])[cast.authority_id][-1].id != above[-1].id:
        raise Refused("elsewhere", "您的单位不归本批次的主管部门管，不能在这里申报。请向本单位的主管部门了解申报安排。")


def _refuse_without_studio(work: Work, programme: Programme, path: Path, studio_id: int | None) -> None:
    """A seat is in a studio: nobody asks for one before there is a host (双名 三末). Raises Refused.

    Where seats are given centrally one wishes for studios and names none.
    """
    if any(step.stage == "membership" and step.seats == "allocated" for step in path.steps):
        return
    standing = work.session.execute(select(STUDIOS.c.standing).where(STUDIOS.c.id == studio_id)).scalar()
    if standing not in {"forming", "active", "suspended"}:
        origin = origin_of(programme, f"paths.{path.name}").as_row()
        raise Refused("no_studio", "还不能申报：先要有主持人和工作室，才有成员。", origin)


def _vacant_kind(work: Work, studio_id: int) -> str:
    """The kind of a studio whose next host is sought (另选主持人), by the path that gave it. Raises Refused when none is."""
    owed = (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id) & RUNS.c.ended_at.is_(None)
    sought = select(STUDIOS.c.kind).join(DUTIES, DUTIES.c.studio_id == STUDIOS.c.id).join(RUNS, owed)
    kind = work.session.execute(sought.where(STUDIOS.c.id == studio_id, DUTIES.c.key == "succession").limit(1)).scalar()
    if kind is None:
        raise Refused("no_vacancy", "这个工作室没有在另选主持人，不能申报接任。")
    return str(kind)


def _path_for(work: Work, programme: Programme, cast: Cast, path: Path, person_id: int | None) -> Path:
    """The path that somebody takes in a round: who runs a studio already asks for its next cycle, in the same steps and places (石家庄 后段2)."""
    names = [step.name for step in path.steps]
    onward = [
        one
        for one in programme.paths_giving("cycle")
        if one.call == "round" and [step.name for step in one.steps] == names
    ]
    if not onward or path.gives == "cycle":
        return path
    has_run = exists().where(CYCLES.c.studio_id == STUDIOS.c.id)
    level = path.to or programme.level
    hosts = select(STUDIOS.c.id).where(
        STUDIOS.c.programme_id == cast.programme_id, STUDIOS.c.host_id == person_id, STUDIOS.c.level == level, has_run
    )
    return onward[0] if work.session.execute(hosts.limit(1)).first() else path


def begin_case(work: Work, case: Mapping[str, Any], step: str) -> tuple[int, int]:
    """Store an application and open its first step; returns both ids. Raises Refused when the same one is under way."""
    application_id = store_case(work, case)
    return application_id, start_path(work, [application_id], case["version_id"], case["path"], step)[0]


def store_case(work: Work, case: Mapping[str, Any]) -> int:
    """Store an application; returns its id. Raises Refused when the same one is under way."""
    live = work.session.execute(
        select(APPLICATIONS.c.id).where(
            APPLICATIONS.c.person_id == case["person_id"], APPLICATIONS.c.path == case["path"], APPLICATIONS.c.outcome.is_(None),
            APPLICATIONS.c.round_id == case["round_id"], APPLICATIONS.c.studio_id == case["studio_id"],
        )
    ).scalar()  # fmt: skip
    stored = None
    if live is None:  # whoever begins the same one at this moment waits here, and is refused when it is stored
        storing = unless_there(work.session, APPLICATIONS).values(**case)
        stored = work.session.execute(storing.returning(APPLICATIONS.c.id)).scalar()
    if stored is None:
        raise Refused("begun_before", "已经有一份正在办理的申报，请接着填写那一份。")
    return int(stored)


def write_answers(work: Work, actor: Actor, application_id: int, answers: Mapping[str, Any], **fields: str) -> None:
    """Save a draft, or mend what was sent back. Raises Refused when the application is not the actor's to write now."""
    row = work.session.execute(select(APPLICATIONS).where(APPLICATIONS.c.id == application_id)).first()
    if row is None or f"person:{row.made_by or row.person_id}" not in actor.keys:
        raise NotFound
    writable = work.session.execute(
        select(RUNS.c.id).where(
            RUNS.c.application_id == application_id,
            RUNS.c.ended_at.is_(None),
            RUNS.c.state.in_(("drafting", "returned")),
        )
    ).scalar()
    if writable is None:
        raise Refused("wrong_state", "申报已经提交，不能再改。需要修改的，请先撤回，或等审核退回补正。")
    values = {"answers": {**row.answers, **answers}} | fields
    work.session.execute(update(APPLICATIONS).where(APPLICATIONS.c.id == application_id).values(**values))


def _refuse_closed(work: Work, round_id: int) -> None:
    state = work.session.execute(
        select(RUNS.c.state).where(
            RUNS.c.subject_kind == "round", RUNS.c.subject_id == round_id, RUNS.c.ended_at.is_(None)
        )
    ).scalar()
    if state == "open":
        return
    says = {
        "planned": "批次还没有发布，不能申报。", "announced": "还没有开始受理。",
        "closed": "申报已经截止。有特殊情况的，请向主管部门申请个人延期。",
    }.get(state or "", "批次已经结束，不能申报。")  # fmt: skip
    raise Refused("round_not_open", says)


def workplace_of(work: Work, person_id: int | None) -> tuple[int, Sequence[Place]]:
    """The body of a person's present post, and those above it, nearest first. Raises Refused when there is none."""
    today = local_day(work.now)
    body_id = work.session.execute(
        select(POSTS.c.body_id)
        .where(POSTS.c.person_id == person_id, POSTS.c.to_on.is_(None) | (POSTS.c.to_on >= today))
        .order_by(POSTS.c.from_on.desc())
        .limit(1)
    ).scalar()
    if body_id is None:
        raise Refused("no_post", "名册里没有现任职务，不能申报。请所在单位先在名册里补上。")
    return int(body_id), lineages(work.session, [body_id])[body_id]


def refuse_stranger(
    actor: Actor, path: Path, cast: Cast, above: Sequence[Place], person_id: int | None, host_id: int | None
) -> None:
    """A person applies for themselves, unless the path names who files: a body of theirs, or the host. Raises Refused."""
    by = path.steps[0].by or ("person",)
    people = {"person": person_id, "host": host_id}
    filers = {f"person:{people[who]}" for who in by if who in people}
    filers |= {f"body:{place.id}" for place in above for who in by if cast.levels.get(who) == place.level}
    filers |= {f"body:{cast.bodies[who]}" for who in by if who in cast.bodies}
    if filers & actor.keys:
        return
    says = "只能为本人申报。" if by == ("person",) else "这一项不由您提出：由单位或主持人提出的，请其经办。"
    raise Refused("not_yours", says)


def county_of(above: Sequence[Place]) -> int | None:
    """The county above a body; directly under the city, the city."""
    return next((place.id for place in above if place.level == "county"), None) or next(
        (place.id for place in above if place.level == "city"), None
    )


def is_direct(above: Sequence[Place]) -> bool:
    """Whether no county stands above a body."""
    return not any(place.level == "county" for place in above)


def _own_studio(work: Work, cast: Cast, path: Path, person_id: int | None) -> int | None:
    """The studio whose level or cycle a path is about: the one that the person hosts; one that has ended may ask to go on."""
    if path.gives not in {"level", "cycle"}:
        return None
    ended = ("ended", "lapsed") if path.gives == "cycle" else ()
    return work.session.execute(
        select(STUDIOS.c.id)
        .where(STUDIOS.c.programme_id == cast.programme_id, STUDIOS.c.host_id == person_id)
        .where(STUDIOS.c.standing.in_(("forming", "active", "suspended", *ended)))
        .order_by(STUDIOS.c.id.desc())
        .limit(1)
    ).scalar()
