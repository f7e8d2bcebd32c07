"""A world for tests: a database, a bureau, a programme, and time that moves only when told."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from flows.engine.apply import apply, apply_many
from flows.engine.calendar import CalendarDay, WorkCalendar, at_local, due_after, local_day, start_of_day
from flows.engine.calendar_seed import gazetted_days
from flows.engine.clock import VirtualClock
from flows.engine.days import calendar_of, put_days
from flows.engine.declare import THE_PUBLIC, Actor
from flows.engine.lists import apply_list, make_list
from flows.engine.steps import Opening, open_runs
from flows.engine.sweep import SweepReport, sweep
from flows.engine.work import Happening, Intent, Result, Work
from flows.office.adoption import adopt, cast_body
from flows.office.rounds import Places, RoundPlan, begin_application, plan_round
from flows.office.seats import begin_seat, name_to_seat
from flows.office.selection import announce, draft_announcement, draft_draw, draft_posting, draft_ranking
from flows.opening import open_due
from flows.programme import Programme, library, load
from flows.regulations import Regulations
from flows.rehearsal.bodies import tree
from flows.rehearsal.bureau import NEXT
from flows.rehearsal.carrying import spread
from models import (
    Appointment,
    Attachment,
    Body,
    Credential,
    Cycle,
    Duty,
    File,
    Person,
    Post,
    Seat,
    Studio,
)  # fmt: skip
from models.queries.bodies import keys_of, substituted
from models.session import reading, transaction
from tests.databases import Content, content, lay, with_tables
from tests.seen import Seen


@cache
def loaded(code: str) -> Programme:
    """A programme of the library, read once a process."""
    return load(code)


@cache
def altered(code: str, old: str, new: str) -> Programme:
    """A programme of the library whose text reads otherwise in one place."""
    text = library()[code].read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{code} has {text.count(old)} places that read {old}")
    return load(text.replace(old, new))


@cache
def gazetted() -> tuple[CalendarDay, ...]:
    """The holidays and make-up days of the years that tests play in."""
    return tuple(gazetted_days(range(2024, 2031)))


# What a world of a programme has when it is founded, by the programme's text: its rows, the ids by name, the version.
_founded: dict[str, tuple[Content, dict[str, int], int]] = {}


class World(Seen):
    """A bureau of the programme's level with what stands above and below it, nine experts, and a clock of its own.

    For a city or province: two counties of two schools each and a direct school; for a county two schools; for a school
    two departments. The bureau's name is always `bureau`.
    """

    def __init__(self, engine: Engine, programme: str | Programme = "chifeng", start: date = date(2025, 2, 24)) -> None:
        self.engine, self.book = engine, Regulations()
        self.clock = VirtualClock(at_local(start, 9))
        self.programme = loaded(programme) if isinstance(programme, str) else programme
        self.ids: dict[str, int] = {}
        self.runs: dict[str, int] = {}
        with_tables(engine)
        self.version_id = self._found()
        self.round_id = 0

    @property
    def today(self) -> date:
        return local_day(self.clock.now())

    @contextmanager
    def at_work(self, request_id: str | None = None) -> Iterator[Work]:
        with transaction(self.engine) as session:
            yield Work(session, self.book, self.clock.now(), calendar_of(session), request_id)

    def _found(self) -> int:
        """The bureau with its calendar and its programme, laid into the database as it was founded the first time; returns the version."""
        text = self.programme.text
        if text not in _founded:
            with self.at_work() as work:
                put_days(work.session, gazetted(), "gazette")
                self._bodies(work.session)
                version_id = adopt(work.session, self.programme, self.ids["bureau"], date(2020, 1, 1))
            _founded[text] = (content(self.engine), self.ids.copy(), version_id)
            return version_id
        rows, ids, version_id = _founded[text]
        lay(self.engine, rows)
        self.ids |= ids
        return version_id

    def _bodies(self, session: Session) -> None:
        plans = tree(self.programme)
        for plan in plans:
            self.body(session, plan.name, plan.level, plan.parent)
        for plan in plans:
            self.officer(session, plan.name)
        for n in range(9):
            expert = self.person(session, f"expert{n}", None)
            session.add(
                Appointment(person_id=expert, body_id=self.ids["bureau"], role="expert", from_on=date(2020, 1, 1))
            )
        session.flush()

    def body(self, session: Session, name: str, level: str, parent: str | None) -> int:
        row = Body(
            code=name,
            kind="主管部门",
            level=level,
            name=name,
            parent_id=self.ids[parent] if parent else None,
            email=f"{name}@x.example",
        )
        session.add(row)
        session.flush()
        self.ids[name] = row.id or 0
        return self.ids[name]

    def officer(self, session: Session, body: str) -> None:
        person = self.person(session, f"{body}_officer", None)
        role = "administrator" if body == "bureau" else "officer"
        session.add(Appointment(person_id=person, body_id=self.ids[body], role=role, from_on=date(2020, 1, 1)))
        session.flush()

    def person(self, session: Session, name: str, body: str | None, post: str = "principal", **facts: Any) -> int:
        credentials = facts.pop("credentials", ())
        since, subject = facts.pop("since", date(2015, 9, 1)), facts.pop("subject", "")
        established = facts.pop("established", True)
        row = Person(
            staff_no=name, name=name, email=f"{name}@x.example", born_on=facts.pop("born_on", date(1975, 5, 5)), **facts
        )
        session.add(row)
        session.flush()
        self.ids[name] = row.id or 0
        if body:
            session.add(
                Post(
                    person_id=self.ids[name], body_id=self.ids[body], kind=post, subject=subject, established=established,
                    from_on=since,
                )
            )  # fmt: skip
        for credential in credentials:
            session.add(Credential(person_id=self.ids[name], **credential))
        session.flush()
        return self.ids[name]

    # Who acts

    def actor(self, name: str, acting_for: str | None = None) -> Actor:
        """A person, the officer of a body, or the public; `acting_for`: a person whose substitute they are today."""
        if name == "public":
            return THE_PUBLIC
        who = self.ids.get(f"{name}_officer", self.ids.get(name, 0))
        with transaction(self.engine) as session:
            keys = keys_of(session, who, self.today)
            if acting_for is None:
                return Actor("person", who, keys=keys, name=name)
            stood_for = self.ids[acting_for]
            lent = {f"body:{body}" for person, body in substituted(session, who, self.today) if person == stood_for}
            return Actor("person", who, stood_for if lent else None, keys | lent, name)

    def cast(self, key: str, body: str) -> None:
        """The authority binds a body of the programme to a real one, which has an officer of its own."""
        with self.at_work() as work:
            self.body(work.session, body, "department", "bureau")
            self.officer(work.session, body)
            programme_id = self.book.cast(work.session, self.version_id).programme_id
            cast_body(work.session, programme_id, key, self.ids[body], date(2020, 1, 1))

    # Time

    def on(self, day: str | date, hour: int = 10) -> None:
        """Let time pass to this hour of a day, firing what falls due on the way, each on the morning after; idle days cost nothing."""
        target = at_local(date.fromisoformat(day) if isinstance(day, str) else day, hour)
        while self.today < local_day(target) and (due := self._next_due()) is not None and due <= target:
            mornings = (
                at_local(max(self.today + timedelta(days=1), local_day(due) + timedelta(days=n)), 8, 1) for n in (0, 1)
            )
            self.clock.advance(min(next(morning for morning in mornings if morning >= due), target))
            self.sweep()
        if target > self.clock.now():
            self.clock.advance(target)
        self.sweep()

    def _next_due(self) -> datetime | None:
        """The next moment at which a run wakes or something of a cycle opens."""
        with reading(self.engine) as session:
            wakes, day = session.execute(NEXT).one()
        moments = (wakes, start_of_day(day) if day is not None else None)
        return min((one for one in moments if one is not None), default=None)

    def sweep(self) -> SweepReport:
        swept = sweep(self.engine, self.book, self.clock.now())
        if open_due(self.engine, self.book, self.clock.now()).total:
            sweep(self.engine, self.book, self.clock.now())
        return swept

    # Rounds and applications

    def round(self, closes: date, quotas: Sequence[Places] = (), path: str = "apply", **more: Any) -> int:
        actor = self.actor("bureau")
        with self.at_work() as work:
            plan = RoundPlan(self.version_id, path, closes.year, "年度申报", self.today, closes, quotas=quotas, **more)
            self.round_id, self.runs["round"] = plan_round(work, actor, plan)
        self.do("bureau", "launch", "round")
        return self.round_id

    def applicant(self, name: str, body: str = "county_a_school1", post: str = "principal", **facts: Any) -> None:
        with self.at_work() as work:
            self.person(work.session, name, body, post, **facts)

    def begin(self, name: str, by: str | None = None, **fields: Any) -> int:
        actor = self.actor(by or name)
        with self.at_work() as work:
            fields.setdefault("studio_name", f"{name}工作室")
            application_id, run_id = begin_application(work, actor, self.round_id, person_id=self.ids[name], **fields)
        self.ids[f"application/{name}"], self.runs[name] = application_id, run_id
        return application_id

    def attach(self, name: str, *slots: str) -> None:
        with self.at_work() as work:
            for slot in slots:
                digest = f"{slot}-{name}"
                work.session.merge(File(sha256=digest, size=1, type="application/pdf", stored_at=work.now))
                work.session.flush()
                work.session.add(Attachment(application_id=self.ids[f"application/{name}"], slot=slot, filename=slot, file_sha256=digest,
                                            uploaded_by=self.ids[name], uploaded_at=work.now))  # fmt: skip
            work.session.flush()

    def apply_for(self, *names: str, body: str = "county_a_school1", papers: Sequence[str] = (), **facts: Any) -> None:
        """People who meet the criteria begin, attach their papers and submit."""
        for name in names:
            self.applicant(name, body, **facts)
            self.begin(name)
            self.attach(name, *papers)
            self.do(name, "submit", name)

    # Acts

    def do(self, by: str, event: str, to: str, expect: int | None = None, **payload: Any) -> Happening:
        """One act by ordinary means; raises Refused."""
        run = self.run_of(to)
        if run.branch and by in self.ids:
            run = self.run_of(to, by) or run
        return self.act(by, event, run, expect, **payload)

    def act(self, by: str, event: str, run: Any, expect: int | None = None, **payload: Any) -> Happening:
        """One act on one run; raises Refused."""
        actor = self.actor(by)
        with self.at_work() as work:
            return apply(work, Intent(run.id, event, payload, expect if expect is not None else run.version), actor)

    def do_many(
        self, by: str, event: str, names: Sequence[str], payloads: Mapping[str, Any] | None = None
    ) -> list[Result]:
        intents = [
            Intent(self.run_of(name).id, event, (payloads or {}).get(name, {}), self.run_of(name).version)
            for name in names
        ]
        actor = self.actor(by)
        with self.at_work() as work:
            return apply_many(work, intents, actor)

    def endorse_tiers(self, *names: str) -> None:
        """Take applications through all their tier reviews."""
        for name in names:
            while self.run_of(name).stage == "tier_review" and self.run_of(name).ended_at is None:
                run = self.run_of(name)
                holder = next(key for key, value in self.ids.items() if run.held_by == f"body:{value}" and not key.startswith("application/")
                              and f"{key}_officer" in self.ids)  # fmt: skip
                self.do(holder, "endorse", name, judged=dict.fromkeys(self.unjudged(name), "passed"))

    def judge(self, *names: str, by: str = "bureau") -> None:
        """A body finds that applications meet what their papers must show, where no tier judges."""
        for name in names:
            if places := self.unjudged(name):
                self.do(by, "judge", name, judged=dict.fromkeys(places, "passed"))

    # Seats and duties

    def begin_seat(self, name: str, host: str, path: str = "join", role: str = "member", by: str | None = None) -> None:
        """Somebody begins an application of a person for a seat in a host's studio."""
        studio, actor = self.studio(host), self.actor(by or name)
        with self.at_work() as work:
            begun = begin_seat(work, actor, self.version_id, path, studio.id or 0, self.ids[name], role)
        self.ids[f"application/{name}"], self.runs[name] = begun

    def name_to_seat(self, by: str, name: str, host: str, role: str) -> None:
        """A school or host names somebody for a role that needs no path."""
        studio, actor = self.studio(host), self.actor(by)
        with self.at_work() as work:
            name_to_seat(work, actor, self.version_id, studio.id or 0, self.ids[name], role)

    def seat(self, name: str, host: str, role: str = "member", body: str | None = None) -> None:
        """A person has had a seat in a studio since today, as an import stores it."""
        studio = self.studio(host)
        with self.at_work() as work:
            if name not in self.ids:
                self.person(work.session, name, body, "class_teacher")
            work.session.add(
                Seat(
                    studio_id=studio.id or 0,
                    person_id=self.ids[name],
                    role=role,
                    body_id=self.ids[body or "bureau"],
                    from_on=self.today,
                )
            )
            work.session.flush()

    def running_studio(self, host: str, body: str, level: str) -> None:
        """A studio that has run since before this system, as an import stores it."""
        with self.at_work() as work:
            person_id = self.ids.get(host) or self.person(work.session, host, body)
            programme_id = self.book.cast(work.session, self.version_id).programme_id
            studio = Studio(
                programme_id=programme_id, name=f"{host}工作室", level=level, host_id=person_id, home_body_id=self.ids[body],
                standing="active", made_at=work.now,
            )  # fmt: skip
            work.session.add(studio)
            work.session.flush()
            work.session.add(
                Seat(
                    studio_id=studio.id or 0,
                    person_id=person_id,
                    role="host",
                    body_id=self.ids[body],
                    from_on=self.today,
                )
            )
            work.session.flush()

    def cycle(self, host: str, begins_on: date, ends_on: date | None = None, **more: Any) -> int:
        """The cycle of a host's studio, as a plaque or a renewal gives it; returns its id."""
        last = begins_on
        for span in self.programme.cycle_length():
            last = due_after(last, span, WorkCalendar(), first_day="counted").on + timedelta(days=1)
        studio = self.studio(host)
        with self.at_work() as work:
            asked = {"number": 1, "opens_next_on": begins_on, "version_id": self.version_id, **more}
            ends_on = ends_on or last - timedelta(days=1)
            cycle = Cycle(studio_id=studio.id or 0, begins_on=begins_on, ends_on=ends_on, **asked)
            work.session.add(cycle)
            work.session.flush()
            return cycle.id or 0

    def owe(self, host: str, key: str) -> None:
        """A duty of a host's studio opens, as its period opens it."""
        studio = self.studio(host)
        with self.at_work() as work:
            duty = Duty(
                studio_id=studio.id or 0, key=key, period="cycle", unit_kind="studio", unit_id=studio.id or 0, title=self.programme.obligations[key].title,
                responsible=f"person:{studio.host_id}",
            )  # fmt: skip
            work.session.add(duty)
            work.session.flush()
            open_runs(work, [Opening(self.version_id, "obligations", key, "duty", duty.id or 0, studio_id=studio.id)])

    def hand_in(self, by: str, duty: Any, **more: Any) -> Happening:
        """Somebody hands in what a duty asks for, with everything it asks; raises Refused."""
        run = duty if hasattr(duty, "subject_kind") else self.run_of_duty(duty.id)
        with self.at_work() as work:
            policy: Any = work.book.rule(work.session, run.version_id, run.path, run.step, None).policy
        asked = {"text": "见附件", "parts": list(policy.checklist), "link": "https://x.example/1"}
        return self.act(by, "submit", run, **{**asked, **more})

    def draw(self, seed: str = "种子") -> int:
        actor = self.actor("bureau")
        with self.at_work() as work:
            listing_id = draft_draw(work, actor, self.round_id, seed)
        return self._make(listing_id)

    def _make(self, listing_id: int) -> int:
        actor = self.actor("bureau")
        with self.at_work() as work:
            make_list(work, actor, listing_id)
        apply_list(self.engine, self.book, listing_id, self.clock.now())
        return listing_id

    def score(self, name: str, *marks: float) -> None:
        """The experts asked about an application give these sums, in the order they were asked."""
        for question, total in zip(self.asked(name), marks, strict=False):
            with self.at_work() as work:
                rule = self.book.rule(
                    work.session, question.version_id, question.path, question.step, question.round_id
                )
                sheet = spread(total, getattr(rule.policy, "rubric", ()))
                person = int(question.held_by.removeprefix("person:"))
                actor = Actor("person", person, keys=frozenset({question.held_by}))
                apply(work, Intent(question.id, "give", {"marks": sheet}, question.version), actor)

    def rank(self, reserved: int = 3) -> int:
        actor = self.actor("bureau")
        with self.at_work() as work:
            listing_id = draft_ranking(work, actor, self.round_id, reserved)
        return self._make(listing_id)

    def post(self, *names: str) -> int:
        actor = self.actor("bureau")
        runs = [self.run_of(name).id for name in names] if names else None
        with self.at_work() as work:
            listing_id = draft_posting(work, actor, self.round_id, runs)
        return self._make(listing_id)

    def announce(self, *names: str) -> str:
        actor = self.actor("bureau")
        runs = [self.run_of(name).id for name in names] if names else None
        with self.at_work() as work:
            listing_id = draft_announcement(work, actor, self.round_id, "announce", runs)
            number = announce(work, actor, listing_id, self.round_id)
        apply_list(self.engine, self.book, listing_id, self.clock.now())
        return number
