"""A crowd of applications put at a step at once, and the desks that act on them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from sqlalchemy import insert, select

from flows.engine.apply import apply
from flows.engine.declare import Actor
from flows.engine.errors import Refused
from flows.engine.steps import start_path
from flows.engine.work import Happening, Intent
from models import Application, Person, Post, StageRun, Studio
from models.columns import table_of
from models.session import transaction
from tests.world import World

APPLICATIONS, PEOPLE, POSTS, RUNS = table_of(Application), table_of(Person), table_of(Post), table_of(StageRun)
T = TypeVar("T")


def crowd(
    world: World,
    many: int,
    step: str,
    body: str = "county_a_school1",
    path: str = "apply",
    prefix: str = "many",
    **fields: Any,
) -> list[int]:
    """So many applications of a school stand at a step of a path; returns the ids of the runs opened there."""
    with world.at_work() as work:
        connection = work.session.connection()
        people = [
            {"staff_no": f"{prefix}{n}", "name": f"{prefix}{n}", "email": f"{prefix}{n}@x.example"} for n in range(many)
        ]
        person_ids = list(
            connection.execute(insert(PEOPLE).returning(PEOPLE.c.id, sort_by_parameter_order=True), people).scalars()
        )
        school = world.ids[body]
        connection.execute(
            insert(POSTS), [{"person_id": one, "body_id": school, "kind": "principal"} for one in person_ids]
        )
        rows = [
            {
                "version_id": world.version_id, "path": path, "gives": "studio", "person_id": one, "body_id": school,
                "county_id": world.ids[body.split("_school", maxsplit=1)[0]], "round_id": world.round_id, "number": f"{prefix}-{one}",
                "studio_name": f"{prefix}{one}", "answers": {}, "made_by": one,
            } | fields
            for one in person_ids
        ]  # fmt: skip
        ids = list(
            connection.execute(
                insert(APPLICATIONS).returning(APPLICATIONS.c.id, sort_by_parameter_order=True), rows
            ).scalars()
        )
        return start_path(work, ids, world.version_id, path, step)


def studio_of(world: World) -> int:
    """A running studio that people of other schools may join."""
    with world.at_work() as work:
        host = world.person(work.session, f"host{world.round_id}", "county_b_school1")
        studio = Studio(
            programme_id=world.book.cast(work.session, world.version_id).programme_id, name="工作室", kind="", level="city", host_id=host,
            home_body_id=world.ids["county_b_school1"], standing="active", made_at=work.now,
        )  # fmt: skip
        work.session.add(studio)
        work.session.flush()
        return studio.id or 0


def applicant_of(world: World, run_id: int) -> Actor:
    """The person whose application a run is."""
    with transaction(world.engine) as session:
        person_id = session.execute(
            select(APPLICATIONS.c.person_id)
            .join(RUNS, RUNS.c.application_id == APPLICATIONS.c.id)
            .where(RUNS.c.id == run_id)
        ).scalar_one()
    return Actor("person", person_id, keys=frozenset({f"person:{person_id}"}))


def at_once(acts: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Everybody presses at the same moment; what each got, an answer or an exception."""
    start = Barrier(len(acts))

    def press(act: Callable[[], T]) -> T | Exception:
        start.wait()
        try:
            return act()
        except Exception as error:  # noqa: BLE001  the test looks at what came
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(press, acts))


def pressing(
    world: World, actor: Actor, run_id: int, event: str, expect: int | None, **payload: Any
) -> Callable[[], Happening]:
    """One press of a button, in a transaction of its own."""

    def press() -> Happening:
        with world.at_work() as work:
            return apply(work, Intent(run_id, event, payload, expect), actor)

    return press


def sorted_out(results: Sequence[Any]) -> tuple[list[Happening], list[str]]:
    """(winners, why the others were refused); anything else that came is an error of the engine."""
    winners = [one for one in results if isinstance(one, Happening)]
    refusals = [one for one in results if isinstance(one, Refused)]
    strange = [one for one in results if not isinstance(one, Happening | Refused)]
    assert not strange, strange[:3]
    return winners, [one.because for one in refusals]


def runs_at(world: World, step: str, **wanted: Any) -> Sequence[Any]:
    """Runs of a step, with these values."""
    query = select(RUNS).where(RUNS.c.step == step)
    for column, value in wanted.items():
        query = query.where(RUNS.c[column] == value)
    with transaction(world.engine) as session:
        return session.execute(query.order_by(RUNS.c.id)).all()
