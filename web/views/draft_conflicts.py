"""Drafts written in two places (草稿冲突): what each place changed since it was drawn is kept; what both changed is asked about."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from web.i18n import _
from web.views.cases import FORM_PARTS
from web.views.forms import COLUMNS

PICK, MINE = "pick.", "mine."


@dataclass(frozen=True)
class Clash:
    """One field that was changed here and elsewhere, differently."""

    key: str
    label: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class Meeting:
    """Two versions of a draft brought together: the fields to write from here, what clashes, what was changed elsewhere only."""

    write: frozenset[str]
    clashes: tuple[Clash, ...]
    elsewhere: tuple[str, ...]
    drawn: str


def texts_of(application: Any) -> dict[str, str]:
    """The fields of a draft as they are stored, as a form shows them."""
    own = {key: getattr(application, key) for key in COLUMNS}
    stored = {**application.answers, **own}
    return {key: _plain(str(stored[key])) if stored.get(key) is not None else "" for key in FORM_PARTS}


def drawn_from(texts: Mapping[str, str]) -> str:
    """What a form was drawn from, a short mark of each field, for the form to send back."""
    return ",".join(f"{key}:{_mark(texts.get(key, ''))}" for key in FORM_PARTS)


def meet(drawn: str, stored: Mapping[str, str], said: Mapping[str, str]) -> Meeting:
    """Bring what is written here together with what is stored; a form that does not say from what it was drawn wins whole.

    `drawn` of the result is what the same form, going on as it stands, was drawn from.
    """
    base = dict(one.split(":", 1) for one in drawn.split(",") if ":" in one)
    write, clashes, elsewhere = set(), [], []
    for key, text in said.items():
        mine, theirs = _plain(text), stored.get(key, "")
        was = base.get(key)
        if was is None or was == _mark(theirs):
            write.add(key)
        elif mine == theirs:
            continue
        elif was == _mark(mine):
            elsewhere.append(_(FORM_PARTS[key]))
        else:
            clashes.append(Clash(key, _(FORM_PARTS[key]), mine, theirs))
    now = {key: _mark(_plain(said[key])) if key in write else base.get(key, _mark(stored.get(key, ""))) for key in said}
    after = ",".join(f"{key}:{now.get(key, base.get(key, ''))}" for key in FORM_PARTS if key in now or key in base)
    return Meeting(frozenset(write), tuple(clashes), tuple(elsewhere), after)


def settled(values: Mapping[str, str], use: str) -> dict[str, str]:
    """The fields of a form that answers the question: those chosen here, as if they had just been written."""
    found = {}
    for name, text in values.items():
        if name.startswith(MINE):
            key = name.removeprefix(MINE)
            if use == "mine" or (use == "each" and values.get(f"{PICK}{key}") == "mine"):
                found[key] = text
    return found


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
