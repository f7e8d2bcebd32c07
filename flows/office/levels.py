"""Levels (层级): a studio asks to rise, on a path that is open at any time."""

from flows.engine.declare import Actor
from flows.engine.errors import Refused
from flows.engine.work import Work
from flows.office.rounds import begin_case, county_of, is_direct, refuse_stranger
from flows.office.seats import open_studio
from flows.regulations import programme_under
from models.queries.bodies import lineages


def begin_level(work: Work, actor: Actor, version_id: int, path_name: str, studio_id: int) -> tuple[int, int]:
    """Begin a studio's application for another level; returns the ids of the application and of its run.

    Raises NotFound, or Refused when the path gives no level or takes rounds, the studio has ended, or the actor may not file it.
    """
    programme, cast = programme_under(work, version_id), work.book.cast(work.session, version_id)
    path, studio = programme.path(path_name), open_studio(work, studio_id)
    if path.gives != "level" or path.call != "any_time":
        raise Refused("wrong_path", "这条路径不能随时申请升级：请在申报批次里提出。")
    above = lineages(work.session, [studio.home_body_id])[studio.home_body_id]
    refuse_stranger(actor, path, cast, above, studio.host_id, studio.host_id)
    case = {
        "version_id": version_id, "path": path_name, "gives": path.gives, "person_id": studio.host_id, "body_id": studio.home_body_id,
        "county_id": county_of(above), "direct": is_direct(above), "role": "host", "kind": studio.kind, "subject": "",
        "school_stage": "", "studio_name": studio.name, "round_id": None, "studio_id": studio_id, "made_by": actor.person_id,
        "answers": {},
    }  # fmt: skip
    return begin_case(work, case, path.steps[0].name)
