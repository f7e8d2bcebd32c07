"""The parts of pages: every one is drawn, in both languages, without inline style or script."""

import re
from dataclasses import replace

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from tests.gallery import CHROME, Gallery
from web.assets import THEME, asset_url, mount_assets
from web.display import FAMILIES, STATES, TONES, Acting, Chrome, run_mark, state_mark
from web.i18n import speaking
from web.templating import PAGES, environment, page, render

WEB = PAGES.parent.parent / "web"

ENGINE_STATES = {
    "rounds": "planned open closed concluded cancelled",
    "application": "drafting submitted withdrawn lapsed cancelled",
    "tier_review": "reviewing returned endorsed declined lapsed cancelled",
    "expert_review": "unassigned scoring scored reserved selected rejected cancelled",
    "public_notice": "unposted posted objected cleared upheld cancelled",
    "plaque": "unannounced announced hung cancelled",
    "membership": "waiting seated left unplaced cancelled",
    "renewal": "waiting renewed declined lapsed cancelled",
    "activities": "open submitted overdue met unmet excused cancelled",
    "assessment": "open proposed confirmed graded recorded cancelled",
    "rectification": "mending reported effective ineffective cancelled",
    "decision": "asked decided cancelled",
    "opinion": "asked given refused lapsed cancelled",
    "grant": "held due paid stopped cancelled",
    "standing": "forming active suspended revoked ended lapsed",
}


@pytest.mark.parametrize("stage", ENGINE_STATES)
def test_every_state_of_the_engine_has_a_mark(stage: str) -> None:
    for state in ENGINE_STATES[stage].split():
        assert run_mark(stage, state).tone in TONES


def test_review_that_waits_reads_as_pending() -> None:
    assert run_mark("tier_review", "reviewing") == state_mark("tier_review", "pending")


def test_words_of_the_programme_replace_the_label() -> None:
    assert state_mark("standing", "revoked", "已撤消").label == "已撤消"


def test_unknown_state_is_refused() -> None:
    with pytest.raises(KeyError):
        state_mark("round", "dreaming")


def test_every_family_has_words_and_states() -> None:
    assert FAMILIES.keys() == STATES.keys()


def test_icons_of_marks_exist_in_the_theme() -> None:
    sheet = (THEME / "css/vendor/fontawesome.min.css").read_text(encoding="utf-8")
    icons = {mark.icon for family in STATES.values() for mark in family.values()}
    assert not {icon for icon in icons if not re.search(rf"\.fa-{icon}[,{{:]", sheet)}


@pytest.mark.parametrize(
    "chrome", [CHROME, replace(CHROME, acting_for=Acting("张伟", "4月20日 周一", "/me/acting")), None]
)
@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_gallery_is_drawn_without_inline_style_or_script(chrome: Chrome | None, locale: str) -> None:
    with speaking(locale):
        html = render("components.html", g=Gallery(), chrome=chrome)
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]* src=)", html)
    assert html.count("<h1>") == 1
    assert "https://" not in html


def test_ids_of_the_gallery_are_unique_and_labels_point_to_fields() -> None:
    html = render("components.html", g=Gallery(), chrome=CHROME)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'<label for="([^"]+)"', html)) <= set(ids)


def test_text_of_people_is_escaped() -> None:
    html = render("base.html", chrome=replace(CHROME, user_name="<b>白</b>"))
    assert "<b>白</b>" not in html


def test_english_has_every_word_of_the_parts() -> None:
    with (WEB / "locale/en.po").open("rb") as source:
        catalogue = read_po(source, locale="en")
    words = {
        found[1] if isinstance(found[1], str) else found[1][0]
        for name in ("phrases.py", "pieces.py", "states.py")
        for found in extract_from_file("python", WEB / name, keywords={"_": None, "_n": None, "word": None})
    }
    for path in (PAGES / "base.html", *(PAGES / "layout").glob("*.html"), *(PAGES / "macros").glob("*.html")):
        for _line, _call, message in environment().extract_translations(path.read_text(encoding="utf-8")):  # type: ignore[attr-defined]
            words.add(message if isinstance(message, str) else message[0])
    assert not {word for word in words if word not in catalogue or not catalogue[word].string}


def test_assets_are_served_for_a_year_and_old_addresses_still_answer() -> None:
    app = FastAPI()
    mount_assets(app)
    client = TestClient(app)
    for name in (
        "studioflow.css",
        "icons/check.svg",
        "theme/css/vendor/tabler.min.css",
        "theme/webfonts/fa-solid-900.woff2",
    ):
        answer = client.get(asset_url(name))
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["cache-control"]
    assert "max-age=3600" in client.get("/assets/own/000000000000/studioflow.css").headers["cache-control"]


def test_every_mark_for_script_or_style_is_known_to_them() -> None:
    """A button that says `data-print` does nothing unless the script knows the word."""
    own = "".join(
        one.read_text(encoding="utf-8") for one in (WEB / "static").iterdir() if one.suffix in {".js", ".css"}
    )
    told = {
        word
        for one in PAGES.rglob("*.html")
        for word in re.findall(r"\bdata-([a-z]+(?:-[a-z]+)*)", one.read_text(encoding="utf-8"))
    }
    assert told
    unknown = {word for word in told if f"data-{word}" not in own and f"dataset.{camel(word)}" not in own}
    assert unknown == set()


def camel(word: str) -> str:
    """The name of a data attribute as the script reads it."""
    first, *rest = word.split("-")
    return first + "".join(one.title() for one in rest)


def test_unknown_asset_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        asset_url("studioflwo.css")


def test_page_answers_in_the_language_the_person_chose() -> None:
    app = FastAPI()

    @app.get("/")
    def home(request: Request) -> Response:
        return page(request, "base.html", {"chrome": CHROME}, status=201)

    client = TestClient(app)
    assert 'lang="zh-CN"' in client.get("/", headers={"accept-language": "en"}).text
    client.cookies.set("locale", "en")
    answer = client.get("/")
    assert answer.status_code == 201
    assert "Skip to content" in answer.text
