"""Recording an activity (活动记录): what was held, when, and who was there, before it is handed in for a duty."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flows.engine.calendar import at_local
from flows.engine.declare import Actor
from flows.office.happenings import Held, Planned, answer_leave, ask_leave, hold_activity, plan_activity
from flows.rehearsal import seen
from flows.rehearsal.addresses import Target
from flows.rehearsal.bureau import Bureau, UnknownName
from flows.rehearsal.seated import seated

A_WEEK, MORNING, AFTERNOON = timedelta(days=7), 9, 14
MARKS: Mapping[str, str] = {
    "present": "到了的人",
    "late": "迟到的人",
    "absent": "缺勤的人（没有写 present 的，其余都到了）",
    "leave": "请假获准的人",
}


def recorded(bureau: Bureau, target: Target, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What is handed in, with the record of an activity in the place of its list of people; as it is where nothing says it was one.

    Planned a week before and held as people do it: leave is asked for and granted. Whoever has a seat and is not named was absent
    where it is said who was there, and there where it is only said who was not.
    Raises UnknownName for somebody there is not.
    """
    marks = {str(name): mark for mark in MARKS for name in payload.get(mark, ())}
    studio_id = target.studio_id or 0
    if not marks and not ("held_on" in payload and _is_attended(bureau, target)):
        return dict(payload)
    unknown = next((name for name in marks if name not in bureau.people), None)
    if unknown is not None:
        raise UnknownName(f"没有叫“{unknown}”的人；有：{'、'.join(bureau.profiles)}")
    held_on = date.fromisoformat(str(payload.get("held_on", bureau.today)))
    ends_on = date.fromisoformat(str(payload["ends_on"])) if "ends_on" in payload else None
    host_id = seen.studio(bureau.engine, studio_id).host_id
    host = Actor("person", host_id, keys=frozenset({f"person:{host_id}"}))
    if "present" not in payload:
        marks = {**dict.fromkeys(_others(bureau, studio_id), "present"), **marks}
    title, theme = str(payload.get("title", "活动")), str(payload.get("theme", ""))
    plan = Planned(title, held_on, ends_on=ends_on, starts_at=at_local(held_on, AFTERNOON), theme=theme)
    with bureau.at_work() as work:
        before = replace(work, now=at_local(held_on - A_WEEK, MORNING))
        record_id = plan_activity(before, host, studio_id, plan)
        for name in (name for name, mark in marks.items() if mark == "leave"):
            asking = Actor("person", bureau.people[name], keys=frozenset({f"person:{bureau.people[name]}"}))
            answer_leave(before, host, ask_leave(before, asking, record_id, "请假"), granted=True)
        hold_activity(work, host, record_id, Held({bureau.people[name]: mark for name, mark in marks.items()}))
        return {**{key: value for key, value in payload.items() if key not in MARKS}, "record_id": record_id}


def _is_attended(bureau: Bureau, target: Target) -> bool:
    """Whether what is owed is an activity at which people were: its proof is who attended."""
    owed = bureau.programme.obligations.get(target.address.partition("/")[2].partition("@")[0])
    return owed is not None and "attendance" in owed.proof and not owed.each


def _others(bureau: Bureau, studio_id: int) -> list[str]:
    """Everybody with a seat in a studio, by name."""
    return [name for name, role in seated(bureau, studio_id).items() if role != "host"]
