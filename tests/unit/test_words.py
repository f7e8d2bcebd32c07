"""English says every word of the pages, with the same blanks to fill."""

import re
from collections.abc import Iterator

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from web.templating import PAGES, environment

WEB = PAGES.parent.parent / "web"
BLANK = re.compile(r"%\(\w+\)s|\{\w+\}")
CHINESE = re.compile(r"[一-鿿，。；：、（）]")
CALLS = {"_": None, "_n": None, "word": None}


def _english() -> Catalog:
    with (WEB / "locale/en.po").open("rb") as source:
        return read_po(source, locale="en")


def _first(found: object) -> str:
    return str(found[0] if isinstance(found, tuple | list) else found)


def _words() -> Iterator[tuple[str, str]]:
    """Every word to translate with the file it is in; words taken from a table are marked where the table is."""
    for path in sorted(WEB.rglob("*.py")):
        for found in extract_from_file("python", path, keywords=CALLS):
            yield path.name, _first(found[1])
    for path in sorted(PAGES.rglob("*.html")):
        for _line, _call, found in environment().extract_translations(path.read_text(encoding="utf-8")):  # type: ignore[attr-defined]
            if found is not None:
                yield f"{path.parent.name}/{path.name}", _first(found)


def _forms(english: Catalog, said: str) -> tuple[str, ...]:
    found = english.get(said)
    if found is None:
        return ()
    return (found.string,) if isinstance(found.string, str) else tuple(found.string or ())


def test_every_word_of_the_pages_is_said_in_english() -> None:
    english = _english()
    silent = {(place, said) for place, said in _words() if CHINESE.search(said) and not any(_forms(english, said))}
    assert not silent


def test_english_fills_the_same_blanks() -> None:
    english = _english()
    wrong = {
        said
        for _place, said in _words()
        for form in _forms(english, said)
        # The form for one may say "one" without its number.
        if not set(BLANK.findall(form)) <= set(BLANK.findall(said))
        or (form == _forms(english, said)[-1] and set(BLANK.findall(form)) != set(BLANK.findall(said)))
    }
    assert not wrong


def test_english_says_working_days_where_days_are_working_days() -> None:
    english = _english()
    wrong = {
        said
        for _place, said in _words()
        for form in _forms(english, said)
        if "工作日" in said and re.search(r"\bdays?\b", form) and "working day" not in form.lower()
    }
    assert not {one for one in wrong if "类别" not in one}
