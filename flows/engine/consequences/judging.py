"""Effects of judging before anything follows: grades and marks as they were proposed, findings, reports, limits."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, update

from flows.engine.work import Happening, Intent, Work
from models import Assessment, Mark, Rectification, Result
from models.columns import table_of
from models.statements import insert_rows

ASSESSMENTS, MARKS, RECTIFICATIONS, RESULTS = (table_of(one) for one in (Assessment, Mark, Rectification, Result))


def record_proposal(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Keep the grades, awards and marks as proposed, in the place of an earlier proposal.

    Where nobody confirms they stand; the grades that a host gives to members are then delivered at once (北海 十(二)).
    """
    work.session.execute(delete(RESULTS).where(RESULTS.c.assessment_id.in_([one.run.subject_id for one in happened])))
    results = [row for one in happened for row in _results(one, stands=not _confirmed(one))]
    if results:  # of members, when nobody has a seat, there is none
        insert_rows(work.session, RESULTS, results)
    _keep_marks(work, happened)
    policies: list[tuple[Happening, Any]] = [(one, one.rule.policy) for one in happened]
    return [
        Intent(one.run.id, "release", cause_id=one.transition_id)
        for one, policy in policies
        if policy.roles and not policy.confirmed
    ]


def _confirmed(one: Happening) -> bool:
    policy: Any = one.rule.policy
    return bool(policy.confirmed)


def _results(one: Happening, *, stands: bool) -> list[dict[str, Any]]:
    payload, policy = one.intent.payload, one.rule.policy
    roles = getattr(policy, "roles", ())
    given = payload.get("results") or {} if roles else {"": payload.get("grade", "")}
    awards, reasons = payload.get("awards") or (), payload.get("reasons") or {}
    return [
        {
            "assessment_id": one.run.subject_id, "seat_id": int(seat) if seat != "" else None, "proposed": str(grade),
            "grade": str(grade) if stands else "", "after_rectification": "", "by_person_id": one.actor.person_id,
            "awards": list(awards.get(str(seat), ()) if isinstance(awards, Mapping) else awards if seat == "" else ()),
            "reason": str(reasons.get(str(seat), "")) or one.move.reason,
        }
        for seat, grade in given.items()
    ]  # fmt: skip


def _keep_marks(work: Work, happened: Sequence[Happening]) -> None:
    """Marks per indicator: a value, or a value with a comment and links to its evidence."""
    work.session.execute(delete(MARKS).where(MARKS.c.assessment_id.in_([one.run.subject_id for one in happened])))
    marks = [
        {
            "assessment_id": one.run.subject_id, "seat_id": None, "indicator": str(indicator), "by_person_id": one.actor.person_id,
            "value": str(said.get("value", "")), "comment": str(said.get("comment", "")), "evidence": list(said.get("evidence", ())),
        }
        for one in happened
        for indicator, mark in (one.intent.payload.get("marks") or {}).items()
        for said in [mark if isinstance(mark, Mapping) else {"value": mark}]
    ]  # fmt: skip
    if marks:
        insert_rows(work.session, MARKS, marks)


def confirm_results(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """What was proposed is confirmed; nobody is told before it is released."""
    ids = [one.run.subject_id for one in happened]
    work.session.execute(update(RESULTS).where(RESULTS.c.assessment_id.in_(ids)).values(grade=RESULTS.c.proposed))
    return ()


def record_findings(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Keep what was found where the text knows no grades; it is known to the studio at once."""
    _keep_marks(work, happened)
    for one in happened:
        comment = str(one.intent.payload.get("comment", "")) or one.move.reason
        mine = ASSESSMENTS.c.id == one.run.subject_id
        work.session.execute(update(ASSESSMENTS).where(mine).values(comment=comment, released_at=work.now))
    return ()


def record_report(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Keep what the host says was done."""
    for one in happened:
        payload = one.intent.payload
        measures = payload.get("measures") or []
        work.session.execute(
            update(RECTIFICATIONS)
            .where(RECTIFICATIONS.c.id == one.run.subject_id)
            .values(
                measures=list(measures) if isinstance(measures, list | tuple) else [str(measures)], report=dict(payload),
                reported_at=work.now,
            )
        )  # fmt: skip
    return ()


def set_limit(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Keep the limit that the body set (赤峰 第十七条 限期)."""
    for one in happened:
        limit_on = date.fromisoformat(str(one.intent.payload["due_on"]))
        mine = RECTIFICATIONS.c.id == one.run.subject_id
        work.session.execute(update(RECTIFICATIONS).where(mine).values(limit_on=limit_on))
    return ()
