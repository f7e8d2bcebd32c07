"""API, membership: join, leave, rise or follow; name to roles; place centrally; call for what is owed; note a lost post. Each once."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from fastapi import APIRouter

from flows.engine.errors import NotFound, Refused
from flows.engine.lists import apply_list, make_list, preview_list, progress
from flows.engine.work import Work
from flows.office.calling import call_for, callable_by
from flows.office.findings import note_loss
from flows.office.levels import begin_level
from flows.office.placing import place_otherwise
from flows.office.rounds import begin_application, write_answers
from flows.office.seats import begin_seat, name_to_seat, take_back_seat
from models.queries.applications import application_of
from models.queries.files import written_by
from models.queries.naming import seat_studio
from models.queries.selection import entries_of
from models.queries.studios import seen_among
from web.api.bodies import MadeOut
from web.api.membership import (
    AnswersIn,
    ApplicationIn,
    BegunOut,
    CalledOut,
    CallIn,
    EntryIn,
    EntryOut,
    LevelIn,
    LossIn,
    LossOut,
    NamedOut,
    OnCallOut,
    PlacementIn,
    PlacementOut,
    RoleIn,
    SeatIn,
    WrittenOut,
)
from web.api.writing import REFUSALS, Writing
from web.placing import Asked, solve
from web.routes.assessments import scope_of
from web.routes.doubts import own_studios
from web.routes.filing import person_called, seat_paths
from web.routes.placement import list_in, own_placing
from web.routes.studio_levels import paths_up
from web.studio_doors import enter, enter_as_host
from web.views.forms import COLUMNS, LONGEST, asked
from web.visit import Visit, Visiting

router = APIRouter(prefix="/api", tags=["membership"], responses=REFUSALS)


@router.post("/applications", status_code=201)
def begin(write: Writing, body: ApplicationIn) -> BegunOut:
    """Begin an application of oneself in an open round."""
    visit = write.visit

    def do(work: Work) -> Mapping[str, Any]:
        whose = visit.visitor.person_id
        begun = begin_application(work, visit.visitor.actor, body.round_id, person_id=whose, studio_id=body.studio_id)
        return _begun(visit, work, begun, body.answers)

    return BegunOut(**write.once("api begin application", body.model_dump(mode="json"), do))


@router.post("/applications/{application_id}/answers")
def answer(write: Writing, application_id: int, body: AnswersIn) -> WrittenOut:
    """Write fields of a draft of one's own, or mend what was sent back."""
    visit = write.visit

    def do(work: Work) -> Mapping[str, Any]:
        _write(visit, work, application_id, body.answers)
        return {"application_id": application_id, "written": sorted(body.answers)}

    return WrittenOut(**write.once("api answers", {"application": application_id, **body.model_dump(mode="json")}, do))


@router.post("/seats", status_code=201)
def join_or_leave(write: Writing, body: SeatIn) -> BegunOut:
    """Begin an application to join a studio or, on an exit path, to leave it; a host names whom."""
    visit = write.visit

    def do(work: Work) -> Mapping[str, Any]:
        version_id = _version_for(visit, work, body)
        whose = person_called(work, body.staff_no, body.name, visit) if body.staff_no else visit.visitor.person_id or 0
        begun = begin_seat(work, visit.visitor.actor, version_id, body.path, body.studio_id, whose, body.role)
        return _begun(visit, work, begun, body.answers)

    return BegunOut(**write.once("api begin seat", body.model_dump(mode="json"), do))


def _version_for(visit: Visit, work: Work, body: SeatIn) -> int:
    """The version under which a studio is joined or left on this path. Raises NotFound."""
    door = None
    with suppress(NotFound):  # whoever is not in it yet may still ask to join
        door = enter(visit, work, body.studio_id)
    if door is not None and any(one.name == body.path for one in door.programme.paths_giving("exit")):
        return door.version_id or 0
    studio, paths = seat_paths(visit, work, body.studio_id)
    if not any(one.name == body.path for one in paths):
        raise NotFound
    return int(studio.version_id)


def _begun(visit: Visit, work: Work, begun: tuple[int, int], answers: Mapping[str, Any]) -> dict[str, int]:
    if answers:
        _write(visit, work, begun[0], answers)
    return {"application_id": begun[0], "run_id": begun[1]}


def _write(visit: Visit, work: Work, application_id: int, answers: Mapping[str, Any]) -> None:
    """Only fields that the form has, as texts, numbers or lists of ids. Raises NotFound, or Refused."""
    row = application_of(work.session, application_id, written_by(visit.visitor.person_id or 0))
    if row is None:
        raise NotFound
    wrong = [key for key, said in answers.items() if key not in asked(row) or not _plain(key, said)]
    if wrong:
        raise Refused(
            "unknown_field", f"申报表没有这样的栏目：{'、'.join(wrong)}。没有改动任何内容。", {}, tuple(wrong)
        )
    columns = {key: str(said) for key, said in answers.items() if key in COLUMNS}
    kept = {key: said for key, said in answers.items() if key not in COLUMNS}
    write_answers(work, visit.visitor.actor, application_id, kept, **columns)


def _plain(key: str, said: Any) -> bool:
    if key == "wishes":
        return isinstance(said, list) and all(type(one) is int for one in said)
    return type(said) is int or (isinstance(said, str) and len(said) <= LONGEST)


@router.post("/levels", status_code=201)
def rise(write: Writing, body: LevelIn) -> BegunOut:
    """Begin a studio's application for another level."""
    visit = write.visit

    def do(work: Work) -> Mapping[str, Any]:
        door = enter_as_host(visit, work, body.studio_id)
        if body.path not in {one.name for one in paths_up(door)}:
            raise NotFound
        begun = begin_level(work, visit.visitor.actor, door.version_id or 0, body.path, body.studio_id)
        return _begun(visit, work, begun, {})

    return BegunOut(**write.once("api begin level", body.model_dump(mode="json"), do))


@router.post("/studios/{studio_id}/roles")
def name(write: Writing, studio_id: int, body: RoleIn) -> NamedOut:
    """Name somebody to a role that needs no path, or take it back."""
    visit = write.visit

    def do(work: Work) -> Mapping[str, Any]:
        door = enter_as_host(visit, work, studio_id)
        whose, actor = person_called(work, body.staff_no, body.name, visit), visit.visitor.actor
        if body.take_back:
            if not body.reason.strip():
                raise Refused("without_reason", "请写明为什么取消。没有改动任何内容。", {}, ("reason",))
            run = take_back_seat(work, actor, door.version_id or 0, studio_id, whose, body.role, body.reason)
        else:
            run = name_to_seat(work, actor, door.version_id or 0, studio_id, whose, body.role)
        return {"run_id": run}

    return NamedOut(**write.once("api name", {"studio": studio_id, **body.model_dump(mode="json")}, do))


@router.post("/placements", status_code=201)
def propose(write: Writing, body: PlacementIn) -> PlacementOut:
    """Propose where everybody who waits in a round is placed; nothing is decided yet. Large rounds take some seconds."""
    visit = write.visit
    with visit.reading() as work:
        own_placing(visit, work, body.round_id)
    said = body.model_dump(mode="json")
    asked = Asked(write.key, visit.visitor.actor, "api propose placement", said, "listing_id")
    return _placement(visit, solve(visit.engine, visit.book, visit.now, asked, body.round_id))


@router.post("/placements/{listing_id}/entries")
def change(write: Writing, listing_id: int, body: EntryIn) -> PlacementOut:
    """Place one person otherwise, with a reason, while the list is a draft."""
    visit = write.visit

    def do(work: Work) -> Mapping[str, Any]:
        list_in(visit, work, listing_id)
        place_otherwise(work, visit.visitor.actor, listing_id, body.run_id, body.studio_id, body.reason)
        return {"listing_id": listing_id}

    write.once("api place otherwise", {"listing": listing_id, **body.model_dump(mode="json")}, do)
    return _placement(visit, listing_id)


def _placement(visit: Visit, listing_id: int) -> PlacementOut:
    with visit.reading() as work:
        made = list_in(visit, work, listing_id).made_at is not None
        results = [] if made else preview_list(work, visit.visitor.actor, listing_id)
        refused = {one.intent.run_id: getattr(one.outcome, "says", "") for one in results if one.refused}
        entries = [
            EntryOut(
                run_id=one.run_id, studio_id=one.payload.get("studio"), studio=str(one.shown.get("studio", "")),
                decided_by=str(one.shown.get("decided_by", "")), reason=one.reason, changed=one.overridden_by is not None,
                refused=refused.get(one.run_id, ""),
            )
            for one in entries_of(work.session, listing_id)
        ]  # fmt: skip
    return PlacementOut(listing_id=listing_id, entries=entries)


@router.post("/placements/{listing_id}/make")
def make(write: Writing, listing_id: int) -> MadeOut:
    """Make a drafted placement: this is the decision; its entries are applied before the answer, chunk by chunk."""
    visit = write.visit

    def do(work: Work) -> Mapping[str, Any]:
        list_in(visit, work, listing_id)
        return {"listing_id": listing_id, "code": make_list(work, visit.visitor.actor, listing_id), "number": None}

    said = write.once("api make placement", {"listing": listing_id}, do)
    apply_list(visit.engine, visit.book, listing_id, visit.now)
    with visit.reading() as work:
        settled, entries = progress(work.session, listing_id)
    return MadeOut(**said, settled=settled, entries=entries)


@router.get("/studios/{studio_id}/calls")
def on_call(visit: Visiting, studio_id: int) -> list[OnCallOut]:
    """What one may call for in a studio now."""
    with visit.reading() as work:
        enter(visit, work, studio_id)
        return [
            OnCallOut(kind=one.kind, key=one.key, title=one.title)
            for one in callable_by(work, visit.visitor.actor, studio_id)
        ]


@router.post("/calls", status_code=201)
def call(write: Writing, body: CallIn) -> CalledOut:
    """Call for an obligation or a fund that the text leaves to a call, in one studio or many; once a day each."""
    visit = write.visit

    def do(work: Work) -> Mapping[str, Any]:
        if seen_among(work.session, body.studio_ids, scope_of(visit)) != set(body.studio_ids):
            raise NotFound
        return {"opened": call_for(work, visit.visitor.actor, body.studio_ids, body.key, body.due_on, body.reason)}

    return CalledOut(**write.once("api call", body.model_dump(mode="json"), do))


@router.post("/doubts/{seat_id}", status_code=201)
def note(write: Writing, seat_id: int, body: LossIn) -> LossOut:
    """Note that somebody no longer has what their role asks."""
    visit = write.visit

    def do(work: Work) -> Mapping[str, Any]:
        if seat_studio(work.session, seat_id) not in own_studios(visit, work):
            raise NotFound
        return {"decision_id": note_loss(work, visit.visitor.actor, seat_id, body.reason)}

    return LossOut(**write.once("api note loss", {"seat": seat_id, **body.model_dump(mode="json")}, do))
