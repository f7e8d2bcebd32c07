"""Ledger (专账): what a studio spends of its earmarked money, line by line; corrected by a further line, never rewritten."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import exists, select

from flows.engine.calendar import local_day
from flows.engine.consequences.follower import Host
from flows.engine.consequences.money import enter
from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.steps import desk_of
from flows.engine.work import Work
from flows.programme import Programme, origin_of
from flows.regulations import programme_under, who_title
from models import Cycle, Decision, LedgerEntry, Seat, StageRun, Studio
from models.columns import table_of
from models.money import MOST_FEN
from models.queries.bodies import lineages
from models.queries.money import balances

CYCLES, LEDGER, SEATS, STUDIOS = table_of(Cycle), table_of(LedgerEntry), table_of(Seat), table_of(Studio)
DECISIONS, RUNS = table_of(Decision), table_of(StageRun)


@dataclass(frozen=True, slots=True)
class Expense:
    """What was spent: whole fen, on what permitted use, on which day, with which voucher. `decision_id` allows an overdraft."""

    amount_fen: int
    use: str
    what: str
    on: date
    voucher: str
    file_sha256: str | None = None
    decision_id: int | None = None


def spend(work: Work, actor: Actor, studio_id: int, expense: Expense) -> int:
    """Enter an expense; returns the id of its line. Raises Refused: not the keeper, not a permitted use, no voucher, overdrawn."""
    studio, programme = _studio(work, studio_id)
    _refuse_others(work, actor, studio, programme)
    _refuse_use(programme, expense)
    _refuse_overdraft(work, studio_id, programme, expense)
    return enter(work, studio_id, {
        "kind": "spent", "amount_fen": expense.amount_fen, "use": expense.use, "what": expense.what.strip(), "on": expense.on,
        "voucher": expense.voucher.strip(), "file_sha256": expense.file_sha256, "decision_id": expense.decision_id,
        "by_person_id": actor.person_id,
    })  # fmt: skip


def correct(work: Work, actor: Actor, line_id: int, reason: str) -> int:
    """Undo a line by a further one of the opposite amount, once; returns its id. Raises Refused, NotFound."""
    line = work.session.execute(select(LEDGER).where(LEDGER.c.id == line_id)).first()
    if line is None:
        raise NotFound
    studio, programme = _studio(work, line.studio_id)
    _refuse_others(work, actor, studio, programme)
    if line.kind != "spent":
        raise Refused("not_yours", "只能冲销支出；拨入的经费有误，请拨款单位处理。")
    if work.session.execute(select(LEDGER.c.id).where(LEDGER.c.corrects_id == line_id)).first():
        raise Refused("corrected_before", "这一笔已经冲销过了。")
    if not reason.strip():
        raise Refused("without_reason", "请写明冲销的理由。没有改动任何内容。")
    return enter(work, line.studio_id, {
        "kind": "corrected", "amount_fen": line.amount_fen, "use": line.use, "what": reason.strip(), "on": local_day(work.now),
        "voucher": line.voucher, "corrects_id": line_id, "by_person_id": actor.person_id,
    })  # fmt: skip


def keeper_of(work: Work, studio: Any, programme: Programme) -> str:
    """The desk that keeps a studio's ledger: whom the text names, else the host."""
    who = (programme.ledger.kept_by if programme.ledger else None) or "host"
    seat = work.session.execute(
        select(SEATS.c.person_id).where(
            SEATS.c.studio_id == studio.id, SEATS.c.to_on.is_(None), (SEATS.c.role == who) | (SEATS.c.duty_role == who)
        )
    ).scalar()
    if seat is not None:
        return f"person:{seat}"
    if who not in programme.bodies:
        return f"person:{studio.host_id}"
    above = lineages(work.session, [studio.home_body_id])[studio.home_body_id]
    cast = work.book.cast(work.session, version_of(work, studio.id))
    return desk_of(who, cast, Host(studio.host_id, studio.host_id), above)


def version_of(work: Work, studio_id: int) -> int:
    """The version that a studio's newest cycle is bound to. Raises NotFound for one that never ran."""
    found = work.session.execute(
        select(CYCLES.c.version_id).where(CYCLES.c.studio_id == studio_id).order_by(CYCLES.c.number.desc()).limit(1)
    ).scalar()
    if found is None:
        raise NotFound
    return int(found)


def _studio(work: Work, studio_id: int) -> tuple[Any, Programme]:
    """The studio, held until the transaction ends: what is looked at before a line is entered is so when it is entered."""
    studio = work.session.execute(select(STUDIOS).where(STUDIOS.c.id == studio_id).with_for_update()).first()
    if studio is None:
        raise NotFound
    return studio, programme_under(work, version_of(work, studio_id))


def _refuse_others(work: Work, actor: Actor, studio: Any, programme: Programme) -> None:
    keeper = keeper_of(work, studio, programme)
    if {keeper, f"person:{studio.host_id}"} & actor.keys:
        return
    who = (programme.ledger.kept_by if programme.ledger else None) or "host"
    raise Refused("not_yours", f"账目由{who_title(programme, who)}登记。")


def _refuse_use(programme: Programme, expense: Expense) -> None:
    origin = origin_of(programme, "ledger.uses").as_row()
    uses = programme.ledger.uses if programme.ledger else ()
    if uses and expense.use not in uses:
        raise Refused(
            "not_permitted_use", f"“{expense.use}”不在规定的用途里。可以用于：{'、'.join(uses)}。", origin, uses
        )
    if not 0 < expense.amount_fen <= MOST_FEN:
        raise Refused("bad_amount", f"金额要大于 0 元，不超过 {MOST_FEN // 100} 元。")
    lacking = tuple(
        title for title, value in (("凭证号", expense.voucher), ("事由", expense.what)) if not value.strip()
    )
    if lacking:
        raise Refused("without_voucher", f"请写明{'、'.join(lacking)}。没有改动任何内容。", origin, lacking)


def _refuse_overdraft(work: Work, studio_id: int, programme: Programme, expense: Expense) -> None:
    """The balance is never below zero but by a decision that was made about this studio."""
    left = balances(work.session, [studio_id])[studio_id]
    if expense.amount_fen <= left or _decided(work, studio_id, expense.decision_id):
        return
    says = f"余额 {yuan(left)} 元，不够支出 {yuan(expense.amount_fen)} 元。确需超支的，先请主管部门作出决定。"
    raise Refused("overdrawn", says, origin_of(programme, "ledger").as_row())


def _decided(work: Work, studio_id: int, decision_id: int | None) -> bool:
    if decision_id is None:
        return False
    answered = exists().where(
        RUNS.c.subject_kind == "decision", RUNS.c.subject_id == DECISIONS.c.id, RUNS.c.outcome == "decided"
    )
    known = select(DECISIONS.c.id).where(DECISIONS.c.id == decision_id, DECISIONS.c.studio_id == studio_id, answered)
    return work.session.execute(known).first() is not None


def yuan(fen: int) -> str:
    """Whole fen as yuan with two places: 123456 → 1234.56."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02}"
