"""Levels (升级): a path that is open at any time, begun by the host or by the body that files it."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound
from flows.engine.work import Work
from flows.office.levels import begin_level
from flows.programme.criterion_words import LEVEL_WORDS
from flows.programme.steps import Path
from models.queries.naming import rising
from web.i18n import _
from web.studio_doors import Door, enter_as_host
from web.visit import Posted, Visit, Visiting

router = APIRouter()


def paths_up(door: Door) -> list[Path]:
    """The paths on which this studio may ask for another level today."""
    paths = door.programme.paths_giving("level")
    return [one for one in paths if one.call == "any_time" and (not one.from_ or door.studio.level in one.from_)]


def may_begin(visit: Visit, work: Work, door: Door, path: Path) -> bool:
    """Whether the visitor is one of those who file on this path."""
    by = path.steps[0].by or ("host",)
    cast = work.book.cast(work.session, door.version_id or 0)
    homes = {f"body:{door.studio.home_body_id}"} if {cast.levels.get(who) for who in by} else set()
    bound = {f"body:{cast.bodies[who]}" for who in by if who in cast.bodies}
    return (door.hosts and ("host" in by or "person" in by)) or bool((homes | bound) & visit.visitor.keys)


@router.get("/studios/{studio_id}/level")
def level_page(visit: Visiting, studio_id: int) -> Response:
    """To which level a studio may ask to rise, who decides, and what is under way."""
    with visit.reading() as work:
        door = enter_as_host(visit, work, studio_id)
        paths = paths_up(door) if door.runs else []
        if not door.programme.paths_giving("level"):
            raise NotFound
        going = rising(work.session, studio_id)
        lines = [_line(visit, work, door, one, going.get(one.name)) for one in paths]
    words = LEVEL_WORDS.get(door.studio.level, door.studio.level)
    return visit.page("studios/level.html", door=door, studio=door.studio, lines=lines, level=words)


def _line(visit: Visit, work: Work, door: Door, path: Path, going: Any) -> dict[str, Any]:
    steps = [work.book.rule(work.session, door.version_id or 0, path.name, one.name, None).title for one in path.steps]
    papers = list(getattr(path.steps[0], "attach", ()))
    own = going is not None and going.made_by == visit.visitor.person_id and going.submitted_at is None
    return {
        "path": path.name, "to": LEVEL_WORDS.get(path.to or "", path.to or ""), "steps": steps, "papers": papers, "going": going, "own": own,
        "mine": may_begin(visit, work, door, path), "origin": door.origin(f"paths.{path.name}"),
    }  # fmt: skip


@router.post("/studios/{studio_id}/level")
def begin(visit: Visiting, form: Posted, studio_id: int) -> Response:
    """Begin the application for another level."""

    def do(work: Work) -> Mapping[str, Any]:
        door = enter_as_host(visit, work, studio_id)
        if form.text("path") not in {one.name for one in paths_up(door)}:
            raise NotFound
        return {
            "application": begin_level(work, visit.visitor.actor, door.version_id or 0, form.text("path"), studio_id)[0]
        }

    done = visit.once(form, f"level:{studio_id}", do)
    return visit.go(f"/applications/{done['application']}/form", _("已建立升级申请的草稿，核对后提交。"))
