"""Programmes (办法): their versions, and who runs under each; two queries for the list, three for one version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from models import Application, Body, Cycle, Person, Programme, ProgrammeVersion, Request, Round, StageRun
from models.columns import table_of

PROGRAMMES, VERSIONS, BODIES = table_of(Programme), table_of(ProgrammeVersion), table_of(Body)
ROUNDS, CYCLES = table_of(Round), table_of(Cycle)
RUNS, APPLICATIONS = table_of(StageRun), table_of(Application)
REQUESTS, PEOPLE = table_of(Request), table_of(Person)
ADOPTING = "adopt programme"  # what the act is called where requests are kept


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a programme with its authority, and how many rounds and cycles are bound to it."""

    id: int
    programme_id: int
    code: str
    title: str
    authority_id: int
    authority: str
    number: int
    in_force_on: date
    frozen_at: datetime | None
    sha256: str
    rounds: int
    cycles: int

    @property
    def used(self) -> bool:
        """Whether a round or a cycle holds it, so that it may not change any more."""
        return self.frozen_at is not None or bool(self.rounds or self.cycles)


def versions(session: Session, code: str = "", programme_id: int | None = None) -> list[VersionRow]:
    """All versions, or those of one programme, newest first within each; three queries."""
    statement = (
        select(
            VERSIONS.c.id, VERSIONS.c.programme_id, PROGRAMMES.c.code, PROGRAMMES.c.title, PROGRAMMES.c.authority_body_id,
            BODIES.c.name, VERSIONS.c.number, VERSIONS.c.in_force_on, VERSIONS.c.frozen_at, VERSIONS.c.sha256,
        )
        .join(PROGRAMMES, PROGRAMMES.c.id == VERSIONS.c.programme_id)
        .join(BODIES, BODIES.c.id == PROGRAMMES.c.authority_body_id)
        .order_by(PROGRAMMES.c.id, VERSIONS.c.number.desc())
    )  # fmt: skip
    if code:
        statement = statement.where(PROGRAMMES.c.code == code)
    if programme_id is not None:
        statement = statement.where(PROGRAMMES.c.id == programme_id)
    rows = session.execute(statement).all()
    rounds, cycles = _counted(session, ROUNDS), _counted(session, CYCLES)
    return [_version(row, rounds.get(row.id, 0), cycles.get(row.id, 0)) for row in rows]


def _version(row: Any, rounds: int, cycles: int) -> VersionRow:
    return VersionRow(
        row.id, row.programme_id, row.code, row.title, row.authority_body_id, row.name, row.number, row.in_force_on,
        row.frozen_at, row.sha256, rounds, cycles,
    )  # fmt: skip


def programme_of(session: Session, version_id: int) -> tuple[str, int] | None:
    """Code and version number of the programme that a version belongs to; what its page is addressed by."""
    row = session.execute(
        select(PROGRAMMES.c.code, VERSIONS.c.number)
        .join(PROGRAMMES, PROGRAMMES.c.id == VERSIONS.c.programme_id)
        .where(VERSIONS.c.id == version_id)
    ).first()
    return (row.code, row.number) if row else None


def version_under(session: Session, kind: str, number: int) -> int | None:
    """The version that a run, round or application (`run_id`, `round_id`, `application_id`) is handled by."""
    table = {"run_id": RUNS, "round_id": ROUNDS, "application_id": APPLICATIONS}[kind]
    found: int | None = session.execute(select(table.c.version_id).where(table.c.id == number)).scalar()
    return found


def rounds_under(session: Session, version_id: int) -> Sequence[tuple[int, str]]:
    """Launched rounds that run under a version: id and title, newest first."""
    rows = session.execute(
        select(ROUNDS.c.id, ROUNDS.c.title)
        .where(ROUNDS.c.version_id == version_id, ROUNDS.c.launched_at.is_not(None))
        .order_by(ROUNDS.c.id.desc())
    )
    return [(row.id, row.title) for row in rows]


def text_of(session: Session, version_id: int) -> str:
    """The text of a version as it was written. Raises NoResultFound."""
    text: str = session.execute(select(VERSIONS.c.text).where(VERSIONS.c.id == version_id)).scalar_one()
    return text


def adoptions(session: Session) -> Mapping[int, tuple[str, datetime]]:
    """Who adopted a version on a page, and when, by version; those adopted by command are not among them. Two queries."""
    asked = session.execute(
        select(REQUESTS.c.actor, REQUESTS.c.answer, REQUESTS.c.at).where(REQUESTS.c.act == ADOPTING)
    ).all()
    ids = {int(row.actor.removeprefix("person:")) for row in asked}
    names = {
        row.id: row.name for row in session.execute(select(PEOPLE.c.id, PEOPLE.c.name).where(PEOPLE.c.id.in_(ids)))
    }
    return {
        row.answer["version"]: (names.get(int(row.actor.removeprefix("person:")), ""), row.at)
        for row in asked
        if "version" in row.answer
    }


def _counted(session: Session, table: Any) -> Mapping[int, int]:
    rows = session.execute(select(table.c.version_id, func.count().label("n")).group_by(table.c.version_id))
    return {row.version_id: row.n for row in rows}
