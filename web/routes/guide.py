"""The guide (办事指南): how things go, in plain words, for everybody."""

from fastapi import APIRouter
from fastapi.responses import Response

from models.settings import settings
from web.visit import Visiting

router = APIRouter()


@router.get("/guide")
def guide(visit: Visiting) -> Response:
    """How to apply, review, score and read a notice."""
    return visit.page("guide/guide.html", phone=settings().support_phone)
