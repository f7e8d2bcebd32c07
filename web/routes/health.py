"""Health: whether the process answers, and whether it can reach its database."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from sqlalchemy import text

from web.visit import Visiting

router = APIRouter()


@router.get("/healthz")
def alive(visit: Visiting) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok", "at": visit.now.isoformat()})


@router.get("/readyz")
def ready(visit: Visiting) -> Response:
    """The database answers."""
    with visit.reading() as work:
        work.session.execute(text("SELECT 1"))
    return JSONResponse({"status": "ready"})
