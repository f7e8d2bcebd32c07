"""The bureau of a rehearsal (预演的教育局): its bodies, people and version on a database of its own, and time that is told."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select
from sqlmodel import Session

from flows.engine.calendar import at_local, local_day, start_of_day
from flows.engine.clock import VirtualClock
from flows.engine.days import calendar_of
from flows.engine.declare import THE_PUBLIC, Actor
from flows.engine.sweep import sweep
from flows.engine.work import Work
from flows.office.adoption import adopt, cast_body
from flows.opening import open_due
from flows.programme import Programme
from flows.regulations import Regulations
from flows.rehearsal.bodies import (
    EXPERTS,
    BodyPlan,
    cast_of,
    from_elsewhere,
    given_bodies,
    homes,
    other_home,
    place_unmentioned,
    titles,
    tree,
)
from flows.rehearsal.ground import fresh_database, loaded, put_calendar
from flows.rehearsal.profiles import Ground, Profile, as_facts, fitting, with_facts
from models import Appointment, Attachment, Body, Credential, Cycle, File, Incident, Person, Post, StageRun, Studio
from models.columns import table_of
from models.queries.bodies import keys_of, lineages
from models.session import transaction

INCIDENTS, CYCLES, RUNS, STUDIOS = table_of(Incident), table_of(Cycle), table_of(StageRun), table_of(Studio)
NEXT = select(
    select(func.min(RUNS.c.wake_at)).where(RUNS.c.wake_at.is_not(None)).scalar_subquery(),
    select(func.min(CYCLES.c.opens_next_on)).scalar_subquery(),
)
LONG_AGO = date(2010, 1, 1)
OFFICE_HOUR = 10


class UnknownName(LookupError):  # noqa: N818  named for what it is
    """A scenario names somebody or something that does not exist; says which names there are."""


@dataclass
class Bureau:
    """One bureau with its programme in force, on a database in memory, at a moment of its own."""

    programme: Programme
    start: datetime
    people_given: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    beside: Path = Path()
    engine: Engine = field(default_factory=fresh_database)
    book: Regulations = field(default_factory=Regulations)
    bodies: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    officers: dict[int, int] = field(default_factory=dict)
    applications: dict[tuple[str, str], int] = field(default_factory=dict)
    studios: dict[str, int] = field(default_factory=dict)
    round_id: int = 0
    round_run: int = 0
    applying_until: date = date.min
    version_id: int = 0
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    to_come: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Starts the clock."""
        self.clock = VirtualClock(self.start)

    def found(self, bodies: Mapping[str, Any], calendar: Mapping[str, Any]) -> None:
        """Make the bodies with their officers, the experts, and put the programme in force."""
        with self.at_work() as work:
            for plan in [*tree(self.programme), *cast_of(self.programme), *given_bodies(self.programme, bodies)]:
                self._body(work.session, plan)
                self._fill_seats(work.session, plan)
            put_calendar(work.session, calendar, self.bodies["bureau"])
            for n in range(1, EXPERTS + 1):
                expert = self._stranger(work.session, f"expert{n}", f"专家{n}")
                self._appoint(work.session, expert, self.bodies["bureau"], "expert")
            self.version_id = adopt(work.session, self.programme, self.bodies["bureau"], LONG_AGO)
            programme_id = self.book.cast(work.session, self.version_id).programme_id
            for plan in cast_of(self.programme):
                cast_body(work.session, programme_id, plan.name, self.bodies[plan.name], LONG_AGO)

    @property
    def now(self) -> datetime:
        """This moment."""
        return self.clock.now()

    @property
    def today(self) -> date:
        """This local day."""
        return local_day(self.clock.now())

    @contextmanager
    def at_work(self) -> Iterator[Work]:
        """One transaction at this moment."""
        with transaction(self.engine) as session:
            yield Work(session, self.book, self.clock.now(), calendar_of(session))

    # Time

    def pass_to(self, moment: datetime) -> None:
        """Let time pass to a moment, firing what falls due on the way at the moment it falls due; never back."""
        looked: datetime | None = None
        waiting = self._waking_and_opening()
        while (due := self._soonest(waiting)) is not None and due <= moment and due != looked:
            self._advance(due)
            self._do_due(waiting)
            looked = due  # what is still due after a look will not be done by another
            waiting = self._waking_and_opening()
        self._advance(moment)
        self._do_due(waiting)

    def pass_to_day(self, day: date, hour: int = OFFICE_HOUR) -> None:
        """Let time pass to the office hour of a day, or stay where it is when that has passed."""
        self.pass_to(at_local(day, hour))

    def look(self) -> None:
        """Do everything that is due now: open what opens today, fire and remind, then what was given for this moment."""
        self._do_due(self._waking_and_opening())

    def _do_due(self, waiting: tuple[datetime | None, datetime | None]) -> None:
        wakes, day = waiting
        if day is not None and day <= self.now:
            open_due(self.engine, self.book, self.now)
            wakes, _ = self._waking_and_opening()
        if wakes is not None and wakes <= self.now:
            sweep(self.engine, self.book, self.now)
        for planned in [one for one in self.to_come if one[0] <= self.now]:
            self.to_come.remove(planned)
            planned[1]()
        for act in self.afterwards:
            act()

    def at(self, moment: datetime, act: Callable[[], None]) -> None:
        """Have something done at a moment to come."""
        self.to_come.append((moment, act))

    def incidents(self) -> list[str]:
        """What failed in the engine and would be put before a person; a rehearsal has none."""
        with transaction(self.engine) as session:
            return list(session.execute(select(INCIDENTS.c.what).order_by(INCIDENTS.c.id)).scalars())

    def next_due(self) -> datetime | None:
        """The next moment at which a run wakes, something of a cycle opens, or somebody is to act."""
        return self._soonest(self._waking_and_opening())

    def _soonest(self, waiting: tuple[datetime | None, datetime | None]) -> datetime | None:
        moments = (*waiting, *(moment for moment, _ in self.to_come))
        return min((one for one in moments if one is not None), default=None)

    def _waking_and_opening(self) -> tuple[datetime | None, datetime | None]:
        """When the next run wakes, and when the next day of a cycle opens."""
        with self.engine.connect().execution_options(reading=True) as connection:
            wakes, day = connection.execute(NEXT).one()
        return wakes, start_of_day(day) if day is not None else None

    def _advance(self, moment: datetime) -> None:
        if moment > self.now:
            self.clock.advance(moment)

    # Who is there

    def _body(self, session: Session, plan: BodyPlan) -> None:
        row = Body(
            code=plan.name, kind="单位", level=plan.level, name=plan.title, parent_id=self.bodies[plan.parent] if plan.parent else None,
            email=f"{plan.name}@rehearsal.example",
        )  # fmt: skip
        session.add(row)
        session.flush()
        self.bodies[plan.name] = row.id or 0
        officer = self._stranger(session, f"{plan.name}_officer", f"{plan.title}经办人")
        self.officers[self.bodies[plan.name]] = officer
        self._appoint(session, officer, self.bodies[plan.name], "administrator" if plan.name == "bureau" else "officer")

    def _fill_seats(self, session: Session, plan: BodyPlan) -> None:
        """A composite body has somebody in every seat that the text names; its officer has the first."""
        body = self.programme.bodies.get(plan.name)
        for n, head in enumerate(body.heads if body and plan.name != "bureau" else (), start=1):
            if n == 1:
                self.people[f"{plan.name}1"] = self.officers[self.bodies[plan.name]]
                continue
            person = self._stranger(session, f"{plan.name}{n}", f"{plan.title}{head}")
            self._appoint(session, person, self.bodies[plan.name], "officer")

    def _stranger(self, session: Session, name: str, shown: str) -> int:
        row = Person(staff_no=name, name=shown, email=f"{name}@rehearsal.example")
        session.add(row)
        session.flush()
        self.people[name] = row.id or 0
        return self.people[name]

    def _appoint(self, session: Session, person_id: int, body_id: int, role: str) -> None:
        session.add(Appointment(person_id=person_id, body_id=body_id, role=role, from_on=LONG_AGO))
        session.flush()

    def person(self, name: str, role: str, *, on: date | None = None, host: str = "", **more: str) -> int:
        """A person fit for a role, with what the scenario gives of them laid over; made once. Returns the id.

        `host`: whose school and subject are asked for; `more`: facts that are only this caller's default.
        """
        if name in self.people:
            return self.people[name]
        said = as_facts(self.people_given.get(name, {}), on or self.today)
        given = {**{key: value for key, value in more.items() if value}, **said}
        kind = self.kind_meant(str(given.get("kind", next(iter(self.programme.kinds), ""))))
        beside = self.profiles.get(host)
        if beside is not None and "body" not in given and from_elsewhere(self.programme, role):
            given["body"] = other_home(self.programme, beside.body)
        home, _ = homes(self.programme)
        ground = Ground(
            on or self.today, str(given.get("body", beside.body if beside else home)), self.programme.level,
            beside.body if beside else "", beside.subject if beside else "", kind,
        )  # fmt: skip
        profile = fitting(self.programme.criteria(role), ground)
        if not profile.subject and beside is None:
            profile = with_facts(profile, {"subject": "语文"})
        self.profiles[name] = with_facts(profile, {**given, "kind": kind} if kind else given)
        with self.at_work() as work:
            return self._settle(work.session, name, self.profiles[name])

    def version_meant(self, said: str) -> int:
        """A version of the regulation: 1 is the one in force, a file beside the scenario an earlier one. Raises UnknownName."""
        if said in {"1", "", "current"}:
            return self.version_id
        file = self.beside / said
        if not file.is_file():
            raise UnknownName(f"没有第 {said} 版：1 是现在这一版，较早的一版写情景旁边的文件名")
        earlier = loaded(str(file))
        if earlier.code != self.programme.code:
            raise UnknownName(f"{said} 是 {earlier.code}，不是 {self.programme.code} 的较早一版")
        with self.at_work() as work:
            return adopt(work.session, earlier, self.bodies["bureau"], LONG_AGO.replace(year=LONG_AGO.year - 1))

    def kind_meant(self, said: str) -> str:
        """A kind of studio by its code or by the word people read. Raises UnknownName for one the programme has not."""
        kinds = self.programme.kinds
        if said and said not in kinds and said not in kinds.values():
            known = "、".join(f"{code}（{title}）" for code, title in kinds.items())
            raise UnknownName(f"没有叫“{said}”的工作室类别；{f'有：{known}' if known else '这个办法不分类别'}")
        return next((code for code, title in kinds.items() if said in (code, title)), said)

    def _settle(self, session: Session, name: str, profile: Profile) -> int:
        if profile.body not in self.bodies:
            self._body(session, place_unmentioned(self.programme, profile.body, self.bodies))
        row = Person(
            staff_no=name,
            name=name,
            email=f"{name}@rehearsal.example",
            born_on=profile.born_on,
            school_stage=profile.school_stage,
        )
        session.add(row)
        session.flush()
        self.people[name] = row.id or 0
        for post in profile.posts:
            session.add(Post(
                person_id=self.people[name], body_id=self.bodies[profile.body], kind=post.kind, subject=profile.subject,
                established=profile.established, from_on=post.since, to_on=post.until,
            ))  # fmt: skip
        for credential in profile.credentials:
            session.add(Credential(person_id=self.people[name], **credential))
        session.flush()
        return self.people[name]

    def bring_evidence(self, name: str, role: str) -> bool:
        """Give somebody today's evidence of what a role asks (a new commitment), but for what the scenario says of them; once a day."""
        known, given = self.profiles[name], self.people_given.get(name, {})
        said = {*known.lacks, *(str(next(iter(one), "")) for one in given.get("has", ()))}
        said |= {"commitment"} if "commits" in given else set()
        ground = Ground(self.today, known.body, self.programme.level, known.body, known.subject, known.kind)
        fresh = [one for one in fitting(self.programme.criteria(role), ground).credentials if one["kind"] not in said]
        new = [one for one in fresh if one not in known.credentials]
        self.profiles[name] = replace(known, credentials=(*known.credentials, *new))
        with self.at_work() as work:
            work.session.add_all([Credential(person_id=self.people[name], **one) for one in new])
            work.session.flush()
        return bool(new)

    def attach(self, application_id: int, by: int, *slots: str) -> None:
        """Papers are there, under these names."""
        with self.at_work() as work:
            for slot in slots:
                digest = f"{slot}-{application_id}"
                work.session.merge(File(sha256=digest, size=1, type="application/pdf", stored_at=work.now))
                work.session.flush()
                work.session.add(Attachment(
                    application_id=application_id, slot=slot, filename=f"{slot}.pdf", file_sha256=digest, uploaded_by=by, uploaded_at=work.now
                ))  # fmt: skip
            work.session.flush()

    # Who acts

    def person_acting(self, person_id: int) -> Actor:
        """A person with the desks they hold today."""
        with transaction(self.engine) as session:
            return Actor(
                "person", person_id, keys=keys_of(session, person_id, self.today), name=self.name_of_person(person_id)
            )

    def desk_acting(self, desk: str) -> Actor:
        """Whoever sits at a desk: the person themselves, or the officer of a body. Raises UnknownName for nobody's desk."""
        kind, _, number = desk.partition(":")
        if kind == "person":
            return self.person_acting(int(number))
        if kind == "body":
            return self.person_acting(self.officers[int(number)])
        raise UnknownName("这一步不等任何人办理")

    def acting(self, who: str, body_id: int | None, person_id: int | None, host_id: int | None) -> Actor:
        """Who a scenario means by `by`: a name, a body of the programme seen from a case, the host, the public.

        Raises UnknownName.
        """
        if who == "public":
            return THE_PUBLIC
        studio, _, part = who.partition("/")
        if part == "host" and studio in self.studios:
            return self.person_acting(self._host_of(self.studios[studio]))
        named = self.people.get(who) or {"host": host_id, "person": person_id, "applicant": person_id}.get(who)
        if named is not None:
            return self.person_acting(named)
        found = self.body_playing(who, body_id) or self.bodies.get(who)
        if found is None and (titled := titles(self.programme).get(who, who)) != who:
            return self.acting(titled, body_id, person_id, host_id)
        if found is None and who in self.studios:
            return self.person_acting(self._host_of(self.studios[who]))
        if found is None:
            known = [
                *self.programme.bodies,
                "authority",
                "office",
                "host",
                "person",
                "public",
                *self.bodies,
                *self.profiles,
            ]
            raise UnknownName(f"不知道“{who}”是谁；可以写：{'、'.join(dict.fromkeys(known))}")
        return self.person_acting(self.officers[found])

    def _host_of(self, studio_id: int) -> int:
        with transaction(self.engine) as session:
            return int(session.execute(select(STUDIOS.c.host_id).where(STUDIOS.c.id == studio_id)).scalar_one())

    def body_playing(self, who: str, body_id: int | None) -> int | None:
        """The real body that plays a body of the programme for a case of this body; None when there is none."""
        with transaction(self.engine) as session:
            cast = self.book.cast(session, self.version_id)
            named = cast.bodies.get(who) or {"authority": cast.authority_id, "office": cast.office_id}.get(who)
            if named is not None or who not in cast.levels or body_id is None:
                return named
            above = lineages(session, [body_id])[body_id]
        level = cast.levels[who]
        found = next((place.id for place in above if place.level == level), None)
        if found is None and level == "county":
            found = next((place.id for place in above if place.level == "city"), None)
        return found or cast.office_id

    def stands_above(self, who: str, body_id: int | None) -> bool:
        """Whether a body of the programme is found above this body by its own level, or is a named one."""
        with transaction(self.engine) as session:
            cast = self.book.cast(session, self.version_id)
            above = lineages(session, [body_id])[body_id] if body_id is not None else ()
        return who in cast.bodies or any(place.level == cast.levels.get(who) for place in above)

    def name_of_person(self, person_id: int) -> str:
        """The name a scenario knows a person by."""
        return next((name for name, one in self.people.items() if one == person_id), str(person_id))

    def name_of_desk(self, desk: str) -> str:
        """The name a scenario knows a desk by."""
        kind, _, number = desk.partition(":")
        if kind == "body":
            return next((name for name, one in self.bodies.items() if one == int(number)), desk)
        return self.name_of_person(int(number)) if kind == "person" else desk
