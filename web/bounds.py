"""Bounds (上限): how much one request may send; more is refused before it is kept in memory or on the disk."""

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.files import LARGEST

MOST_OF_API, MOST_OF_FORM = 1024 * 1024, 220 * 1024 * 1024  # ten files of 20 MB, with what is written beside them
MOST_OF_BOOK = LARGEST + 1  # one more than is kept, so that a longer workbook is refused in words
SAYS = "一次发送的内容太大，没有收下。文件请分几次传。"


def _most(path: str) -> int:
    if path == "/api/imports":
        return MOST_OF_BOOK
    return MOST_OF_API if path.startswith("/api/") else MOST_OF_FORM


class BodyBound:
    """Counts what a request sends; beyond the bound it is answered with 413, whether or not it said its length."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its body counted."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = _most(scope["path"])
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if length.isdigit() and (len(length) > 12 or int(length) > most):
            await PlainTextResponse(SAYS, 413, {"Connection": "close", "Cache-Control": "no-store"})(
                scope, receive, send
            )
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise HTTPException(413, SAYS)
            return message

        await self.app(scope, counted, send)
