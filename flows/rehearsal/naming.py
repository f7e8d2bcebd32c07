"""Naming (指定): a role that a school or host fills by naming somebody, and taking it back (县 三(二)2, 赤峰 第七条)."""

from flows.office.seats import name_to_seat, take_back_seat
from flows.rehearsal import seen
from flows.rehearsal.beginning import the_studio
from flows.rehearsal.bureau import Bureau, UnknownName
from flows.rehearsal.scenario import UNNAME, Step


def naming(bureau: Bureau, step: Step) -> None:
    """Name whom each address says, or take it back: `assistant/M1`, or `studio` with `role` and `person`. Raises Refused, UnknownName."""
    for address in step.to:
        role, _, name = address.partition("/")
        if role not in bureau.programme.people:
            role, name = str(step.payload.get("role", "")), str(step.payload.get("person", name))
        if role not in bureau.programme.people or not name:
            roles = "、".join(bureau.programme.people)
            raise UnknownName(f"{address}：写成“角色/名字”，或者 to 写工作室、with 写 role 和 person；角色有：{roles}")
        studio = step.payload.get("studio", address if address in bureau.studios else "")
        _name(bureau, step, the_studio(bureau, str(studio)), role, name)


def _name(bureau: Bureau, step: Step, studio_id: int, role: str, name: str) -> None:
    row = seen.studio(bureau.engine, studio_id)
    person_id = bureau.person(name, role, host=bureau.name_of_person(row.host_id), kind=row.kind)
    actor = bureau.acting(step.by, row.home_body_id, person_id, row.host_id)
    reason = str(step.payload.get("reason", "另有安排"))
    with bureau.at_work() as work:
        if step.do == UNNAME:
            take_back_seat(work, actor, bureau.version_id, studio_id, person_id, role, reason)
        else:
            name_to_seat(work, actor, bureau.version_id, studio_id, person_id, role)
