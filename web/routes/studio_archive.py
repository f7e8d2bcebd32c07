"""The file of a studio and the growth files of its people (档案), what is lacking, and a package to take away."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound
from flows.engine.work import Work
from models.queries.activities import file_of_record, files_of
from models.queries.archives import record_in_studio
from models.queries.studios import seats_of_studio
from web.i18n import _
from web.papers import serve, serve_archive
from web.studio_doors import Door, enter, enter_as_host
from web.views.archive_package import package
from web.views.studio_archive import items_of, person_file, studio_file
from web.visit import Visit, Visiting

router = APIRouter()


@router.get("/studios/{studio_id}/archive")
def archive(visit: Visiting, studio_id: int) -> Response:
    """What the file holds part by part, what is lacking, and how far each person's growth file is."""
    with visit.reading() as work:
        door = enter(visit, work, studio_id)
        items = items_of(work, door)
        if not door.sees_all:
            return _growth(visit, door, person_file(door, door.seat, items))
        people = [person_file(door, seat, items) for seat in door.seats or _people(work, door)]
        parts = studio_file(door, items)
    return visit.page("studios/archive.html", door=door, studio=door.studio, parts=parts, people=people, records=door.programme.records,
                      origin_of=door.origin("records.studio"))  # fmt: skip


@router.get("/studios/{studio_id}/archive/people/{person_id}")
def growth(visit: Visiting, studio_id: int, person_id: int) -> Response:
    """The growth file of one person: for themselves, their host, and those who oversee the studio."""
    with visit.reading() as work:
        door = enter(visit, work, studio_id)
        seat = next((one for one in _people(work, door) if one.person_id == person_id), None)
        if seat is None or not (door.sees_all or person_id == visit.visitor.person_id):
            raise NotFound
        own = person_file(door, seat, items_of(work, door))
    return _growth(visit, door, own)


def _people(work: Work, door: Door) -> list[Any]:
    """Everybody who has or had a seat, each once: those of today first. A growth file stays when its person has left."""
    found = {one.person_id: one for one in door.seats}
    for one in seats_of_studio(work.session, door.studio.id, past=True):
        found.setdefault(one.person_id, one)
    return list(found.values())


def _growth(visit: Visit, door: Door, own: Any) -> Response:
    return visit.page(
        "studios/growth.html", door=door, studio=door.studio, own=own, mine=own.person_id == visit.visitor.person_id
    )


@router.get("/studios/{studio_id}/archive/package.zip")
def take_away(visit: Visiting, studio_id: int) -> Response:
    """Everything as one archive, with the SHA-256 of each paper, so that anybody can prove it was not changed."""
    with visit.reading() as work:
        door = enter_as_host(visit, work, studio_id)
        items = items_of(work, door)
        grown = [person_file(door, seat, items) for seat in _people(work, door)]
        made = package(work, studio_id, studio_file(door, items), grown)
    return serve_archive(made, f"studio-{studio_id}.zip", _("{studio} 档案.zip", studio=door.studio.name))


@router.get("/studios/{studio_id}/archive/records/{record_id}")
def record(visit: Visiting, studio_id: int, record_id: int) -> Response:
    """One paper that was handed in, with its files."""
    with visit.reading() as work:
        door, row = _record(visit, work, studio_id, record_id)
        papers = files_of(work.session, [record_id])
    return visit.page("studios/record.html", door=door, studio=door.studio, row=row, papers=papers)


@router.get("/studios/{studio_id}/archive/records/{record_id}/files/{file_id}")
def paper(visit: Visiting, studio_id: int, record_id: int, file_id: int) -> Response:
    """One file of what was handed in."""
    with visit.reading() as work:
        _record(visit, work, studio_id, record_id)
        found = file_of_record(work.session, record_id, file_id)
    if found is None:
        raise NotFound
    return serve(found, f"{record_id}-{file_id}")


def _record(visit: Visit, work: Any, studio_id: int, record_id: int) -> tuple[Door, Any]:
    """A record, for those whose growth file it is in and for those who see all of the studio. Raises NotFound."""
    door, own = enter(visit, work, studio_id), visit.visitor.person_id
    row = record_in_studio(work.session, studio_id, record_id)
    if row is None or not (
        door.sees_all
        or row.filed_by == own
        or any(one.record_id == record_id and own in one.person_ids for one in items_of(work, door))
    ):
        raise NotFound
    return door, row
