"""Long placements (求解): solved beside the pages, one at a time; whoever asked may wait or leave, the list is there when it is done."""

from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import Engine

from flows.engine.days import calendar_of
from flows.engine.declare import Actor
from flows.engine.errors import EngineError
from flows.engine.requests import once
from flows.engine.work import Work
from flows.office.placing import keep_proposal, propose_allocation
from flows.regulations import Regulations
from models.session import reading, transaction
from web.visit import Visit

ACT = "draft placement"
PATIENCE = 3.0  # seconds that the page waits before it says how far things are
REMEMBERED = 50
WORKERS = ThreadPoolExecutor(1, thread_name_prefix="placement")
ASKED: OrderedDict[str, "Future[int]"] = OrderedDict()


def ask(visit: Visit, request_id: str, round_id: int) -> int | None:
    """Have a proposal solved and written down; returns the list, or None while it goes on. Raises Refused as the solver's rules do."""
    if request_id not in ASKED:
        ASKED[request_id] = WORKERS.submit(
            _solve, visit.engine, visit.book, visit.now, visit.visitor.actor, round_id, request_id
        )
        while len(ASKED) > REMEMBERED:
            ASKED.popitem(last=False)
    try:
        return ASKED[request_id].result(PATIENCE)
    except TimeoutError:
        return None


def refusal_of(request_id: str) -> str:
    """Why a proposal that this process was asked for did not come about; empty while it goes on, or when it did."""
    found = ASKED.get(request_id)
    error = found.exception() if found is not None and found.done() else None
    return str(error) if isinstance(error, EngineError) else "" if error is None else "没有算出来，请再试一次。"


def _solve(engine: Engine, book: Regulations, now: datetime, actor: Actor, round_id: int, request_id: str) -> int:
    """The answer is looked for without holding anything; only writing it down takes a transaction."""
    with reading(engine) as session:
        proposal = propose_allocation(Work(session, book, now, calendar_of(session)), actor, round_id)
    with transaction(engine) as session:
        work = Work(session, book, now, calendar_of(session), request_id)
        said = once(
            session, request_id, f"person:{actor.person_id}", ACT, {"round": round_id}, now,
            lambda: {"listing": keep_proposal(work, actor, proposal)},
        )  # fmt: skip
    return int(said["listing"])
