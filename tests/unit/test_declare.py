"""A stage that contradicts itself is refused as soon as it is written."""

from dataclasses import replace
from enum import StrEnum
from typing import Any

import pytest

from flows.engine.declare import END, DeclarationError, On, Part, Policy, Stage, Wait
from models.facts import Facts


class State(StrEnum):
    """The states of a small stage."""

    ASKED = "asked"
    ANSWERED = "answered"
    LAPSED = "lapsed"


def _never(_ask: Any) -> None:
    return None


ANSWER = On("answer", State.ASKED, State.ANSWERED, by=Part.PERSON)
LAPSE = On("lapse", State.ASKED, State.LAPSED, by=Part.CLOCK)
WAIT = Wait(State.ASKED, for_=Part.PERSON, due=_never, then="lapse")
SOUND = Stage(
    name="small", title="小", subject="application", policy=Policy, facts=Facts, states=State, initial=State.ASKED,
    exits={State.ANSWERED: END, State.LAPSED: END}, on=(ANSWER, LAPSE), waits=(WAIT,),
)  # fmt: skip


@pytest.mark.parametrize(("says", "changes"), [
    ("unknown state nowhere", {"on": (ANSWER, LAPSE, On("lose", State.ASKED, "nowhere", by=Part.PERSON))}),
    ("unknown state elsewhere", {"waits": (WAIT, Wait("elsewhere"))}),
    ("unreachable state lapsed", {"on": (ANSWER,), "waits": ()}),
    ("exit answered can be left", {"on": (ANSWER, LAPSE, On("reopen", State.ANSWERED, State.ASKED, by=Part.PERSON))}),
    ("no way out and is no exit", {"exits": {State.ANSWERED: END}}),
    ("leads to somewhere", {"exits": {State.ANSWERED: "somewhere", State.LAPSED: END}}),
    ("declared twice in asked", {"on": (ANSWER, ANSWER, LAPSE)}),
    ("nothing chooses", {"on": (On("answer", State.ASKED, frozenset({State.ANSWERED, State.LAPSED}), by=Part.PERSON), LAPSE)}),
    ("the clock may not send answer", {"waits": (replace(WAIT, then="answer"),)}),
    ("the clock may not send forget", {"waits": (replace(WAIT, then="forget"),)}),
    ("silence of reviewer in asked decides", {"waits": (replace(WAIT, for_=Part.REVIEWER),)}),
    ("silence of assessor in asked decides", {"waits": (replace(WAIT, for_=Part.ASSESSOR),)}),
    ("silence of authority in asked decides", {"waits": (replace(WAIT, for_=Part.AUTHORITY),)}),
])  # fmt: skip
def test_contradiction_is_refused_when_the_stage_is_made(says: str, changes: dict[str, Any]) -> None:
    with pytest.raises(DeclarationError, match=f"small: .*{says}"):
        replace(SOUND, **changes)


def test_sound_stage_knows_its_events() -> None:
    assert SOUND.find(State.ASKED, "answer") is ANSWER
    assert SOUND.find(State.ANSWERED, "answer") is None
    assert SOUND.knows("lapse")
