"""A world in which a studio runs: its cycle opens day by day, people judge it, and what followed can be read."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select, update

from flows.engine.calendar import at_local, due_after, local_day
from flows.engine.work import Happening
from flows.opening import open_due
from flows.programme import Programme
from models import (
    Assessment,
    Attendance,
    Consequence,
    Cycle,
    Decision,
    Document,
    Incident,
    Record,
    Rectification,
    Result,
    Seat,
    StageRun,
    Studio,
)
from models.columns import table_of
from models.session import transaction
from tests.world import World

ASSESSMENTS, CONSEQUENCES, CYCLES, DECISIONS = (table_of(one) for one in (Assessment, Consequence, Cycle, Decision))
DOCUMENTS, RECTIFICATIONS, RESULTS, RUNS = (table_of(one) for one in (Document, Rectification, Result, StageRun))
INCIDENTS, SEATS, STUDIOS = table_of(Incident), table_of(Seat), table_of(Studio)


class Life(World):
    """A bureau with one running studio of host `H`; days pass with everything that opens and falls due on them."""

    def __init__(
        self,
        engine: Engine,
        programme: str | Programme,
        plaque: date,
        members: Mapping[str, str],
        body: str = "county_a_school1",
        since: date | None = None,
    ) -> None:
        """`since`: the day on which the clock starts, if later than the plaque; what opened before opens at the first look."""
        super().__init__(engine, programme, start=since or plaque)
        level = self.programme.level
        self.running_studio("H", body, level)
        studio = self.studio("H")
        self.studio_id: int = studio.id or 0
        first, last = plaque, plaque
        with self.at_work() as work:
            for span in self.programme.cycle_length():
                last = due_after(first, span, work.calendar, first_day="counted").on
                first = last + timedelta(days=1)
            cycle = Cycle(
                studio_id=self.studio_id, number=1, version_id=self.version_id, begins_on=plaque, ends_on=last, opens_next_on=plaque,
            )  # fmt: skip
            work.session.add(cycle)
            work.session.flush()
        for name, role in members.items():
            self.seat(name, "H", role, body)
        with self.at_work() as work:
            work.session.execute(update(SEATS).where(SEATS.c.studio_id == self.studio_id).values(from_on=plaque))

    def on(self, day: str | date, hour: int = 10) -> None:
        """Let time pass to this hour of a day; what opens and falls due on the way opens and falls due."""
        target = at_local(date.fromisoformat(day) if isinstance(day, str) else day, hour)
        self._live()
        while self.today < local_day(target):
            self.clock.advance(min(at_local(self.today + timedelta(days=1), 8, 1), target))
            self._live()
        if target > self.clock.now():
            self.clock.advance(target)
        self._live()

    def _live(self) -> None:
        report = open_due(self.engine, self.book, self.clock.now())
        swept = self.sweep()
        if report.put_off or swept.put_off:
            raise AssertionError([row.what for row in self.rows(select(INCIDENTS))])

    # What there is

    def rows(self, statement: Any) -> Sequence[Any]:
        with transaction(self.engine) as session:
            return session.execute(statement).all()

    def assessment(self, key: str, period: str) -> Any:
        (found,) = self.rows(select(ASSESSMENTS).where(ASSESSMENTS.c.key == key, ASSESSMENTS.c.period == period))
        return found

    def runs_of(self, kind: str, subject_id: int | None = None) -> Sequence[Any]:
        statement = select(RUNS).where(RUNS.c.subject_kind == kind, RUNS.c.studio_id == self.studio_id)
        if subject_id is not None:
            statement = statement.where(RUNS.c.subject_id == subject_id)
        return self.rows(statement.order_by(RUNS.c.id))

    def judging(self, key: str, period: str) -> Any:
        (run,) = self.runs_of("assessment", self.assessment(key, period).id)
        return run

    def mending(self) -> Any:
        return self.runs_of("rectification")[-1]

    def asked_of_body(self) -> Any:
        return self.runs_of("decision")[-1]

    def question(self) -> Any:
        return self.rows(select(DECISIONS).order_by(DECISIONS.c.id))[-1]

    def assess(self, by: str, event: str, key: str, period: str, **payload: Any) -> Happening:
        """One act on an assessment."""
        return self.act(by, event, self.judging(key, period), **payload)

    def grade(self, key: str, period: str, grade: str, by: str = "bureau", **payload: Any) -> None:
        """Propose, confirm where somebody confirms, and release."""
        self.assess(by, "propose", key, period, grade=grade, **payload)
        if self.judging(key, period).state == "proposed":
            self.assess("bureau", "confirm", key, period)
        self.assess("bureau", "release", key, period)

    def seat_of(self, name: str) -> Any:
        (found,) = self.rows(
            select(SEATS).where(SEATS.c.studio_id == self.studio_id, SEATS.c.person_id == self.ids[name])
        )
        return found

    def seated(self) -> set[str]:
        names = {value: key for key, value in self.ids.items() if "/" not in key}
        held = select(SEATS.c.person_id).where(SEATS.c.studio_id == self.studio_id, SEATS.c.to_on.is_(None))
        return {names[row.person_id] for row in self.rows(held)}

    def followed(self, *kinds: str) -> list[tuple[str, str]]:
        """What followed, in order: the word and for whom; only of these kinds if some are named."""
        found = self.rows(select(CONSEQUENCES).order_by(CONSEQUENCES.c.id))
        return [(row.kind, row.whom) for row in found if not kinds or row.kind in kinds]

    def papers(self, kind: str) -> Sequence[Any]:
        return self.rows(select(DOCUMENTS).where(DOCUMENTS.c.kind == kind).order_by(DOCUMENTS.c.id))

    def standing(self) -> str:
        (row,) = self.rows(select(STUDIOS.c.standing).where(STUDIOS.c.id == self.studio_id))
        return str(row.standing)

    def open_runs_left(self) -> Sequence[Any]:
        return self.rows(select(RUNS).where(RUNS.c.studio_id == self.studio_id, RUNS.c.ended_at.is_(None)))

    def due_on(self, run: Any) -> date:
        return local_day(run.due_at - timedelta(seconds=1))

    # What happened before

    def activity(
        self, held_on: date, absent: Sequence[str] = (), present: Sequence[str] = (), leave: Sequence[str] = ()
    ) -> None:
        """An activity was held and attendance taken, as the record of activities keeps it."""
        moment: datetime = at_local(held_on, 14)
        marks = {
            **dict.fromkeys(present, "present"),
            **dict.fromkeys(absent, "absent"),
            **dict.fromkeys(leave, "leave"),
        }
        with self.at_work() as work:
            record = Record(
                kind="activity", title="研修", studio_id=self.studio_id, held_on=held_on, starts_at=moment, filed_by=self.ids["H"],
                filed_at=moment,
            )  # fmt: skip
            work.session.add(record)
            work.session.flush()
            for name, mark in marks.items():
                work.session.add(
                    Attendance(record_id=record.id or 0, person_id=self.ids[name], mark=mark, noted_at=moment)
                )
            work.session.flush()
