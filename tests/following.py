"""What must follow (应有的结果): counted anew from the programme for every act that lets something follow, and compared."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from flows.engine.consequences.money import paid_period
from flows.programme import Programme
from models import (
    Assessment,
    Consequence,
    Cycle,
    Decision,
    Document,
    Entitlement,
    Rectification,
    Result,
    Seat,
    StageRun,
    Studio,
)
from models.columns import table_of
from tests.lives import LifeByChance

ASSESSMENTS, CONSEQUENCES, DECISIONS, DOCUMENTS = (
    table_of(one) for one in (Assessment, Consequence, Decision, Document)
)
ENTITLEMENTS, RECTIFICATIONS, RESULTS, RUNS = (table_of(one) for one in (Entitlement, Rectification, Result, StageRun))
CYCLES, SEATS, STUDIOS = table_of(Cycle), table_of(Seat), table_of(Studio)
FOR_MEMBERS = frozenset({"adjust_out", "refill", "leave"})
ENDING = {"revoke": "revoked", "end": "ended"}

Follows = set[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Said:
    """A consequence as the programme writes it, with its place."""

    place: str
    entry: Any


def said_at(programme: Programme, place: str) -> list[Said]:
    """What the programme writes under a place, in order."""
    return [
        Said(at, entry)
        for at, entry in programme.consequences()
        if at.startswith(f"{place}.") and at.removeprefix(f"{place}.").isdigit()
    ]


def whom_for(said: Said, seats: Sequence[Any], graded: Any | None) -> list[str]:
    """For whom it is: the seat that was graded, the seats of a role, or the studio."""
    to = said.entry.to or ""
    if graded is not None:
        return [f"seat:{graded.id}"] if not to or _has_role(graded, to) else []
    return [f"seat:{one.id}" for one in seats if _has_role(one, to)] if to else ["studio"]


def _has_role(seat: Any, role: str) -> bool:
    if role == "member":
        return bool(seat.role != "host")
    return role in {seat.role, seat.duty_role}


def _pairs(said: Iterable[Said], seats: Sequence[Any], graded: Any | None) -> Follows:
    return {(one.place, whom) for one in said for whom in whom_for(one, seats, graded)}


def expected(life: LifeByChance, act: Any, before: Sequence[Any]) -> Follows:
    """What must follow from one act (a transition with its run). `before`: the seats as they were held before it."""
    seats = [one for one in before if one.studio_id == act.studio_id]
    match act.stage, act.event:
        case "assessment", "release":
            return _of_results(life, act, seats)
        case "assessment", "reckon":
            return set()  # looked at by `overlooked_absences`
        case "rectification", "reassess" if act.to_state == "ineffective":
            return _pairs(said_at(life.programme, "rectification.ineffective"), seats, None)
        case "decision", "decide":
            return _of_decision(life, act, seats)
        case "membership" | "renewal", _ if act.to_state in {"seated", "left", "renewed"}:
            return _of_path(life, act, seats)
    return set()


def _of_results(life: LifeByChance, act: Any, seats: Sequence[Any]) -> Follows:
    assessment = life.rows(select(ASSESSMENTS).where(ASSESSMENTS.c.id == act.subject_id))[0]
    everybody = {one.id: one for one in life.rows(select(SEATS).where(SEATS.c.studio_id == act.studio_id))}
    found: Follows = set()
    for result in life.rows(select(RESULTS).where(RESULTS.c.assessment_id == assessment.id)):
        at = f"assessments.{assessment.key}"
        said = said_at(life.programme, f"{at}.then.{result.grade}")
        if result.grade != "unqualified":
            said += said_at(life.programme, f"{at}.then.passed")
        graded = everybody[result.seat_id] if result.seat_id is not None else None
        found |= _pairs(said, seats, graded)
        whom = f"seat:{result.seat_id}" if result.seat_id is not None else "studio"
        found |= {(f"{at}.awards.{n}", whom) for n in range(len(result.awards))}
    return found


def _of_decision(life: LifeByChance, act: Any, seats: Sequence[Any]) -> Follows:
    row = life.rows(select(DECISIONS).where(DECISIONS.c.id == act.subject_id))[0]
    if row.span:
        return {(f"{row.origin['place']}.share", "studio")}
    subject = life.rows(select(SEATS).where(SEATS.c.id == row.seat_id))[0] if row.seat_id is not None else None
    place = row.origin.get("place")
    if place:
        said = said_at(life.programme, f"{place}.choices.{row.answer['choice']}")
    else:  # noted by an officer: what the text lets follow from a loss
        said = said_at(life.programme, f"people.{subject.role}.loss.then") if subject is not None else []
    members = [one for one in said if one.entry.kind in FOR_MEMBERS]
    named = [one for one in seats if subject is None and one.id in (row.answer.get("seats") or ())]
    if named:
        others = [one for one in said if one not in members]
        return _pairs(others, seats, None).union(*(_pairs(members, seats, one) for one in named))
    about = subject if subject is not None and (subject.role != "host" or members) else None
    return _pairs(said, seats, about)


def _of_path(life: LifeByChance, act: Any, seats: Sequence[Any]) -> Follows:
    said = said_at(life.programme, f"paths.{act.path}.then")
    if not said:
        return set()
    who = life.rows(
        select(SEATS)
        .where(SEATS.c.studio_id == act.studio_id, SEATS.c.person_id == act.person_id)
        .order_by(SEATS.c.id.desc())
    )
    return _pairs(said, seats, who[0] if who and act.stage == "membership" else None)


def not_as_written(life: LifeByChance, act: Any, before: Sequence[Any]) -> Iterator[str]:
    """What did not follow from an act, or followed without a word of it, or was only written down and not done."""
    wanted = expected(life, act, before)
    rows = life.rows(select(CONSEQUENCES).where(CONSEQUENCES.c.cause_id == act.id))
    found = {(row.place, row.whom) for row in rows}
    name = f"{act.stage}.{act.event} {act.path}/{act.step} {act.payload}"
    if wanted != found:
        yield f"{name}：应有而没有 {sorted(wanted - found)}，有而不应有 {sorted(found - wanted)}"
    if len(rows) != len(found):
        yield f"{name}：同一结果记了两次"
    for row in rows:
        if not _done(life, act, row):
            yield f"{name}：{row.place} {row.kind} 记下了却没有做"


def _done(life: LifeByChance, act: Any, row: Any) -> bool:
    """Whether what was written down has really come about, once."""
    match row.kind:
        case "revoke" | "end":
            return bool(
                life.rows(select(STUDIOS.c.standing).where(STUDIOS.c.id == row.studio_id))[0].standing
                in {"revoked", "ended", "lapsed"}
            )
        case "adjust_out":
            return (
                row.seat_id is None
                or life.rows(select(SEATS.c.to_on).where(SEATS.c.id == row.seat_id))[0].to_on is not None
            )
        case "rectify":
            return (
                _n(life, select(RECTIFICATIONS.c.id).where(RECTIFICATIONS.c.assessment_id == _assessment_id(life, act)))
                == 1
            )
        case "decide":
            asked = life.rows(select(DECISIONS).where(DECISIONS.c.cause_id == act.id))
            return (
                sum(
                    one.origin.get("place") == row.place and (one.seat_id is None or f"seat:{one.seat_id}" == row.whom)
                    for one in asked
                )
                == 1
            )
        case "reward":
            rewards = life.rows(
                select(ENTITLEMENTS.c.period).where(
                    ENTITLEMENTS.c.studio_id == row.studio_id, ENTITLEMENTS.c.fund == row.value
                )
            )
            return sum(one.period == _period(life, act) for one in rewards) == 1
    return True


def _n(life: LifeByChance, statement: Any) -> int:
    return len(life.rows(statement))


def _assessment_id(life: LifeByChance, act: Any) -> int:
    if act.subject_kind == "assessment":
        return int(act.subject_id)
    about = life.rows(select(DECISIONS.c.about).where(DECISIONS.c.id == act.subject_id))[0].about
    return int(about.partition(":")[2])


def _period(life: LifeByChance, act: Any) -> str:
    row = life.rows(select(ASSESSMENTS).where(ASSESSMENTS.c.id == _assessment_id(life, act)))[0]
    number = life.rows(select(CYCLES.c.number).where(CYCLES.c.id == row.cycle_id))[0].number
    return paid_period(f"{row.key}@{row.period}", number)


__all__ = ["expected", "not_as_written"]
