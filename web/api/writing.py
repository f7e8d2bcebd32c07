"""A write of the API: from our own page or a program's token, done once under its Idempotency-Key."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request

from flows.engine.errors import Refused
from flows.engine.requests import once
from flows.engine.work import Work
from web.api.bodies import ErrorOut
from web.visit import Forbidden, Visit, Visiting, same_origin

REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorOut, "description": "请先登录"},
    403: {"model": ErrorOut, "description": "不对您开放，或缺少 X-CSRF"},
    404: {"model": ErrorOut, "description": "没有，或不是您的：话一样"},
    409: {"model": ErrorOut, "description": "按规则不能办，或请求号已用于另一件"},
}


@dataclass(frozen=True)
class Write:
    """One write with its visitor and its key."""

    visit: Visit
    key: str

    def once(self, act: str, payload: Mapping[str, Any], do: Callable[[Work], Mapping[str, Any]]) -> Mapping[str, Any]:
        """Do it once; the same key again gives the first answer, with another payload a conflict."""
        visit = self.visit
        with visit.writing(self.key) as work:
            actor = f"person:{visit.visitor.person_id}"
            return once(work.session, self.key, actor, act, payload, visit.now, lambda: do(work))


def _write(
    request: Request,
    visit: Visiting,
    idempotency_key: Annotated[str, Header(description="8–64 个字符；同一件事重发用同一个")] = "",
    x_csrf: Annotated[str, Header(description="用登录会话时必带；用令牌时不需要")] = "",
) -> Write:
    by_session = visit.visitor.session_id is not None
    if by_session and not (
        same_origin(request) and secrets.compare_digest(x_csrf.encode(), visit.visitor.csrf.encode())
    ):
        raise Forbidden
    if not 8 <= len(idempotency_key) <= 64:
        raise Refused(
            "without_key", "请求头要有 Idempotency-Key，8 到 64 个字符。没有改动任何内容。", {}, ("Idempotency-Key",)
        )
    return Write(visit, idempotency_key)


Writing = Annotated[Write, Depends(_write)]
