"""Naming (指定): a role that a school or host fills by naming somebody, and taking it back (县 三(二)2, 赤峰 第七条)."""

from collections.abc import Mapping
from typing import Any

from flows.office.seats import name_to_seat, take_back_seat
from flows.programme import Programme
from flows.rehearsal import seen
from flows.rehearsal.beginning import the_studio
from flows.rehearsal.bureau import Bureau, UnknownName
from flows.rehearsal.scenario import UNNAME, Step


def naming(bureau: Bureau, step: Step) -> None:
    """Name whom each address says, or take it back: `assistant/M1`, or `studio` with `role` and `person`. Raises Refused, UnknownName."""
    for address in step.to:
        studio = step.payload.get("studio", address if address in bureau.studios else "")
        for role, name in _named(bureau.programme, address, step.payload):
            if role not in bureau.programme.people or not name:
                roles = "、".join(bureau.programme.people)
                raise UnknownName(
                    f"{address}：写成“角色/名字”，或者 to 写工作室、with 写 role 和 person；角色有：{roles}"
                )
            _name(bureau, step, the_studio(bureau, str(studio)), role, name)


def fills_by_name(programme: Programme, step: Step) -> bool:
    """Whether a step seats somebody in a role that is filled by naming, without a path: `{do: seat, to: adviser/K1}`."""
    if step.do != "seat":
        return False
    pairs = [pair for address in step.to for pair in _named(programme, address, step.payload)]
    return all(role in programme.people and programme.people[role].chosen_by for role, _ in pairs)


def _named(programme: Programme, address: str, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Roles and whom they are given: `assistant/M1`, `role` and `person`, or `{adviser: K1, assistant: Z1}`."""
    role, _, name = address.partition("/")
    if role in programme.people:
        return [(role, name)]
    by_role = [(key, str(one)) for key, one in said.items() if key in programme.people]
    return by_role or [(str(said.get("role", "")), str(said.get("person", name)))]


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
