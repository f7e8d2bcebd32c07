"""Filing for others (代为提出): a body begins an application for a person of its own, a host nominates for a seat."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.rounds import begin_application
from flows.office.seats import begin_seat
from models.queries.applications import launched_round
from models.queries.filing import person_named, studio_of, under_way
from models.queries.roll import PAGE, RollFilter, named_bodies, people, person_of, posts_of, under
from web.display import Choice, FieldError, Paging
from web.i18n import _
from web.visit import Posted, Visit, Visiting

router = APIRouter()


def filers_of(visit: Visit, work: Work, version_id: int, path: str) -> tuple[tuple[str, ...], list[int]]:
    """Who files on a path, as the programme names them, and which bodies of the visitor are among them."""
    by = visit.book.programme(work.session, version_id).path(path).steps[0].by or ("person",)
    cast = work.book.cast(work.session, version_id)
    held = [int(key.removeprefix("body:")) for key in visit.visitor.keys if key.startswith("body:")]
    levels, bound = {cast.levels.get(who) for who in by}, {cast.bodies.get(who) for who in by}
    mine = [one.id for one in named_bodies(work.session, held) if one.level in levels or one.id in bound]
    return tuple(by), mine


@router.get("/rounds/{round_id}/apply/for")
def choose_person(visit: Visiting, round_id: int, words: str = "", page: int = 1) -> Response:
    """The people of one's own body and of those below it, for one of whom the body begins an application."""
    wanted = RollFilter(words=words.strip()[:40], page=max(page, 1))
    with visit.reading() as work:
        row, ids = _filing_round(visit, work, round_id)
        rows, total = people(work.session, ids, wanted, visit.today)
        posts = posts_of(work.session, [one.id for one in rows], visit.today)
        begun = under_way(work.session, round_id, [one.id for one in rows])
    open_now = row.opens_on <= visit.today <= row.closes_on
    return visit.page(
        "applications/filing.html", round=row, rows=rows, posts=posts, begun=begun, wanted=wanted, open_now=open_now,
        me=visit.visitor.person_id, paging=_paging(round_id, wanted, total) if total > PAGE else None, total=total,
    )  # fmt: skip


def _filing_round(visit: Visit, work: Work, round_id: int) -> tuple[Any, list[int]]:
    """A round for which a body of the visitor files, and the bodies whose people it may file for. Raises NotFound."""
    row = launched_round(work.session, round_id)
    if row is None:
        raise NotFound
    mine = filers_of(visit, work, row.version_id, row.path)[1]
    if not mine:
        raise NotFound
    return row, under(work.session, mine)


def _paging(round_id: int, wanted: RollFilter, total: int) -> Paging:
    first = PAGE * (wanted.page - 1) + 1
    last = min(first + PAGE - 1, total)

    def at(page: int) -> str:
        said = {"words": wanted.words, "page": page}
        return f"/rounds/{round_id}/apply/for?{urlencode({key: value for key, value in said.items() if value})}"

    return Paging(
        first, last, total, at(wanted.page - 1) if wanted.page > 1 else "", at(wanted.page + 1) if last < total else ""
    )


@router.post("/rounds/{round_id}/apply/for")
def begin_for(visit: Visiting, form: Posted, round_id: int) -> Response:
    """Begin an application for a person of one's own; who began it writes and submits it."""
    whose = int(form.text("person")) if form.text("person").isdigit() else 0

    def do(work: Work) -> Mapping[str, Any]:
        _row, ids = _filing_round(visit, work, round_id)
        if person_of(work.session, whose, ids) is None:
            raise NotFound
        begun = under_way(work.session, round_id, [whose]).get(whose)
        if begun is not None and begun[1] == visit.visitor.person_id:
            return {"application": begun[0]}
        return {"application": begin_application(work, visit.visitor.actor, round_id, person_id=whose)[0]}

    done = visit.once(form, f"apply for:{round_id}", do)
    return visit.go(f"/applications/{done['application']}/form", _("已建立草稿，由您填写和提交；提交后通知本人。"))


@router.get("/studios/{studio_id}/nominate")
def nominate_page(visit: Visiting, studio_id: int, path: str = "") -> Response:
    """Whom to nominate for which seat in a studio; where the text lets people ask themselves, one asks for oneself."""
    return _nominating(visit, studio_id, path, {"staff_no": "", "name": ""})


def _nominating(
    visit: Visit, studio_id: int, path: str, said: Mapping[str, str], fault: Refused | None = None
) -> Response:
    errors = [FieldError("staff_no", _("工号"), str(fault))] if fault else []
    with visit.reading() as work:
        studio, paths = seat_paths(visit, work, studio_id)
        chosen = next((one for one in paths if one.name == path), paths[0])
        context = _seat_context(visit, work, studio, chosen)
        programme = visit.book.programme(work.session, studio.version_id)
        others = [
            (one.name, "、".join(programme.people[role].title for role in programme.roles_of(one)))
            for one in paths
            if one.name != chosen.name
        ]
    return visit.page(
        "applications/nominate.html", 422 if fault else 200, studio=studio, path=chosen, others=others, said=said,
        errors=errors, **context,
    )  # fmt: skip


def seat_paths(visit: Visit, work: Work, studio_id: int) -> tuple[Any, list[Any]]:
    """A studio and the paths to a seat in it that the visitor may open. Raises NotFound."""
    studio = studio_of(work.session, studio_id)
    if studio is None:
        raise NotFound
    programme = visit.book.programme(work.session, studio.version_id)
    hosts = studio.host_id == visit.visitor.person_id
    paths = [
        one
        for one in programme.paths_giving("seat")
        if ("host" in one.steps[0].by if hosts else one.steps[0].by in {(), ("person",)})
    ]
    if not paths:
        raise NotFound
    return studio, paths


def _seat_context(visit: Visit, work: Work, studio: Any, path: Any) -> dict[str, Any]:
    programme = visit.book.programme(work.session, studio.version_id)
    roles = programme.roles_of(path)
    choices = [Choice(one, programme.people[one].title, chosen=n == 0) for n, one in enumerate(roles)]
    rules = [work.book.rule(work.session, studio.version_id, path.name, one.name, None) for one in path.steps]
    own = {"application": _("填写并提交"), "membership": _("列入成员名单")}
    steps = [own.get(rule.stage.name, rule.title) for rule in rules]
    return {
        "roles": choices,
        "hosts": studio.host_id == visit.visitor.person_id,
        "steps": steps,
        "programme": programme.title,
    }


@router.post("/studios/{studio_id}/nominate")
def nominate(visit: Visiting, form: Posted, studio_id: int) -> Response:
    """Begin an application for a seat: of the one named, or one's own."""

    def do(work: Work) -> Mapping[str, Any]:
        studio, paths = seat_paths(visit, work, studio_id)
        path = next((one for one in paths if one.name == form.text("path")), None)
        if path is None:
            raise NotFound
        whose = visit.visitor.person_id or 0
        if studio.host_id == visit.visitor.person_id:
            whose = person_called(work, form.text("staff_no"), form.text("name"), visit)
        begun = begin_seat(work, visit.visitor.actor, studio.version_id, path.name, studio_id, whose, form.text("role"))
        return {"application": begun[0]}

    try:
        done = visit.once(form, f"nominate:{studio_id}", do)
    except Refused as refusal:
        if refusal.because != "no_person":
            raise
        said = {"staff_no": form.text("staff_no"), "name": form.text("name")}
        return _nominating(visit, studio_id, form.text("path"), said, refusal)
    return visit.go(
        f"/applications/{done['application']}/form", _("已建立草稿，核对后提交；提交后由本人和所在单位同意。")
    )


def person_called(work: Work, staff_no: str, name: str, visit: Visit) -> int:
    """The person of the roll with this staff number and name, at work today. Raises Refused."""
    found = person_named(work.session, staff_no, name, visit.today)
    if found is None:
        raise Refused("no_person", _("名册里没有工号和姓名都相符、现在在职的人。请向本人核对工号。没有改动任何内容。"))
    return int(found.id)
