"""Beginning applications (开始申报): a round planned and launched, somebody's application begun with its papers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, get_args

from flows.engine.apply import apply
from flows.engine.declare import Actor
from flows.engine.work import Intent
from flows.office.levels import begin_level
from flows.office.rounds import Places, RoundPlan, begin_application, plan_round
from flows.office.seats import begin_seat
from flows.programme.steps import Path
from flows.programme.vocabulary import LimitScope
from flows.rehearsal import seen
from flows.rehearsal.bureau import Bureau, UnknownName
from flows.rehearsal.established import establish
from models import Round
from models.columns import table_of

ROUNDS = table_of(Round)
ROUND_KEYS = ("year", "path", "opens", "closes", "quotas", "changes", "timetable", "launch")
REVIEWERS_SEAL = "审核盖章件"


def plan(bureau: Bureau, said: Mapping[str, Any], opens_on: date, closes_on: date) -> None:
    """Plan and launch the round that a scenario gives: `{year, path, opens, closes, quotas, changes, timetable}`."""
    bureau.round_id, bureau.round_run = 0, 0
    path = str(said.get("path", round_path(bureau)))
    year = int(said.get("year", closes_on.year))
    actor = bureau.acting("authority", None, None, None)
    round_plan = RoundPlan(
        bureau.version_id, path, year, f"{year}年度申报", opens_on, closes_on, quotas=places(bureau, said.get("quotas", ())),
        timetable=said.get("timetable", {}), changes=said.get("changes", {}),
    )  # fmt: skip
    with bureau.at_work() as work:
        bureau.round_id, bureau.round_run = plan_round(work, actor, round_plan)
        apply(work, Intent(bureau.round_run, "launch", said.get("launch", {})), actor)


def round_path(bureau: Bureau) -> str:
    """The path of a round unless the scenario names one: the first that takes rounds and gives a studio, else the first.

    Raises UnknownName when the programme has none.
    """
    paths = [path for path in bureau.programme.paths.values() if path.call == "round"]
    if not paths:
        raise UnknownName("这个办法没有按批次申报的路径，不能给出 round 和 applications")
    return next((path.name for path in paths if path.gives == "studio"), paths[0].name)


def places(bureau: Bureau, said: Any) -> Sequence[Places]:
    """Quotas as a scenario writes them: `4` or `{round: 20, county: 3}`, or a list of `{per, at_most, at_least, body, kind}`."""
    if isinstance(said, int):
        said = {"round": said}
    scopes = list(said) if isinstance(said, dict) else [one.get("per") for one in said]
    if unknown := [str(one) for one in scopes if one not in get_args(LimitScope)]:
        raise UnknownName(f"名额没有“{unknown[0]}”这一范围；可以写：{'、'.join(get_args(LimitScope))}")
    if isinstance(said, dict):
        return [Places(str(scope), int(most)) for scope, most in said.items()]
    return [
        Places(str(one["per"]), one.get("at_most"), one.get("at_least"), bureau.bodies[one["body"]] if "body" in one else None, str(one.get("kind", "")))
        for one in said
    ]  # fmt: skip


def begin(bureau: Bureau, path: Path, name: str, filer: Actor | None = None, **said: Any) -> int:
    """Begin somebody's application on a path, with every paper that is asked for but those they lack; returns its id.

    `filer`: who files, else whoever the path lets. Raises Refused, or UnknownName where the studio cannot be told.
    """
    role = bureau.programme.roles_of(path)[0]
    _open_a_round(bureau, path)
    if path.gives in {"seat", "exit"}:
        return _begin_seat(bureau, path, name, str(said.get("role", role)), filer, str(said.get("studio", "")))
    person_id = bureau.person(name, "host", on=closing_day(bureau))
    if path.from_ and "studio" not in bureau.profiles[name].lacks and not _hosts(bureau, person_id):
        establish(bureau, f"{name}-studio", {"host": name, "level": path.from_[0], "cycle": False})
    profile = bureau.profiles[name]
    actor = filer or _filer(bureau, path, name, person_id)
    if path.gives == "level" and path.call == "any_time":
        studio_id = the_studio(bureau, name)
        with bureau.at_work() as work:
            begun = begin_level(work, actor, bureau.version_id, path.name, studio_id)
        return _begun(bureau, path, name, begun[0])
    with bureau.at_work() as work:
        application_id, _ = begin_application(
            work, actor, bureau.round_id, person_id=person_id, kind=profile.kind, subject=profile.subject,
            school_stage=profile.school_stage,
        )  # fmt: skip
    return _begun(bureau, path, name, application_id)


def _open_a_round(bureau: Bureau, path: Path) -> None:
    """A path that takes rounds has one, also where the scenario gives none: until the last day on which somebody applies."""
    row = open_round(bureau)
    apart = row is not None and path.gives in {"seat", "exit"} and row.path != path.name
    if path.call == "round" and (row is None or apart):
        plan(bureau, {"path": path.name}, bureau.today, max(bureau.today, bureau.applying_until))


def _begin_seat(bureau: Bureau, path: Path, name: str, role: str, filer: Actor | None, studio: str) -> int:
    """An application to join or leave; in the round where one takes them, else by itself."""
    studio_id = 0 if is_central(path) else _studio_if_any(bureau, studio)
    row = seen.studio(bureau.engine, studio_id)
    host = bureau.name_of_person(row.host_id) if row is not None else ""
    kind = row.kind if row is not None else ""
    person_id = bureau.person(name, role, on=closing_day(bureau), host=host, kind=kind)
    held = seen.seat_of(bureau.engine, studio_id, person_id)
    wanted = held.role if path.gives == "exit" and held is not None else role
    actor = filer or _filer(bureau, path, name, row.host_id if row is not None else None)
    in_round = path.call == "round" and bureau.round_id and open_round(bureau).path == path.name
    with bureau.at_work() as work:
        if in_round:
            begun = begin_application(
                work, actor, bureau.round_id, person_id=person_id, studio_id=studio_id or None, kind=kind
            )
        else:
            begun = begin_seat(work, actor, bureau.version_id, path.name, studio_id, person_id, wanted)
    return _begun(bureau, path, name, begun[0])


def is_central(path: Path) -> bool:
    """Whether one asks for a seat without naming a studio: a body places everybody (统筹调配)."""
    return any(step.stage == "membership" and step.seats == "allocated" for step in path.steps)


def _studio_if_any(bureau: Bureau, name: str) -> int:
    """The studio meant, or 0 where there is none at all: the engine says then that it cannot be joined."""
    try:
        return the_studio(bureau, name)
    except UnknownName:
        if seen.one_row(bureau.engine, seen.STUDIOS.select()) is None:
            return 0
        raise


def open_round(bureau: Bureau) -> Any:
    """The row of the round that is under way; None where there is none."""
    return seen.one_row(bureau.engine, ROUNDS.select().where(ROUNDS.c.id == bureau.round_id))


def closing_day(bureau: Bureau) -> date | None:
    """The closing day of the round that is under way."""
    row = open_round(bureau)
    return row.closes_on if row is not None else None


def _begun(bureau: Bureau, path: Path, name: str, application_id: int) -> int:
    bureau.applications[path.name, name] = application_id
    bureau.attach(application_id, bureau.people[name], *papers(bureau, path, name))
    return application_id


def papers(bureau: Bureau, path: Path, name: str) -> list[str]:
    """Every paper that the steps of a path ask for, and those of the person's own; not what they lack."""
    profile = bureau.profiles[name]
    wanted = list(profile.papers)
    for step in path.steps:
        if step.stage == "application":
            wanted += [*step.attach, *([f"{step.form or '申报表'}（盖章扫描件）"] if step.seal else [])]
        elif step.stage == "tier_review" and step.seal:
            wanted.append(REVIEWERS_SEAL)
    return [one for one in dict.fromkeys(wanted) if one not in profile.lacks]


def the_studio(bureau: Bureau, name: str) -> int:
    """The studio of that name, of that host, or the only one. Raises UnknownName."""
    if name in bureau.studios:
        return bureau.studios[name]
    rows = seen.all_rows(bureau.engine, seen.STUDIOS.select().order_by(seen.STUDIOS.c.id))
    if name in bureau.people:
        hosted = [row.id for row in rows if row.host_id == bureau.people[name]]
        if hosted:
            return int(hosted[-1])
    if len(rows) == 1 and name in {"", "studio"}:
        return int(rows[0].id)
    raise UnknownName(f"不知道指哪个工作室：“{name or 'studio'}”；有：{'、'.join(bureau.studios) or '无'}")


def _filer(bureau: Bureau, path: Path, name: str, host_id: int | None = None) -> Actor:
    """Whoever files on a path: the person, the host, or the first body named that stands above the person."""
    person_id, by = bureau.people[name], path.steps[0].by or ("person",)
    body_id = bureau.bodies[bureau.profiles[name].body] if name in bureau.profiles else None
    near = [who for who in by if who not in bureau.programme.bodies or bureau.stands_above(who, body_id)]
    return bureau.acting((near or list(by))[0], body_id, person_id, host_id)


def _hosts(bureau: Bureau, person_id: int) -> bool:
    return seen.one_row(bureau.engine, seen.STUDIOS.select().where(seen.STUDIOS.c.host_id == person_id)) is not None
