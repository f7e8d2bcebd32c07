"""Members of a studio (成员): the roster against the text, nominations, further roles, and leaving."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.seats import begin_seat, name_to_seat, take_back_seat
from web.i18n import _
from web.studio_doors import Door, enter
from web.views.studio_members import former, movements, rules_of, seat_lines, ways_in
from web.views.studios import absence_origin, only_reminds
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()


@router.get("/studios/{studio_id}/members")
def members(visit: Visiting, studio_id: int, note: str = "") -> Response:
    """Who belongs to the studio, whether numbers and shares are kept, and who is coming or going."""
    person_id = visit.visitor.person_id or 0
    with visit.reading() as work:
        door = enter(visit, work, studio_id)
        context = {
            "door": door, "studio": door.studio, "rules": rules_of(work, door) if door.sees_all else [], "lines": seat_lines(work, door, person_id),
            "moving": movements(work, door) if door.sees_all else [], "former": former(work, door) if door.sees_all else [],
            "nominates": ways_in(door, person_id), "only_reminds": only_reminds(door), "absence_origin": absence_origin(door),
        }  # fmt: skip
    return visit.page("studios/members.html", note=note, **context)


@router.post("/studios/{studio_id}/members")
def change(visit: Visiting, form: Posted, studio_id: int) -> Response:
    """Give or take back a further role, or begin somebody's leaving by its path."""
    act, person = form.text("act"), form.text("person")
    if not person.isdigit() or act not in {"name", "unname", "leave"}:
        raise Refused("unknown_act", _("没有这种办理。没有改动任何内容。"))
    done = visit.once(
        form, f"members {act}:{studio_id}:{person}", lambda work: _changed(visit, work, form, studio_id, int(person))
    )
    if act == "leave":
        return visit.go(f"/applications/{done['application']}/form", _("已建立退出申请的草稿，核对后提交。"))
    return visit.go(f"/studios/{studio_id}/members", _("已指定。") if act == "name" else _("已取消。"))


def _changed(visit: Visit, work: Work, form: Form, studio_id: int, person_id: int) -> Mapping[str, Any]:
    door, actor = enter(visit, work, studio_id), visit.visitor.actor
    version_id = door.version_id or 0
    if form.text("act") == "leave":
        return {"application": _leaving(work, door, visit, person_id)}
    if form.text("act") == "name":
        return {"run": name_to_seat(work, actor, version_id, studio_id, person_id, form.text("role"))}
    reason = form.text("reason")[:200] or _("主持人调整分工")
    return {"run": take_back_seat(work, actor, version_id, studio_id, person_id, form.text("role"), reason)}


def _leaving(work: Work, door: Door, visit: Visit, person_id: int) -> int:
    paths = door.programme.paths_giving("exit")
    if not paths:
        raise NotFound
    seat = next((one for one in door.seats if one.person_id == person_id), None)
    role = seat.role if seat is not None else ""
    path = next((one for one in paths if not one.roles or role in one.roles), paths[0])
    return begin_seat(work, visit.visitor.actor, door.version_id or 0, path.name, door.studio.id, person_id, role)[0]
