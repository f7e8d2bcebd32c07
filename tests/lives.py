"""A life by chance (随机的一生): what people may do in studios of one bureau, each act chosen from outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from flows.engine.apply import apply
from flows.engine.calendar import at_local
from flows.engine.declare import Actor
from flows.engine.errors import Refused
from flows.engine.work import Intent, Work, ask_of, read_facts, run_state
from flows.office.findings import note_loss
from flows.office.happenings import Held, Planned, hold_activity, plan_activity
from flows.office.ledger import Expense, correct, spend
from flows.office.seats import begin_seat
from flows.rehearsal.beginning import papers
from flows.rehearsal.bodies import homes
from flows.rehearsal.bureau import Bureau
from flows.rehearsal.established import establish
from flows.rehearsal.evidence import handed_in
from flows.rehearsal.ground import loaded
from flows.simulation.habits import HABITS, papers_of
from flows.simulation.rates import Rates
from models import Attachment, Duty, LedgerEntry, Person, Seat, StageRun, Studio
from models.columns import table_of
from models.queries.money import balances
from models.session import reading

RUNS, SEATS, STUDIOS, PEOPLE = table_of(StageRun), table_of(Seat), table_of(Studio), table_of(Person)
ATTACHMENTS, DUTIES, LEDGER = table_of(Attachment), table_of(Duty), table_of(LedgerEntry)
PLAQUE = date(2025, 9, 1)
CLEARINGS = 4
REQUESTS = frozenset({
    ("application", "drafting"), ("tier_review", "reviewing"), ("tier_review", "returned"), ("renewal", "waiting"), ("membership", "waiting"),
    ("opinion", "asked"),
})  # fmt: skip


@dataclass
class LifeByChance:
    """One bureau whose studios live. `acted` and `refused` count what came of each act."""

    code: str
    studios: int = 1
    bureau: Bureau = field(init=False)
    acted: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    joined: int = 0
    afterwards: Callable[[], None] = field(default=lambda: None)

    def __post_init__(self) -> None:
        """Founds the bureau, hangs the plaques, and takes a seat at every desk."""
        programme = loaded(self.code)
        self.bureau = Bureau(programme, at_local(PLAQUE, 0))
        self.bureau.found({}, {})
        kinds = list(programme.kinds) or [""]
        for n in range(1, self.studios + 1):
            said: dict[str, Any] = {
                "plaque": PLAQUE.isoformat(),
                "host": f"host{n}",
                **({"kind": kinds[0]} if kinds[0] else {}),
            }
            if n > 1:  # the second one begins without members
                said["members"] = {}
            establish(self.bureau, f"studio{n}", said)
        self.bureau.pass_to_day(PLAQUE)

    @property
    def programme(self) -> Any:
        return self.bureau.programme

    def rows(self, statement: Any) -> Sequence[Any]:
        with reading(self.bureau.engine) as session:
            return session.execute(statement).all()

    def actor(self) -> Actor:
        """Somebody who sits at every desk: who acts is tested elsewhere, here it matters what comes of it."""
        people = [row.id for row in self.rows(select(PEOPLE.c.id))]
        keys = {f"person:{one}" for one in people} | {f"body:{one}" for one in self.bureau.bodies.values()}
        return Actor("person", self.bureau.people["bureau_officer"], keys=frozenset(keys), name="办理人")

    def attempt(self, name: str, act: Callable[[Work], object]) -> bool:
        """Do something that may be refused, which then changes nothing; whether it was done."""
        try:
            with self.bureau.at_work() as work:
                act(work)
        except Refused as refused:
            self._note(self.refused, f"{name}:{refused.because}")
            return False
        self._note(self.acted, name)
        self.afterwards()
        return True

    def _note(self, where: dict[str, int], key: str) -> None:
        where[key] = where.get(key, 0) + 1

    # Time

    def pass_days(self, days: int) -> None:
        self.bureau.pass_to_day(self.bureau.today + timedelta(days=days))

    # What waits

    def live(self, stage: str, *states: str) -> Sequence[Any]:
        mine = (RUNS.c.stage == stage) & RUNS.c.ended_at.is_(None)
        mine = mine & RUNS.c.state.in_(states) if states else mine
        return self.rows(select(RUNS).where(mine).order_by(RUNS.c.id))

    def studio_rows(self) -> Sequence[Any]:
        return self.rows(select(STUDIOS).order_by(STUDIOS.c.id))

    def seats(self, studio_id: int) -> Sequence[Any]:
        held = (SEATS.c.studio_id == studio_id) & SEATS.c.to_on.is_(None)
        return self.rows(select(SEATS).where(held).order_by(SEATS.c.id))

    def press(self, run: Any, event: str, **payload: Any) -> bool:
        """Send one event to one run, as whoever may."""
        actor = self.actor()
        return self.attempt(event, lambda work: apply(work, Intent(run.id, event, payload), actor))

    def press_usual(self, run: Any, seed: int = 0) -> bool:
        """Do what is usually done where a run stands."""
        says = HABITS[run.stage, run.state][0]
        actor = self.actor()
        with self.bureau.at_work() as work:
            state = run_state(run)
            _, ask = ask_of(work, state, read_facts(work, [state])[run.id], "", actor, {})
            event, payload = says(ask, Rates(), Random(seed))
            wanted = papers_of(ask) if run.stage == "application" else ()
        if run.application_id is not None and run.stage == "application":
            self._attach(run.application_id, *wanted)
        return self.press(run, event, **payload)

    # What is owed

    def hand_in(self, run: Any, *, accepted: bool = True) -> bool:
        """Hand in everything a duty asks for; whoever receives it accepts or returns it."""
        for question in self.questions(run):
            self.press(question, "give", opinion="同意")
        if run.state != "submitted" and not self.press(run, "submit", **handed_in(self.bureau, run, {})):
            return False
        now = self.again(run)
        if now.state == "submitted":
            return self.press(now, "accept") if accepted else self.press(now, "return", reason="材料不全")
        return True

    def questions(self, run: Any) -> Sequence[Any]:
        return self.rows(
            select(RUNS).where(RUNS.c.parent_id == run.id, RUNS.c.stage == "opinion", RUNS.c.ended_at.is_(None))
        )

    def again(self, run: Any) -> Any:
        return self.rows(select(RUNS).where(RUNS.c.id == run.id))[0]

    def again_of(self, duty_id: int) -> Any:
        """The run of a duty as it stands now."""
        return self.rows(select(RUNS).where(RUNS.c.subject_kind == "duty", RUNS.c.subject_id == duty_id))[0]

    # Judging

    def policy(self, run: Any) -> Any:
        with self.bureau.at_work() as work:
            return work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id).policy

    def propose(self, run: Any, grades: Sequence[int]) -> bool:
        """Judge: the studio by the first of these, each seat by the next; what stands in the way is done before."""
        policy = self.policy(run)
        for _ in range(CLEARINGS):
            payload = self._judgement(run, policy, grades)
            event = "propose" if policy.grades else "record"
            before = dict(self.refused)
            if self.press(run, event, **payload):
                return True
            new = {key for key, n in self.refused.items() if before.get(key) != n}
            if f"{event}:unheard" in new:
                for question in self.questions(run):
                    self.press(question, "give", opinion="没有不同意见")
            elif f"{event}:blocked" in new:
                self._excuse(run.studio_id)
            else:
                return False
        return False

    def _judgement(self, run: Any, policy: Any, grades: Sequence[int]) -> dict[str, Any]:
        if not policy.grades:
            return {"comment": "已查"}
        if not policy.roles:
            return {"grade": policy.grades[grades[0] % len(policy.grades)], "reason": "按材料评定"}
        seats = [one for one in self.seats(run.studio_id) if one.role in policy.roles]
        chosen = {
            str(one.id): policy.grades[grades[n % len(grades)] % len(policy.grades)] for n, one in enumerate(seats)
        }
        return {
            "results": chosen,
            **({"awards": {next(iter(chosen)): [policy.awards[0]]}} if policy.awards and chosen else {}),
        }

    def _excuse(self, studio_id: int) -> None:
        for duty in self.live("activities", "open", "overdue", "submitted"):
            if (
                duty.studio_id == studio_id
                and self.rows(select(DUTIES.c.blocks).where(DUTIES.c.id == duty.subject_id))[0].blocks
            ):
                self.press(duty, "excuse", reason="纸质材料已收")

    def decide(self, run: Any, n: int, percent: int) -> bool:
        """Answer a question: the n-th choice, for the n-th member where members are to be named."""
        with self.bureau.at_work() as work:
            facts: Any = read_facts(work, [run_state(run)])[run.id]
        if facts.span is not None:
            return self.press(run, "decide", share=percent, reason="按情况决定")
        choice = facts.choices[n % len(facts.choices)] if facts.choices else ""
        seats = [facts.seats[n % len(facts.seats)]] if choice in facts.names_seats and facts.seats else []
        return self.press(run, "decide", choice=choice, seats=seats, reason="按情况决定")

    def requests(self) -> Sequence[Any]:
        """Applications to join, to leave and to go on, where they stand."""
        return [
            run
            for run in self.rows(select(RUNS).where(RUNS.c.ended_at.is_(None)).order_by(RUNS.c.id))
            if (run.stage, run.state) in REQUESTS
        ]

    # Members

    def join(self, studio: Any, *, own_school: bool) -> bool:
        """Somebody new asks to join by the path that there is."""
        path = next((one for one in self.programme.paths_giving("seat") if one.call != "round"), None)
        if path is None:
            return False
        self.joined += 1
        name, role = f"newcomer{self.joined}", self.programme.roles_of(path)[0]
        host = self.bureau.name_of_person(studio.host_id)
        home = self.bureau.profiles[host].body
        body = home if own_school else next((one for one in reversed(homes(self.programme)) if one != home), home)
        person_id = self.bureau.person(name, role, host=host, body=body)
        actor, version = self.actor(), self.bureau.version_id
        begun: list[int] = []
        done = self.attempt(
            "join",
            lambda work: begun.append(begin_seat(work, actor, version, path.name, studio.id, person_id, role)[0]),
        )
        if done:
            self._attach(begun[0], *papers(self.bureau, path, name))
        return done

    def _attach(self, application_id: int, *slots: str) -> None:
        there = {
            row.slot
            for row in self.rows(select(ATTACHMENTS.c.slot).where(ATTACHMENTS.c.application_id == application_id))
        }
        self.bureau.attach(application_id, self.bureau.people["bureau_officer"], *sorted(set(slots) - there))

    def leave(self, seat: Any) -> bool:
        """A member asks to leave by the path that there is."""
        path = next(iter(self.programme.paths_giving("exit")), None)
        if path is None:
            return False
        actor, version = self.actor(), self.bureau.version_id
        return self.attempt(
            "leave", lambda work: begin_seat(work, actor, version, path.name, seat.studio_id, seat.person_id, seat.role)
        )

    def lose(self, seat: Any) -> bool:
        """An officer notes that somebody no longer meets the conditions."""
        actor = self.actor()
        return self.attempt("loss", lambda work: note_loss(work, actor, seat.id, "调离岗位"))

    def meet(self, studio: Any, absent: int) -> bool:
        """An activity is planned and held today; every so-manieth member is absent."""
        host = self.bureau.person_acting(studio.host_id)
        marks = {
            one.person_id: "absent" if absent and one.role != "host" and n % absent == 0 else "present"
            for n, one in enumerate(self.seats(studio.id))
        }

        def held(work: Work) -> None:
            plan = Planned(title="研修活动", held_on=self.bureau.today, place="校内", starts_at=self.bureau.now)
            hold_activity(work, host, plan_activity(work, host, studio.id, plan), Held(marks=marks))

        return self.attempt("meet", held)

    # Money

    def pay(self, run: Any, fen: int) -> bool:
        """Pay what is due; what the text does not fix, so many fen."""
        with self.bureau.at_work() as work:
            facts: Any = read_facts(work, [run_state(run)])[run.id]
        return self.press(
            run, "pay", voucher=f"凭{run.id}", **({} if facts.amount_fen is not None else {"amount_fen": fen})
        )

    def spend(self, studio: Any, amount_fen: int) -> bool:
        """Spend so much on a permitted use."""
        uses = self.programme.ledger.uses if self.programme.ledger else ()
        actor, expense = (
            self.actor(),
            Expense(amount_fen, uses[0] if uses else "办公", "购置图书", self.bureau.today, "凭证"),
        )
        return self.attempt("spend", lambda work: spend(work, actor, studio.id, expense))

    def correct(self, line: Any) -> bool:
        """Undo an expense."""
        actor = self.actor()
        return self.attempt("correct", lambda work: correct(work, actor, line.id, "记错了"))

    def lines(self) -> Sequence[Any]:
        return self.rows(select(LEDGER).order_by(LEDGER.c.id))

    def balance(self, studio_id: int) -> int:
        with reading(self.bureau.engine) as session:
            return balances(session, [studio_id])[studio_id]
