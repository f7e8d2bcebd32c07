"""Every capability has tests or scenarios that exercise it, and the page says which."""

from tests.capabilities import PAGE, PARTS, TITLES, exercised, page


def test_every_capability_is_exercised() -> None:
    found = exercised()
    missing = [f"{number} {title}" for number, title in enumerate(TITLES, 1) if number not in found]
    assert missing == []
    assert set(found) <= set(range(1, len(TITLES) + 1))


def test_page_of_capabilities_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "请运行 python -m tests.capabilities"


def test_parts_of_the_page_hold_every_capability_once() -> None:
    numbers = [number for first, last in PARTS.values() for number in range(first, last + 1)]
    assert numbers == list(range(1, len(TITLES) + 1))
