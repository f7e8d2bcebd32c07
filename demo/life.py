"""The life of one studio of the demonstration: its people and what they do, by ordinary acts, each planned for a day."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from demo.journey import Journey
from demo.words import HANDED_IN, MEETINGS, SPENT, Handing
from flows.engine.apply import apply, apply_many
from flows.engine.calendar import WorkCalendar, add_months, at_local, local_day
from flows.engine.declare import Actor
from flows.engine.work import Intent, Work
from flows.office.happenings import Held, Planned, answer_leave, ask_leave, hold_activity, plan_activity
from flows.office.ledger import Expense, spend
from flows.office.mending import keep_measures
from flows.office.seats import begin_seat
from models import Appointment, Assessment, Duty, Entitlement, Record, Seat, StageRun
from models.columns import table_of
from models.queries.bodies import keys_of
from models.queries.money import balances
from models.session import reading

RUNS, DUTIES, APPOINTMENTS, SEATS = table_of(StageRun), table_of(Duty), table_of(Appointment), table_of(Seat)
ASSESSMENTS, ENTITLEMENTS, RECORDS = table_of(Assessment), table_of(Entitlement), table_of(Record)
MORNING, AFTERNOON, EVENING = 9, 14, 17
AHEAD, EVERY = 14, 34
MINUTES = timedelta(minutes=4)
WHERE = {"confirm": "proposed", "return": "proposed", "release": "confirmed"}
AWAY = "学校当天有督导检查"
Act = Callable[[], None]


@dataclass
class Diary:
    """What is to happen on which day in all studios; `live` is called each morning, when a day has come."""

    journey: Journey
    calendar: WorkCalendar
    last: date
    acts: dict[date, list[tuple[int, Act]]] = field(default_factory=dict)

    def note(self, day: date, act: Act, hour: int = MORNING + 1) -> None:
        """Plan an act for an hour of a day; nothing is planned for a day after the last."""
        if day <= self.last:
            self.acts.setdefault(day, []).append((hour, act))

    def live(self, today: date) -> None:
        """Do what is planned for today, hour by hour, one act after the other."""
        clock = self.journey.clock
        for hour, act in sorted(self.acts.pop(today, ()), key=lambda one: one[0]):
            clock.advance(max(at_local(today, hour), clock.now() + MINUTES))
            act()


@dataclass
class Life:
    """One studio: its host, members and days. Methods that take days plan; those with a trailing act are done at once."""

    diary: Diary
    bureau_id: int
    version_id: int
    studio_id: int
    host_id: int
    members: Sequence[int]
    begins_on: date
    entered_on: date
    newcomer: int = 0
    forgets: Mapping[str, int] = field(default_factory=dict)  # how many of what is owed under a key stay undone

    # Planning

    def on(self, day: date, act: Act) -> None:
        """Plan an act for this day, or the working day before it; what was due before the studio was entered, soon after."""
        soonest = self.entered_on + timedelta(days=2)
        self.diary.note(self.diary.calendar.previous_working(day) if day > soonest else soonest, act)

    def after(self, days: int, act: Act, year: int = 0) -> None:
        """Plan an act for so many days after the plaque, or after it came round so many years later."""
        self.on(add_months(self.begins_on, 12 * year) + timedelta(days=days), act)

    # Acting

    @property
    def journey(self) -> Journey:
        """The clock and the database."""
        return self.diary.journey

    @property
    def today(self) -> date:
        """This local day."""
        return local_day(self.journey.clock.now())

    def person(self, person_id: int) -> Actor:
        """A person with the desks they hold today."""
        with reading(self.journey.engine) as session:
            return Actor("person", person_id, keys=keys_of(session, person_id, self.today))

    def at_desk(self, desk: str) -> Actor:
        """Whoever sits at a desk: the person themselves, or the first officer of a body."""
        kind, _, number = desk.partition(":")
        if kind == "person":
            return self.person(int(number))
        with reading(self.journey.engine) as session:
            held = select(APPOINTMENTS.c.person_id).where(
                APPOINTMENTS.c.body_id == int(number), APPOINTMENTS.c.role != "expert"
            )
            officer: int = session.execute(held.order_by(APPOINTMENTS.c.id).limit(1)).scalar_one()
        return self.person(officer)

    def live(self, stage: str, table: Any = None, **wanted: Any) -> Sequence[Any]:
        """The runs of a stage of this studio that wait for somebody, oldest first; `wanted`: values of their subject."""
        statement = select(RUNS).where(
            RUNS.c.studio_id == self.studio_id, RUNS.c.stage == stage, RUNS.c.ended_at.is_(None)
        )
        if table is not None:
            statement = statement.join(table, table.c.id == RUNS.c.subject_id)
            statement = statement.where(*(table.c[key] == value for key, value in wanted.items()))
        with reading(self.journey.engine) as session:
            return session.execute(statement.order_by(RUNS.c.id)).all()

    def press(self, run: Any, event: str, **payload: Any) -> None:
        """Send one event to one run, as whoever sits at its desk; a limit is set by the bureau."""
        actor = self.at_desk(f"body:{self.bureau_id}" if event == "set_limit" else run.desk)
        with self.journey.at_work() as work:
            apply(work, Intent(run.id, event, payload, run.version), actor)

    # What is owed

    def hand_in(self, *keys: str) -> None:
        """Whoever owes it hands in what these duties ask for, each in its oldest open period."""
        desks: dict[str, list[Intent]] = {}
        for key in keys:
            runs = self._first_period(key)
            for run in runs[: max(len(runs) - self.forgets.get(key, 0), 0)]:
                desks.setdefault(run.desk, []).append(Intent(run.id, "submit", self._handing(key), run.version))
        for desk, intents in desks.items():
            actor = self.at_desk(desk)
            with self.journey.at_work() as work:
                done = apply_many(work, intents, actor)
            self.journey.refused += [str(one.outcome) for one in done if one.refused]

    def _first_period(self, key: str) -> Sequence[Any]:
        found = self.live("activities", DUTIES, key=key)
        with reading(self.journey.engine) as session:
            periods = dict(session.execute(
                select(DUTIES.c.id, DUTIES.c.period).where(DUTIES.c.id.in_([run.subject_id for run in found]))
            ).all())  # fmt: skip
        return [run for run in found if periods[run.subject_id] == periods[found[0].subject_id]]

    def _handing(self, key: str) -> dict[str, Any]:
        said: Handing = HANDED_IN[key]
        return {"title": said.title, "text": said.text, "held_on": self.today.isoformat(), "proofs": list(said.proofs)}

    # Activities

    def meet(
        self, day: date, n: int, absent: Mapping[int, str], agenda: Sequence[str] = (), *, filed: bool = True
    ) -> None:
        """Plan the n-th activity, announced two weeks before, held on this day with these marks of the n-th members, and filed."""
        planned: list[int] = []
        title, place = MEETINGS[n % len(MEETINGS)]
        leave = [place for place, mark in absent.items() if mark == "leave"]

        def announce() -> None:
            plan = Planned(title=title, held_on=day, place=place, starts_at=at_local(day, AFTERNOON), agenda=agenda)
            planned.append(self._do(self.host_id, lambda work, actor: plan_activity(work, actor, self.studio_id, plan)))

        def excuse() -> None:
            for one in leave:
                asked = self._do(self.members[one], lambda work, actor: ask_leave(work, actor, planned[0], AWAY))
                self._do(self.host_id, partial(answer_leave, leave_id=asked, granted=True))

        def hold() -> None:
            seated = self.seated()
            marks = {one: absent.get(place, "present") for place, one in enumerate(self.members) if one in seated}
            marks |= {self.newcomer: "present"} if self.newcomer in seated else {}
            held = Held(
                marks={self.host_id: "present", **marks},
                minutes=150,
                texts={"record": f"{title}：集中研讨后分组交流，会后形成要点。"},
            )
            self._do(self.host_id, lambda work, actor: hold_activity(work, actor, planned[0], held))

        self.diary.note(day - timedelta(days=AHEAD), announce)
        self.diary.note(day - timedelta(days=2), excuse)
        if filed:
            self.diary.note(day, hold, EVENING)

    def seated(self) -> set[int]:
        """Who has a seat now."""
        held = select(SEATS.c.person_id).where(SEATS.c.studio_id == self.studio_id, SEATS.c.to_on.is_(None))
        with reading(self.journey.engine) as session:
            return set(session.execute(held).scalars())

    def meet_monthly(self, until: date, since: date | None = None) -> None:
        """Plan an activity about every month until a day, with the usual absences."""
        first, n = since or self.begins_on + timedelta(days=24), 0
        while first + timedelta(days=EVERY * n) <= until:
            away = {(self.studio_id + n * 3) % len(self.members): "absent"} if n % 3 else {}
            if n % 2:
                away[(self.studio_id + n * 5 + 1) % len(self.members)] = "leave"
            day = self.diary.calendar.next_working(first + timedelta(days=EVERY * n))
            self.meet(day, n + self.studio_id, away, ("outreach",) if n == 3 else ())
            n += 1

    def _do(self, person_id: int, act: Callable[[Work, Actor], Any]) -> Any:
        actor = self.person(person_id)
        with self.journey.at_work() as work:
            return act(work, actor)

    # Judging

    def judge(self, key: str, grade: str) -> None:
        """The assessor proposes a grade for the oldest open assessment of this key."""
        run = self.live("assessment", ASSESSMENTS, key=key)[0]
        reason = "四项任务完成，材料齐全。" if grade != "unqualified" else "下校帮扶不足两次，研究报告未提交。"
        self.press(run, "propose", grade=grade, reason=reason, held_on=self.today.isoformat())

    def judge_members(self) -> None:
        """The host grades the members of the year, most of them alike."""
        for run in self.live("assessment", ASSESSMENTS, key="members")[:1]:
            with reading(self.journey.engine) as session:
                held = select(SEATS.c.id).where(
                    SEATS.c.studio_id == self.studio_id, SEATS.c.role == "member", SEATS.c.to_on.is_(None)
                )
                seats = session.execute(held.order_by(SEATS.c.id)).scalars().all()
            results = {
                str(seat): "excellent" if n % 4 == self.studio_id % 4 else "qualified" for n, seat in enumerate(seats)
            }
            self.press(
                run, "propose", results=results, reason="按出勤、任务和交流评定。", held_on=self.today.isoformat()
            )

    def release_members(self) -> None:
        """The bureau delivers the results of the members."""
        for run in self.live("assessment", ASSESSMENTS, key="members")[:1]:
            if run.state == "confirmed":
                self.press(run, "release")

    def press_on(self, stage: str, event: str, **payload: Any) -> None:
        """Send an event to the oldest run of a stage that stands where it can be sent."""
        at = WHERE.get(event)
        run = next(one for one in self.live(stage) if at is None or one.state == at)
        self.press(run, event, **payload)

    # Money

    def pay(self, fund: str, yuan: int) -> None:
        """Whoever pays a fund pays what is due of it."""
        for run in self.live("grant", ENTITLEMENTS, fund=fund)[:1]:
            if run.state == "due":
                voucher = f"记-{self.today:%y%m}-{run.id % 100:02}"
                self.press(run, "pay", amount_fen=yuan * 100, voucher=voucher)

    def spend(self, n: int) -> None:
        """The host enters the n-th expense, if there is money for it."""
        use, what, yuan = SPENT[n % len(SPENT)]
        with reading(self.journey.engine) as session:
            if balances(session, [self.studio_id])[self.studio_id] < yuan * 100:
                return
        expense = Expense(yuan * 100, use, what, self.today, f"支-{self.today:%y%m}-{n + 1:02}")
        self._do(self.host_id, lambda work, actor: spend(work, actor, self.studio_id, expense))

    # Members

    def ask_for_leave(self, member: int) -> None:
        """A member asks for leave from the next activity; nobody has answered yet."""
        coming = select(RECORDS.c.id).where(
            RECORDS.c.studio_id == self.studio_id, RECORDS.c.standing == "planned", RECORDS.c.held_on > self.today
        )
        with reading(self.journey.engine) as session:
            record_id = session.execute(coming.order_by(RECORDS.c.held_on).limit(1)).scalar()
        if record_id is not None:
            self._do(
                self.members[member], lambda work, actor: ask_leave(work, actor, record_id, "当天主持旗县区教研活动")
            )

    def nominate(self) -> None:
        """The host nominates a newcomer for a seat, who is asked to consent."""

        def begin(work: Work, actor: Actor) -> None:
            _, run_id = begin_seat(work, actor, self.version_id, "join", self.studio_id, self.newcomer, "member")
            apply(work, Intent(run_id, "submit"), actor)

        self._do(self.host_id, begin)

    def ask_to_leave(self, member: int) -> None:
        """A member asks to leave the studio."""

        def begin(work: Work, actor: Actor) -> None:
            _, run_id = begin_seat(
                work, actor, self.version_id, "leave", self.studio_id, self.members[member], "member"
            )
            apply(work, Intent(run_id, "submit"), actor)

        self._do(self.members[member], begin)

    def agree(self) -> None:
        """Whoever is asked about somebody's coming or going agrees."""
        for run in self.live("tier_review"):
            self.press(run, "endorse", reason="同意。")

    def keep_measures(self, measures: Sequence[Mapping[str, Any]]) -> None:
        """The host writes down what will be mended."""
        (run,) = self.live("rectification")
        self._do(self.host_id, lambda work, actor: keep_measures(work, actor, run.subject_id, measures))
