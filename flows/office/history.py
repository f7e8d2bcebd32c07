"""History of established studios (来历): past results and payments, stored with a run that has ended and one history row: import."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from flows.engine.calendar import at_local, local_day
from flows.engine.consequences.money import enter, paid_period, parties
from flows.engine.steps import Opening, identity
from flows.engine.work import Work, chain, insert_transitions
from flows.opening.cycles import made
from flows.programme import Programme
from flows.programme.agenda import Item
from flows.programme.vocabulary import GRADES_ZH
from flows.regulations.assessing import graded_roles
from flows.roster.rows import Row
from models import Assessment, Consequence, Entitlement, Result, Seat, StageRun, Transition
from models.columns import table_of
from models.queries.bodies import lineages
from models.statements import insert_rows

ASSESSMENTS, ENTITLEMENTS, CONSEQUENCES, TRANSITIONS = (
    table_of(one) for one in (Assessment, Entitlement, Consequence, Transition)
)
RESULTS, RUNS, SEATS = table_of(Result), table_of(StageRun), table_of(Seat)
IMPORTED, WHY = "import", "导入"
Days = tuple[date, date]


class History:
    """What can have happened in a cycle by its agenda, and the checks of the rows that tell of it."""

    def __init__(
        self, work: Work, programme: Programme, version_id: int, people: Mapping[str, int], cycles: Mapping[str, Days]
    ) -> None:
        self.programme, self.version_id, self.people = programme, version_id, people
        self.today = local_day(work.now)
        plans = {days: made(programme, *days, (), work.calendar).items for days in set(cycles.values())}
        self._items = {
            name: {(one.kind, one.key, one.period): one for one in plans[days]} for name, days in cycles.items()
        }
        self._told: set[tuple[Any, ...]] = set()

    def item(self, row: Row) -> Item:
        """What of the agenda a checked row tells of."""
        kind, key = ("assessment", self._assessment(row)) if row.get("考核") else ("fund", self._fund(row))
        return self._items[row.key][kind, key, row.get("周期") or row.get("期次")]

    def grade(self, row: Row) -> str:
        """The grade of a checked row, as the programme calls it."""
        rule = self.programme.assessments[self._assessment(row)]
        said = row.get("等次")
        return next((one for one in rule.grades if said in (one, rule.words.get(one), GRADES_ZH[one])), "")

    def check_result(self, row: Row) -> None:
        """Faults of a past result: an assessment, period, grade and person that this studio's cycle can have."""
        key = self._assessment(row)
        if not key:
            titles = "、".join(one.title for one in self.programme.assessments.values())
            row.fault("考核", "办法里没有这项考核", f"请从这些中选一个：{titles}")
            return
        if not self._period(row, "assessment", key, "周期"):
            return
        rule, number = self.programme.assessments[key], row.get("成员工号")
        if not self.grade(row):
            words = "、".join(rule.words.get(one, GRADES_ZH[one]) for one in rule.grades) or "（不定等次）"
            row.fault("等次", "这项考核没有这个等次", f"请从这些中选一个：{words}")
        if bool(number) != bool(graded_roles(self.programme, rule.of) if rule.of != "studio" else ()):
            row.fault("成员工号", "工作室考核不填，成员考核要填", "请核对这一行考核的是谁", wrote=number)
        elif number and number not in self.people:
            row.fault("成员工号", "名册里没有这个人", "请核对工号")
        self._once(row, "成员工号", key, row.get("周期"), number)

    def check_payment(self, row: Row) -> None:
        """Faults of a past payment: a fund and period that this studio's cycle can have."""
        key = self._fund(row)
        if not key:
            titles = "、".join(one.title for one in self.programme.funds.values())
            row.fault("经费", "办法里没有这项经费", f"请从这些中选一个：{titles}")
        elif self._period(row, "fund", key, "期次"):
            self._once(row, "期次", key, row.get("期次"), "")

    def _once(self, row: Row, column: str, *told: Any) -> None:
        if (row.sheet, row.key, *told) in self._told:
            row.fault(column, "同一件写了两行", "请只留正确的一行")
        self._told.add((row.sheet, row.key, *told))

    def _period(self, row: Row, kind: str, key: str, column: str) -> bool:
        known = [period for one, name, period in self._items[row.key] if (one, name) == (kind, key)]
        item = self._items[row.key].get((kind, key, row.get(column)))
        if item is None:
            row.fault(column, "这个周期里没有这一期", f"请从这些中选一个：{'、'.join(known) or '（没有）'}")
        elif item.begins_on > self.today:
            row.fault(column, "这一期还没有开始", "只填已经有的")
        return item is not None and item.begins_on <= self.today

    def _assessment(self, row: Row) -> str:
        said = row.get("考核")
        return next((name for name, one in self.programme.assessments.items() if said in (name, one.title)), "")

    def _fund(self, row: Row) -> str:
        said = row.get("经费")
        return next((name for name, one in self.programme.funds.items() if said in (name, one.title)), "")


def past_results(work: Work, history: History, rows: Sequence[Row], studios: Mapping[str, Any]) -> int:
    """Store past results, each assessment once with its run; returns how many results are new."""
    written = 0
    for row in rows:
        studio, item = studios[row.key], history.item(row)
        delivered = at_local(row.get("送达日期"), 0)
        assessment_id = _assessment(work, history, studio, item, delivered)
        seat_id = _seat(work, studio.id, history.people[row.get("成员工号")]) if row.get("成员工号") else None
        known = (RESULTS.c.assessment_id == assessment_id) & (
            RESULTS.c.seat_id.is_(None) if seat_id is None else RESULTS.c.seat_id == seat_id
        )
        if work.session.execute(select(RESULTS.c.id).where(known)).first() is None:
            grade = history.grade(row)
            insert_rows(work.session, RESULTS, [{
                "assessment_id": assessment_id, "seat_id": seat_id, "proposed": grade, "grade": grade, "after_rectification": "",
                "awards": [], "reason": WHY, "by_person_id": None,
            }])  # fmt: skip
            written += 1
            if seat_id is None:
                _leave_shares(work, history, studio, item, assessment_id, grade)
    return written


def _leave_shares(work: Work, history: History, studio: Any, item: Item, assessment_id: int, grade: str) -> None:
    """What the result left of a fund's next period, which may be still to be paid; nothing else follows from the past."""
    cause = select(TRANSITIONS.c.id).join(RUNS, RUNS.c.id == TRANSITIONS.c.run_id)
    mine = (RUNS.c.subject_kind == "assessment") & (RUNS.c.subject_id == assessment_id)
    rule = history.programme.assessments[item.key]
    rows = [
        {
            "cause_id": work.session.execute(cause.where(mine)).scalar_one(), "place": f"assessments.{item.key}.then.{grade}.{n}",
            "whom": "studio", "studio_id": studio.id, "seat_id": None, "person_id": None, "kind": "fund", "value": one.value,
            "origin": {"share": int(one.share * 100), "about": f"assessment:{assessment_id}"}, "at": work.now,
        }
        for n, one in enumerate(rule.follows(grade))
        if one.kind == "fund" and one.value and isinstance(one.share, Fraction)
    ]  # fmt: skip
    if rows:
        insert_rows(work.session, CONSEQUENCES, rows)


def _assessment(work: Work, history: History, studio: Any, item: Item, delivered: datetime) -> int:
    known = (
        ASSESSMENTS.c.cycle_id == studio.cycle_id,
        ASSESSMENTS.c.key == item.key,
        ASSESSMENTS.c.period == item.period,
    )
    found = work.session.execute(select(ASSESSMENTS.c.id).where(*known)).scalar()
    if found is not None:
        return int(found)
    rule = history.programme.assessments[item.key]
    (made_id,) = insert_rows(work.session, ASSESSMENTS, [{
        "studio_id": studio.id, "cycle_id": studio.cycle_id, "key": item.key, "period": item.period, "title": rule.title,
        "begins_on": item.begins_on, "ends_on": item.ends_on, "opens_on": item.opens_on, "due_on": item.due_on, "in_step_with": None,
        "assessor": "", "confirmer": "", "comment": "", "released_at": delivered,
    }])  # fmt: skip
    _ended_run(
        work, studio, Opening(studio.version_id, "assessments", item.key, "assessment", made_id), "graded", delivered
    )
    return int(made_id)


def _seat(work: Work, studio_id: int, person_id: int) -> int | None:
    mine = (
        select(SEATS.c.id)
        .where(SEATS.c.studio_id == studio_id, SEATS.c.person_id == person_id)
        .order_by(SEATS.c.id.desc())
    )
    return work.session.execute(mine.limit(1)).scalar()


def past_payments(work: Work, history: History, rows: Sequence[Row], studios: Mapping[str, Any]) -> int:
    """Store past payments, each entitlement once with its run and its line in the ledger; returns how many are new."""
    told = [
        (studios[row.key].id, history.item(row).key, paid_period(history.item(row).period, studios[row.key].number))
        for row in rows
    ]
    ids = {studio_id for studio_id, _, _ in told}
    known = select(ENTITLEMENTS.c.studio_id, ENTITLEMENTS.c.fund, ENTITLEMENTS.c.period).where(
        ENTITLEMENTS.c.studio_id.in_(ids)
    )
    there = {tuple(one) for one in work.session.execute(known)}
    fresh = [(row, key) for row, key in zip(rows, told, strict=True) if key not in there]
    for row, (_, fund, period) in fresh:
        _payment(work, history, studios[row.key], row, fund, period)
    return len(fresh)


def _payment(work: Work, history: History, studio: Any, row: Row, fund: str, period: str) -> None:
    rule, item = work.book.fund(work.session, studio.version_id, fund), history.item(row)
    above = lineages(work.session, [studio.home_body_id])[studio.home_body_id]
    paid = at_local(row.get("拨付日期"), 0)
    (made_id,) = insert_rows(work.session, ENTITLEMENTS, [{
        "studio_id": studio.id, "cycle_id": studio.cycle_id, "fund": fund, "period": period, "title": rule.title, "heads": None,
        "amount_fen": row.get("金额（元）"), "share": 100, "waits_for": "", "begins_on": item.begins_on, "ends_on": item.ends_on,
        "due_on": item.due_on, "origin": dict(rule.origin), **parties(work, studio.version_id, rule, studio, above),
    }])  # fmt: skip
    _ended_run(work, studio, Opening(studio.version_id, "funds", fund, "entitlement", made_id), "paid", paid)
    policy: Any = work.book.rule(work.session, studio.version_id, "funds", fund, None).policy
    if row.get("金额（元）") and policy.ledger:
        enter(work, studio.id, {
            "kind": "received", "amount_fen": row.get("金额（元）"), "what": f"{rule.title}（{WHY}）", "on": row.get("拨付日期"),
            "voucher": str(row.get("凭证号") or ""), "by_person_id": studio.host_id, "entitlement_id": made_id,
        })  # fmt: skip


def _ended_run(work: Work, studio: Any, opening: Opening, state: str, at: datetime) -> None:
    """A run that ended before it came here, with the one history row that says so."""
    rule = work.book.rule(work.session, opening.version_id, opening.path, opening.step, None)
    before = identity(rule.stage.name, opening)
    row: dict[str, Any] = {
        "version": 1, "event": IMPORTED, "from_state": "", "to_state": state, "actor_id": None, "actor_kind": "engine",
        "for_person_id": None, "at": work.now, "payload": {"ended": at.isoformat()}, "reason": WHY, "origin": dict(rule.origin),
        "request_id": work.request_id, "cause_id": None, "listing_id": None, "before": before,
    }  # fmt: skip
    row["hash"] = chain(before, row)
    (run_id,) = insert_rows(work.session, RUNS, [{
        "stage": rule.stage.name, "path": opening.path, "step": opening.step, "branch": "", "subject_kind": opening.subject_kind,
        "subject_id": opening.subject_id, "version_id": opening.version_id, "round_id": None, "application_id": None,
        "studio_id": studio.id, "parent_id": None, "state": state, "version": 1, "entered_at": at, "due_at": None, "due_steps": [],
        "due_provisional": False, "wake_at": None, "attempts": 0, "head": row["hash"], "desk": "", "held_by": "", "ended_at": at,
        "outcome": state,
    }])  # fmt: skip
    insert_transitions(work, [row | {"run_id": run_id}])
