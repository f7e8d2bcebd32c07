"""Where a vacancy comes from: the clause that has a seat filled again, else the default that does."""

import pytest

from flows.programme import load
from flows.regulations.duties import duty_rule


@pytest.mark.parametrize(
    ("code", "key", "clause"),
    [
        ("beihai", "refill", "十(二)"),
        ("shijiazhuang", "refill", "后段2"),
        ("chifeng", "refill", "D-EXIT"),
        ("beihai", "succession", "D-HOST"),
    ],
)
def test_vacancy_rests_on_what_has_it_filled(code: str, key: str, clause: str) -> None:
    origins = duty_rule(load(code), key).policy.origins
    assert origins[""]["text"].split("、")[0] == clause
    if key == "refill":
        assert origins["within"]["text"] == "D-REFILL"
