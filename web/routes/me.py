"""Own settings (个人设置), and acting for another (代办)."""

from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.errors import Refused
from models.queries.messages import preferences
from notifications.catalogue import notices
from web.accounts import (
    begin_acting,
    change_password,
    end_acting,
    end_session,
    end_token,
    let_act,
    make_token,
    open_sessions,
    own_account,
    set_look,
    set_wishes,
    standing_in,
    stood_in_for,
    tokens,
)
from web.i18n import COOKIE, _
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
YEAR = 31_536_000


def _me(visit: Visit) -> int:
    return visit.visitor.person_id or 0


def _shown(visit: Visit, token: str = "") -> Response:
    with visit.reading() as work:
        account = own_account(work.session, _me(visit))
        sessions = open_sessions(work.session, account.id)
        keys = tokens(work.session, account.id)
        wishes = preferences(work.session, [_me(visit)])
        away = stood_in_for(work.session, _me(visit), visit.today)
    optional = [
        (one, *wishes.get((_me(visit), one.key), (True, True))) for one in notices().values() if not one.mandatory
    ]
    offices = [one for one in visit.visitor.offices if one.role in {"officer", "administrator"}]
    return visit.page(
        "me/settings.html", account=account, sessions=sessions, tokens=keys, token=token, optional=optional, away=away,
        offices=offices, current=visit.visitor.session_id,
    )  # fmt: skip


@router.get("/me")
def me(visit: Visiting) -> Response:
    """Language, type, notices, who may act for one, sessions, password, API tokens."""
    return _shown(visit)


@router.post("/me")
def look(visit: Visiting, form: Posted) -> Response:
    """Save language, type size and keys."""
    chosen = form.text("locale")
    with visit.writing() as work:
        set_look(work.session, _me(visit), chosen, large=bool(form.text("large")), keys=bool(form.text("keys")))
    answer = visit.go("/me", _("设置已保存。"))
    answer.set_cookie(COOKIE, chosen or "zh_CN", max_age=YEAR, samesite="lax", path="/")
    return answer


@router.post("/me/notices")
def wishes(visit: Visiting, form: Posted) -> Response:
    """Save which optional notices one wants; mandatory ones are not asked."""
    wanted, digested = set(form.texts("wanted")), set(form.texts("digest"))
    chosen = {one.key: (one.key in wanted, one.key in digested) for one in notices().values() if not one.mandatory}
    with visit.writing() as work:
        set_wishes(work.session, _me(visit), chosen)
    return visit.go("/me", _("通知设置已保存。"))


@router.post("/me/password")
def password(visit: Visiting, form: Posted) -> Response:
    """Change the password; every other session ends."""
    if form.text("new") != form.text("again"):
        raise Refused("differs", _("两次输入的新密码不一样，没有改。"))
    with visit.writing() as work:
        change_password(work.session, visit.visitor, _raw(form, "old"), _raw(form, "new"), visit.now)
    return visit.go("/me", _("密码已改，其他登录都已退出。"))


def _raw(form: Form, key: str) -> str:
    value = form.values.get(key, "")
    return value if isinstance(value, str) else ""


@router.post("/me/sessions/{session_id}/end")
def end_one(visit: Visiting, session_id: int, form: Posted) -> Response:
    """End one of one's own sessions."""
    del form
    with visit.writing() as work:
        end_session(work.session, own_account(work.session, _me(visit)).id, session_id, visit.now)
    return visit.go("/me", _("这个登录已退出。"))


@router.post("/me/tokens")
def new_token(visit: Visiting, form: Posted) -> Response:
    """Make an API token and show it this once; only its hash is stored, so it cannot be shown after a redirect."""
    with visit.writing() as work:
        token = make_token(work.session, own_account(work.session, _me(visit)).id, form.text("name"), visit.now)
    return _shown(visit, token)


@router.post("/me/tokens/{token_id}/end")
def revoke_token(visit: Visiting, token_id: int, form: Posted) -> Response:
    """End one of one's own API tokens."""
    del form
    with visit.writing() as work:
        end_token(work.session, own_account(work.session, _me(visit)).id, token_id, visit.now)
    return visit.go("/me", _("令牌已停用。"))


@router.post("/me/substitutions")
def substitution(visit: Visiting, form: Posted) -> Response:
    """Let a colleague act for oneself between two days."""
    first, last = _day(form.text("from_on")), _day(form.text("to_on"))
    body = int(form.text("body")) if form.text("body").isdigit() else 0
    with visit.writing() as work:
        let_act(work.session, visit.visitor, form.text("staff_no"), body, first, last, visit.now)
    return visit.go("/me", _("已请人代办。"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused("no_such_day", _("日期没有填对，请从日历里选。没有改动任何内容。")) from error


@router.get("/acting")
def acting(visit: Visiting) -> Response:
    """For whom one may act today."""
    with visit.reading() as work:
        rows = standing_in(work.session, _me(visit), visit.today)
    return visit.page("me/acting.html", rows=rows, acting_for=visit.visitor.acting_for)


@router.post("/acting")
def act_for(visit: Visiting, form: Posted) -> Response:
    """Begin to act for another: both names are recorded with every act."""
    whose = int(form.text("person")) if form.text("person").isdigit() else 0
    with visit.writing() as work:
        begin_acting(work.session, visit.visitor, whose, visit.today)
    return visit.go("/inbox")


@router.post("/acting/end")
def act_for_oneself(visit: Visiting, form: Posted) -> Response:
    """End acting for another."""
    del form
    with visit.writing() as work:
        end_acting(work.session, visit.visitor)
    return visit.go("/inbox")
