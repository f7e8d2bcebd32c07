"""Wishes (志愿) on an application form: studios to choose among in order, what each has room for, and what is wrong with a choice."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.engine.calendar import local_day
from flows.engine.work import Work
from flows.programme import Programme
from flows.programme.rosters import RosterRules, roster_rules
from models.facts import PersonFacts, SeatFact
from models.queries.facts.seating import owed_before, seats_of
from models.queries.people import person_facts
from models.queries.wishing import studio_names, studios_for_wishes
from web.display import Choice
from web.i18n import _
from web.views.applications import answer_pairs, change_lines
from web.views.cases import FORM_PARTS

KEY = "wishes"
FIELD = "wish."


@dataclass(frozen=True)
class Wishable:
    """A studio one may wish for: host, school, stage, what is left of its places, and what it has still to do first."""

    id: int
    name: str
    host: str
    home: str
    stage: str
    left: str
    owes: tuple[str, ...]


@dataclass(frozen=True)
class Wish:
    """One wish in its place: what can be chosen, and what is wrong with what was."""

    n: int
    choices: tuple[Choice, ...]
    error: str


@dataclass(frozen=True)
class Wishes:
    """The wishes of an application with the studios to choose among; closed where a defect lies elsewhere."""

    places: tuple[Wish, ...]
    studios: tuple[Wishable, ...]
    open: bool

    @property
    def first_fault(self) -> str:
        """The field to mend first."""
        return f"{FIELD}{next((one.n for one in self.places if one.error), 1)}"


def wishes_of(work: Work, programme: Programme, row: Any, policy: Any, allowed: frozenset[str] | None) -> Wishes | None:
    """The wishes of an application on a path whose seats are given centrally; None on every other path."""
    if not policy.wishes or row.gives != "seat":
        return None
    studios = _studios(work, programme, row)
    chosen = [int(one) for one in row.answers.get(KEY) or () if str(one).isdigit()]
    places = tuple(_place(n, chosen, studios) for n in range(1, int(policy.wishes) + 1))
    return Wishes(places, studios, allowed is None or KEY in allowed)


def _studios(work: Work, programme: Programme, row: Any) -> tuple[Wishable, ...]:
    found = studios_for_wishes(work.session, row.version_id)
    ids = [one.id for one in found]
    seats, rules = seats_of(work.session, ids), roster_rules(programme)
    owed = owed_before(work.session, ids, {row.path, *(step.name for step in programme.path(row.path).steps)})
    people = person_facts(work.session, {one.host_id for one in found}, local_day(work.now))
    return tuple(
        Wishable(
            one.id, one.name, one.host, one.home, people.get(one.host_id, PersonFacts()).school_stage,
            _left(seats.get(one.id, ()), rules, row.role), owed.get(one.id, ()),
        )
        for one in found
    )  # fmt: skip


def _left(seats: Sequence[SeatFact], rules: RosterRules, role: str) -> str:
    """How many more of a role a studio takes, in words; the text may leave it open."""
    most = min((one.most for one in rules.numbers if one.role == role and one.most is not None), default=None)
    held = sum(seat.role == role for seat in seats)
    if most is None:
        return _("现有 {n} 人，没有上限", n=held)
    return _("还有 {n} 个", n=most - held) if held < most else _("已满")


def _place(n: int, chosen: Sequence[int], studios: Sequence[Wishable]) -> Wish:
    mine = chosen[n - 1] if n <= len(chosen) else None
    choices = tuple(
        Choice(str(one.id), _label(one), chosen=one.id == mine, disabled=bool(one.owes) and one.id != mine) for one in studios
    )  # fmt: skip
    return Wish(n, choices, _fault(n, chosen, {one.id: one for one in studios}))


def _label(one: Wishable) -> str:
    said = "，".join(part for part in (one.host, one.stage, _("尚未公布条件") if one.owes else one.left) if part)
    return f"{one.name}（{said}）"


def _fault(n: int, chosen: Sequence[int], studios: Mapping[int, Wishable]) -> str:
    if n > len(chosen):
        return _("请至少选一个工作室。") if n == 1 else ""
    mine = chosen[n - 1]
    if mine in chosen[: n - 1]:
        return _("同一个工作室只能填报一次，请改选或留空。")
    if mine not in studios:
        return _("这个工作室现在不接收成员，请改选。")
    owes = studios[mine].owes
    return _("这个工作室还没有办完{what}，请改选，或等它办完。", what="、".join(owes)) if owes else ""


def wished(form: Any) -> list[int] | None:
    """The studios that a form wishes for, in order, empty places left out; None when the form has none of these fields."""
    places = sorted(
        (int(key.removeprefix(FIELD)), key) for key in form.values if key.startswith(FIELD) and key.removeprefix(FIELD).isdigit()
    )  # fmt: skip
    if places:
        return [int(form.text(key)) for _n, key in places if form.text(key).isdigit()]
    return [int(one) for one in re.findall(r"\d+", form.text(KEY))] if KEY in form.values else None


def wish_words(work: Work, said: Any) -> str:
    """Wishes in words, in their order; `said`: a list of ids, or its text."""
    ids = [int(one) for one in re.findall(r"\d+", str(said or ""))]
    names = studio_names(work.session, ids)
    return "；".join(f"{n}. {names.get(one, one)}" for n, one in enumerate(ids, start=1))


def answers_of(work: Work, application: Any) -> list[tuple[str, str]]:
    """What the applicant wrote, as label and value, the studios wished for by name."""
    pairs = answer_pairs(application, FORM_PARTS)
    wishes = application.answers.get(KEY)
    return [*([(_(FORM_PARTS[KEY]), wish_words(work, wishes))] if wishes else []), *pairs]


def changes_of(work: Work, revisions: Sequence[Any]) -> tuple[tuple[str, str, str], ...]:
    """What the last submission changed, the studios wished for by name."""
    label = _(FORM_PARTS[KEY])
    return tuple(
        (what, wish_words(work, before) or "—", wish_words(work, after) or "—")
        if what == label
        else (what, before, after)
        for what, before, after in change_lines(revisions, FORM_PARTS)
    )
