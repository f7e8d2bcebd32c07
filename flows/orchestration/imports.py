"""Import (导入): accepted rows of the sheet 申报 become applications, each in a transaction of its own."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select

from flows.engine.apply import apply
from flows.engine.days import calendar_of
from flows.engine.declare import Actor
from flows.engine.errors import Refused
from flows.engine.rulebook import Rulebook
from flows.engine.work import Intent, Work
from flows.office.rounds import begin_application
from flows.roster import AppliedRow, ImportResult, plan_import, store_import
from models import Person
from models.columns import table_of
from models.session import transaction
from models.settings import settings

PEOPLE = table_of(Person)


def carry_in(
    engine: Engine, book: Rulebook, rows: Sequence[AppliedRow], round_id: int, now: datetime
) -> tuple[int, list[str]]:
    """Begin an application for each row, and submit those that carry a day of submission.

    Returns how many were begun and, by name, why others were not begun or not submitted.
    """
    begun, refused = 0, []
    for row in rows:
        try:
            run_id = _begin(engine, book, row, round_id, now)
        except Refused as refusal:
            refused.append(f"{_name(engine, row)}：没有建立申报，{refusal.says}")
            continue
        begun += 1
        if row.submitted_on is not None:
            try:
                _submit(engine, book, row, run_id, now)
            except Refused as refusal:
                refused.append(f"{_name(engine, row)}：已建立，没有提交，{refusal.says}")
    return begun, refused


def import_stored_roster(
    engine: Engine,
    book: Rulebook,
    sha256: str,
    authority_body_id: int,
    round_id: int | None,
    now: datetime,
    *,
    only_good: bool = False,
) -> tuple[ImportResult, list[str]]:
    """Import a workbook from the folder of files, and begin the applications of its sheet 申报 when there is a round.

    Returns what the import did, and by name which applications were refused. Raises FileNotFoundError.
    """
    content = (Path(settings().files) / sha256[:2] / sha256).read_bytes()
    with transaction(engine) as session:
        plan = plan_import(session, authority_body_id, content, now, round_id)
        result = store_import(session, plan, now, only_good=only_good)
    if round_id is None or not result.stored:
        return result, []
    return result, carry_in(engine, book, result.applied, round_id, now)[1]


def _actor(row: AppliedRow) -> Actor:
    return Actor("person", row.person_id, keys=frozenset({f"person:{row.person_id}"}))


def _begin(engine: Engine, book: Rulebook, row: AppliedRow, round_id: int, now: datetime) -> int:
    with transaction(engine) as session:
        work = Work(session, book, now, calendar_of(session))
        _, run_id = begin_application(
            work, _actor(row), round_id, school_stage=row.school_stage, studio_name=row.studio_name, answers=row.answers
        )
        return run_id


def _submit(engine: Engine, book: Rulebook, row: AppliedRow, run_id: int, now: datetime) -> None:
    with transaction(engine) as session:
        apply(Work(session, book, now, calendar_of(session)), Intent(run_id, "submit"), _actor(row))


def _name(engine: Engine, row: AppliedRow) -> str:
    with transaction(engine) as session:
        return str(session.execute(select(PEOPLE.c.name).where(PEOPLE.c.id == row.person_id)).scalar_one())
