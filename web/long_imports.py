"""Long imports (大名册): checked and stored beside the pages, one at a time; their page says how far they are."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response

from flows.engine.errors import NotFound
from flows.engine.work import Work
from flows.office.importing import BEGINNING, READING, STORING, latest, run
from flows.office.jobs import forsaken
from web.i18n import _, word
from web.papers import place_of
from web.visit import Visit

LONG = 100 * 1024  # bytes of a workbook of about 1,500 rows, which takes a second
WORKERS = ThreadPoolExecutor(1, thread_name_prefix="import")
PHASES = {READING: word("正在读取和核对"), STORING: word("正在写入"), BEGINNING: word("正在建立申报草稿")}


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


@dataclass(frozen=True)
class ImportPage:
    """Which import a page is about: where its pages are, what its forms carry besides, and where it leads when all is stored."""

    home: str
    here: str
    title: str
    carries: Mapping[str, str]
    after: str
    words: Callable[[Mapping[str, int]], str]

    def address(self, job_id: int = 0) -> str:
        """The page itself; of a certain job, it leads on when that is done."""
        said = dict(self.carries) | ({"job": str(job_id)} if job_id else {})
        return f"{self.here}?{urlencode(said)}" if said else self.here


def start(visit: Visit, job_id: int, do: Callable[..., None] = run) -> None:
    """Begin a job that was written down; one that is begun already goes on."""
    WORKERS.submit(do, visit.engine, visit.book, visit.request.app.state.clock, job_id, content_of)


def jobs_of(work: Work, visit: Visit, sha256: str, round_id: int) -> tuple[Any, Any]:
    """The newest import and the newest check of a roster by the visitor, for a round or none."""
    person, wanted = visit.visitor.person_id or 0, round_id or None
    return latest(work.session, sha256, person, wanted, "store"), latest(work.session, sha256, person, wanted, "check")


def at_work(job: Any, now: datetime) -> bool:
    """Whether a job is under way and somebody works at it."""
    return job is not None and job.state in {"asked", "running"} and not forsaken(job, now)


def waiting_page(visit: Visit, page: ImportPage, stored: Any, checked: Any, asked: int) -> Response | None:
    """How far a long import is, or what became of it; None when its check is done and can be shown."""
    if stored is not None and stored.state in {"asked", "running"}:
        return _progress(visit, page, stored)
    if stored is not None and stored.id == asked and stored.state == "done":
        return visit.go(page.after, page.words(stored.result))
    if stored is not None and stored.id == asked:
        return _progress(visit, page, stored)
    return None if checked is not None and checked.state == "done" else _progress(visit, page, checked)


def _progress(visit: Visit, page: ImportPage, job: Any) -> Response:
    state = "none" if job is None else "forsaken" if forsaken(job, visit.now) else job.state
    done, whole = (job.done, job.whole) if job is not None else (0, 0)
    return visit.page(
        "imports/progress.html", page=page, job=job, state=state, done=done, whole=whole,
        phase=_(PHASES.get(job.phase, PHASES[READING])) if job is not None else "", again=page.address(job.id if job is not None else 0),
        counting=job is not None and job.phase == BEGINNING,
    )  # fmt: skip


def words_of(said: Mapping[str, int]) -> str:
    """What an import did, in sentences."""
    words = _("已导入：新增 {new} 行，更新 {changed} 行。", new=said["new"], changed=said["changed"])
    words += _("有错的 {n} 行没有导入，留在表里。", n=said["faulty"]) if said["faulty"] else ""
    words += _("建立申报草稿 {n} 份，由本人核对提交。", n=said["begun"]) if said["begun"] else ""
    words += _("{n} 人不能建立申报，多半已有一份在办。", n=said["refused"]) if said["refused"] else ""
    return words
