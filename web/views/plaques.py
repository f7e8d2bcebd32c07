"""Plaques as pages show them: what stands before each by name, and what a setup duty still needs from whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flows.engine.apply import preview
from flows.engine.decide import Refusal
from flows.engine.declare import Actor
from flows.engine.work import Intent, Work
from models import Body, Person
from models.queries.selection import experts_named, setup_duties, signatures_of
from web.display import DueMark, StateMark, run_mark
from web.i18n import _
from web.views.scores import due_of

ENDED = {"met", "excused"}


@dataclass(frozen=True)
class PlaqueLine:
    """One studio on its way to the plaque."""

    run_id: int
    version: int
    number: str
    person: str
    body: str
    studio: str
    mark: StateMark
    due: DueMark
    blocking: tuple[tuple[int, str], ...]
    ready: str
    refused: str


@dataclass(frozen=True)
class Signature:
    """One signer of an agreement."""

    name: str
    run_id: int
    version: int
    signed: Any
    mine: bool
    own: bool


def plaque_lines(work: Work, rows: Sequence[Any], actor: Actor) -> list[PlaqueLine]:
    """Each studio with the open duties before its plaque, and whether it can be announced or hung now (asked of the engine)."""
    duties = setup_duties(work.session, [row.studio_id for row in rows])
    open_rows = [row for row in rows if row.ended_at is None]
    wanted = {row.id: _next_event(work, row) for row in open_rows}
    answers = preview(work, [Intent(row.id, wanted[row.id], {}, row.version) for row in open_rows], actor)
    said = {result.intent.run_id: result.outcome for result in answers}
    lines = []
    for row in rows:
        blocking = tuple(
            (one.id, one.title)
            for one in duties.get(row.studio_id, ())
            if row.step in one.blocks and one.state not in ENDED
        )
        outcome = said.get(row.id)
        refused = outcome.says if isinstance(outcome, Refusal) else ""
        ready = wanted.get(row.id, "") if outcome is not None and not refused else ""
        lines.append(PlaqueLine(
            row.id, row.version, row.number or "", row.person, row.body, row.studio or row.studio_name, run_mark("plaque", row.state), due_of(work, row),
            blocking, ready, refused,
        ))  # fmt: skip
    return lines


def duty_marks(work: Work, studio_id: int | None, authority: str, keys: frozenset[str]) -> list[tuple[Any, StateMark]]:
    """The setup duties of a studio that the holder of these desks may open, each with its mark."""
    return [
        (one, run_mark("activities", one.state))
        for one in setup_duties(work.session, [studio_id]).get(studio_id or 0, ())
        if {one.responsible, one.receiver, authority} & keys
    ]


def _next_event(work: Work, row: Any) -> str:
    policy: Any = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id).policy
    if row.state == "announced":
        return "hang"
    return "announce" if policy.plaque else "register"


def signatures(work: Work, run_id: int, keys: frozenset[str]) -> list[Signature]:
    """Who must sign, who has, and which signature is the visitor's own to give."""
    rows = signatures_of(work.session, run_id)
    people = experts_named(work.session, [int(row.party.removeprefix("person:")) for row in rows])
    return [
        Signature(
            people[int(row.party.removeprefix("person:"))].name,
            row.run_id,
            row.version,
            row.given_at,
            row.party in keys and row.ended_at is None,
            row.party in keys,
        )
        for row in rows
    ]


def party_words(work: Work, key: str, host: str) -> str:
    """A desk as people call it."""
    kind, _colon, number = key.partition(":")
    if kind == "body" and number.isdigit():
        body = work.session.get(Body, int(number))
        return body.name if body else ""
    if kind == "person" and number.isdigit():
        person = work.session.get(Person, int(number))
        return person.name if person else host
    return host if kind == "person" else _("只备查，不用审核")
