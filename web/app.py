"""PAGES AND API: the application, its routes, its errors in plain words, and the headers every answer carries."""

import secrets
from urllib.parse import urlparse

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy import Engine
from sqlalchemy.exc import DataError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.engine.clock import Clock, SystemClock
from flows.engine.errors import Conflict, NotFound, Refused
from models.queries.programmes import programme_of, version_under
from models.session import database
from web import routes
from web.assets import mount_assets
from web.bounds import BodyBound
from web.display import Provenance
from web.i18n import COOKIE, _, negotiate, use_locale
from web.templating import page
from web.views.programmes import clause_href
from web.views.stale import LastAct, last_act
from web.visit import Forbidden, LoginNeeded

# What Python says of ², of five thousand digits and of the year 10000.
NO_NUMBER = ("invalid literal for int()", "Exceeds the limit", "year ")
LATIN = 0x2E7F  # beyond it, Chinese
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def create_app(engine: Engine | None = None, clock: Clock | None = None) -> FastAPI:
    """The web application over a database; `clock` is virtual in tests and rehearsals."""
    app = FastAPI(title="StudioFlow", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.state.engine = engine or database()
    app.state.clock = clock or SystemClock()
    mount_assets(app)
    routes.include_all(app)
    app.add_middleware(BodyBound)
    app.add_middleware(Headers)
    for error, answer in ((Refused, _refused), (Conflict, _conflict), (NotFound, _missing), (LoginNeeded, _login), (Forbidden, _forbidden),
                          (HTTPException, _http), (RequestValidationError, _invalid), (OverflowError, _unreadable), (DataError, _unreadable),
                          (ValueError, _unreadable), (Exception, _fault)):  # fmt: skip
        app.add_exception_handler(error, answer)  # type: ignore[arg-type]
    return app


class Headers:
    """What every answer carries, a number by which its request is found again, and the language it is answered in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with our headers where it has none of its own."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        request.state.number = f"{secrets.token_hex(2)}-{secrets.token_hex(2)}"
        # Set here, where every thread that answers takes its context from.
        use_locale(negotiate(request.cookies.get(COOKIE), request.headers.get("accept-language")))

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (*HEADERS.items(), ("Cache-Control", "no-store")):
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, headed)


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _answer(request: Request, status: int, code: str, says: str, template: str, **more: object) -> Response:
    if _wants_json(request):
        said = {key: more[key] for key in ("clause", "missing") if key in more}
        return JSONResponse({"error": code, "message": says, "clause": "", "missing": [], **said}, status)
    visit = getattr(request.state, "visit", None)
    context = {
        "code": code,
        "says": says,
        "number": getattr(request.state, "number", ""),
        "back": came_from(request),
        **more,
    }
    return visit.page(template, status, **context) if visit else page(request, template, context, status)


def came_from(request: Request) -> str:
    """The page of ours that a form was on, for a way back; home when it is not known."""
    sent = urlparse(request.headers.get("referer", ""))
    ours = (
        sent.netloc == request.headers.get("host", "") and sent.path.startswith("/") and not sent.path.startswith("//")
    )
    return f"{sent.path}?{sent.query}" if ours and sent.query else sent.path if ours else "/"


async def _refused(request: Request, error: Refused) -> Response:
    stale = error.because in {"stale", "wrong_state", "ended"}
    template = "states/stale.html" if stale else "states/refused.html"
    if _wants_json(request):
        return _answer(
            request,
            409,
            error.because,
            error.says,
            template,
            clause=error.origin.get("text", ""),
            missing=list(error.missing),
        )
    kept = await _typed(request)
    return _answer(
        request,
        409,
        error.because,
        error.says,
        template,
        origin=provenance(error.origin, _programme(request)),
        missing=error.missing,
        kept=kept,
        last=_last_act(request) if stale else None,
    )


def _last_act(request: Request) -> LastAct | None:
    """Who did what meanwhile, if the visitor may know."""
    visit, run_id = getattr(request.state, "visit", None), str(request.path_params.get("run_id", ""))
    if visit is None or not visit.visitor.known or not run_id.isdigit():
        return None
    with visit.reading() as work:
        return last_act(work, int(run_id), visit.visitor)


async def _typed(request: Request) -> list[tuple[str, str]]:
    """What the person wrote, so that a refusal never loses it."""
    if request.method != "POST":
        return []
    form = await request.form()
    words = {"reason": _("意见"), "opinion": _("意见"), "facts": _("事实"), "defect_what": _("要补正的地方"), "title": _("名称"),
             "due_on": _("截止日"), "changes": _("日子"), "share": _("拨付比例"), "staff_no": _("工号"), "from_on": _("开始日"), "to_on": _("结束日")}  # fmt: skip
    return [
        (words.get(key, _("内容")), value)
        for key, value in form.multi_items()
        if isinstance(value, str) and value.strip() and (key in words or _is_prose(key, value))
    ]


def _is_prose(key: str, value: str) -> bool:
    """Whether a field of any name holds what somebody wrote, which no page may lose; not keys, numbers or passwords."""
    return key not in {"csrf", "request_id"} and "password" not in key and any(ord(one) > LATIN for one in value)


def _programme(request: Request) -> tuple[str, int] | None:
    """The programme by which the case of an address is handled."""
    visit = getattr(request.state, "visit", None)
    for kind in ("run_id", "application_id", "round_id"):
        number = str(request.path_params.get(kind, ""))
        if visit is not None and number.isdigit():
            with visit.reading() as work:
                version_id = version_under(work.session, kind, int(number))
                return programme_of(work.session, version_id) if version_id is not None else None
    return None


def provenance(origin: object, programme: tuple[str, int] | None = None) -> Provenance | None:
    """The mark of a rule's origin as pages show it, leading to its clause on the page of its programme (code, version).

    An internal code of a default is never shown.
    """
    if not isinstance(origin, dict) or not origin.get("kind"):
        return None
    text = str(origin.get("text", ""))
    shown = _("共用默认") if text.startswith("D-") else text
    clause = text.split("、", maxsplit=1)[0] if origin["kind"] == "clause" else ""
    href = clause_href(*programme, clause) if programme and clause else ""
    return Provenance(str(origin["kind"]), shown or _("共用默认"), href, str(origin.get("reason", "")))


async def _conflict(request: Request, error: Conflict) -> Response:
    return _answer(request, 409, "conflict", str(error), "states/refused.html", origin=None, missing=(), kept=[])


async def _missing(request: Request, _error: Exception) -> Response:
    return _answer(request, 404, "not_found", str(NotFound()), "states/missing.html")


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    """A number in an address that is none leads nowhere; a body of the API that does not fit says where."""
    wrong = [".".join(str(part) for part in one["loc"][1:]) for one in error.errors() if one["loc"][0] != "path"]
    if not _wants_json(request) or not wrong:
        return await _missing(request, error)
    if any(one["type"] == "json_invalid" for one in error.errors()):
        return _answer(
            request, 422, "invalid", _("请求的内容不是正确的 JSON。没有改动任何内容。"), "states/refused.html"
        )
    says = _("请求里这几处不对：{places}。没有改动任何内容。", places="、".join(wrong))
    return _answer(request, 422, "invalid", says, "states/refused.html", missing=wrong)


async def _unreadable(request: Request, error: Exception) -> Response:
    """A number that no database holds, or a sign that no text may have: what no page of ours sends."""
    if isinstance(error, ValueError) and not str(error).startswith(NO_NUMBER):
        raise error
    if request.method != "POST":
        return await _missing(request, error)
    says = _("填写的内容里有不能用的数字或符号，请改正后再办。没有改动任何内容。")
    kept = [] if _wants_json(request) else await _typed(request)
    return _answer(request, 409, "unreadable", says, "states/refused.html", origin=None, missing=(), kept=kept)


async def _login(request: Request, _error: LoginNeeded) -> Response:
    if _wants_json(request):
        return _answer(request, 401, "login", _("请先登录。"), "states/refused.html")
    if kept := await _typed(request):
        return _answer(request, 401, "login", "", "states/login.html", kept=kept)
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={back}" if request.method == "GET" else "/login", status_code=303)


async def _forbidden(request: Request, _error: Forbidden) -> Response:
    says = _("这一页不对您开放，或者页面打开太久了。请从菜单重新进入。没有改动任何内容。")
    return _answer(
        request, 403, "forbidden", says, "states/refused.html", origin=None, missing=(), kept=await _typed(request)
    )


async def _http(request: Request, error: HTTPException) -> Response:
    if error.status_code == 404:
        return await _missing(request, error)
    return _answer(
        request, error.status_code, "http", str(error.detail), "states/refused.html", origin=None, missing=(), kept=[]
    )


async def _fault(request: Request, _error: Exception) -> Response:
    says = _("系统出了问题，您的操作没有保存，填写的内容还在。请再试一次。")
    return _answer(request, 500, "fault", says, "states/fault.html")
