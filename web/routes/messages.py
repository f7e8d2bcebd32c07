"""Messages (消息): what one was told; for the bureau what was sent, waits, came back, or must be printed."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlmodel import Session

from flows.engine.calendar import start_of_day
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from models.queries.letters import letter, mark_read, overseen, reworded
from models.queries.messages import MessageCounts, houses, message_counts, my_messages, wordings
from models.queries.messages import box as office_box
from models.settings import settings
from notifications.dispatch import hold, release, resend
from web.i18n import _
from web.views.messages import (
    ADDRESSES,
    OFFICE,
    Opened,
    box_tabs,
    catalogue_rows,
    letter_of,
    may_turn_off,
    moves_of,
    proof_words,
    row_of,
)
from web.visit import Posted, Visit, Visiting

router = APIRouter()
PAGE = 50
MOST_AT_ONCE = 1_000
_DONE: Mapping[str, Callable[[], str]] = {
    "hold": lambda: _("已暂缓，放行以前不发出。"),
    "release": lambda: _("已放行，马上发出。"),
    "resend": lambda: _("马上再发一次，发到本人现在的邮箱。"),
}


def administered(visit: Visit) -> tuple[int, ...]:
    """The bodies whose sending the visitor may see: those they administer."""
    return tuple(office.body_id for office in visit.visitor.offices if office.role == "administrator")


@router.get("/messages")
def messages(visit: Visiting, box: str = "inbox", before: int | None = None, notice: str = "") -> Response:
    """A box, newest first, fifty at a time; on a desk the newest letter beside it."""
    return _shown(visit, _Asked(box, before, notice))


@router.get("/messages/{message_id}")
def message(visit: Visiting, message_id: int, box: str = "inbox", before: int | None = None) -> Response:
    """One message as it was sent, why, and what is known of it; on a desk beside its box."""
    return _shown(visit, _Asked(box, before, "", message_id))


@dataclass(frozen=True)
class _Asked:
    """A box from some message on, of one kind of notice, and the message that was opened."""

    box: str
    before: int | None
    notice: str
    message_id: int | None = None


def _shown(visit: Visit, asked: _Asked) -> Response:
    bodies = administered(visit)
    name = ADDRESSES.get(asked.box, asked.box) if bodies else "inbox"
    chosen = asked.box if name in OFFICE or name == "templates" else "inbox"
    person = visit.visitor.person_id or 0
    with visit.reading() as work:
        counts = message_counts(work.session, person, since=start_of_day(visit.today), body_ids=bodies)
        if name in OFFICE:
            about = {"limit": PAGE, "before_id": asked.before, "notice": asked.notice, "body_ids": bodies}
            lines = office_box(work.session, name, **about)  # type: ignore[arg-type]
        else:
            lines = [] if name == "templates" else my_messages(work.session, person, limit=PAGE, before_id=asked.before)
        own_words = reworded(work.session, bodies[0]) if name == "templates" else ()
        opened = asked.message_id or (lines[0].id if lines else None)
        shown = _opened(visit, work, opened) if opened is not None else None
    rows = [row_of(line, visit.today, own=chosen == "inbox") for line in lines]
    here = "" if chosen == "inbox" else f"?box={chosen}"
    older = f"/messages{here or '?box=inbox'}&before={lines[-1].id}" if len(lines) == PAGE else ""
    kept = "&".join([*([here[1:]] if here else []), *([f"before={asked.before}"] if asked.before else [])])
    return visit.page(
        "messages/list.html", rows=rows, tabs=box_tabs(counts, chosen, office=bool(bodies)), chosen=chosen, older=older,
        counts=counts, notices=catalogue_rows() if name == "templates" else (), sub=_said(counts) if bodies else "",
        reworded=own_words, opened=shown, asked=asked.message_id is not None, keep=f"?{kept}" if kept else "",
    )  # fmt: skip


def _opened(visit: Visit, work: Work, message_id: int) -> Opened:
    """One message with all that is said of it. Raises NotFound for one that the visitor may not read."""
    person = visit.visitor.person_id or 0
    row = letter(work.session, message_id, person, administered(visit))
    if row is None:
        raise NotFound
    house = houses(work.session, [row.run_id]).get(row.run_id or 0)
    own = wordings(work.session, [row.notice]).get((row.notice, house.body_id)) if house else None
    name, phone = (house.name, house.phone) if house else ("", settings().support_phone)
    return Opened(
        row, row_of(row, visit.today, own=False), letter_of(row, name, phone, visit.now, own), row.context.get("clause", ""),
        may_turn_off(row.notice), proof_words(row, visit.today), row.person_id == person,
        moves_of(row.status) if overseen(work.session, [row.id], administered(visit)) else (),
    )  # fmt: skip


@router.post("/messages/read")
def all_read(visit: Visiting, form: Posted) -> Response:
    """All of one's own messages are read."""
    person = visit.visitor.person_id or 0
    said = visit.once(form, "read all messages", lambda work: {"n": mark_read(work.session, person, visit.now)})
    return visit.go("/messages", _("{n} 条已标为读过。", n=said["n"]))


@router.post("/messages/{message_id}/read")
def read(visit: Visiting, message_id: int, form: Posted) -> Response:
    """One of one's own messages is read."""
    person = visit.visitor.person_id or 0
    visit.once(
        form, f"read message {message_id}", lambda work: {"n": mark_read(work.session, person, visit.now, message_id)}
    )
    return visit.go(f"/messages/{message_id}", _("已标为读过。"))


@router.post("/messages/{message_id}/sending")
def sending(visit: Visiting, message_id: int, form: Posted) -> Response:
    """An administrator holds a message back, lets it go, or has one that came back tried again. Raises NotFound, Refused."""
    act = form.text("act")

    def write(work: Work) -> Mapping[str, Any]:
        ids = overseen(work.session, [message_id], administered(visit))
        if not ids:
            raise NotFound
        return {"n": _sent(work.session, act, ids, visit.now)}

    if visit.once(form, f"{act} message {message_id}", write)["n"] == 0:
        raise Refused("stale", _("这封通知的状态已经变了，没有改动：请刷新后再看。"))
    return visit.go(f"/messages/{message_id}?box={form.text('box') or 'sent'}", _DONE[act]())


def _sent(session: Session, act: str, ids: Collection[int], now: datetime) -> int:
    if act == "hold":
        return hold(session, ids)
    if act == "release":
        return release(session, ids, now)
    if act == "resend":
        return sum(resend(session, one, now) for one in ids)
    raise Refused("unknown_act", _("请选择对这封通知做什么。"))


@router.post("/messages/release")
def release_all(visit: Visiting, form: Posted) -> Response:
    """An administrator lets everything go that is held back for their bodies."""

    def write(work: Work) -> Mapping[str, Any]:
        held = office_box(work.session, "held", limit=MOST_AT_ONCE, body_ids=administered(visit))
        return {"n": release(work.session, [one.id for one in held], visit.now)}

    return visit.go(
        "/messages?box=queued", _("已放行 {n} 封，马上发出。", n=visit.once(form, "release messages", write)["n"])
    )


def _said(counts: MessageCounts) -> str:
    return _(
        "今天已发 {sent} 封，待发 {waiting} 封，退信 {bounced} 封",
        sent=counts.sent,
        waiting=counts.waiting,
        bounced=counts.bounced,
    )
