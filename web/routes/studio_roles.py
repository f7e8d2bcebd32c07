"""Further roles of a studio (指定角色): who names whom, what the text asks of them, refusals as they are, and what was done before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.seats import name_to_seat, naming_desk, take_back_seat
from flows.programme.criterion_words import title_of
from flows.programme.sections import Role
from models.queries.filing import person_named
from models.queries.naming import namings
from web.display import Choice, Provenance
from web.i18n import _
from web.studio_doors import Door, enter_as_host
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
KEPT_BACK = {"not_yours", "wrong_role"}


@dataclass(frozen=True)
class Named:
    """One role that is filled by naming: who names, whether that is the visitor, who holds it, whom one may choose."""

    name: str
    title: str
    by: str
    mine: bool
    wanted: str
    conditions: tuple[str, ...]
    origin: Provenance | None
    holders: tuple[Any, ...]
    among: tuple[Choice, ...] | None


@router.get("/studios/{studio_id}/roles")
def roles(visit: Visiting, studio_id: int, note: str = "") -> Response:
    """The roles of a studio that somebody names, with their holders and their history."""
    return _page(visit, studio_id, note=note)


def _page(
    visit: Visit, studio_id: int, *, note: str = "", fault: Refused | None = None, said: Mapping[str, str] | None = None
) -> Response:
    with visit.reading() as work:
        door = enter_as_host(visit, work, studio_id)
        named = _named(visit, work, door)
        if not named:
            raise NotFound
        history = namings(work.session, studio_id)
    people = door.programme.people
    titles = {one: people[one].title for one in people}
    return visit.page(
        "studios/roles.html", 422 if fault else 200, door=door, studio=door.studio, named=named, history=history, titles=titles, note=note,
        fault=fault, said=said or {},
    )  # fmt: skip


def _named(visit: Visit, work: Work, door: Door) -> list[Named]:
    return [_one(visit, work, door, role) for role in door.programme.people.values() if role.chosen_by is not None]


def _one(visit: Visit, work: Work, door: Door, role: Role) -> Named:
    mine = naming_desk(work, door.version_id or 0, role, door.studio) in visit.visitor.keys and door.runs
    holders = tuple(one for one in door.seats if role.name in {one.role, one.duty_role})
    among = None
    if role.within is not None:
        free = [one for one in door.seats if one.role == role.within and not one.duty_role]
        among = tuple(Choice(str(one.person_id), f"{one.name}（{one.body}）") for one in free)
    by = _("主持人") if role.chosen_by == "host" else _chooser_title(door, role)
    conditions = tuple(title_of(one) for one in role.criteria)
    return Named(role.name, role.title, by, mine, _wanted(role), conditions, door.origin(f"people.{role.name}.chosen_by"), holders, among)  # fmt: skip


def _chooser_title(door: Door, role: Role) -> str:
    body = door.programme.bodies.get(role.chosen_by or "")
    return body.title if body is not None else _("所在单位")


def _wanted(role: Role) -> str:
    found = []
    for one in role.number:
        if one.least is not None and one.least == one.most:
            found.append(_("{n} 人", n=one.least))
        elif one.most is not None:
            found.append(_("至多 {n} 人", n=one.most))
        elif one.least is not None:
            found.append(_("至少 {n} 人", n=one.least))
    return "，".join(found)


@router.post("/studios/{studio_id}/roles")
def change(visit: Visiting, form: Posted, studio_id: int) -> Response:
    """Name somebody to a role, or take it back with a reason; what refuses is shown on the page."""
    verb = form.text("act")
    if verb not in {"name", "unname"}:
        raise Refused("unknown_act", _("没有这种办理。没有改动任何内容。"))
    try:
        visit.once(form, f"roles {verb}:{studio_id}", lambda work: _changed(visit, work, form, studio_id, verb))
    except Refused as refusal:
        if refusal.because in KEPT_BACK:
            raise
        return _page(
            visit, studio_id, fault=refusal, said={key: form.text(key) for key in ("role", "staff_no", "name")}
        )
    return visit.go(f"/studios/{studio_id}/roles", _("已指定。") if verb == "name" else _("已取消，理由写入记录。"))


def _changed(visit: Visit, work: Work, form: Form, studio_id: int, verb: str) -> Mapping[str, Any]:
    door, actor, role = enter_as_host(visit, work, studio_id), visit.visitor.actor, form.text("role")
    version_id = door.version_id or 0
    if verb == "unname":
        reason = form.text("reason")[:200]
        if not reason:
            raise Refused("without_reason", _("请写明为什么取消。没有改动任何内容。"))
        return {"run": take_back_seat(work, actor, version_id, studio_id, _person(form), role, reason)}
    whose = _person(form) if form.text("person") else _by_number(visit, work, form)
    return {"run": name_to_seat(work, actor, version_id, studio_id, whose, role)}


def _person(form: Form) -> int:
    if not form.text("person").isdigit():
        raise Refused("no_person", _("请先选一个人。没有改动任何内容。"))
    return int(form.text("person"))


def _by_number(visit: Visit, work: Work, form: Form) -> int:
    found = person_named(work.session, form.text("staff_no"), form.text("name"), visit.today)
    if found is None:
        raise Refused("no_person", _("名册里没有工号和姓名都相符、现在在职的人。请向本人核对工号。没有改动任何内容。"))
    return int(found.id)
