"""Long placements (求解): solved beside the pages, one at a time; whoever asked may wait or leave, the list is there when it is done."""

from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from flows.engine.days import calendar_of
from flows.engine.declare import Actor
from flows.engine.errors import EngineError, NotFound, Refused
from flows.engine.requests import once
from flows.engine.work import Work
from flows.office.placing import MOVED_ON, Proposal, keep_proposal, propose_allocation
from flows.regulations import Regulations
from models.queries.inbox import answer_of
from models.session import reading, transaction
from web.visit import Visit

ACT = "draft placement"
PATIENCE = 3.0  # seconds that the page waits before it says how far things are
REMEMBERED, TRIES = 50, 3
WORKERS = ThreadPoolExecutor(1, thread_name_prefix="placement")
ASKED: OrderedDict[tuple[int | None, str, int], "Future[int]"] = OrderedDict()


def ask(visit: Visit, request_id: str, round_id: int) -> int | None:
    """Have a proposal solved and written down; returns the list, or None while it goes on. Raises Refused as the solver's rules do."""
    key = (visit.visitor.person_id, request_id, round_id)
    if key not in ASKED:
        asked = Asked(request_id, visit.visitor.actor, ACT, {"round": round_id}, "listing")
        ASKED[key] = WORKERS.submit(solve, visit.engine, visit.book, visit.now, asked, round_id)
        while len(ASKED) > REMEMBERED:
            ASKED.popitem(last=False)
    try:
        return ASKED[key].result(PATIENCE)
    except TimeoutError:
        return None


def refusal_of(visit: Visit, request_id: str, round_id: int) -> str:
    """Why a proposal that this process was asked for did not come about; empty while it goes on, or when it did."""
    found = ASKED.get((visit.visitor.person_id, request_id, round_id))
    error = found.exception() if found is not None and found.done() else None
    return str(error) if isinstance(error, EngineError) else "" if error is None else "没有算出来，请再试一次。"


@dataclass(frozen=True)
class Asked:
    """Who asks for a proposal, under which request, act and payload, and how the answer calls the list."""

    request_id: str
    actor: Actor
    act: str
    payload: Mapping[str, Any]
    answer: str

    @property
    def who(self) -> str:
        """The actor as requests are kept."""
        return f"person:{self.actor.person_id}"


def solve(engine: Engine, book: Regulations, now: datetime, asked: Asked, round_id: int) -> int:
    """Solve a proposal and write it down, once a request; returns the list.

    The answer is looked for without holding anything; only writing it down takes a transaction. When what it was solved on
    has changed meanwhile it is solved anew, a few times. Raises Refused as the solver's rules do.
    """
    for left in reversed(range(TRIES)):
        with reading(engine) as session:
            known = answer_of(session, asked.request_id, asked.who, asked.act)
            work = Work(session, book, now, calendar_of(session))
            proposal = None if known else propose_allocation(work, asked.actor, round_id)
        try:
            return _keep(engine, book, now, asked, proposal)
        except Refused as refused:
            if refused.because != MOVED_ON or not left:
                raise
    raise AssertionError("tried no time")


def _keep(engine: Engine, book: Regulations, now: datetime, asked: Asked, proposal: Proposal | None) -> int:
    """Write a proposal down under its request; None: the request was answered before, and answers the same again."""
    with transaction(engine) as session:
        work = Work(session, book, now, calendar_of(session), asked.request_id)

        def keep() -> Mapping[str, Any]:
            if proposal is None:
                raise NotFound
            return {asked.answer: keep_proposal(work, asked.actor, proposal)}

        said = once(session, asked.request_id, asked.who, asked.act, asked.payload, now, keep)
    return int(said[asked.answer])
