"""Rendering (成文): a notice becomes a subject, a text and a page that say the same words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from notifications.catalogue import Notice
from notifications.sandbox import Wording, fill
from notifications.words import Envelope, phrases, plain

MAIL = Path(__file__).resolve().parent.parent / "templates" / "mail"
BLOCKS = ("subject", "lead", "next")
MOST_SUBJECT = 120
_GAPS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail ready to be sent; the subject is one line."""

    subject: str
    text: str
    html: str


@cache
def templates() -> Environment:
    """The built-in templates: a misspelt placeholder is an error, and pages are escaped."""
    return Environment(
        loader=FileSystemLoader(MAIL),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        keep_trailing_newline=False,
    )


def render(notice: Notice, envelope: Envelope, wording: Wording | None = None) -> Rendered:
    """The mail for one recipient; `wording` is the bureau's own, else the built-in words are taken.

    Raises TemplateRefused for a wording that is not allowed, and LookupError for a notice without words.
    """
    words = phrases(envelope)
    said = fill(wording, words) if wording else built_in(notice, words)
    return _laid_out(notice, words, said)


def subject_of(notice: Notice, envelope: Envelope) -> str:
    """The subject alone, as one line of a digest says it."""
    return plain(built_in(notice, phrases(envelope))["subject"], MOST_SUBJECT)


def built_in(notice: Notice, words: Mapping[str, Any]) -> Mapping[str, str]:
    """Subject, lead and next step in the words that come with the product."""
    template = templates().get_template(f"notices/{notice.key}.txt")
    context = template.new_context(dict(words))
    return MappingProxyType({name: "".join(template.blocks[name](context)).strip() for name in BLOCKS})


def _laid_out(notice: Notice, words: Mapping[str, Any], said: Mapping[str, str]) -> Rendered:
    subject = plain(said["subject"], MOST_SUBJECT)
    shown = {**words, **said, "subject": subject, "button": notice.button}
    text = _GAPS.sub("\n\n", templates().get_template("layout.txt").render(shown)).strip() + "\n"
    return Rendered(subject, text, templates().get_template("layout.html").render(shown))
