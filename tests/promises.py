"""Promises (守约): what must hold of studios after anything that happens to them; each breach in words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from flows.doctor import histories
from flows.engine.calendar import local_day
from flows.programme.rosters import held, roster_rules
from models import (
    Application,
    Assessment,
    Cycle,
    Duty,
    Entitlement,
    LedgerEntry,
    Mark,
    Message,
    Seat,
    StageRun,
    Studio,
    Transition,
)
from models import Consequence as Followed
from models.columns import table_of
from models.facts import SeatFact
from models.queries.facts.seating import seats_of
from models.queries.money import SIGNED, unsettled
from models.session import reading
from tests.following import not_as_written
from tests.lives import LifeByChance

APPLICATIONS, ASSESSMENTS, CYCLES, DUTIES = (table_of(one) for one in (Application, Assessment, Cycle, Duty))
ENTITLEMENTS, FOLLOWED, LEDGER, MARKS = (table_of(one) for one in (Entitlement, Followed, LedgerEntry, Mark))
MESSAGES, RUNS, SEATS, STUDIOS = (table_of(one) for one in (Message, StageRun, Seat, Studio))
TRANSITIONS = table_of(Transition)
OVER = ("revoked", "ended", "lapsed")
KEEPS = ("assessment", "rectification", "decision")


def without_cycle(life: LifeByChance) -> Iterator[str]:
    """No studio without a cycle; one whose last cycle is over goes on only while something is open that may keep it."""
    ends = {
        row.studio_id: row.last
        for row in life.rows(
            select(CYCLES.c.studio_id, func.max(CYCLES.c.ends_on).label("last")).group_by(CYCLES.c.studio_id)
        )
    }
    asks = select(APPLICATIONS.c.id).where(APPLICATIONS.c.gives == "cycle", APPLICATIONS.c.outcome.is_(None))
    kept = {row.studio_id for row in life.rows(
        select(RUNS.c.studio_id).where(RUNS.c.ended_at.is_(None), RUNS.c.subject_kind.in_(KEEPS) | RUNS.c.application_id.in_(asks))
    )}  # fmt: skip
    for studio in life.studio_rows():
        if studio.id not in ends:
            yield f"工作室 {studio.id} 没有周期"
        elif studio.standing not in OVER and ends[studio.id] < life.bureau.today and studio.id not in kept:
            yield f"工作室 {studio.id} 的周期已于 {ends[studio.id]} 结束，没有待定的事，却还是 {studio.standing}"
    for row in life.rows(select(CYCLES).order_by(CYCLES.c.studio_id, CYCLES.c.number)):
        later = life.rows(select(CYCLES).where(CYCLES.c.studio_id == row.studio_id, CYCLES.c.number == row.number + 1))
        if later and (later[0].begins_on - row.ends_on).days != 1:
            yield f"工作室 {row.studio_id} 的下一周期不是从次日开始"


def twice_live(life: LifeByChance) -> Iterator[str]:
    """No two live runs of one obligation and period and unit, of one assessment, or of one payment."""
    for kind, table, columns in (
        ("duty", DUTIES, ("studio_id", "cycle_id", "key", "period", "unit_kind", "unit_id")),
        ("assessment", ASSESSMENTS, ("studio_id", "cycle_id", "key", "period")),
        ("entitlement", ENTITLEMENTS, ("studio_id", "fund", "period")),
    ):
        chosen = [table.c[name] for name in columns]
        live = (
            (RUNS.c.subject_kind == kind)
            & (RUNS.c.subject_id == table.c.id)
            & RUNS.c.ended_at.is_(None)
            & RUNS.c.parent_id.is_(None)
        )
        twice = select(*chosen).join(RUNS, live).group_by(*chosen).having(func.count() > 1)
        yield from (f"{kind} 有两件在办：{tuple(row)}" for row in life.rows(twice))
    asked = select(APPLICATIONS.c.studio_id, APPLICATIONS.c.person_id, APPLICATIONS.c.gives).where(
        APPLICATIONS.c.outcome.is_(None)
    )
    grouped = asked.group_by(APPLICATIONS.c.studio_id, APPLICATIONS.c.person_id, APPLICATIONS.c.gives).having(
        func.count() > 1
    )
    yield from (f"同一人同时有两份申请：{tuple(row)}" for row in life.rows(grouped))


def open_after_end(life: LifeByChance) -> Iterator[str]:
    """A studio that is over has nothing open: no run, no seat, no application, no money under way, nothing to come."""
    over = select(STUDIOS.c.id).where(STUDIOS.c.standing.in_(OVER))
    for name, statement in (
        ("在办的事项", select(RUNS.c.stage, RUNS.c.state).where(RUNS.c.studio_id.in_(over), RUNS.c.ended_at.is_(None))),
        ("在任的成员", select(SEATS.c.id).where(SEATS.c.studio_id.in_(over), SEATS.c.to_on.is_(None))),
        (
            "没有结果的申请",
            select(APPLICATIONS.c.path).where(APPLICATIONS.c.studio_id.in_(over), APPLICATIONS.c.outcome.is_(None)),
        ),
        (
            "还要开启的周期",
            select(CYCLES.c.id).where(CYCLES.c.studio_id.in_(over), CYCLES.c.opens_next_on.is_not(None)),
        ),
    ):
        yield from (f"已结束的工作室还有{name}：{tuple(row)}" for row in life.rows(statement))


def owed_by_strangers(life: LifeByChance) -> Iterator[str]:
    """Nobody owes as a member what they are no longer a member for."""
    seated = select(SEATS.c.id).where(
        SEATS.c.studio_id == DUTIES.c.studio_id, SEATS.c.person_id == DUTIES.c.unit_id, SEATS.c.to_on.is_(None)
    )
    roles = ("member", *life.programme.people)
    live = (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id) & RUNS.c.ended_at.is_(None)
    owed = (
        select(DUTIES.c.key, DUTIES.c.period, DUTIES.c.unit_id)
        .join(RUNS, live)
        .where(DUTIES.c.unit_kind.in_(roles), ~seated.exists())
    )
    yield from (f"不是成员的人还欠着：{tuple(row)}" for row in life.rows(owed))


def money_astray(life: LifeByChance) -> Iterator[str]:
    """What a ledger received is what was paid of each entitlement, once; its balance is that less what was spent, never below zero."""
    with reading(life.bureau.engine) as session:
        yield from (f"收到的不等于拨付的：{one}" for one in unsettled(session))
    received: Counter[int] = Counter()
    lines: Counter[int] = Counter()
    balance: Counter[int] = Counter()
    numbers: dict[int, list[int]] = {}
    for row in life.rows(select(LEDGER, SIGNED.label("signed")).order_by(LEDGER.c.studio_id, LEDGER.c.number)):
        numbers.setdefault(row.studio_id, []).append(row.number)
        balance[row.studio_id] += row.amount_fen if row.kind != "spent" else -row.amount_fen
        if row.kind == "received":
            received[row.entitlement_id] += row.amount_fen
            lines[row.entitlement_id] += 1
    paid = select(ENTITLEMENTS, RUNS.c.state).join(
        RUNS, (RUNS.c.subject_kind == "entitlement") & (RUNS.c.subject_id == ENTITLEMENTS.c.id)
    )
    for row in life.rows(paid):
        fund = life.programme.funds[row.fund]
        to_ledger = fund.to in {"host", "studio"} or fund.to not in life.programme.bodies
        due = (row.amount_fen or 0) * row.share // 100 if row.state == "paid" else 0
        if lines[row.id] and (received[row.id] != due or lines[row.id] != 1):
            yield f"经费 {row.fund}@{row.period}：应拨 {due} 分，账上 {received[row.id]} 分（{lines[row.id]} 笔）"
        if row.state == "paid" and due and to_ledger and not lines[row.id]:
            yield f"经费 {row.fund}@{row.period} 已经拨付，账上没有"
    yield from (f"工作室 {one} 账目余额 {fen} 分" for one, fen in balance.items() if fen < 0)
    yield from (
        f"工作室 {one} 账目编号不连续" for one, given in numbers.items() if given != list(range(1, len(given) + 1))
    )


def rewritten(life: LifeByChance) -> Iterator[str]:
    """Replaying the history gives the stored state, link by link."""
    with reading(life.bureau.engine) as session:
        for check in (histories.versions, histories.gaps, histories.chained, histories.folded):
            yield from check(session, life.bureau.now)


def overlooked_absences(life: LifeByChance) -> Iterator[str]:
    """Whoever missed the share of activities that the text names, and nobody else, had what follows from it, once a check."""
    rule = life.programme.attendance
    if rule is None:
        return
    for mark in life.rows(
        select(MARKS, ASSESSMENTS.c.studio_id)
        .join(ASSESSMENTS, ASSESSMENTS.c.id == MARKS.c.assessment_id)
        .where(MARKS.c.indicator == "缺勤")
    ):
        missed, of_all = (int(part) for part in mark.value.split("/"))
        ratio = rule.absent.at_least if rule.absent.at_least is not None else rule.absent.more_than
        enough = missed >= ratio * of_all if rule.absent.at_least is not None else missed > ratio * of_all
        wanted = len(rule.then) if of_all >= max(rule.at_least_activities, 1) and enough else 0
        about = f"assessment:{mark.assessment_id}"
        rows = life.rows(
            select(FOLLOWED).where(FOLLOWED.c.seat_id == mark.seat_id, FOLLOWED.c.place.like("attendance.then.%"))
        )
        if sum(row.origin.get("about") == about for row in rows) != wanted:
            yield f"缺勤 {mark.value}（席位 {mark.seat_id}）：应有 {wanted} 项结果"


PROMISES = (without_cycle, twice_live, open_after_end, owed_by_strangers, money_astray, rewritten, overlooked_absences)


class Watch:
    """Looks at every change as it happens: what follows from each act, and what each change of seats keeps."""

    def __init__(self, life: LifeByChance) -> None:
        """Begins with what there is."""
        self.life = life
        self.rules = roster_rules(life.programme)
        self.seen, self.seats, self.facts = 0, self._seats(), self._facts()
        self.messages = 0
        self.look()

    def look(self, *, exact: bool = True) -> list[str]:
        """What is wrong with what has happened since the last look; `exact`: it was one act, so that it is known who was seated."""
        broken: list[str] = []
        for act in self._new_acts():
            broken += not_as_written(self.life, act, self.seats) if exact else ()
            self.seen = max(self.seen, act.id)
        broken += self._roster_kept()
        self.seats, self.facts = self._seats(), self._facts()
        self.messages = self._last_message()
        return broken

    def _new_acts(self) -> Sequence[Any]:
        told = (
            select(
                TRANSITIONS,
                RUNS.c.stage,
                RUNS.c.path,
                RUNS.c.step,
                RUNS.c.studio_id,
                RUNS.c.subject_kind,
                RUNS.c.subject_id,
                APPLICATIONS.c.person_id,
            )
            .join(RUNS, RUNS.c.id == TRANSITIONS.c.run_id)
            .outerjoin(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
            .where(TRANSITIONS.c.id > self.seen)
            .order_by(TRANSITIONS.c.id)
        )
        return self.life.rows(told)

    def _seats(self) -> Sequence[Any]:
        return self.life.rows(select(SEATS).where(SEATS.c.to_on.is_(None)).order_by(SEATS.c.id))

    def _facts(self) -> dict[int, tuple[SeatFact, ...]]:
        with reading(self.life.bureau.engine) as session:
            found = seats_of(session, [one.id for one in self.life.studio_rows()])
        return {one: tuple(seats) for one, seats in found.items()}

    def _last_message(self) -> int:
        return int(self.life.rows(select(func.coalesce(func.max(MESSAGES.c.id), 0).label("n")))[0].n)

    def _roster_kept(self) -> Iterator[str]:
        """Nobody came in beyond a number or a share without a signed reason; who went and left a fault was told of."""
        now = self._facts()
        for studio in self.life.studio_rows():
            before, after = self.facts.get(studio.id, ()), now.get(studio.id, ())
            if before == after or studio.standing in OVER:
                continue
            yield from self._beyond(studio.id, before, after)
            fewer = len(after) < len(before)
            if fewer and self.rules.changed(after, before) and not self._warned():
                yield f"工作室 {studio.id} 少了人，{self.rules.changed(after, before)}，没有人得到提示"

    def _beyond(self, studio_id: int, before: Sequence[SeatFact], after: Sequence[SeatFact]) -> Iterator[str]:
        for number in self.rules.numbers:
            n = held(after, number)
            if number.most is not None and n > max(number.most, held(before, number)) and number.if_not != "waive":
                yield f"工作室 {studio_id}：{number.title} {n} 人，最多 {number.most} 人"
        for share in self.rules.shares:
            own, of_all = share.filling(after)
            if own > share.of(before)[0] and own > share.at_most * of_all:
                yield f"工作室 {studio_id}：本校 {own}/{of_all}，超过 {share.at_most}"

    def _warned(self) -> bool:
        return bool(
            self.life.rows(
                select(MESSAGES.c.id).where(
                    MESSAGES.c.id > self.messages, MESSAGES.c.notice.in_(("roster_warned", "renewed"))
                )
            )
        )


def broken_promises(life: LifeByChance) -> list[str]:
    """Everything that does not hold now."""
    assert local_day(life.bureau.now) == life.bureau.today
    return [one for promise in PROMISES for one in promise(life)] + life.bureau.incidents()
