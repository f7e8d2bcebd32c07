"""API, regulations: check a text, see what it would become, and let it hold; once, and only as it was seen."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter

from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.adoption import adopt_as_seen, outlook
from flows.programme import Fault, Programme
from web.api.office import AdoptedOut, AdoptionIn, CheckedOut, MistakeOut, RegulationIn
from web.api.writing import REFUSALS, Writing
from web.routes.adoption import examined, on_shelf
from web.routes.people import administered_by
from web.views.adoption import mistakes
from web.visit import Visit, Visiting

router = APIRouter(prefix="/api", tags=["regulations"], responses=REFUSALS)


@router.get("/regulations/{code}")
def sample(visit: Visiting, code: str, body_id: int | None = None) -> CheckedOut:
    """A sample, and what adopting it would make of it."""
    return _outlook(visit, on_shelf(code), _deciding(visit, body_id))


@router.post("/regulations/check")
def check(write: Writing, body: RegulationIn) -> CheckedOut:
    """What a text is and would become, or its mistakes with line and place; nothing is stored."""
    deciding = _deciding(write.visit, body.body_id)
    programme, faults = _meant(body)
    if programme is None or faults:
        return CheckedOut(
            mistakes=[
                MistakeOut(line=one.line, path=one.path, says=one.says, expected=one.expected)
                for one in mistakes(faults)
            ]
        )
    return _outlook(write.visit, programme, deciding)


@router.post("/regulations", status_code=201)
def adopt(write: Writing, body: AdoptionIn) -> AdoptedOut:
    """Let a regulation hold from a day on; refused when another version came since it was checked."""
    deciding = _deciding(write.visit, body.body_id)
    programme, faults = _meant(body)
    if programme is None or faults:
        told = tuple(f"第{one.line}行 {one.path}：{one.message_zh}" for one in faults)
        raise Refused("faulty", f"这份办法有 {len(faults)} 处差错，不能启用。没有保存任何内容。", {}, told)

    def do(work: Work) -> Mapping[str, Any]:
        version_id, number = adopt_as_seen(work.session, programme, deciding, body.since, body.before)
        return {"version_id": version_id, "code": programme.code, "number": number}

    return AdoptedOut(**write.once("api adopt regulation", body.model_dump(mode="json"), do))


def _meant(body: RegulationIn) -> tuple[Programme | None, tuple[Fault, ...]]:
    """The regulation of a request: one of both, a code or a text. Raises Refused, NotFound."""
    if bool(body.code) == bool(body.text):
        raise Refused(
            "no_text", "请写样本代号（code）或办法文字（text），两者写一个。没有保存任何内容。", {}, ("code", "text")
        )
    return (on_shelf(body.code), ()) if body.code else examined(body.text.replace("\r\n", "\n"), "办法.yaml")


def _deciding(visit: Visit, body_id: int | None) -> int:
    """The body that adopts: the one that was named, else the first one administered. Raises NotFound."""
    own = administered_by(visit)
    if body_id is not None and body_id not in own:
        raise NotFound
    return own[0] if body_id is None else body_id


def _outlook(visit: Visit, programme: Programme, deciding: int) -> CheckedOut:
    with visit.reading() as work:
        found = outlook(work.session, programme, deciding)
    return CheckedOut(code=programme.code, title=programme.title, sha256=programme.sha256, number=found.number,
                      before=found.before_id, same_number=found.same_number)  # fmt: skip
