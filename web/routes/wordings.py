"""Wordings (措辞): a bureau writes its own words for a notice, sees them as they would arrive, and keeps them as a version."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from models.queries.letters import wording_history
from models.settings import settings
from notifications.catalogue import Notice, notices
from notifications.preview import PREVIEWED, example
from notifications.rewording import reword, starting
from notifications.sandbox import MOST_SOURCE, PLACEHOLDERS, TemplateRefused, Wording
from notifications.words import Envelope, Sender
from web.i18n import _
from web.views.messages import Letter, laid_out
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()


@router.get("/messages/wordings/{notice}")
def wording(visit: Visiting, notice: str) -> Response:
    """The words of a notice as they stand, as they would arrive, and every version before."""
    return _page(visit, _known(notice))


@router.post("/messages/wordings/{notice}")
def keep(visit: Visiting, form: Posted, notice: str) -> Response:
    """Preview words, keep them as the next version, or go back to the built-in ones; what is wrong is said beside what was typed."""
    known = _known(notice)
    said = None if form.text("act") == "built_in" else _written(form)
    if form.text("act") == "preview":
        return _page(visit, known, said)

    def write(work: Work) -> Mapping[str, Any]:
        body_id, person_id = _office(visit)[0], visit.visitor.person_id or 0
        version = reword(work.session, known, body_id, said, person_id, visit.now)
        if version is None:
            raise Refused("stale", _("刚有人改过这份措辞，您的没有保存。请刷新后再看。"))
        return {"version": version}

    try:
        kept = visit.once(form, f"word notice {notice}", write)
    except TemplateRefused as refusal:
        return _page(visit, known, said, 422, str(refusal))
    words = _("已恢复系统措辞。") if said is None else _("已保存为第 {n} 版，以后发出的都用它。", n=kept["version"])
    return visit.go(f"/messages/wordings/{notice}", words)


def _known(key: str) -> Notice:
    known = notices().get(key)
    if known is None:
        raise NotFound
    return known


def _office(visit: Visit) -> tuple[int, str]:
    """The body whose words the visitor writes: the first they administer. Raises NotFound without one."""
    found = next(((one.body_id, one.body_name) for one in visit.visitor.offices if one.role == "administrator"), None)
    if found is None:
        raise NotFound
    return found


def _written(form: Form) -> Wording:
    return Wording(form.text("subject").strip(), str(form.values.get("text", "")).replace("\r\n", "\n").strip())


def _page(visit: Visit, known: Notice, typed: Wording | None = None, status: int = 200, error: str = "") -> Response:
    body_id, bureau = _office(visit)
    with visit.reading() as work:
        history = wording_history(work.session, known.key, body_id)
    stands = Wording(history[0].subject, history[0].text) if history and history[0].text else None
    shown = typed or stands
    letter, fault = _as_it_arrives(visit, known, bureau, shown)
    return visit.page(
        "messages/wording.html", 422 if fault else status, known=known, history=history, own=stands is not None,
        words=shown or starting(known, visit.now), letter=letter, error=error or fault,
        today=visit.today, placeholders=[f"{{{{ {name} }}}}" for name in PLACEHOLDERS], most=MOST_SOURCE, tried=typed is not None,
    )  # fmt: skip


def _as_it_arrives(visit: Visit, known: Notice, bureau: str, words: Wording | None) -> tuple[Letter | None, str]:
    """The letter of an invented case in these words, or what is wrong with them."""
    envelope = Envelope(
        example(visit.now), PREVIEWED, Sender(bureau, settings().support_phone, settings().address), visit.now
    )
    try:
        return laid_out(known, envelope, words), ""
    except TemplateRefused as refusal:
        return None, str(refusal)
