"""Seats (席位): who asks for one in a studio, and whom a school or host names without a path."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from flows.engine.apply import apply
from flows.engine.calendar import local_day
from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.rulebook import Cast
from flows.engine.steps import Opening, open_runs
from flows.engine.work import Intent, Work
from flows.office.rounds import begin_case, county_of, is_direct, refuse_stranger, store_case, workplace_of
from flows.programme.criteria import check, unmet
from flows.programme.loading import origin_of
from flows.programme.schema import NAMING, Programme
from flows.programme.sections import Role
from flows.programme.steps import Path
from flows.regulations import programme_under
from models import ProgrammeVersion, Round, Seat, StageRun
from models.columns import table_of
from models.queries.bodies import Place, lineages
from models.queries.facts.seating import hold_studio
from models.queries.people import person_facts

ROUNDS, RUNS, SEATS, VERSIONS = table_of(Round), table_of(StageRun), table_of(Seat), table_of(ProgrammeVersion)
OPEN_TO_MEMBERS = ("forming", "active", "suspended")


def begin_seat(
    work: Work, actor: Actor, version_id: int, path_name: str, studio_id: int, person_id: int, role: str
) -> tuple[int, int]:
    """Begin an application to join or leave a studio; returns the ids of the application and of its run.

    On a path that takes rounds it belongs to the round that is open. Raises Refused when the path is not for this role, no
    round of it is open, the studio has ended, the actor may not file it, or somebody who would leave has no seat.
    """
    programme, cast = programme_under(work, version_id), work.book.cast(work.session, version_id)
    path, studio = programme.path(path_name), open_studio(work, studio_id)
    held = _seat_held(work, studio_id, person_id)
    if path.gives == "exit":
        role = _leaving(held)
    elif role not in programme.roles_of(path):
        raise Refused("wrong_role", f"“{_title(programme, role)}”不按这条路径产生。")
    body_id, above = (
        (held.body_id, lineages(work.session, [held.body_id])[held.body_id]) if held else workplace_of(work, person_id)
    )
    refuse_stranger(actor, path, cast, above, person_id, studio.host_id)
    case = {
        "version_id": version_id, "path": path_name, "gives": path.gives, "person_id": person_id, "body_id": body_id,
        "county_id": county_of(above), "direct": is_direct(above), "role": role, "kind": studio.kind, "subject": "",
        "school_stage": "", "studio_name": studio.name, "round_id": _round_of(work, path, cast), "studio_id": studio_id,
        "made_by": actor.person_id, "answers": {},
    }  # fmt: skip
    return begin_case(work, case, path.steps[0].name)


def _leaving(held: Any) -> str:
    if held is None:
        raise Refused("no_seat", "不是这个工作室的成员，不需要办理退出。")
    return str(held.role)


def _seat_held(work: Work, studio_id: int, person_id: int) -> Any:
    mine = (SEATS.c.studio_id == studio_id) & (SEATS.c.person_id == person_id) & SEATS.c.to_on.is_(None)
    return work.session.execute(select(SEATS).where(mine)).first()


def _round_of(work: Work, path: Path, cast: Cast) -> int | None:
    """The open round of a path that takes rounds. Raises Refused when there is none."""
    if path.call != "round":
        return None
    open_now = (RUNS.c.subject_kind == "round") & (RUNS.c.subject_id == ROUNDS.c.id) & (RUNS.c.state == "open")
    mine = select(ROUNDS.c.id).join(RUNS, open_now).join(VERSIONS, VERSIONS.c.id == ROUNDS.c.version_id)
    wanted = (VERSIONS.c.programme_id == cast.programme_id) & (ROUNDS.c.path == path.name)
    found: int | None = work.session.execute(mine.where(wanted).order_by(ROUNDS.c.id.desc()).limit(1)).scalar()
    if found is None:
        raise Refused("round_not_open", "现在没有开放成员申报，请等主管部门的通知。")
    return found


def name_to_seat(work: Work, actor: Actor, version_id: int, studio_id: int, person_id: int, role_name: str) -> int:
    """Give a role that the text lets a school or host fill by naming somebody (`chosen_by`), if its criteria are met.

    A role within another (an assistant among the members) is that seat with a further role. The act is a case of its own with
    its history; returns the id of its run. Raises Refused.
    """
    programme, studio = programme_under(work, version_id), open_studio(work, studio_id)
    role = _named_role(programme, role_name)
    desk = _own_desk(work, actor, version_id, role, studio)
    _refuse_unfit(work, programme, role, studio, person_id, version_id)
    body_id, above = workplace_of(work, person_id)
    case = _naming_case(studio, version_id, actor, f"named/{role_name}", person_id, body_id, above)
    return _act_on_seat(work, actor, role, case, desk, {})


def take_back_seat(
    work: Work, actor: Actor, version_id: int, studio_id: int, person_id: int, role_name: str, reason: str
) -> int:
    """End a role that somebody was named to, by who names them; one within another leaves the seat itself. Raises Refused."""
    programme, studio = programme_under(work, version_id), open_studio(work, studio_id)
    role, held = _named_role(programme, role_name), _seat_held(work, studio_id, person_id)
    desk = _own_desk(work, actor, version_id, role, studio)
    if held is None or role.name not in {held.role, held.duty_role}:
        raise Refused("no_seat", f"现在不是“{role.title}”。")
    above = lineages(work.session, [held.body_id])[held.body_id]
    case = _naming_case(studio, version_id, actor, f"unnamed/{role_name}", person_id, held.body_id, above)
    return _act_on_seat(work, actor, role, case, desk, {"reason": reason})


def _named_role(programme: Programme, role_name: str) -> Role:
    role = programme.people.get(role_name)
    if role is None or role.chosen_by is None:
        raise Refused("wrong_role", f"“{_title(programme, role_name)}”不由单位或主持人直接指定。")
    return role


def _own_desk(work: Work, actor: Actor, version_id: int, role: Role, studio: Any) -> str:
    desk = naming_desk(work, version_id, role, studio)
    if desk not in actor.keys:
        raise Refused("not_yours", f"“{role.title}”不由您指定。")
    return desk


def _naming_case(
    studio: Any, version_id: int, actor: Actor, path: str, person_id: int, body_id: int, above: Sequence[Place]
) -> dict[str, Any]:
    verb, _, role = path.partition("/")
    return {
        "version_id": version_id, "path": path, "gives": NAMING[verb], "person_id": person_id, "body_id": body_id,
        "county_id": county_of(above), "direct": is_direct(above), "role": role, "kind": studio.kind, "subject": "",
        "school_stage": "", "studio_name": studio.name, "round_id": None, "studio_id": studio.id, "made_by": actor.person_id,
        "answers": {},
    }  # fmt: skip


def _act_on_seat(
    work: Work, actor: Actor, role: Role, case: Mapping[str, Any], desk: str, payload: Mapping[str, Any]
) -> int:
    application_id = store_case(work, case)
    opening = Opening(
        case["version_id"], case["path"], "seat", "application", application_id, role.chosen_by or "", desk,
        application_id=application_id, studio_id=case["studio_id"],
    )  # fmt: skip
    run_id = open_runs(work, [opening])[0]
    work.at_once()  # who names acts themselves; the engine has nothing to try
    apply(work, Intent(run_id, "leave" if case["gives"] == "exit" else "seat", payload), actor)
    return run_id


def open_studio(work: Work, studio_id: int) -> Any:
    """A studio that still takes applications, held until the transaction ends. Raises NotFound, or Refused when it has ended."""
    studio = hold_studio(work.session, studio_id)
    if studio is None:
        raise NotFound
    if studio.standing not in OPEN_TO_MEMBERS:
        raise Refused("studio_ended", "工作室已经结束，不能再进出人员。")
    return studio


def _title(programme: Programme, role: str) -> str:
    return programme.people[role].title if role in programme.people else role


def naming_desk(work: Work, version_id: int, role: Role, studio: Any) -> str:
    """Whose desk names holders of a role: the host, or the body found above the studio's home; `studio` has its host and home."""
    if role.chosen_by == "host":
        return f"person:{studio.host_id}"
    above = lineages(work.session, [studio.home_body_id])[studio.home_body_id]
    cast, chooser = work.book.cast(work.session, version_id), role.chosen_by or ""
    body_id = cast.bodies.get(chooser) or next((one.id for one in above if one.level == cast.levels.get(chooser)), None)
    return f"body:{body_id}"


def _refuse_unfit(work: Work, programme: Programme, role: Role, studio: Any, person_id: int, version_id: int) -> None:
    today = local_day(work.now)
    people = person_facts(work.session, {person_id, studio.host_id}, today)
    host = people[studio.host_id]
    taught = [post.subject for post in host.posts if post.subject and (post.to_on is None or post.to_on >= today)]
    failed = unmet(check(
        role.criteria, people[person_id], today, kind=studio.kind, authority_body_id=work.book.cast(work.session, version_id).authority_id,
        attached=frozenset(one.document for one in role.criteria if one.document), host_school_id=host.school_id,
        home_body_id=studio.home_body_id, host_subject=taught[-1] if taught else "",
        origins=lambda place: origin_of(programme, f"people.{role.name}.{place}").as_row(),
    ))  # fmt: skip
    if failed:
        reasons = tuple(f"{one.title}：{one.reason}" for one in failed)
        raise Refused(
            "criteria_unmet",
            f"不能指定，有 {len(failed)} 项条件不符合。{'；'.join(reasons)}。",
            failed[0].origin,
            reasons,
        )
