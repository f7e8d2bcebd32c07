"""The bureau of a trial (演练的教育局): the real bodies and people on throw-away ground; whoever holds a desk today acts at it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, or_, select

from flows.engine.declare import Actor
from flows.programme import Programme
from flows.rehearsal.bureau import RUNS, Bureau
from models import Appointment, Body, Person, Substitution
from models.columns import table_of
from models.session import reading

APPOINTMENTS, SUBSTITUTIONS = table_of(Appointment), table_of(Substitution)
BODIES, PEOPLE = table_of(Body), table_of(Person)
ACTING = ("officer", "administrator", "assessor")
WAKES = select(func.min(RUNS.c.wake_at)).where(RUNS.c.wake_at.is_not(None))


class TrialBureau(Bureau):
    """A bureau whose people are those of the roster. Nothing opens in its cycles: a trial ends where the studios begin."""

    def __init__(self, programme: Programme, round_row: Any, ground: Engine, now: datetime) -> None:
        super().__init__(programme, now, engine=ground)
        self.round_id, self.version_id = round_row.id, round_row.version_id
        self.authority_id: int = round_row.authority_body_id
        self.holders: dict[int, tuple[int, ...]] = {}
        self.workplaces: Mapping[int, Sequence[str]] = {}
        self._keys: dict[int, list[str]] = {}
        self._actors: dict[int, Actor] = {}
        with reading(ground) as session:
            bodies = session.execute(select(BODIES.c.id, BODIES.c.code, BODIES.c.name)).all()
            people = session.execute(select(PEOPLE.c.id, PEOPLE.c.name)).all()
        self.bodies = {row.code: row.id for row in bodies} | {"bureau": self.authority_id}
        self.names: dict[str, str] = {f"body:{row.id}": row.name for row in bodies} | {
            f"person:{row.id}": row.name for row in people
        }

    def _waking_and_opening(self) -> tuple[datetime | None, datetime | None]:
        with self.engine.connect().execution_options(reading=True) as connection:
            return connection.execute(WAKES).scalar(), None

    def morning(self) -> None:
        """Find out who may act for which body today."""
        live = (APPOINTMENTS.c.from_on <= self.today) & or_(
            APPOINTMENTS.c.to_on.is_(None), APPOINTMENTS.c.to_on >= self.today
        )
        standing_in = (SUBSTITUTIONS.c.from_on <= self.today) & (SUBSTITUTIONS.c.to_on >= self.today)
        with reading(self.engine) as session:
            found = session.execute(
                select(APPOINTMENTS.c.body_id, APPOINTMENTS.c.person_id)
                .where(live, APPOINTMENTS.c.role.in_(ACTING))
                .union(select(SUBSTITUTIONS.c.body_id, SUBSTITUTIONS.c.by_person_id).where(standing_in))
                .order_by(APPOINTMENTS.c.body_id, APPOINTMENTS.c.person_id)
            ).all()
        held, keys = defaultdict(list), defaultdict(list)
        for body, person in found:
            held[body].append(person)
            keys[person].append(f"body:{body}")
        self.holders = {body: tuple(people) for body, people in held.items()}
        self.officers = {body: people[0] for body, people in held.items()}
        self._keys = keys
        self._actors.clear()

    def who_sits_at(self, desk: str) -> Sequence[int]:
        """The people who may act at a desk today; nobody for a body without an officer."""
        kind, _, number = desk.partition(":")
        return (int(number),) if kind == "person" else self.holders.get(int(number), ())

    def person_acting(self, person_id: int) -> Actor:
        """A person with the desks they hold today."""
        if person_id not in self._actors:
            keys = frozenset({f"person:{person_id}", *self._keys.get(person_id, ())})
            self._actors[person_id] = Actor(
                "person", person_id, keys=keys, name=self.names.get(f"person:{person_id}", "")
            )
        return self._actors[person_id]

    def name_of_person(self, person_id: int) -> str:
        """The name in the roster."""
        return self.names.get(f"person:{person_id}", str(person_id))
