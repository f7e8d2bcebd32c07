"""Public notice (公示): posted lists without login, the paper print, the QR file, and objections, which anybody may file."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any

import segno
from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import insert

from flows.engine.apply import apply
from flows.engine.calendar import local_day
from flows.engine.declare import THE_PUBLIC
from flows.engine.errors import NotFound, Refused
from flows.engine.lists import CODE_LETTERS
from flows.engine.requests import once
from flows.engine.work import Intent, Work
from flows.public_notice import LEAST_FACTS
from models import LoginAttempt, Objection
from models.columns import table_of
from models.queries.notices import filings_since, posted_list, posted_lists
from web.display import FieldError
from web.i18n import _
from web.identity import digest
from web.papers import keep
from web.views.notices import NoticeView, PostedEntry, notice_line, notice_of, period_of, title_of
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
ATTEMPTS = table_of(LoginAttempt)
WINDOW, AT_MOST, FILES_AT_MOST = timedelta(minutes=10), 5, 5
FIELDS = ("entry", "signed", "name", "contact", "facts")
FOUND_AGAIN = {"Cache-Control": "public, max-age=300"}


@router.get("/notices")
def notices(visit: Visiting) -> Response:
    """The posted lists, the newest first."""
    with visit.reading() as work:
        lines = []
        for row in posted_lists(work.session):
            policy: Any = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id).policy
            state, last = notice_line(period_of(work, policy, local_day(row.made_at)), visit.now)
            programme = visit.book.programme(work.session, row.version_id)
            lines.append((row, title_of(row, programme), state, last))
    return visit.page("notices/list.html", lines=lines, chrome=None)


@router.get("/notices/{code}")
def notice(visit: Visiting, code: str) -> Response:
    """One posted list, with the form for objections while it runs."""
    return _page(visit, _noticed(visit, code), {}, [])


def _page(
    visit: Visit,
    shown: NoticeView,
    kept: Mapping[str, Any],
    errors: list[FieldError],
    status: int = 200,
    warning: str = "",
) -> Response:
    blank = dict.fromkeys((*FIELDS, "files"), "")
    faults = {**blank, **{one.field: one.message for one in errors}}
    return visit.page("notices/notice.html", status, notice=shown, kept={**blank, **kept}, errors=errors, faults=faults, warning=warning,
                      least=LEAST_FACTS, chrome=None)  # fmt: skip


def _noticed(visit: Visit, code: str) -> NoticeView:
    with visit.reading() as work:
        row = posted_list(work.session, code)
        if row is None:
            raise NotFound
        return notice_of(work, row)


@router.get("/notices/{code}/print")
def printed(visit: Visiting, code: str) -> Response:
    """The notice on A4 paper."""
    shown = _noticed(visit, code)
    return visit.page("notices/print.html", notice=shown, chrome=None)


@router.get("/notices/{code}/qr.svg")
def qr(visit: Visiting, code: str) -> Response:
    """The QR of the notice's own address."""
    return qr_answer(_noticed(visit, code).address)


def qr_answer(address: str) -> Response:
    """An address as a QR in SVG, as a file of its own."""
    kept = BytesIO()
    segno.make(address, error="m", micro=False).save(
        kept, kind="svg", border=0, xmldecl=False, dark="#1b2433", omitsize=True
    )
    return Response(kept.getvalue(), media_type="image/svg+xml", headers=FOUND_AGAIN)


@router.post("/notices/{code}/objections")
def file_objection(visit: Visiting, form: Posted, code: str) -> Response:
    """Take an objection to one entry; the objector gets a code to ask again by."""
    shown = _noticed(visit, code)
    kept = {key: form.text(key) for key in FIELDS}
    if shown.over:
        return _page(visit, shown, kept, [], 409)
    entry = next((one for one in shown.entries if str(one.position) == kept["entry"]), None)
    errors = _faults(shown, kept, entry, form)
    if entry is None or errors:
        return _page(visit, shown, kept, errors, 422)
    try:
        answer = _filed(visit, form, entry, kept)
    except Refused as refused:
        return _page(visit, shown, kept, [], 429 if refused.because == "too_often" else 409, refused.says)
    return visit.go(f"/o/{answer['code']}", _("已收到您的异议，查询码 {code}，请记下。", code=answer["code"]))


def _faults(shown: NoticeView, kept: Mapping[str, str], entry: PostedEntry | None, form: Form) -> list[FieldError]:
    faults = []
    named = kept["signed"] != "anonymous"
    if entry is None:
        faults.append(FieldError("entry", _("对谁有异议"), _("请选择名单中的一位。")))
    if not named and not shown.anonymous:
        faults.append(FieldError("signed", _("署名方式"), _("这里只受理实名异议。")))
    if named and not kept["name"]:
        faults.append(FieldError("name", _("姓名"), _("实名的请填写姓名，或改选匿名。")))
    if named and not kept["contact"]:
        faults.append(FieldError("contact", _("电话"), _("请填写电话，我们要答复您。")))
    if len(kept["facts"]) < LEAST_FACTS:
        says = _(
            "请写明时间、地点、人物和经过，不少于 {n} 字，还差 {left} 字。",
            n=LEAST_FACTS,
            left=LEAST_FACTS - len(kept["facts"]),
        )
        faults.append(FieldError("facts", _("事实与理由"), says))
    if len(form.files("files")) > FILES_AT_MOST:
        faults.append(FieldError("files", _("证明材料"), _("最多 {n} 个文件。", n=FILES_AT_MOST)))
    return faults


def _filed(visit: Visit, form: Form, entry: PostedEntry, kept: Mapping[str, str]) -> Mapping[str, Any]:
    """File under the form's request id, always as the public: who is logged in is not recorded."""
    address = digest(f"objection:{visit.request.client.host if visit.request.client else ''}")
    said = {key: value for key, value in form.plain.items() if key not in {"csrf", "request_id"}}
    with visit.writing(form.request_id) as work:
        return once(
            work.session,
            form.request_id,
            "public",
            "object",
            said,
            visit.now,
            lambda: _file(work, form, entry, kept, address),
        )


def _file(work: Work, form: Form, entry: PostedEntry, kept: Mapping[str, str], address: str) -> Mapping[str, Any]:
    if filings_since(work.session, address, work.now - WINDOW) >= AT_MOST:
        raise Refused("too_often", _("提交太频繁，请 10 分钟后再试。没有提交，填写的内容还在。"))
    work.session.execute(insert(ATTEMPTS).values(login_hash=address, address_hash=address, at=work.now))
    anonymous = kept["signed"] == "anonymous"
    files = []
    for n, sent in enumerate(form.files("files"), start=1):
        sha256, ending = keep(work.session, sent, work.now)
        files.append({"sha256": sha256, "name": f"{n}{ending}"})
    code = query_code()
    work.session.add(Objection(
        run_id=entry.run_id, code=code, anonymous=anonymous, name="" if anonymous else kept["name"],
        contact="" if anonymous else kept["contact"], facts=kept["facts"], files=files, filed_at=work.now,
    ))  # fmt: skip
    work.session.flush()
    apply(work, Intent(entry.run_id, "object", {"anonymous": anonymous, "facts": kept["facts"]}), THE_PUBLIC)
    return {"code": code}


def query_code() -> str:
    """A code that nobody guesses: eight of 32 letters and digits, as 8K2X-47QX."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
