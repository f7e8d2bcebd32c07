"""The crowd (人群): everybody at once: finds what waits, remembers when each will act, and lets them act day by day."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from sqlalchemy import bindparam, select

from flows.engine.apply import apply_many
from flows.engine.calendar import last_day
from flows.engine.decide import Refusal
from flows.engine.declare import Actor
from flows.engine.errors import Refused
from flows.engine.work import Intent, Work, ask_of, read_facts, run_state
from flows.rehearsal.bureau import Bureau
from flows.simulation.habits import HABITS, LOOKS_CLOSER, Waiting, acts_on, papers_of
from flows.simulation.rates import Rates
from models import Attachment, Duty, File, Person, StageRun, Transition
from models.columns import table_of
from models.facts import Facts
from models.queries.runs import lock_runs
from models.statements import insert_rows, rows

ATTACHMENTS = table_of(Attachment)
RUNS, TRANSITIONS, PEOPLE, DUTIES = table_of(StageRun), table_of(Transition), table_of(Person), table_of(Duty)
CHUNK = 400
SHEET = "0" * 64  # what every paper of a simulation is
NOTHING = Facts()
TRIES, AGAIN_AFTER = 6, 7
WAIT_FOR_OTHERS, PATIENCE = frozenset({"result_missing", "no_quorum", "needs_unmet", "blocked"}), 52
EXCUSABLE = frozenset({"too_few"})  # whoever has left is not replaced by those who simulate

MOVED = (
    select(RUNS.c.id, RUNS.c.stage, RUNS.c.state, RUNS.c.version, RUNS.c.desk, RUNS.c.due_at, TRANSITIONS.c.id.label("transition_id"))
    .join(TRANSITIONS, (TRANSITIONS.c.run_id == RUNS.c.id) & (TRANSITIONS.c.version == RUNS.c.version))
    .where(TRANSITIONS.c.id > bindparam("after"), RUNS.c.ended_at.is_(None), RUNS.c.desk != "")
    .order_by(TRANSITIONS.c.id)
)  # fmt: skip

SAME_STUDIO = select(RUNS.c.studio_id).where(RUNS.c.id == bindparam("run")).scalar_subquery()
IN_THE_WAY = (
    select(RUNS.c.id, RUNS.c.version, DUTIES.c.title)
    .join(DUTIES, (RUNS.c.subject_kind == "duty") & (RUNS.c.subject_id == DUTIES.c.id))
    .where(RUNS.c.studio_id == SAME_STUDIO, RUNS.c.ended_at.is_(None), RUNS.c.state.in_(("open", "overdue")))
)


@dataclass
class Crowd:
    """The people of one bureau. `acted`: acts by week and desk; `refused`: by event and guard; `says`: what a guard first said; `stuck`: what nobody could do."""

    bureau: Bureau
    rates: Rates
    chance: Random
    acted: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    stuck: Counter[tuple[str, str]] = field(default_factory=Counter)
    says: dict[str, str] = field(default_factory=dict)
    _plan: dict[date, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    _tries: Counter[int] = field(default_factory=Counter)
    _seen: int = 0

    def __post_init__(self) -> None:
        """Takes a seat at every desk: who acts does not matter to a simulation, only that the right desk is asked."""
        with self.bureau.at_work() as work:
            work.session.merge(File(sha256=SHEET, size=1, type="application/pdf", stored_at=work.now))
            work.session.flush()
            people = [row.id for row in work.session.execute(select(PEOPLE.c.id))]
            self.calendar = work.calendar
        keys = {f"person:{one}" for one in people} | {f"body:{one}" for one in self.bureau.bodies.values()}
        self.actor = Actor("person", self.bureau.people["bureau_officer"], keys=frozenset(keys), name="模拟")

    def notice(self) -> None:
        """Find what has come to wait for somebody since the last look, and settle when it will be done."""
        with self.bureau.at_work() as work:
            moved = rows(work.session, MOVED, after=self._seen)
        for row in moved:
            self._seen = max(self._seen, row.transition_id)
            day = acts_on(
                Waiting(row.id, row.stage, row.state, self.bureau.today, last_day(row.due_at)), self.rates, self.chance
            )
            if day is not None:
                self._plan[self.calendar.next_working(day)].append((row.id, row.version))

    def next_day(self) -> date | None:
        """The next day on which somebody acts."""
        return min(self._plan, default=None)

    def act(self) -> None:
        """Let everybody act who settled on today or a day that has passed."""
        today = self.bureau.today
        due = [one for day in sorted(self._plan) if day <= today for one in self._plan[day]]
        for day in [day for day in self._plan if day <= today]:
            del self._plan[day]
        for first in range(0, len(due), CHUNK):
            self._act(due[first : first + CHUNK])

    def _act(self, chosen: Sequence[tuple[int, int]]) -> None:
        with self.bureau.at_work() as work:
            intents, desks = self._intents(work, chosen)
            results = apply_many(work, intents, self.actor)
        week = "{}-W{:02}".format(*self.bureau.today.isocalendar()[:2])
        for result in results:
            run_id, event = result.intent.run_id, result.intent.event
            if isinstance(result.outcome, Refusal):
                self._refused(run_id, result.intent.expect or 0, event, result.outcome)
            else:
                self.acted[week, desks[run_id]] += 1

    def _intents(self, work: Work, chosen: Sequence[tuple[int, int]]) -> tuple[list[Intent], Mapping[int, str]]:
        expected = dict(chosen)
        live = [
            row
            for row in lock_runs(work.session, list(expected))
            if row.ended_at is None and row.version == expected.get(row.id)  # siblings come with those asked for
        ]
        states = [run_state(row) for row in live]
        facts = read_facts(work, [run for run in states if (run.stage, run.state) in LOOKS_CLOSER])
        intents: list[Intent] = []
        for run in states:
            says, _ = HABITS[run.stage, run.state]
            _, ask = ask_of(work, run, facts.get(run.id, NOTHING), "", self.actor, {})
            if (run.stage, run.state) == ("application", "drafting"):
                self._attach(work, run.application_id, papers_of(ask))
            event, payload = says(ask, self.rates, self.chance)
            intents.append(Intent(run.id, event, payload, run.version))
        return intents, {run.id: run.desk for run in states}

    def _attach(self, work: Work, application_id: int | None, papers: Collection[str]) -> None:
        """Papers are there, under the names that the text asks for."""
        if application_id is None or not papers:
            return
        there = work.session.execute(select(ATTACHMENTS.c.slot).where(ATTACHMENTS.c.application_id == application_id))
        missing = sorted(set(papers) - {row.slot for row in there})
        if missing:
            insert_rows(work.session, ATTACHMENTS, [
                {"application_id": application_id, "slot": name, "filename": f"{name}.pdf", "file_sha256": SHEET,
                 "uploaded_by": self.actor.person_id, "uploaded_at": work.now}
                for name in missing
            ])  # fmt: skip

    def _refused(self, run_id: int, version: int, event: str, why: Refusal) -> None:
        """Whoever is refused tries again a week later, a few times; what stands in the way is done meanwhile, or it is stuck."""
        self.refused[event, why.because] += 1
        self.says.setdefault(why.because, why.says)
        self._tries[run_id] += 1
        if self._tries[run_id] > (PATIENCE if why.because in WAIT_FOR_OTHERS else TRIES):
            if why.because in EXCUSABLE:
                self._excuse(run_id, version, why.says)
            else:
                self.stuck[event, why.because] += 1
            return
        self._plan[self.bureau.today + timedelta(days=AGAIN_AFTER)].append((run_id, version))
        if why.because == "blocked" and why.missing:
            self._catch_up(run_id, why.missing)

    def _excuse(self, run_id: int, version: int, why: str) -> None:
        """What a studio cannot do, however often it tries, the office lets go."""
        with self.bureau.at_work() as work:
            [result] = apply_many(work, [Intent(run_id, "excuse", {"reason": why}, version)], self.actor)
        if isinstance(result.outcome, Refusal):
            self.stuck["excuse", result.outcome.because] += 1

    def _catch_up(self, run_id: int, missing: Sequence[str]) -> None:
        """What stands in somebody's way by name is done after all."""
        tomorrow = self.bureau.today + timedelta(days=1)
        with self.bureau.at_work() as work:
            behind = rows(work.session, IN_THE_WAY, run=run_id)
        self._plan[tomorrow] += [(row.id, row.version) for row in behind if row.title in missing]

    def try_to(self, begin: Callable[[Work], object]) -> None:
        """Begin something that may be refused; a refusal is counted and changes nothing."""
        try:
            with self.bureau.at_work() as work:
                begin(work)
        except Refused as refused:
            self.refused["begin", refused.because] += 1
            self.says.setdefault(refused.because, refused.says)
