"""Accounts (账号): the administrator gives a person of the roll a login, a new password, or closes it and opens it again."""

import secrets
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.accounts import add_account, disable, enable, set_password
from models.queries.accounts import last_seen
from models.queries.roll import offices_beyond, person_of, posts_of, under
from web.display import FieldError, relative
from web.i18n import _, word
from web.routes.people import administered_by
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
SYLLABLES = (
    "ba",
    "de",
    "fo",
    "gu",
    "ha",
    "ji",
    "ke",
    "lo",
    "mu",
    "na",
    "pe",
    "qi",
    "ru",
    "sa",
    "te",
    "wo",
    "xi",
    "yu",
    "zo",
)
DONE = {
    "make": word("账号已建。请把登录名和密码当面或打电话告诉本人，请其登录后在个人设置里改掉密码。"),
    "password": word("密码已改，这个账号在别处的登录都已退出。请告诉本人，请其登录后再改一次。"),
    "disable": word("账号已停用，登录都已退出；办理记录保留。"),
    "enable": word("账号已恢复，用原来的密码登录。"),
}
AMENDABLE = {"wrong_login", "taken", "weak_password", "common_password", "own_password", "differs"}


@router.get("/people/{person_id}/account")
def account_page(visit: Visiting, person_id: int, note: str = "") -> Response:
    """Whether a person can log in, under which name, and since when they have not."""
    return _shown(visit, person_id, "", note)


def _shown(
    visit: Visit, person_id: int, login: str, note: str = "", fault: Refused | None = None, act: str = ""
) -> Response:
    with visit.reading() as work:
        ids = under(work.session, administered_by(visit))
        row = person_of(work.session, person_id, ids)
        if row is None:
            raise NotFound
        post = posts_of(work.session, [person_id], visit.today).get(person_id, (row.works_at, ""))
        seen = last_seen(work.session, person_id)
        beyond = offices_beyond(work.session, person_id, ids, visit.today)
    errors = [_fault(fault, act)] if fault else []
    return visit.page(
        "people/account.html", 422 if fault else 200, row=row, post=post, note=note, errors=errors,
        seen=relative(seen, visit.today) if seen else "", login=login or row.login or row.staff_no.lower(), suggested=suggested(),
        own=person_id == visit.visitor.person_id, beyond=beyond,
    )  # fmt: skip


def _fault(refusal: Refused, act: str) -> FieldError:
    of_login = refusal.because in {"wrong_login", "taken"}
    name, label = ("login", _("登录名")) if of_login else (f"password-{act}", _("密码"))
    return FieldError(name, label, refusal.says)


def suggested() -> str:
    """A password to give to somebody: four groups that can be said over the telephone, about 55 bits."""
    groups = ["".join(secrets.choice(SYLLABLES) for _n in range(3)) for _n in range(4)]
    return "-".join(groups) + f"-{secrets.randbelow(90) + 10}"


@router.post("/people/{person_id}/account")
def act_on_account(visit: Visiting, form: Posted, person_id: int) -> Response:
    """Make an account, set a new password, close it or open it again."""
    act = form.text("act")
    if act not in DONE:
        raise NotFound
    try:
        visit.once(form, f"account:{person_id}", lambda work: _act(work, visit, form, person_id, act))
    except Refused as refusal:
        if refusal.because not in AMENDABLE:
            raise
        return _shown(visit, person_id, form.text("login"), fault=refusal, act=act)
    return visit.go(f"/people/{person_id}/account", _(DONE[act]))


def _act(work: Work, visit: Visit, form: Form, person_id: int, act: str) -> Mapping[str, Any]:
    row = reached(work, visit, person_id)
    if act == "make":
        add_account(work.session, form.text("login"), row.staff_no, _password(form))
        return {"act": act}
    if row.login is None:
        raise NotFound
    match act:
        case "password":
            set_password(work.session, row.login, _password(form), work.now)
        case "disable":
            disable(work.session, row.login, work.now)
        case _:
            enable(work.session, row.login)
    return {"act": act}


def _password(form: Form) -> str:
    found = form.values.get("password", "")
    return found if isinstance(found, str) else ""


def reached(work: Work, visit: Visit, person_id: int) -> Any:
    """A person whose account one may change. Raises NotFound; Refused for one's own, and for whoever holds an office elsewhere."""
    ids = under(work.session, administered_by(visit))
    row = person_of(work.session, person_id, ids)
    if row is None:
        raise NotFound
    if person_id == visit.visitor.person_id:
        raise Refused("own_account", _("自己的密码在个人设置里改；自己的账号请另一位管理员来办。没有改动任何内容。"))
    beyond = offices_beyond(work.session, person_id, ids, visit.today)
    if beyond:
        says = _(
            "{name}在{bodies}另有任命，账号由那里的管理员办理。没有改动任何内容。",
            name=row.name,
            bodies="、".join(beyond),
        )
        raise Refused("held_elsewhere", says)
    return row
