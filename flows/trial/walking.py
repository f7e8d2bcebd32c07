"""Walking through (走一遍): day after day everybody does what waits for them, as fast as people work, until the round is concluded."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from flows.engine.apply import apply, apply_many
from flows.engine.calendar import at_local, last_day, local_day
from flows.engine.decide import Refusal
from flows.engine.errors import Refused
from flows.engine.rulebook import StepRule
from flows.engine.work import Intent
from flows.programme.steps import Path
from flows.rehearsal.bureau import OFFICE_HOUR, RUNS
from flows.trial import lists
from flows.trial.applicants import Applicant
from flows.trial.applying import apply_for
from flows.trial.bureau import TrialBureau
from flows.trial.habits import habit
from flows.trial.paces import Paces, Strength
from models import Quota
from models.columns import table_of
from models.session import reading, transaction

QUOTAS = table_of(Quota)
LIVE = select(RUNS).where(RUNS.c.ended_at.is_(None)).order_by(RUNS.c.due_at.is_(None), RUNS.c.due_at, RUNS.c.id)
KINDS = {("opinion", "asked"): "sheet", ("tier_review", "reviewing"): "review"}  # the rest takes no time worth counting
ANSWER = "/opinion"  # the step of a question is that of what it is asked for, and this
PATIENCE = 10  # days on which a refused act is tried again
Progress = Callable[[date], None]


@dataclass
class Walk:
    """A round as it is walked through.

    `acts`: by person, kind of work and day; `nobody`: cases by step and desk that nobody holds; `overdue`: step and holder of
    every case and sheet that was still open after its last day.
    """

    bureau: TrialBureau
    path: Path
    rules: Sequence[StepRule]
    paces: Paces
    share: float
    acts: Counter[tuple[int, str, date]] = field(default_factory=Counter)
    part: dict[int, str] = field(default_factory=dict)
    nobody: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    refused: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    not_filed: Counter[str] = field(default_factory=Counter)
    overdue: dict[int, tuple[str, str]] = field(default_factory=dict)
    undrawn: str = ""
    concluded: bool = False
    _why: dict[tuple[int, int], str] = field(default_factory=dict)
    _tries: Counter[tuple[int, int]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Everybody is rested."""
        self.strength = Strength(self.paces, self.share)
        with self.bureau.at_work() as work:
            self.calendar = work.calendar

    def to_the_end(self, waiting: Sequence[Applicant], last: date, progress: Progress) -> None:
        """Launch the round today and go on until it is concluded, nothing moves any more, or the last day. Raises Refused."""
        self.bureau.morning()
        if not self.bureau.who_sits_at(f"body:{self.bureau.authority_id}"):
            raise Refused("nobody", "主管部门今天没有经办人，不能演练。请先到“名册与权限”任命。")
        self._cut_places()
        self._launch()
        self.bureau.look()
        left = sorted(waiting, key=lambda one: (one.on, one.name))
        day, idle = self.bureau.today, 0
        while day < last and not self.concluded:
            if self.bureau.now >= at_local(day, OFFICE_HOUR):
                day = self.calendar.next_working(day + timedelta(days=1))
            self.bureau.pass_to_day(day)
            progress(day)
            self.bureau.morning()
            due = [one for one in left if one.on <= day]
            left = left[len(due) :]
            moved = self._apply(due) + self._work()
            idle = 0 if moved or left else idle + 1
            if idle > PATIENCE and self.bureau.next_due() is None:
                break

    def _launch(self) -> None:
        run, actor = self._round_run(), self.bureau.acting("authority", None, None, None)
        with self.bureau.at_work() as work:
            apply(work, Intent(run.id, "launch", {}, run.version), actor)

    def _round_run(self) -> Any:
        with reading(self.bureau.engine) as session:
            return session.execute(select(RUNS).where(RUNS.c.subject_kind == "round")).one()

    def _cut_places(self) -> None:
        """Where a part is played, there are places for that part."""
        if self.share >= 1:
            return
        with transaction(self.bureau.engine) as session:
            for row in session.execute(select(QUOTAS)).all():
                cut = {
                    key: max(round(n * self.share), 1)
                    for key in ("at_least", "at_most")
                    if (n := getattr(row, key)) is not None
                }
                if cut:
                    session.execute(update(QUOTAS).where(QUOTAS.c.id == row.id).values(**cut))

    def _apply(self, today: Iterable[Applicant]) -> int:
        done = 0
        for one in today:
            try:
                apply_for(self.bureau, self.path, one)
                done += 1
            except Refused as refusal:
                self.not_filed[refusal.says] += 1
        return done

    # Desks

    def _work(self) -> int:
        """One day's work at every desk, then the list that is due; returns how much was done."""
        runs = self._live()
        order = {rule.name: n for n, rule in enumerate(self.rules)}
        done = sum(self._person(person, mine) for person, mine in self._shared_out(runs).items())
        top = [run for run in self._live() if run.subject_kind == "application" and run.parent_id is None]
        held = [run for run in top if (run.step, run.desk) not in self.nobody and run.state != "reserved"]
        if held:
            first = min(order.get(run.step, 0) for run in held)
            return done + self._decide([run for run in held if order.get(run.step, 0) == first])
        if reserved := [run for run in top if run.state == "reserved"]:
            return done + self._decide(reserved)
        self._conclude()
        return done

    def _live(self) -> Sequence[Any]:
        with reading(self.bureau.engine) as session:
            found = session.execute(LIVE).all()
        due = (run for run in found if run.desk and run.due_at is not None and run.stage != "expert_review")
        late = [
            run for run in due if run.due_at < self.bureau.now
        ]  # cases that wait for the draw wait for the last to come
        self.overdue |= {run.id: (run.step.removesuffix(ANSWER), run.held_by) for run in late}
        return found

    def _shared_out(self, runs: Iterable[Any]) -> dict[int, list[Any]]:
        """What came before today, by person; of several at one desk each takes their part."""
        found: dict[int, list[Any]] = defaultdict(list)
        for run in runs:
            if not run.desk or run.stage in {"round", "application"} or not self._ready(run, self.paces.begun_after):
                continue
            people = self.bureau.who_sits_at(run.desk)
            key = (run.step, run.desk)
            if not people:
                self.nobody[key].add(run.id)
                continue
            self.nobody.pop(key, None)
            found[people[run.id % len(people)]].append(run)
        return found

    def _person(self, person: int, mine: Sequence[Any]) -> int:
        chosen = [(run, kind) for run in mine if (kind := self._has_time(person, run))]
        intents = []
        for run, _kind in chosen:
            said = habit(self.bureau, run, self.paces, self._why.get((run.id, run.version), ""))
            if said is not None:
                intents.append(Intent(run.id, said[0], said[1], run.version))
        if not intents:
            return 0
        with self.bureau.at_work() as work:
            results = apply_many(work, intents, self.bureau.person_acting(person))
        kinds = {run.id: (run, kind) for run, kind in chosen}
        done = 0
        for result in results:
            if result.intent.run_id not in kinds:
                continue
            run, kind = kinds[result.intent.run_id]
            if isinstance(result.outcome, Refusal):
                self._note_refusal(run, result.outcome)
            else:
                done += 1
                self.acts[person, kind, self.bureau.today] += 1
                self.part[person] = run.desk
        return done

    def _has_time(self, person: int, run: Any) -> str:
        """The kind of work, if the person has time for one more today and it was not refused too often; else nothing."""
        if self._tries[run.id, run.version] > PATIENCE:
            return ""
        kind = KINDS.get((run.stage, run.state), "other")
        return kind if self.strength.has_time(person, kind, self.bureau.today) else ""

    def _ready(self, run: Any, after: int) -> bool:
        """Whether somebody begins with what arrived: after some working days, at the latest on the last day there is."""
        today, arrived = self.bureau.today, local_day(run.entered_at)
        if arrived >= today:
            return False
        last = last_day(run.due_at)
        return (last is not None and last <= today) or self.calendar.add_working_days(arrived, after) <= today

    def _note_refusal(self, run: Any, why: Refusal) -> None:
        self._why[run.id, run.version] = why.because
        self._tries[run.id, run.version] += 1
        self.refused[run.step, why.because, why.says] += 1

    # Lists

    def _decide(self, here: Sequence[Any]) -> int:
        undrawable = self.undrawn and any(run.state == "unassigned" for run in here)
        if undrawable or not all(self._ready(run, self.paces.listed_after) for run in here):
            return 0
        try:
            done, refused = lists.decide(self.bureau, here)
        except KeyError:  # the authority itself has nobody today
            self.nobody[here[0].step, f"body:{self.bureau.authority_id}"] |= {run.id for run in here}
            return 0
        for because, says in refused:
            if because in {"too_few_experts", "empty_list"} and here[0].stage == "expert_review":
                self.undrawn = says
            self.refused[here[0].step, because, says] += 1
        return done

    def _conclude(self) -> None:
        run = self._round_run()
        if run.state == "closed":
            self.concluded = lists.conclude(self.bureau, run)
