"""What the registry of stages promises: drawn as documented, told in words that exist, routed as programmes believe."""

from pathlib import Path

import pytest

from flows.engine.consequences import VOCABULARY
from flows.engine.declare import Follow, Stage
from flows.lifecycle import STAGES, drawing
from flows.programme import vocabulary
from models.queries.facts import READERS
from notifications.catalogue import notices

DOCUMENT = Path(__file__).parents[2] / "docs" / "lifecycle.md"


def test_documented_lifecycle_is_the_one_of_the_code() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == drawing(), "run `studioflow programme draw`"


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
def test_every_notice_of_a_stage_has_words(stage: Stage) -> None:
    assert stage.notices <= set(notices())


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
def test_every_effect_of_a_stage_can_be_carried_out(stage: Stage) -> None:
    words = {effect.word for on in stage.on for effect in on.do if isinstance(effect, Follow)}
    assert words <= set(VOCABULARY)


def test_every_stage_has_a_reader_of_its_facts() -> None:
    assert set(READERS) == set(STAGES)


@pytest.mark.parametrize("stage", sorted(set(STAGES) & set(vocabulary.EXITS)))
def test_programmes_know_the_exits_of_a_stage(stage: str) -> None:
    stated = {
        exit_name: route for exit_name, route in vocabulary.EXITS[stage].items() if exit_name in STAGES[stage].exits
    }
    assert stated == {str(state): route for state, route in STAGES[stage].exits.items()}
