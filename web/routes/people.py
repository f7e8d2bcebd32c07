"""The roll (名册与权限): who may do what; appointments with dates, and who acts for whom."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.appointing import end_role, give_role, substitute
from models.people import ROLES
from models.queries.roll import (
    PAGE,
    RollFilter,
    appointments_of,
    named_bodies,
    people,
    person_of,
    posts_of,
    substitutions_of,
    under,
)
from models.queries.rounds import manning
from web.display import Choice, Paging
from web.i18n import _, word
from web.routes.rounds import day_of
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
ROLE_WORDS = {
    "administrator": word("管理员"), "officer": word("经办人"), "viewer": word("只读"), "expert": word("专家"), "assessor": word("考核人"),
}  # fmt: skip
ROLE_NOTES = {
    "administrator": word("建批次、定名单、管名册"), "officer": word("代表单位审核、报送"), "viewer": word("只看，不办理"),
    "expert": word("抽到以后评分"), "assessor": word("考核所分派的工作室"),
}  # fmt: skip

LEVELS, SHOWN = {"county": word("旗县区"), "school": word("学校")}, 40


def administered_by(visit: Visit) -> list[int]:
    """The bodies that the visitor administers."""
    return [office.body_id for office in visit.visitor.offices if office.role == "administrator"]


@router.get("/people")
def roll(visit: Visiting, role: str = "", words: str = "", page: int = 1, note: str = "") -> Response:
    """Everybody of the bureau and of the bodies below it: post, roles, account."""
    wanted = RollFilter(role if role in ROLES else "", words.strip()[:40], max(page, 1))
    with visit.reading() as work:
        ids = under(work.session, administered_by(visit))
        rows, total = people(work.session, ids, wanted, visit.today)
        posts = posts_of(work.session, [row.id for row in rows], visit.today)
        held: dict[int, list[Any]] = {}
        for one in appointments_of(work.session, [row.id for row in rows]):
            if one.from_on <= visit.today and (one.to_on is None or one.to_on >= visit.today):
                held.setdefault(one.person_id, []).append(one)
        whole = wanted == RollFilter("", "", 1)
        lacking = _lacking(work, visit) if whole else []
    choices = [
        Choice("", _("全部"), chosen=not wanted.role),
        *(Choice(one, _(ROLE_WORDS[one]), chosen=one == wanted.role) for one in ROLES),
    ]
    return visit.page("people/list.html", rows=rows, total=total, posts=posts, held=held, wanted=wanted, choices=choices, words=ROLE_WORDS,
                      paging=_paging(wanted, total), note=note, lacking=lacking, shown=SHOWN)  # fmt: skip


def _lacking(work: Work, visit: Visit) -> list[tuple[str, Sequence[str]]]:
    """The counties and schools in which nobody may act, by name: where somebody is to be appointed before a round."""
    found: dict[str, list[str]] = {}
    for body in administered_by(visit):
        for one in manning(work.session, body, tuple(LEVELS), visit.today):
            found.setdefault(one.level, []).extend(one.unmanned)
    return [(_(LEVELS[level]), names) for level, names in found.items() if names]


def _paging(wanted: RollFilter, total: int) -> Paging:
    first = PAGE * (wanted.page - 1) + 1
    last = min(first + PAGE - 1, total)
    return Paging(
        min(first, total),
        last,
        total,
        _at(wanted, wanted.page - 1) if wanted.page > 1 else "",
        _at(wanted, wanted.page + 1) if last < total else "",
    )


def _at(wanted: RollFilter, page: int) -> str:
    said = {"role": wanted.role, "words": wanted.words, "page": page}
    return f"/people?{urlencode({key: value for key, value in said.items() if value})}"


@router.get("/people/{person_id}")
def one_person(visit: Visiting, person_id: int, note: str = "") -> Response:
    """One person: posts, appointments over time, substitutions."""
    return _shown(visit, person_id, note)


def _shown(visit: Visit, person_id: int, note: str = "", refused: str = "", said: Form | None = None) -> Response:
    """The page of a person; refused, with why and what was typed in the form that it came from."""
    typed = _typed(said)
    with visit.reading() as work:
        ids = under(work.session, administered_by(visit))
        row = person_of(work.session, person_id, ids)
        if row is None:
            raise NotFound
        post = posts_of(work.session, [person_id], visit.today).get(person_id, (row.works_at, ""))
        context = {
            "post": post,
            "held": appointments_of(work.session, [person_id]), "substitutions": substitutions_of(work.session, person_id),
            "bodies": [Choice(str(one.id), one.name, chosen=str(one.id) == typed["body_id"] if typed["body_id"] else one.name == post[0])
                       for one in named_bodies(work.session, ids)],
        }  # fmt: skip
    roles = [
        Choice(one, f"{_(ROLE_WORDS[one])}：{_(ROLE_NOTES[one])}", chosen=one == (typed["role"] or "officer"))
        for one in ROLES
    ]
    return visit.page(
        "people/person.html", 409 if refused else 200, row=row, roles=roles, words=ROLE_WORDS, note=note, refused=refused,
        typed=typed, **context,
    )  # fmt: skip


def _typed(said: Form | None) -> dict[str, str]:
    """What was typed in a form of a person, with the form that it is (`form`); nothing when none was refused."""
    return {key: said.text(key) if said else "" for key in ("form", "role", "body_id", "from_on", "to_on", "by")}


def _or_filled(visit: Visit, form: Form, person_id: int, act: Callable[[], Response]) -> Response:
    """Do an act on a person; refused, the page comes back with what was typed."""
    try:
        return act()
    except Refused as refusal:
        return _shown(visit, person_id, "", refusal.says, form)


@router.post("/people/{person_id}/appointments")
def appoint(visit: Visiting, form: Posted, person_id: int) -> Response:
    """Appoint from a day on, until another if one is given."""
    return _or_filled(visit, form, person_id, lambda: _appoint(visit, form, person_id))


def _appoint(visit: Visit, form: Form, person_id: int) -> Response:
    from_on, to_on = day_of(form.text("from_on")), day_of(form.text("to_on")) if form.text("to_on") else None

    def give(work: Work) -> Mapping[str, Any]:
        ids = reached(work, visit, person_id)
        body = form.text("body_id")
        return {
            "id": give_role(
                work.session, person_id, int(body) if body.isdigit() else 0, form.text("role"), from_on, to_on, ids
            )
        }

    visit.once(form, "appoint", give)
    return visit.go(f"/people/{person_id}", _("已任命，从 {day} 起有权限。", day=from_on.isoformat()))


@router.post("/people/{person_id}/appointments/{appointment_id}/end")
def end(visit: Visiting, form: Posted, person_id: int, appointment_id: int) -> Response:
    """Let an appointment end with a day."""
    return _or_filled(visit, form, person_id, lambda: _end(visit, form, person_id, appointment_id))


def _end(visit: Visit, form: Form, person_id: int, appointment_id: int) -> Response:
    on = day_of(form.text("to_on"))

    def stop(work: Work) -> Mapping[str, Any]:
        end_role(work.session, appointment_id, on, visit.visitor.person_id, reached(work, visit, person_id))
        return {}

    visit.once(form, "end appointment", stop)
    return visit.go(
        f"/people/{person_id}", _("任命到 {day} 止。正在办的事项留在单位，请另指定经办人。", day=on.isoformat())
    )


@router.post("/people/{person_id}/substitutions")
def let_act(visit: Visiting, form: Posted, person_id: int) -> Response:
    """Let somebody act for this person in a body for a time."""
    return _or_filled(visit, form, person_id, lambda: _let_act(visit, form, person_id))


def _let_act(visit: Visit, form: Form, person_id: int) -> Response:
    from_on, to_on = day_of(form.text("from_on")), day_of(form.text("to_on"))

    def lend(work: Work) -> Mapping[str, Any]:
        body = form.text("body_id")
        substitute(
            work.session,
            person_id,
            form.text("by"),
            int(body) if body.isdigit() else 0,
            from_on,
            to_on,
            visit.now,
            reached(work, visit, person_id),
        )
        return {}

    visit.once(form, "substitute", lend)
    return visit.go(f"/people/{person_id}", _("代办已设定，两个人的名字都会留在流转记录里。"))


def reached(work: Work, visit: Visit, person_id: int) -> list[int]:
    """The bodies one administers, if the person is of them. Raises NotFound."""
    ids = under(work.session, administered_by(visit))
    if person_of(work.session, person_id, ids) is None:
        raise NotFound
    return ids
