"""The dry run: reads a workbook and says of every row what an import would do, or what is wrong with it."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from flows.engine.calendar import local_day
from flows.engine.errors import NotFound
from flows.roster.columns import APPLICATIONS
from flows.roster.comparing import compare
from flows.roster.reading import read_roster
from flows.roster.rows import ImportPlan, Roster
from flows.roster.stored import BODIES, ROUNDS


def plan_import(
    session: Session, authority_body_id: int | None, workbook: bytes, now: datetime, round_id: int | None = None
) -> ImportPlan:
    """What importing this workbook would do; writes nothing.

    With an authority only its own bodies and those below may be named; without one the tree's only root appoints the
    experts. Raises NotFound for an authority or round that does not exist; whatever the file holds is a fault, never an error.
    """
    for table, wanted in ((BODIES, authority_body_id), (ROUNDS, round_id)):
        if wanted is not None and session.execute(select(table.c.id).where(table.c.id == wanted)).first() is None:
            raise NotFound
    return plan_roster(session, authority_body_id, read_roster(workbook, local_day(now)), now, round_id)


def plan_roster(
    session: Session, authority_body_id: int | None, roster: Roster, now: datetime, round_id: int | None
) -> ImportPlan:
    """The same for a roster that is read already."""
    compared = compare(session, roster, authority_body_id, round_id, local_day(now))
    faults = roster.faults + tuple(fault for row in compared.plans for fault in row.faults)
    notes = roster.notes
    if round_id is None and roster.rows.get(APPLICATIONS):
        notes += (f"没有选定批次：申报 {len(roster.rows[APPLICATIONS])} 行只检查，不建立申报。",)
    return ImportPlan(authority_body_id, round_id, roster, tuple(compared.plans), faults, notes)
