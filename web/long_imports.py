"""Long imports (大名册): checked and stored beside the pages, one at a time; their page says how far they are."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi.responses import RedirectResponse, Response

from flows.engine.errors import NotFound
from flows.engine.work import Work
from flows.office.importing import BEGINNING, READING, STORING, latest, run
from flows.office.jobs import forsaken
from web.i18n import _, word
from web.papers import place_of
from web.visit import Visit

LONG = 100 * 1024  # bytes of a workbook of about 1,500 rows, which takes a second
WORKERS = ThreadPoolExecutor(1, thread_name_prefix="import")
PHASES = {READING: word("正在读取和核对"), STORING: word("正在写入名册"), BEGINNING: word("正在建立申报草稿")}


def content_of(sha256: str) -> bytes:
    """The bytes of a workbook that was sent. Raises NotFound."""
    place = place_of(sha256)
    if not place.is_file():
        raise NotFound
    return place.read_bytes()


def is_long(sha256: str) -> bool:
    """Whether a workbook is so large that nobody should wait for its page. Raises NotFound."""
    place = place_of(sha256)
    if not place.is_file():
        raise NotFound
    return place.stat().st_size > LONG


def start(visit: Visit, job_id: int) -> None:
    """Begin a job that was written down; one that is begun already goes on."""
    WORKERS.submit(run, visit.engine, visit.book, visit.request.app.state.clock, job_id, content_of)


def jobs_of(work: Work, visit: Visit, sha256: str, round_id: int) -> tuple[Any, Any]:
    """The newest import and the newest check of a workbook by the visitor, for a round or none."""
    person, wanted = visit.visitor.person_id or 0, round_id or None
    return latest(work.session, sha256, person, wanted, "store"), latest(work.session, sha256, person, wanted, "check")


def waiting_page(visit: Visit, sha256: str, round_id: int, stored: Any, checked: Any, asked: int) -> Response | None:
    """How far a long import is, or what became of it; None when its check is done and can be shown."""
    if stored is not None and stored.state in {"asked", "running"}:
        return _progress(visit, sha256, round_id, stored)
    if stored is not None and stored.id == asked and stored.state == "done":
        return RedirectResponse(visit.go("/people", words_of(stored.result)).headers["location"], status_code=303)
    if stored is not None and stored.id == asked:
        return _progress(visit, sha256, round_id, stored)
    return None if checked is not None and checked.state == "done" else _progress(visit, sha256, round_id, checked)


def _progress(visit: Visit, sha256: str, round_id: int, job: Any) -> Response:
    state = "none" if job is None else "forsaken" if forsaken(job, visit.now) else job.state
    done, whole = (job.done, job.whole) if job is not None else (0, 0)
    return visit.page(
        "imports/progress.html", import_id=sha256, round_id=round_id, job=job, state=state, done=done, whole=whole,
        phase=_(PHASES.get(job.phase, PHASES[READING])) if job is not None else "", asked=job.id if job is not None else 0,
        counting=job is not None and job.phase == BEGINNING,
    )  # fmt: skip


def words_of(said: Mapping[str, int]) -> str:
    """What an import did, in sentences."""
    words = _("已导入：新增 {new} 行，更新 {changed} 行。", new=said["new"], changed=said["changed"])
    words += _("有错的 {n} 行没有导入，留在表里。", n=said["faulty"]) if said["faulty"] else ""
    words += _("建立申报草稿 {n} 份，由本人核对提交。", n=said["begun"]) if said["begun"] else ""
    words += _("{n} 人不能建立申报，多半已有一份在办。", n=said["refused"]) if said["refused"] else ""
    return words
