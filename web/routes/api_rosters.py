"""API, rosters and people: import a roster, give somebody an account or a role; each once, within the bodies one administers."""

from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.datastructures import UploadFile

from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from flows.office.accounts import add_account, disable, enable, set_password
from flows.office.appointing import give_role
from flows.office.importing import Order, ask, job_of, run
from flows.roster import plan_import
from models.people import ROLES
from models.queries.roll import RollFilter, body_coded, people, person_numbered, under
from web.api.office import (
    AccountIn,
    AppointedOut,
    AppointmentIn,
    ImportedOut,
    PasswordIn,
    PeoplePageOut,
    PersonOut,
    RowFaultOut,
)
from web.api.writing import REFUSALS, Write, Writing
from web.papers import keep
from web.routes import people as roll
from web.routes import people_accounts as accounts
from web.routes.imports import XLSX, importing_body, must_be_open
from web.visit import Visit, Visiting

router = APIRouter(prefix="/api", tags=["rosters"], responses=REFUSALS)
SENT = {"requestBody": {"required": True, "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}}
Page = Annotated[int, Query(ge=1, le=100_000)]


async def _workbook(request: Request) -> bytes:
    return await request.body()


@router.post("/imports", openapi_extra=SENT)
def import_roster(
    write: Writing,
    content: Annotated[bytes, Depends(_workbook)],
    *,
    dry_run: bool = False,
    only_good: bool = False,
    round_id: int = 0,
) -> ImportedOut:
    """Import a roster, sent as the bytes of its workbook: all rows or none, or with `only_good` those without a fault.

    `dry_run` only checks and names every fault; rows of applications become drafts in the round `round_id`.
    """
    visit = write.visit

    def order(work: Work) -> Mapping[str, Any]:
        must_be_open(work, visit, round_id)
        digest, _ending = keep(work.session, UploadFile(BytesIO(content), filename="名册.xlsx"), visit.now)
        wanted = Order(
            digest, "check" if dry_run else "store", importing_body(visit), round_id or None, only_good=only_good
        )
        return {"job": ask(work.session, wanted, visit.visitor.person_id or 0, work.now)}

    said = {"sha256": sha256(content).hexdigest(), "dry_run": dry_run, "only_good": only_good, "round": round_id}
    job_id = write.once("api import roster", said, order)["job"]
    run(visit.engine, visit.book, visit.request.app.state.clock, job_id, lambda _digest: content)
    return _imported(visit, job_id, content)


def _imported(visit: Visit, job_id: int, content: bytes) -> ImportedOut:
    """What became of a job. Raises Refused with every fault, or when it is still under way elsewhere."""
    with visit.reading() as work:
        job = job_of(work.session, job_id)
        if job.state == "refused":
            plan = plan_import(work.session, job.body_id, content, visit.now, job.round_id)
            told = [f"{one.sheet} 第{one.row}行 {one.says()}" for one in plan.faults]
            raise Refused("faulty", job.says, {}, tuple(told))
    if job.state == "failed":
        raise Refused("failed", "导入没有走完。请换一个 Idempotency-Key 再发一次，已写入的不会重复。")
    if job.state != "done":
        raise Refused("under_way", "正在导入。请稍后用同一个 Idempotency-Key 再问结果。")
    if job.kind == "store":
        return ImportedOut(
            stored=True, **{key: job.result[key] for key in ("new", "changed", "faulty", "begun", "refused")}
        )
    faults = [RowFaultOut(**one) for one in job.result["faults"]]
    return ImportedOut(stored=False, **job.result["counts"], faults=faults, notes=job.result["notes"])


@router.get("/people")
def roll_of(visit: Visiting, words: str = "", role: str = "", page: Page = 1) -> PeoplePageOut:
    """People of the bodies one administers, with their logins; by name, staff number, body or role."""
    wanted = RollFilter(role if role in ROLES else "", words.strip()[:40], page)
    with visit.reading() as work:
        rows, total = people(work.session, under(work.session, roll.administered_by(visit)), wanted, visit.today)
    items = [
        PersonOut(
            id=one.id, name=one.name, staff_no=one.staff_no, login=one.login, disabled=one.disabled_at is not None
        )
        for one in rows
    ]
    return PeoplePageOut(page=page, total=total, items=items)


@router.post("/accounts", status_code=201)
def make_account(write: Writing, body: AccountIn) -> PersonOut:
    """Give a person of the roster a login."""
    visit = write.visit

    def do(work: Work) -> Mapping[str, Any]:
        row = accounts.reached(work, visit, _person(work, body.staff_no))
        add_account(work.session, body.login, row.staff_no, body.password)
        return _shown(row.id, row.name, row.staff_no, body.login.strip().lower())

    return PersonOut(**write.once("api account", {"staff_no": body.staff_no, "login": body.login}, do))


@router.post("/accounts/{staff_no}/{act}")
def change_account(
    write: Writing, staff_no: str, act: Literal["password", "disable", "enable"], body: PasswordIn
) -> PersonOut:
    """Set a new password, close an account, or open it again; a new password and closing end its sessions."""
    return PersonOut(
        **write.once(
            "api account", {"staff_no": staff_no, "act": act}, lambda work: _changed(work, write, staff_no, act, body)
        )
    )


def _changed(work: Work, write: Write, staff_no: str, act: str, body: PasswordIn) -> Mapping[str, Any]:
    row = accounts.reached(work, write.visit, _person(work, staff_no))
    if row.login is None:
        raise NotFound
    match act:
        case "password":
            set_password(work.session, row.login, body.password, work.now)
        case "disable":
            disable(work.session, row.login, work.now)
        case _:
            enable(work.session, row.login)
    closed = act == "disable" or (act == "password" and row.disabled_at is not None)
    return _shown(row.id, row.name, row.staff_no, row.login, disabled=closed)


@router.post("/appointments", status_code=201)
def appoint(write: Writing, body: AppointmentIn) -> AppointedOut:
    """Appoint a person to a role in one of the bodies one administers."""
    visit = write.visit

    def do(work: Work) -> Mapping[str, Any]:
        person_id = _person(work, body.staff_no)
        ids = roll.reached(work, visit, person_id)
        body_id = body_coded(work.session, body.body)
        made = give_role(work.session, person_id, body_id or 0, body.role, body.from_on, body.to_on, ids)
        return {"appointment_id": made}

    return AppointedOut(**write.once("api appoint", body.model_dump(mode="json"), do))


def _person(work: Work, staff_no: str) -> int:
    found = person_numbered(work.session, staff_no)
    if found is None:
        raise NotFound
    return found


def _shown(person_id: int, name: str, staff_no: str, login: str, *, disabled: bool = False) -> dict[str, Any]:
    return {"id": person_id, "name": name, "staff_no": staff_no, "login": login, "disabled": disabled}
