"""The words people read: Chinese is the source, English a catalogue read at start (中英文)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

SOURCE = "zh_CN"
LOCALES = (SOURCE, "en")
COOKIE = "locale"
BY_BROWSER = "auto"

_CATALOGUES = Path(__file__).parent / "locale"
_current: ContextVar[str] = ContextVar("locale", default=SOURCE)


@cache
def translations(locale: str) -> NullTranslations:
    """Give the catalogue of one locale; the source language and unknown locales need none."""
    path = _CATALOGUES / f"{locale}.po"
    if locale == SOURCE or locale not in LOCALES or not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=locale)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def negotiate(chosen: str | None, accept_language: str | None) -> str:
    """Give the locale to show: what the person chose, by browser only if that is the choice, else Chinese."""
    if chosen in LOCALES:
        return str(chosen)
    if chosen != BY_BROWSER or not accept_language:
        return SOURCE
    wanted = [part.partition(";")[0].strip().replace("-", "_") for part in accept_language.split(",")]
    best = negotiate_locale(wanted, LOCALES, aliases={"zh": SOURCE, "en_US": "en", "en_GB": "en"})
    return best or SOURCE


def current_locale() -> str:
    """Give the locale of the request being answered."""
    return _current.get()


def use_locale(locale: str) -> None:
    """Answer the rest of this request in `locale`; unknown ones mean Chinese."""
    _current.set(locale if locale in LOCALES else SOURCE)


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Speak `locale` inside the block."""
    token = _current.set(locale if locale in LOCALES else SOURCE)
    try:
        yield
    finally:
        _current.reset(token)


def gettext(message: str) -> str:
    """Give `message` in the language of this request."""
    return translations(_current.get()).gettext(message)


def ngettext(one: str, many: str, number: int) -> str:
    """Give the message that fits `number` in the language of this request."""
    return translations(_current.get()).ngettext(one, many, number)


def _(message: str, /, **values: object) -> str:
    """Translate, then fill the braces: `_("第 {n} 位", n=3)`."""
    return gettext(message).format(**values) if values else gettext(message)


def _n(message: str, n: int, /, **values: object) -> str:
    """Translate what has a number, then fill the braces; Chinese has one form, English two."""
    return ngettext(message, message, n).format(n=n, **values)


def word(message: str) -> str:
    """Mark a word of a table for the catalogue; it is translated when shown."""
    return message
