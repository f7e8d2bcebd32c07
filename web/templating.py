"""The Jinja environment of all pages: autoescaped, strict, bilingual."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from web import phrases, pieces, states
from web.access import TABLE
from web.assets import asset_url
from web.i18n import COOKIE, current_locale, gettext, negotiate, ngettext, speaking

PAGES = Path(__file__).parent.parent / "templates" / "pages"

_SHOWN = (
    "day", "plain_day", "formal_day", "day_range", "short_range", "clock_time", "moment", "relative", "relative_day",
    "deadline", "days_left", "span", "used_of", "money", "money_short", "share", "masked_phone", "masked_name",
    "school_year", "weekday", "month", "percent", "due_day", "local",
)  # fmt: skip


@cache
def environment() -> Environment:
    """Give the one environment; templates are named from `templates/pages`, as in `{% extends "base.html" %}`."""
    env = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    shown = {name: getattr(phrases, name) for name in _SHOWN}
    env.globals.update(shown)
    env.filters.update(shown)
    env.globals.update(
        asset_url=asset_url,
        current_locale=current_locale,
        state_mark=states.state_mark,
        run_mark=states.run_mark,
        family_label=states.family_label,
        Meter=pieces.Meter,
        opens=lambda path: ("GET", path) in TABLE,
    )
    return env


def render(name: str, **context: object) -> str:
    """Render one template in the language of this request; a name it needs and does not get is an error."""
    return environment().get_template(name).render(context)


def page(
    request: Request,
    name: str,
    context: Mapping[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Answer with one page, in the language the person chose; `chrome` is None for public pages."""
    locale = negotiate(request.cookies.get(COOKIE), request.headers.get("accept-language"))
    with speaking(locale):
        text = render(name, **{"chrome": None, "path": request.url.path, **context})
    return HTMLResponse(text, status_code=status, headers=dict(headers or {}))
