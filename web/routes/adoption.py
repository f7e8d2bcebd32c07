"""Adopting a regulation (启用办法): choose a sample or send one's own text, see what it means, then let it hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.adoption import adopt_as_seen, outlook
from flows.programme import Fault, Programme, examine
from flows.programme.loading import library
from models.queries.programmes import ADOPTING, VersionRow, adoptions, text_of, versions
from web.display import Choice
from web.i18n import _
from web.views.adoption import LARGEST, life_of, mistakes, samples, shelf
from web.views.programmes import change_lines, sheet_of
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to adopt: a sample by its code, or a text of their own with the name of its file."""

    programme: Programme
    code: str = ""
    text: str = ""
    file: str = ""


@router.get("/adoptions")
def choose(visit: Visiting, amend: int = 0) -> Response:
    """The samples, and a place for one's own text; `amend` fills it with that of a version."""
    text = file = ""
    if amend:
        with visit.reading() as work:
            row = next((one for one in _own(work, visit) if one.id == amend), None)
            if row is None:
                raise NotFound
            text, file = text_of(work.session, amend), f"{row.code}.yaml"
    return _chosen(visit, text, file)


def _chosen(visit: Visit, text: str, file: str, faults: tuple[Fault, ...] = (), error: str = "") -> Response:
    """The page of choice; with the faults of a text, or why none was taken, above what was sent."""
    with visit.reading() as work:
        rows, by = _own(work, visit), adoptions(work.session)
    return visit.page(
        "programmes/choose.html", 409 if faults or error else 200, samples=samples(rows), rows=rows, by=by, text=text, file=file,
        mistakes=mistakes(faults), error=error,
    )  # fmt: skip


@router.get("/adoptions/{code}")
def sample(visit: Visiting, code: str) -> Response:
    """What a sample means, and what would follow from adopting it."""
    return _preview(visit, Wanted(on_shelf(code), code))


@router.get("/adoptions/{code}/file.yaml")
def sample_file(visit: Visiting, code: str) -> Response:
    """A sample as a file to adapt."""
    del visit
    on_shelf(code)
    named = {"Content-Disposition": f'attachment; filename="{code}.yaml"'}
    return Response(library()[code].read_bytes(), media_type="application/yaml", headers=named)


@router.post("/adoptions/check")
def check_text(visit: Visiting, form: Posted) -> Response:
    """What a text of one's own means, or its mistakes beside it; nothing is stored either way."""
    text, file = str(form.values.get("text", "")), form.text("file")
    try:
        text, file = _sent(form, text, file)
        programme, faults = examined(text, file)
    except Refused as refusal:
        return _chosen(visit, text, file, error=refusal.says)
    if programme is None or faults:
        return _chosen(visit, text, file, faults)
    return _preview(visit, Wanted(programme, "", text, file))


@router.post("/adoptions")
def confirm(visit: Visiting, form: Posted) -> Response:
    """Let it hold from a day on, once; refused, the page comes back with what was typed."""
    wanted = _wanted(form)

    def act(work: Work) -> Mapping[str, Any]:
        if form.text("sha256") != wanted.programme.sha256:
            raise Refused("other_text", _("这份办法和您看过的不一样了，请重新看过再启用。没有改动任何内容。"))
        version_id, number = adopt_as_seen(
            work.session, wanted.programme, _authority(visit, form), _since(form), _number(form.text("before"))
        )
        return {"version": version_id, "code": wanted.programme.code, "number": number}

    try:
        said = visit.once(form, ADOPTING, act)
    except Refused as refusal:
        return _preview(visit, wanted, form, refusal.says)
    return visit.go(f"/programmes/{said['code']}/{said['number']}", _("已启用第 {n} 版。", n=said["number"]))


def _preview(visit: Visit, wanted: Wanted, said: Form | None = None, error: str = "") -> Response:
    programme, chosen = wanted.programme, _authority(visit, said)
    with visit.reading() as work:
        found = outlook(work.session, programme, chosen)
        before = visit.book.programme(work.session, found.before_id) if found.before_id is not None else None
        rows = [row for row in _own(work, visit) if row.code == programme.code and row.authority_id == chosen]
    return visit.page(
        "programmes/preview.html", 409 if error else 200, wanted=wanted, programme=programme, found=found,
        sections=change_lines(before, programme) if before is not None else None, life=life_of(programme),
        sheet=sheet_of(programme), rounds=sum(row.rounds for row in rows), cycles=sum(row.cycles for row in rows),
        bodies=_bodies(visit, chosen), since=said.text("since") if said else visit.today.isoformat(), error=error,
        later=max(found.before_on or visit.today, visit.today),
    )  # fmt: skip


def _own(work: Work, visit: Visit) -> list[VersionRow]:
    mine = {office.body_id for office in visit.visitor.offices if office.role == "administrator"}
    return [row for row in versions(work.session) if row.authority_id in mine]


def _bodies(visit: Visit, chosen: int) -> list[Choice]:
    """The bodies that the visitor administers, in whose name a regulation can be adopted."""
    own = {one.body_id: one.body_name for one in visit.visitor.offices if one.role == "administrator"}
    return [Choice(str(body), name, chosen=body == chosen) for body, name in own.items()]


def _authority(visit: Visit, form: Form | None) -> int:
    """The body that was chosen, else the first one administered. Raises NotFound for a body of others."""
    own = [int(one.value) for one in _bodies(visit, 0)]
    asked = form.text("body") if form else ""
    if not own or (asked and asked not in map(str, own)):
        raise NotFound
    return int(asked) if asked else own[0]


def _wanted(form: Form) -> Wanted:
    """What a confirmation is about. Raises NotFound for no sample, Refused for a text that has mistakes."""
    if code := form.text("code"):
        return Wanted(on_shelf(code), code)
    text, file = _sent(form, str(form.values.get("text", "")), form.text("file"))
    programme, faults = examined(text, file)
    if programme is None or faults:
        raise Refused("faulty", _("这份办法有 {n} 处差错，不能启用。没有保存任何内容。", n=len(faults)))
    return Wanted(programme, "", text, file)


def _sent(form: Form, text: str, file: str) -> tuple[str, str]:
    """The text that was sent and the name of its file: a file goes before what stands in the field. Raises Refused."""
    for sent in form.files("programme"):
        content = sent.file.read(LARGEST + 1)
        try:
            text, file = content.decode("utf-8-sig"), sent.filename or ""
        except UnicodeDecodeError:
            raise Refused(
                "not_text", _("没有保存：这个文件不是 UTF-8 文字。请选 .yaml 文件，或存成 UTF-8 再传。")
            ) from None
    text = text.replace("\r\n", "\n")
    if len(text.encode()) > LARGEST:
        raise Refused("too_long", _("没有保存：文件超过 200 KB。办法文件是写规则的文字，不放附件和图片。"))
    if not text.strip():
        raise Refused("no_text", _("没有保存：请选一个办法文件（.yaml），或把文字写在下面。"))
    return text, file or _("办法.yaml")


def examined(text: str, file: str) -> tuple[Programme | None, tuple[Fault, ...]]:
    """The programme of a text, and its faults. Raises Refused for one that is nested too deep to be read."""
    try:
        return examine(text, file)
    except RecursionError:
        raise Refused("too_deep", _("没有保存：括号或缩进套得太深，读不下去。请照样本的写法改。")) from None


def on_shelf(code: str) -> Programme:
    """A sample by its code. Raises NotFound."""
    found = shelf().get(code)
    if found is None:
        raise NotFound
    return found


def _since(form: Form) -> date:
    try:
        return date.fromisoformat(form.text("since"))
    except ValueError:
        raise Refused("no_day", _("请写从哪一天起施行。没有改动任何内容。"), {}, ("since",)) from None


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None
