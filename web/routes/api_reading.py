"""API, reading: what waits, applications, rounds, lists, messages, programmes; the same scope as the pages."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from flows.engine.calendar import end_of_day
from flows.engine.errors import NotFound
from models.queries import resources
from models.queries.inbox import InboxFilter, inbox
from models.queries.messages import my_messages
from models.queries.programmes import versions
from web.api.bodies import (
    ApplicationDetailOut,
    ApplicationOut,
    ApplicationPageOut,
    CaseOut,
    InboxOut,
    LeaveOut,
    ListOut,
    MessageOut,
    ProgrammeOut,
    RoundOut,
    RunOut,
)
from web.api.writing import REFUSALS
from web.views.activity_waits import asked_leave, in_box
from web.visit import Visit, Visiting

router = APIRouter(prefix="/api", tags=["reading"], responses={401: REFUSALS[401], 404: REFUSALS[404]})
Page = Annotated[int, Query(ge=1, le=100_000)]
Box = Literal["todo", "overdue", "soon", "waiting", "done", "started", "cc"]
SOON = timedelta(days=3)


def _person(visit: Visit) -> int:
    return visit.visitor.person_id or 0


@router.get("/inbox")
def waiting(visit: Visiting, box: Box = "todo", page: Page = 1) -> InboxOut:
    """A page of a box: todo, overdue, soon, done, started, cc for what one was told of, or waiting.

    What is waiting stands on one's desk, but others must be through before anybody can go on with it.
    """
    wanted = InboxFilter(box=box, page=page, soon_until=end_of_day(visit.today + SOON))
    with visit.reading() as work:
        rows, total = inbox(work.session, visit.visitor.keys, _person(visit), visit.now, wanted)
        asked = in_box(asked_leave(work, visit.visitor.keys), box, visit.now, end_of_day(visit.today + SOON))
    leaves = [
        LeaveOut(id=one.row.id, record_id=one.row.record_id, person=one.row.name, reason=one.row.reason, title=one.row.title,
                 studio=one.row.studio, held_on=one.row.held_on, due_at=one.at, asked_at=one.row.asked_at)
        for one in asked
    ]  # fmt: skip
    return InboxOut(box=box, page=page, total=total, items=[CaseOut.model_validate(row) for row in rows], leaves=leaves)


@router.get("/applications")
def applications(visit: Visiting, round: int | None = None, page: Page = 1) -> ApplicationPageOut:  # noqa: A002  the name in the address
    """Applications one may see, newest first."""
    with visit.reading() as work:
        rows, total = resources.applications(work.session, _person(visit), visit.visitor.body_ids, round, page)
    return ApplicationPageOut(page=page, total=total, items=[ApplicationOut.model_validate(row) for row in rows])


@router.get("/applications/{application_id}")
def application(visit: Visiting, application_id: int) -> ApplicationDetailOut:
    """One application with its steps."""
    with visit.reading() as work:
        row = resources.application(work.session, application_id, _person(visit), visit.visitor.body_ids)
        if row is None:
            raise NotFound
        runs = resources.runs_of(work.session, application_id)
    shown = ApplicationOut.model_validate(row).model_dump()
    return ApplicationDetailOut(**shown, runs=[RunOut.model_validate(run) for run in runs])


@router.get("/rounds")
def rounds(visit: Visiting) -> list[RoundOut]:
    """Launched rounds, and drafts of one's own bureau."""
    with visit.reading() as work:
        return [RoundOut.model_validate(row) for row in resources.rounds(work.session, visit.visitor.body_ids)]


@router.get("/rounds/{round_id}")
def one_round(visit: Visiting, round_id: int) -> RoundOut:
    """One round."""
    with visit.reading() as work:
        rows = resources.rounds(work.session, visit.visitor.body_ids, round_id)
    if not rows:
        raise NotFound
    return RoundOut.model_validate(rows[0])


@router.get("/rounds/{round_id}/lists")
def lists(visit: Visiting, round_id: int) -> list[ListOut]:
    """The lists of a round; others than its authority see what was posted or announced."""
    with visit.reading() as work:
        rows = resources.rounds(work.session, visit.visitor.body_ids, round_id)
        if not rows:
            raise NotFound
        own = f"body:{rows[0].authority_body_id}" in visit.visitor.keys
        found = resources.lists_of(work.session, round_id, own=own)
    return [ListOut.model_validate(row) for row in found]


@router.get("/messages")
def messages(visit: Visiting, before: int | None = None) -> list[MessageOut]:
    """One's own messages, newest first, fifty at a time."""
    with visit.reading() as work:
        rows = my_messages(work.session, _person(visit), before_id=before)
    return [MessageOut.model_validate(row) for row in rows]


@router.get("/programmes")
def programmes(visit: Visiting) -> list[ProgrammeOut]:
    """Every version of every programme."""
    with visit.reading() as work:
        return [ProgrammeOut.model_validate(row) for row in versions(work.session)]
