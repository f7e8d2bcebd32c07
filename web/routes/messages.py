"""Messages (消息): what one was told; for the bureau what was sent, waits, came back, or must be printed."""

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.calendar import start_of_day
from flows.engine.errors import NotFound
from models.queries.letters import letter, mark_read
from models.queries.messages import MessageCounts, houses, message_counts, my_messages, wordings
from models.queries.messages import box as office_box
from models.settings import settings
from web.i18n import _
from web.views.messages import (
    ADDRESSES,
    OFFICE,
    box_tabs,
    catalogue_rows,
    letter_of,
    may_turn_off,
    proof_words,
    row_of,
)
from web.visit import Posted, Visit, Visiting

router = APIRouter()
PAGE = 50


def administered(visit: Visit) -> tuple[int, ...]:
    """The bodies whose sending the visitor may see: those they administer."""
    return tuple(office.body_id for office in visit.visitor.offices if office.role == "administrator")


@router.get("/messages")
def messages(visit: Visiting, box: str = "inbox", before: int | None = None, notice: str = "") -> Response:
    """A box, newest first, fifty at a time."""
    bodies = administered(visit)
    office = bool(bodies)
    name = ADDRESSES.get(box, box) if office else "inbox"
    person = visit.visitor.person_id or 0
    with visit.reading() as work:
        counts = message_counts(
            work.session, person, since=start_of_day(visit.today), body_ids=bodies if office else ()
        )
        if name in OFFICE:
            lines = office_box(work.session, name, limit=PAGE, before_id=before, notice=notice, body_ids=bodies)  # type: ignore[arg-type]
        else:
            lines = [] if name == "templates" else my_messages(work.session, person, limit=PAGE, before_id=before)
    chosen = box if name in OFFICE or name == "templates" else "inbox"
    rows = [row_of(line, visit.today, own=chosen == "inbox") for line in lines]
    older = f"/messages?box={chosen}&before={lines[-1].id}" if len(lines) == PAGE else ""
    return visit.page(
        "messages/list.html", rows=rows, tabs=box_tabs(counts, chosen, office=office), chosen=chosen, older=older,
        counts=counts, notices=catalogue_rows() if name == "templates" else (), sub=_said(counts) if office else "",
    )  # fmt: skip


@router.get("/messages/{message_id}")
def message(visit: Visiting, message_id: int) -> Response:
    """One message as it was sent, why, and what is known of it."""
    bodies = administered(visit)
    person = visit.visitor.person_id or 0
    with visit.reading() as work:
        row = letter(work.session, message_id, person, bodies)
        if row is None:
            raise NotFound
        house = houses(work.session, [row.run_id]).get(row.run_id or 0)
        said = wordings(work.session, [row.notice])
        origin = row.context.get("clause", "")
    own = said.get((row.notice, house.body_id)) if house else None
    shown = letter_of(
        row, house.name if house else "", house.phone if house else settings().support_phone, visit.now, own
    )
    return visit.page(
        "messages/message.html", row=row, letter=shown, origin=origin, off=may_turn_off(row.notice), line=row_of(row, visit.today, own=False),
        proof=proof_words(row, visit.today), mine=row.person_id == person,
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
    return visit.go("/messages", _("已标为读过。"))


def _said(counts: MessageCounts) -> str:
    return _(
        "今天已发 {sent} 封，待发 {waiting} 封，退信 {bounced} 封",
        sent=counts.sent,
        waiting=counts.waiting,
        bounced=counts.bounced,
    )
