"""Activities (活动): planned, with leave asked for before; then who was there, what was done, what proves it; filed on one sheet."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.crediting import Credited
from flows.office.happenings import (
    Held,
    Planned,
    answer_leave,
    ask_leave,
    cancel_activity,
    hold_activity,
    plan_activity,
)
from flows.office.noting import Noted, draft_of, drop_file, note_activity
from models.files import ACCEPT
from models.queries.activities import activity_of, file_of_record, leaves_of, taking_part
from web.display import clock_time
from web.i18n import _
from web.papers import keep_photo, serve
from web.studio_doors import Door, enter, keeps_activities
from web.views.activities import (
    WRITTEN,
    Sheet,
    agenda_keys,
    hours_words,
    may_ask_leave,
    moment_of,
    purposes_to_choose,
    sheet_of,
    suggested,
    suggestions,
    unmarked,
)
from web.views.studios import due_text
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
LONGEST, SHORT = 4000, 120
PLANNED = ("title", "held_on", "starts_at", "ends_on", "place", "theme", "participants")
MOST_MINUTES = 60 * 24 * 31


@router.get("/studios/{studio_id}/activities/new")
def new_page(visit: Visiting, studio_id: int, draft: int = -1) -> Response:
    """Plan an activity; those that come with the text stand ready to be taken over."""
    with visit.reading() as work:
        door = _hosting(visit, work, studio_id)
    return _new(visit, door, suggested(door, draft))


def _new(visit: Visit, door: Door, said: Mapping[str, str], agenda: Sequence[str] = (), refused: str = "") -> Response:
    """The form of a new activity, empty, with a suggestion, or as it was written and why it was not taken."""
    first, others = purposes_to_choose(door, agenda)
    return visit.page("studios/activity_new.html", 422 if refused else 200, door=door, studio=door.studio, first=first, others=others,
                      said=said, drafts=suggestions(door), refused=refused)  # fmt: skip


def _hosting(visit: Visit, work: Work, studio_id: int) -> Door:
    """The studio of a host, or of whoever assists the host. Raises NotFound."""
    door = enter(visit, work, studio_id)
    if not (keeps_activities(door)):
        raise NotFound
    return door


@router.post("/studios/{studio_id}/activities/new")
def plan_one(visit: Visiting, form: Posted, studio_id: int) -> Response:
    """Put an activity on the plan; one that is refused comes back as it was written."""

    def do(work: Work) -> Mapping[str, Any]:
        door = _hosting(visit, work, studio_id)
        return {"activity": plan_activity(work, visit.visitor.actor, studio_id, planned_of(form, door))}

    try:
        done = visit.once(form, f"plan activity:{studio_id}", do)
    except Refused as refused:
        with visit.reading() as work:
            door = _hosting(visit, work, studio_id)
        return _new(visit, door, {key: form.text(key) for key in PLANNED}, form.texts("agenda"), refused.says)
    return visit.go(f"/activities/{done['activity']}", _("已列入计划，成员可以在开始前请假。"))


def planned_of(form: Form, door: Door) -> Planned:
    """What a form plans. Raises Refused with what is lacking."""
    title, on = form.text("title")[:SHORT], day_of(form.text("held_on"))
    if not title or on is None:
        raise Refused("incomplete", _("请写明活动名称和日期。没有改动任何内容。"))
    ends_on = day_of(form.text("ends_on"))
    if ends_on is not None and ends_on < on:
        raise Refused("wrong_days", _("结束日期不能早于开始日期。没有改动任何内容。"))
    agenda = [key for key in form.texts("agenda") if key in door.programme.obligations]
    return Planned(title, on, agenda, ends_on, moment_of(on, form.text("starts_at")), form.text("place")[:SHORT], form.text("theme")[:SHORT],
                   form.text("participants")[:SHORT])  # fmt: skip


def day_of(text: str) -> date | None:
    """A day as a form writes it; None for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@router.get("/activities/{record_id}")
def activity(visit: Visiting, record_id: int, note: str = "") -> Response:
    """The plan, leave, attendance, what was done, files, and what the activity counts for."""
    with visit.reading() as work:
        door, record = _seen(visit, work, record_id)
        sheet = sheet_of(work, door, record)
        own = leaves_of(work.session, record_id).get(visit.visitor.person_id or 0)
        keeps = keeps_activities(door) and record.standing != "cancelled"
        begun = (record.held_on or door.today) <= door.today
        dues = [one.due for one in sheet.purposes if one.due is not None and one.due.look != "none"]
        context = {
            "door": door, "studio": door.studio, "record": record, "sheet": sheet, "hours": hours_words(record), "keeps": keeps, "begun": begun,
            "writes": keeps and begun and not (record.standing == "held" and all(one.mark.tone == "green" for one in sheet.purposes)),
            "own": own, "may_leave": door.seat is not None and not door.hosts and may_ask_leave(record, visit.now, own),
            "others": taking_part(work.session, record_id), "accept": ACCEPT, "limits": _("PDF、照片、Word 或 Excel，每个不超过 20 MB"),
            "due": dues[0] if dues and record.standing == "planned" else None, "receiver": _receiver(work, door, record),
            "mine": next((row for row in sheet.rows if row.person_id == visit.visitor.person_id), None),
            "past": record.standing == "planned" and due_text(work, record.held_on, door.today).look == "past",
        }  # fmt: skip
    return visit.page("studios/activity.html", note=note, **context)


def _receiver(work: Work, door: Door, record: Any) -> str:
    """Who receives what the activity counts for, by name; empty where it counts at once."""
    names = [door.programme.obligations[key].to for key in agenda_keys(record) if key in door.programme.obligations]
    del work
    return "、".join(
        dict.fromkeys(door.programme.bodies[name].title for name in names if name in door.programme.bodies)
    )


def _seen(visit: Visit, work: Work, record_id: int) -> tuple[Door, Any]:
    record = activity_of(work.session, record_id)
    if record is None:
        raise NotFound
    return enter(visit, work, record.studio_id), record


@router.post("/activities/{record_id}")
def write(visit: Visiting, form: Posted, record_id: int) -> Response:
    """Note what is written, mark everybody, file the record, take a file away, or cancel what was planned."""
    act = form.text("act") or "note"
    if act == "file":
        done = visit.once(form, f"file activity:{record_id}", lambda work: _handed_in(visit, work, form, record_id))
        if done["unmarked"]:
            return visit.go(f"/activities/{record_id}/unmarked")
        return visit.go(f"/activities/{record_id}", str(done["said"]))
    if act == "cancel":
        visit.once(form, f"cancel activity:{record_id}", lambda work: _cancelled(visit, work, form, record_id))
        return visit.go(f"/activities/{record_id}", _("活动已取消。"))
    if act.startswith("drop:") and act.removeprefix("drop:").isdigit():
        visit.once(
            form,
            f"drop file:{record_id}",
            lambda work: _dropped(visit, work, form, record_id, int(act.removeprefix("drop:"))),
        )
        return visit.go(f"/activities/{record_id}#papers", _("已去掉这个附件。"))
    visit.once(form, f"note activity:{record_id}", lambda work: _noted(visit, work, form, record_id))
    said = _("已全部设为到，请改有变化的人。") if act == "all" else _("已暂存，还没有报送。")
    return visit.go(f"/activities/{record_id}", said)


def _noted(visit: Visit, work: Work, form: Form, record_id: int) -> Mapping[str, Any]:
    door, record = _seen(visit, work, record_id)
    sheet = sheet_of(work, door, record)
    note_activity(work, visit.visitor.actor, record_id, _written(work, visit, form, sheet))
    return {"noted": record_id}


def _written(work: Work, visit: Visit, form: Form, sheet: Sheet) -> Noted:
    """What a form says of an activity: marks, texts, parts, minutes, link, and the files that came with it."""
    marks = {
        row.person_id: mark
        for row in sheet.rows
        if (mark := form.text(f"mark.{row.person_id}")) in {"present", "late", "absent"}
    }
    if form.text("act") == "all":
        marks = {row.person_id: marks.get(row.person_id, "present") for row in sheet.rows if not row.locked}
    texts = {"record": form.text("record")[:LONGEST], "changes": form.text("changes")[:LONGEST]}
    minutes, link = form.text("minutes"), form.text("link")[:500]
    if link and not link.startswith(("https://", "http://")):
        raise Refused("bad_link", _("网址要以 https:// 开头。填写的内容还在，请改好再存。"))
    length = int(minutes) if minutes.isdigit() and 0 < int(minutes) <= MOST_MINUTES else None
    return Noted(
        marks,
        texts,
        [part for part in form.texts("parts") if part in sheet.parts],
        length,
        link,
        _files(work, visit, form, sheet),
    )


def _files(work: Work, visit: Visit, form: Form, sheet: Sheet) -> list[dict[str, str]]:
    found = []
    for proof, name in (("photos", _("照片")), *sheet.asked):
        for sent in form.files(f"file.{proof}"):
            sha256, _ending = keep_photo(work.session, sent, visit.now, name)
            found.append({"proof": proof, "sha256": sha256, "filename": (sent.filename or "")[:200]})
    return found


def _handed_in(visit: Visit, work: Work, form: Form, record_id: int) -> Mapping[str, Any]:
    """Keep what is written and file it; where somebody is not marked and nobody has said what then, only keep it."""
    answered = form.text("unmarked")
    if not answered:
        _noted(visit, work, form, record_id)
        door, record = _seen(visit, work, record_id)
        if unmarked(sheet_of(work, door, record).rows):
            return {"unmarked": True}
    return {"unmarked": False, "said": filed_words(_filed(visit, work, record_id, answered))}


@router.post("/activities/{record_id}/draft")
def autosave(visit: Visiting, form: Posted, record_id: int) -> Response:
    """Keep what is written, for the script that saves every ten seconds."""
    with visit.writing() as work:
        _noted(visit, work, form, record_id)
    return JSONResponse({"words": _("{time} 已暂存", time=clock_time(visit.now))})


def _filed(visit: Visit, work: Work, record_id: int, others: str) -> Sequence[Credited]:
    """File what was noted; who is not marked is marked as `others` says."""
    door, record = _seen(visit, work, record_id)
    sheet, noted = sheet_of(work, door, record), draft_of(record)
    rest = "present" if others == "present" else "absent"
    marks = {row.person_id: row.mark or rest for row in sheet.rows if not row.locked}
    written = noted.texts.get("record", "")
    wanted = {
        proof
        for key in agenda_keys(record)
        if key in door.programme.obligations
        for proof in door.programme.obligations[key].proof
    }
    texts = {**noted.texts, **(dict.fromkeys(WRITTEN & wanted, written) if written else {})}
    held = Held(marks, noted.minutes, texts=texts, parts=noted.parts, link=noted.link)
    return hold_activity(work, visit.visitor.actor, record_id, held)


def filed_words(found: Sequence[Credited]) -> str:
    """What became of a filed record, in one line; adverse news first."""
    lacking = [one for one in found if one.standing == "refused"]
    if lacking:
        return _("已报送，但还没有计入“{title}”：{says}", title=lacking[0].title, says=lacking[0].says)
    counted = "、".join(f"“{one.title}”" for one in found)
    return _("已报送，计入{titles}。", titles=counted) if counted else _("已报送。")


def _cancelled(visit: Visit, work: Work, form: Form, record_id: int) -> Mapping[str, Any]:
    _seen(visit, work, record_id)
    cancel_activity(work, visit.visitor.actor, record_id, form.text("reason")[:SHORT])
    return {"cancelled": record_id}


def _dropped(visit: Visit, work: Work, form: Form, record_id: int, file_id: int) -> Mapping[str, Any]:
    _noted(visit, work, form, record_id)
    drop_file(work, visit.visitor.actor, record_id, file_id)
    return {"dropped": file_id}


@router.get("/activities/{record_id}/unmarked")
def ask_unmarked(visit: Visiting, record_id: int) -> Response:
    """Who is not marked yet, and what is to become of them; a page of its own with three answers."""
    with visit.reading() as work:
        door, record = _seen(visit, work, record_id)
        rows = unmarked(sheet_of(work, door, record).rows)
        if not keeps_activities(door):
            raise NotFound
    return visit.page("studios/activity_unmarked.html", door=door, studio=door.studio, record=record, rows=rows)


@router.post("/activities/{record_id}/leave")
def leave(visit: Visiting, form: Posted, record_id: int) -> Response:
    """Ask for leave, or answer somebody's."""
    answer, who = form.text("answer"), form.text("leave")

    def do(work: Work) -> Mapping[str, Any]:
        _door, _record = _seen(visit, work, record_id)
        if answer in {"granted", "refused"}:
            if int(who or 0) not in {one.id for one in leaves_of(work.session, record_id).values()}:
                raise NotFound
            answer_leave(work, visit.visitor.actor, int(who), granted=answer == "granted")
        else:
            ask_leave(work, visit.visitor.actor, record_id, form.text("reason")[:SHORT])
        return {"leave": record_id}

    visit.once(form, f"leave:{record_id}:{who}", do)
    back = "/inbox" if form.text("back") == "inbox" else f"/activities/{record_id}"
    said = {"granted": _("已准假。"), "refused": _("没有准假，缺席记缺勤。")}.get(
        answer, _("已提出请假，等主持人答复。")
    )
    return visit.go(back, said)


@router.get("/activities/{record_id}/files/{file_id}")
def paper(visit: Visiting, record_id: int, file_id: int) -> Response:
    """One file of an activity, for whoever may see the studio."""
    with visit.reading() as work:
        _seen(visit, work, record_id)
        found = file_of_record(work.session, record_id, file_id)
    if found is None:
        raise NotFound
    return serve(found, f"{record_id}-{file_id}")
