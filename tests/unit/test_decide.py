"""Every declared transition once, and every part that may not send it refused."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from flows.engine.calendar import Span, WorkCalendar
from flows.engine.calendar_seed import gazetted_days
from flows.engine.decide import Move, Refusal, decide
from flows.engine.declare import CANCELLED, WITHDRAWN, Actor, Ask, On, Part, RunState, Stage
from flows.lifecycle import STAGES

NOW = datetime(2025, 3, 3, 2, tzinfo=UTC)
CALENDAR = WorkCalendar.of(gazetted_days(range(2024, 2028)))
DECLARED = [(stage, on, state) for stage in STAGES.values() for on in stage.on for state in on.sources]
ITSELF = {Part.CLOCK, Part.ENGINE, Part.PUBLIC}


class Anything:
    """A policy or facts that hold nothing in particular; what a due rule reads is given."""

    def __init__(self, **known: Any) -> None:
        self._known = known

    def __getattr__(self, name: str) -> Any:
        return self._known.get(name)

    def origin(self, _key: str) -> dict[str, Any]:
        return {}


def _actor(part: Part) -> Actor:
    if part in ITSELF:
        return Actor(part.value)  # type: ignore[arg-type]
    return Actor("person", 1, keys=frozenset({f"desk:{part}"}))


def _ask(stage: Stage, state: str, event: str, actor: Actor, **payload: Any) -> Ask:
    run = RunState(
        1,
        stage.name,
        "apply",
        "step",
        "",
        stage.subject,
        1,
        1,
        None,
        None,
        None,
        None,
        state,
        3,
        NOW,
        None,
        None,
        "",
        "",
        "",
    )
    span = Span(5, "day")
    policy = Anything(
        within=span,
        return_within=span,
        length=span,
        inquiry=span,
        reassess_within=span,
        first_day="counted",
        roll="none",
        after_dismissal="restart",
    )
    parts = {part: f"desk:{part}" for part in Part if part not in ITSELF}
    facts = Anything(parts=parts, closes_on=date(2025, 3, 31), opens_on=date(2025, 4, 1))
    return Ask(run, event, actor, payload, policy, facts, NOW, CALENDAR)


def _bare(on: On, target: str) -> On:
    """The declaration without its guards, choosing one target: what is tested here is the edge and who may take it."""
    return On(
        on.event,
        on.sources,
        on.targets,
        on.parts,
        (),
        on.needs,
        on.do,
        on.on_list,
        lambda _ask: target,
        None,
        on.counts,
    )


def _payload(on: On) -> dict[str, Any]:
    return {need: "2025-04-01" if need == "due_on" else "写明" for need in on.needs}


def _decided(stage: Stage, on: On, state: str, target: str, actor: Actor, payload: dict[str, Any]) -> Move | Refusal:
    seen: Any = SimpleNamespace(
        name=stage.name,
        exits=stage.exits,
        find=lambda _state, _event: _bare(on, target),
        wait=stage.wait,
        subject=stage.subject,
    )
    return decide(seen, _ask(stage, state, on.event, actor, **payload))


@pytest.mark.parametrize(
    ("stage", "on", "state"), DECLARED, ids=lambda one: getattr(one, "name", getattr(one, "event", str(one)))
)
def test_every_declared_transition_is_taken_by_its_parts_and_no_other(stage: Stage, on: On, state: str) -> None:
    assert stage.find(state, on.event) is on
    for target in on.targets:
        for part in Part:
            decided = _decided(stage, on, state, target, _actor(part), _payload(on))
            open_to_all = Part.PUBLIC in on.parts and part not in {Part.CLOCK, Part.ENGINE}
            if part in on.parts or open_to_all:
                assert isinstance(decided, Move), (part, decided)
                assert (decided.to, decided.ends) == (target, target in stage.exits)
            else:
                assert isinstance(decided, Refusal), (part, decided)
                assert decided.because == "not_yours"


@pytest.mark.parametrize(
    ("stage", "on", "state"),
    [one for one in DECLARED if one[1].needs],
    ids=lambda one: getattr(one, "name", getattr(one, "event", str(one))),
)
def test_what_an_event_needs_is_asked_for(stage: Stage, on: On, state: str) -> None:
    for need in on.needs:
        payload = {key: value for key, value in _payload(on).items() if key != need}
        decided = _decided(stage, on, state, next(iter(on.targets)), _actor(on.parts[0]), payload)
        assert isinstance(decided, Refusal)
        assert decided.because == f"without_{need}"


@pytest.mark.parametrize("stage", STAGES.values(), ids=list(STAGES))
def test_event_is_refused_in_every_state_that_does_not_declare_it(stage: Stage) -> None:
    for event in {on.event for on in stage.on} - {"extend", "cancel", "withdraw"}:
        for state in stage.states:
            if stage.find(state, event) is None:
                for part in Part:
                    decided = decide(stage, _ask(stage, state, event, _actor(part), reason="理由"))
                    assert isinstance(decided, Refusal), (event, state, part)
                    assert decided.because == ("ended" if state in stage.exits else "wrong_state")


@pytest.mark.parametrize("stage", STAGES.values(), ids=list(STAGES))
def test_unknown_event_is_refused(stage: Stage) -> None:
    decided = decide(stage, _ask(stage, stage.initial, "abolish", _actor(Part.AUTHORITY)))
    assert isinstance(decided, Refusal)
    assert decided.because == "unknown_event"


@pytest.mark.parametrize("stage", STAGES.values(), ids=list(STAGES))
def test_only_the_engine_cancels_and_only_the_applicant_withdraws(stage: Stage) -> None:
    state = stage.initial
    for part in Part:
        if stage.find(state, "cancel") is None:
            decided = decide(stage, _ask(stage, state, "cancel", _actor(part)))
            assert (isinstance(decided, Move) and decided.to == CANCELLED) == (part is Part.ENGINE)
        withdrawn = decide(stage, _ask(stage, state, "withdraw", _actor(part)))
        allowed = part is Part.APPLICANT and stage.subject == "application"
        assert (isinstance(withdrawn, Move) and withdrawn.to == WITHDRAWN) == allowed


@pytest.mark.parametrize(
    ("stage", "on", "state"),
    [one for one in DECLARED if "due_on" in one[1].needs],
    ids=lambda one: getattr(one, "name", getattr(one, "event", str(one))),
)
@pytest.mark.parametrize("said", ["明天", "2025-02-30", "2025-04-01T08:00", 45000])
def test_new_deadline_that_is_no_day_is_refused(stage: Stage, on: On, state: str, said: object) -> None:
    decided = decide(stage, _ask(stage, state, on.event, _actor(on.parts[0]), reason="理由", due_on=said))
    assert isinstance(decided, Refusal)
    assert (decided.because, decided.missing) == ("without_due_on", ("due_on",))
