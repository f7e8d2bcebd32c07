"""Effects of a vote: every seat of the body is asked once, and anew when what was voted on has been changed."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import insert, select, update

from flows.engine.calendar import local_day
from flows.engine.steps import Opening, open_runs
from flows.engine.work import Happening, Intent, Work
from models import Opinion
from models.columns import table_of
from models.queries.votes import seats_of, votes_of
from models.statements import among, rows

OPINIONS = table_of(Opinion)
GIVEN = (
    select(OPINIONS.c.id, OPINIONS.c.run_id, OPINIONS.c.party)
    .where(among(OPINIONS.c.run_id, "runs"), OPINIONS.c.kind == "vote", OPINIONS.c.given_at.is_not(None))
    .order_by(OPINIONS.c.id)
)


def ask_seats(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Ask every seat that was not asked before, but whoever the case is about (回避)."""
    bodies = {one.run.id: int(one.run.held_by.removeprefix("body:")) for one in happened}
    seats = seats_of(work.session, set(bodies.values()), local_day(work.now))
    asked = votes_of(work.session, set(bodies))
    wanted = [
        (one, f"person:{person_id}")
        for one in happened
        for person_id in seats.get(bodies[one.run.id], ())
        if person_id != one.facts.person_id and f"person:{person_id}" not in asked[one.run.id].parties
    ]
    if not wanted:
        return ()
    ballots = [
        {"run_id": one.run.id, "kind": "vote", "party": party, "place": place, "further": False, "draft": {}, "answer": {},
         "reason": ""}
        for place, (one, party) in enumerate(wanted)
    ]  # fmt: skip
    statement = insert(OPINIONS).returning(OPINIONS.c.id, sort_by_parameter_order=True)
    ids = work.session.connection().execute(statement, ballots).scalars()
    open_runs(work, [_ballot(one, opinion_id, party) for (one, party), opinion_id in zip(wanted, ids, strict=True)])
    return ()


def ask_anew(work: Work, happened: Sequence[Happening], value: str) -> Iterable[Intent]:
    """Ask again whoever has voted: what was handed in anew is not what they voted on. Who stood back (回避) stays away.

    How they voted before stays in the history.
    """
    voting = {one.run.id: one for one in happened if getattr(one.rule.policy, "vote", None) is not None}
    if not voting:
        return ()
    given = rows(work.session, GIVEN, runs=list(voting))
    anew: dict[str, Any] = {"answer": {}, "draft": {}, "given_at": None, "reason": ""}
    work.session.execute(update(OPINIONS).where(OPINIONS.c.id.in_([row.id for row in given])).values(**anew))
    open_runs(work, [_ballot(voting[row.run_id], row.id, row.party) for row in given])
    return ask_seats(work, list(voting.values()), value)


def _ballot(one: Happening, opinion_id: int, party: str) -> Opening:
    return Opening(
        one.run.version_id, one.run.path, f"{one.run.step}/opinion", "opinion", opinion_id, held_by=party,
        round_id=one.run.round_id, application_id=one.run.application_id, studio_id=one.run.studio_id, parent_id=one.run.id,
        cause_id=one.transition_id,
    )  # fmt: skip
