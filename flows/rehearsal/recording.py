"""Recording an activity (活动记录): what was held, when, and who was there, before it is handed in for a duty."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flows.engine.calendar import at_local
from flows.rehearsal import seen
from flows.rehearsal.bureau import Bureau, UnknownName
from models import Attendance, Record

AFTERNOON = 14
MARKS: Mapping[str, str] = {"present": "到了的人", "late": "迟到的人", "absent": "缺勤的人", "leave": "请假获准的人"}


def recorded(bureau: Bureau, studio_id: int, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What is handed in, with the record of an activity in the place of its list of people; as it is where none is named.

    Raises UnknownName for somebody there is not.
    """
    marks = {str(name): mark for mark in MARKS for name in payload.get(mark, ())}
    if not marks:
        return dict(payload)
    unknown = next((name for name in marks if name not in bureau.people), None)
    if unknown is not None:
        raise UnknownName(f"没有叫“{unknown}”的人；有：{'、'.join(bureau.profiles)}")
    host_id = seen.studio(bureau.engine, studio_id).host_id
    held_on = date.fromisoformat(str(payload.get("held_on", bureau.today)))
    ends_on = date.fromisoformat(str(payload["ends_on"])) if "ends_on" in payload else None
    with bureau.at_work() as work:
        record = Record(
            kind="activity", title=str(payload.get("title", "活动")), studio_id=studio_id, held_on=held_on, ends_on=ends_on,
            starts_at=at_local(held_on, AFTERNOON), theme=str(payload.get("theme", "")), filed_by=host_id, filed_at=work.now,
        )  # fmt: skip
        work.session.add(record)
        work.session.flush()
        for name, mark in marks.items():
            work.session.add(
                Attendance(record_id=record.id or 0, person_id=bureau.people[name], mark=mark, noted_at=work.now)
            )
        work.session.flush()
        return {**{key: value for key, value in payload.items() if key not in MARKS}, "record_id": record.id}
