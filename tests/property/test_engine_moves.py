"""The engine against a plain reference: random acts on a few applications, and many at once beside one by one."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import Engine, select

from flows.engine.apply import apply, apply_many
from flows.engine.errors import Refused
from flows.engine.work import Intent
from models import Message, StageRun, Transition
from models.columns import table_of
from models.session import connect, transaction
from tests.crash.crowd import applicant_of, crowd
from tests.crash.invariants import broken
from tests.world import World

RUNS, TRANSITIONS, MESSAGES = table_of(StageRun), table_of(Transition), table_of(Message)
MANY = 3
# (step, state) → event → (who, step and state afterwards); the plain table that the engine must agree with.
TABLE: dict[tuple[str, str], dict[str, tuple[str, tuple[str, str] | None]]] = {
    ("school_review", "reviewing"): {
        "endorse": ("school", ("county_review", "reviewing")), "decline": ("school", None),
        "send_back": ("school", ("school_review", "returned")), "withdraw": ("applicant", None),
    },
    ("school_review", "returned"): {"resubmit": ("applicant", ("school_review", "reviewing")), "withdraw": ("applicant", None)},
    ("county_review", "reviewing"): {
        "endorse": ("county", ("expert_review", "unassigned")), "decline": ("county", None),
        "send_back": ("county", ("county_review", "returned")), "withdraw": ("applicant", None),
    },
    ("county_review", "returned"): {"resubmit": ("applicant", ("county_review", "reviewing")), "withdraw": ("applicant", None)},
    ("expert_review", "unassigned"): {"withdraw": ("applicant", None)},
}  # fmt: skip
EVENTS = ("endorse", "decline", "send_back", "resubmit", "withdraw")
PAYLOAD: dict[str, Any] = {"reason": "理由", "defects": [{"place": "1", "what": "补正"}]}
ACTS = some.lists(
    some.tuples(
        some.integers(0, MANY - 1),
        some.sampled_from(EVENTS),
        some.sampled_from(("school", "county", "applicant", "stranger")),
    ),
    max_size=25,
)


def _world(engine: Engine) -> World:
    world = World(engine)
    world.round(date(2025, 3, 31))
    return world


def _live(world: World, application: int) -> Any:
    with transaction(world.engine) as session:
        query = select(RUNS).where(RUNS.c.subject_kind == "application", RUNS.c.subject_id == application)
        rows = session.execute(query.order_by(RUNS.c.id)).all()
    return next((row for row in rows if row.ended_at is None), rows[-1])


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(acts=ACTS)
def test_random_acts_end_where_the_plain_table_says(acts: list[tuple[int, str, str]]) -> None:
    with TemporaryDirectory() as folder:
        world = _world(connect(f"sqlite:///{Path(folder) / 'world.db'}"))
        runs = crowd(world, MANY, "school_review")
        with transaction(world.engine) as session:
            cases = [session.execute(select(RUNS.c.subject_id).where(RUNS.c.id == one)).scalar_one() for one in runs]
        own = [applicant_of(world, run) for run in runs]
        desks = {
            "school": world.actor("county_a_school1"),
            "county": world.actor("county_a"),
            "stranger": world.actor("county_b"),
        }
        model: list[tuple[str, str] | None] = [("school_review", "reviewing")] * MANY
        for n, event, who in acts:
            place = model[n]
            rule = TABLE[place].get(event) if place else None
            run = _live(world, cases[n])
            actor = desks.get(who, own[n])
            try:
                with world.at_work() as work:
                    apply(work, Intent(run.id, event, PAYLOAD, run.version), actor)
                took = True
            except Refused:
                took = False
            assert took == (rule is not None and rule[0] == who), (place, event, who)
            if took and rule is not None:
                model[n] = rule[1]
            now = _live(world, cases[n])
            assert (None if now.ended_at else (now.step, now.state)) == model[n]
        assert broken(world.engine) == []
        world.engine.dispose()


def _said(world: World) -> tuple[list[Any], list[Any], list[Any]]:
    with transaction(world.engine) as session:
        runs = session.execute(select(
            RUNS.c.stage, RUNS.c.step, RUNS.c.branch, RUNS.c.subject_id, RUNS.c.state, RUNS.c.version, RUNS.c.due_at, RUNS.c.wake_at,
            RUNS.c.desk, RUNS.c.held_by, RUNS.c.outcome, RUNS.c.ended_at,
        )).all()  # fmt: skip
        moves = session.execute(
            select(RUNS.c.subject_id, RUNS.c.step, TRANSITIONS.c.version, TRANSITIONS.c.event, TRANSITIONS.c.to_state, TRANSITIONS.c.hash)
            .join(RUNS, RUNS.c.id == TRANSITIONS.c.run_id)
        ).all()  # fmt: skip
        told = session.execute(select(RUNS.c.subject_id, RUNS.c.step, MESSAGES.c.notice, MESSAGES.c.person_id).join(
            RUNS, RUNS.c.id == MESSAGES.c.run_id)).all()  # fmt: skip
    return sorted(map(str, runs)), sorted(map(str, moves)), sorted(map(str, told))


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(events=some.lists(some.sampled_from(("endorse", "decline", "send_back", "resubmit")), min_size=2, max_size=6),
       repeated=some.booleans(), rank=some.booleans())  # fmt: skip
def test_many_at_once_write_the_same_rows_as_one_by_one(events: list[str], repeated: bool, rank: bool) -> None:  # noqa: FBT001
    said = []
    for at_once in (False, True):
        with TemporaryDirectory() as folder:
            world = _world(connect(f"sqlite:///{Path(folder) / 'world.db'}"))
            runs = crowd(world, len(events), "county_review")
            chosen = [*runs, runs[0]] if repeated else runs
            payload = PAYLOAD | ({"rank": 1} if rank else {})
            intents = [Intent(run, event, payload) for run, event in zip(chosen, [*events, "endorse"], strict=False)]
            actor = world.actor("county_a")
            with world.at_work() as work:
                results = (
                    apply_many(work, intents, actor)
                    if at_once
                    else [apply_many(work, [one], actor)[0] for one in intents]
                )
            said.append(([one.refused for one in results], _said(world)))
            assert broken(world.engine) == []
            world.engine.dispose()
    assert said[0] == said[1]
