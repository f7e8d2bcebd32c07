"""Seats (席位): who asks for one in a studio, and whom a school or host names without a path."""

from typing import Any

from sqlalchemy import func, insert, select, update

from flows.engine.calendar import local_day
from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.rounds import begin_case, county_of, is_direct, refuse_stranger, workplace_of
from flows.programme.criteria import check, unmet
from flows.programme.loading import origin_of
from flows.programme.schema import Programme
from flows.programme.sections import Role
from flows.regulations import Regulations
from models import Seat, Studio
from models.columns import table_of
from models.queries.bodies import lineages
from models.queries.people import person_facts

STUDIOS, SEATS = table_of(Studio), table_of(Seat)
OPEN_TO_MEMBERS = ("forming", "active", "suspended")


def begin_seat(
    work: Work, actor: Actor, version_id: int, path_name: str, studio_id: int, person_id: int, role: str
) -> tuple[int, int]:
    """Begin an application to join or leave a studio; returns the ids of the application and of its run.

    Raises Refused when the path is not for this role, the studio has ended, or the actor may not file it.
    """
    book: Regulations = work.book  # type: ignore[assignment]
    programme, cast = book.programme(work.session, version_id), work.book.cast(work.session, version_id)
    path, studio = programme.path(path_name), _open_studio(work, studio_id)
    if role not in programme.roles_of(path):
        raise Refused("wrong_role", f"“{_title(programme, role)}”不按这条路径产生。")
    body_id, above = workplace_of(work, person_id)
    refuse_stranger(actor, path, cast, above, person_id, studio.host_id)
    case = {
        "version_id": version_id, "path": path_name, "gives": path.gives, "person_id": person_id, "body_id": body_id,
        "county_id": county_of(above), "direct": is_direct(above), "role": role, "kind": studio.kind, "subject": "",
        "school_stage": "", "studio_name": studio.name, "round_id": None, "studio_id": studio_id, "made_by": actor.person_id,
        "answers": {},
    }  # fmt: skip
    return begin_case(work, case, path.steps[0].name)


def name_to_seat(work: Work, actor: Actor, version_id: int, studio_id: int, person_id: int, role_name: str) -> None:
    """Give a role that the text lets a school or host fill by naming somebody (`chosen_by`), if its criteria are met.

    A role within another (an assistant among the members) is that seat with a further role. Raises Refused.
    """
    book: Regulations = work.book  # type: ignore[assignment]
    programme, studio = book.programme(work.session, version_id), _open_studio(work, studio_id)
    role = programme.people.get(role_name)
    if role is None or role.chosen_by is None:
        raise Refused("wrong_role", f"“{_title(programme, role_name)}”不由单位或主持人直接指定。")
    if _chooser(work, version_id, role, studio) not in actor.keys:
        raise Refused("not_yours", f"“{role.title}”不由您指定。")
    _refuse_unfit(work, programme, role, studio, person_id, version_id)
    _refuse_full(work, programme, role, studio_id)
    held = (SEATS.c.studio_id == studio_id) & (SEATS.c.person_id == person_id) & SEATS.c.to_on.is_(None)
    if role.within and work.session.execute(update(SEATS).where(held).values(duty_role=role.name)).rowcount:  # type: ignore[attr-defined]
        return
    work.session.execute(
        insert(SEATS).values(
            studio_id=studio_id, person_id=person_id, role=role.within or role.name, duty_role=role.name if role.within else "",
            body_id=workplace_of(work, person_id)[0], from_on=local_day(work.now), why_ended="",
        )
    )  # fmt: skip


def _open_studio(work: Work, studio_id: int) -> Any:
    studio = work.session.execute(select(STUDIOS).where(STUDIOS.c.id == studio_id)).first()
    if studio is None:
        raise NotFound
    if studio.standing not in OPEN_TO_MEMBERS:
        raise Refused("studio_ended", "工作室已经结束，不能再进出人员。")
    return studio


def _title(programme: Programme, role: str) -> str:
    return programme.people[role].title if role in programme.people else role


def _chooser(work: Work, version_id: int, role: Role, studio: Any) -> str:
    """Whose desk names holders of this role: the host, or the body found above the studio's home."""
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


def _refuse_full(work: Work, programme: Programme, role: Role, studio_id: int) -> None:
    column = SEATS.c.duty_role if role.within else SEATS.c.role
    held = work.session.execute(
        select(func.count()).where(SEATS.c.studio_id == studio_id, column == role.name, SEATS.c.to_on.is_(None))
    ).scalar_one()
    for limit in role.number:
        if limit.most is not None and limit.if_not != "warn" and held >= limit.most:
            origin = origin_of(programme, f"people.{role.name}.number").as_row()
            raise Refused("too_many", f"{role.title}最多 {limit.most} 人，已有 {held} 人。", origin)
