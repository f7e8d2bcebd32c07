"""Logging in and out, the language, home and menu."""

from urllib.parse import urlparse

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from flows.office.accounts import nobody_yet
from models.queries.notices import open_rounds
from models.queries.rounds import any_launched, posted_now
from models.queries.studios import studios_of_person
from models.settings import settings
from web.access import READERS
from web.i18n import BY_BROWSER, COOKIE, LOCALES, SOURCE, _
from web.identity import log_in, log_out
from web.visit import SESSION_COOKIE, Posted, Visit, Visiting

router = APIRouter()


@router.get("/")
def home(visit: Visiting) -> Response:
    """To the role's home; of an administrator, to the first steps until the first launch."""
    roles = visit.visitor.roles
    if "administrator" in roles:
        with visit.reading() as work:
            begun = any_launched(work.session, visit.visitor.body_ids)
        return RedirectResponse("/dashboard" if begun else "/start", status_code=303)
    if visit.visitor.known and not roles & READERS:
        with visit.reading() as work:
            own = studios_of_person(work.session, visit.visitor.person_id or 0)
        if own:
            return RedirectResponse(f"/studios/{own[0].id}", status_code=303)
    for role, address in (
        ("officer", "/inbox"),
        ("expert", "/scores"),
        ("person", "/inbox"),
    ):
        if role in roles:
            return RedirectResponse(address, status_code=303)
    return RedirectResponse("/login", status_code=303)


@router.get("/login")
def login_page(visit: Visiting, next: str = "/") -> Response:  # noqa: A002  the name in the address
    """The login form."""
    return _login_form(visit, local(next))


def _login_form(visit: Visit, next_: str, login: str = "", error: str = "") -> Response:
    """The form, and beside it what can be read without logging in."""
    with visit.reading() as work:
        taken = open_rounds(work.session)
        posted = posted_now(work.session)
        empty = not error and nobody_yet(work.session)
    authority = taken[0].authority if taken else ""
    return visit.page(
        "account/login.html", 401 if error else 200, next=next_, login=login, error=error, open_now=[one for one in taken if one.state == "open"],
        notices_now=posted, authority=authority, phone=settings().support_phone, empty=empty,
    )  # fmt: skip


@router.post("/login")
def login(visit: Visiting, form: Posted) -> Response:
    """Open a session."""
    address = visit.request.client.host if visit.request.client else ""
    with visit.writing() as work:
        result = log_in(work.session, form.text("login"), form.text("password"), address, visit.now)
    if not result.token:
        error = _("账号或密码不对。") if not result.wait_until else _("试的次数太多，请 5 分钟后再试。")
        if result.tries_left and result.tries_left <= 5:
            error += _("还可以试 {n} 次。", n=result.tries_left)
        return _login_form(visit, local(form.text("next")), form.text("login"), error)
    answer = RedirectResponse(local(form.text("next")), status_code=303)
    answer.set_cookie(
        SESSION_COOKIE, result.token, httponly=True, samesite="lax", secure=settings().secure_cookies, path="/"
    )
    return answer


@router.post("/logout")
def logout(visit: Visiting, form: Posted) -> Response:
    """End the session."""
    del form
    with visit.writing() as work:
        if visit.visitor.session_id is not None:
            log_out(work.session, visit.visitor.session_id, visit.now)
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@router.post("/locale")
def locale(visit: Visiting, form: Posted) -> Response:
    """Choose the language."""
    del visit
    chosen = form.text("locale")
    answer = RedirectResponse(local(form.text("next")), status_code=303)
    answer.set_cookie(
        COOKIE, chosen if chosen in (*LOCALES, BY_BROWSER) else SOURCE, max_age=31_536_000, samesite="lax", path="/"
    )
    return answer


@router.get("/menu")
def menu(visit: Visiting) -> Response:
    """Where one can go; a plain page, so that nothing depends on a script."""
    return visit.page("account/menu.html")


def local(address: str) -> str:
    """An address of our own, or home: nobody is sent elsewhere after logging in."""
    parsed = urlparse(address)
    safe = address.startswith("/") and not address.startswith("//") and not parsed.netloc and "\\" not in address
    return address if safe else "/"
