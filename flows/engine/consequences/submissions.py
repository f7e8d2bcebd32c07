"""Effects of submitting, judging and objecting: numbers, revisions, criteria as they were found."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from flows.engine.calendar import local_day
from flows.engine.series import next_numbers
from flows.engine.work import Happening, Intent, Work
from models import Application, Attachment, CriterionCheck, Objection, Revision
from models.columns import table_of
from models.queries.cases import Case, cases

APPLICATIONS, REVISIONS = table_of(Application), table_of(Revision)
CHECKS, OBJECTIONS, ATTACHMENTS = table_of(CriterionCheck), table_of(Objection), table_of(Attachment)
OWN = ("studio_name", "school_stage", "subject", "kind")  # what an application says beside its answers
PAPER = "file:"  # before the name of a paper among the answers of a revision

SUBMIT = (
    update(APPLICATIONS)
    .where(APPLICATIONS.c.id == bindparam("b_id"))
    .values(number=bindparam("b_number"), submitted_at=bindparam("b_at"))
)
JUDGE = (
    update(CHECKS)
    .where(CHECKS.c.application_id == bindparam("b_application"), CHECKS.c.place == bindparam("b_place"))
    .values(
        result=bindparam("b_result"), by_person_id=bindparam("b_by"), at=bindparam("b_at"), reason=bindparam("b_reason")
    )
)


def record_submission(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Give the number (once), keep the revision with what changed, and the criteria as they were found.

    Who was sent back for corrections keeps the moment of the first submission: a tie goes by it.
    """
    found = cases(work.session, [one.run.application_id for one in happened])
    unnumbered = [one for one in happened if found[one.run.subject_id].number is None]
    numbers = _numbers(work, unnumbered)
    rows = [
        {
            "b_id": one.run.subject_id,
            "b_number": found[one.run.subject_id].number or numbers[one.run.subject_id],
            "b_at": (one.intent.event == "resubmit" and found[one.run.subject_id].submitted_at) or work.now,
        }
        for one in happened
    ]
    work.session.connection().execute(SUBMIT, rows)
    _keep_revisions(work, happened, _said(work, found))
    _keep_checks(work, [one for one in happened if one.move.note])
    return ()


def _numbers(work: Work, unnumbered: Sequence[Happening]) -> Mapping[int, str]:
    given: dict[int, str] = {}
    by_series: dict[tuple[int, str, int], list[Happening]] = {}
    for one in unnumbered:
        cast = work.book.cast(work.session, one.run.version_id)
        year = one.facts.year or local_day(work.now).year
        prefix = one.facts.prefix or work.book.prefix(work.session, one.run.version_id)
        by_series.setdefault((cast.authority_id, prefix, year), []).append(one)
    for (body_id, prefix, year), group in by_series.items():
        numbers = next_numbers(work.session, body_id, f"application:{prefix}", year, len(group))
        for one, n in zip(group, numbers, strict=True):
            given[one.run.subject_id] = f"{prefix}-{year}-{n:03}"
    return given


def _said(work: Work, found: Mapping[int, Case]) -> Mapping[int, Mapping[str, Any]]:
    """All that is submitted, by application: what is written, and by which files each paper is there."""
    rows = work.session.execute(
        select(ATTACHMENTS.c.application_id, ATTACHMENTS.c.slot, ATTACHMENTS.c.filename, ATTACHMENTS.c.file_sha256)
        .where(ATTACHMENTS.c.application_id.in_(found), ATTACHMENTS.c.removed_at.is_(None))
        .order_by(ATTACHMENTS.c.id)
    )
    papers: dict[int, dict[str, str]] = {}
    for row in rows:
        mine = papers.setdefault(row.application_id, {})
        named = f"{row.filename}（{row.file_sha256[:8]}）"
        mine[f"{PAPER}{row.slot}"] = "、".join([*filter(None, [mine.get(f"{PAPER}{row.slot}")]), named])
    return {
        key: {**case.answers, **{own: getattr(case, own) for own in OWN}, **papers.get(key, {})}
        for key, case in found.items()
    }


def _keep_revisions(work: Work, happened: Sequence[Happening], answers: Mapping[int, Mapping[str, Any]]) -> None:
    rows = work.session.execute(
        select(REVISIONS.c.application_id, REVISIONS.c.n, REVISIONS.c.answers)
        .where(REVISIONS.c.application_id.in_(answers))
        .order_by(REVISIONS.c.n)
    )
    last = {row.application_id: row for row in rows}
    work.session.connection().execute(insert(REVISIONS), [
        {
            "application_id": one.run.subject_id, "n": last[one.run.subject_id].n + 1 if one.run.subject_id in last else 1,
            "at": work.now, "answers": dict(answers[one.run.subject_id]),
            "changed": _changed(last[one.run.subject_id].answers if one.run.subject_id in last else None, answers[one.run.subject_id]),
        }
        for one in happened
    ])  # fmt: skip


def _changed(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[list[Any]]:
    """What differs from the revision before: [question, before, after]; none in the first.

    Revisions made before names and papers were kept in them say nothing of these, so neither does the comparison.
    """
    if before is None:
        return []
    whole = OWN[0] in before
    keys = sorted(key for key in {*before, *after} if whole or not (key in OWN or key.startswith(PAPER)))
    return [[key, before.get(key), after.get(key)] for key in keys if before.get(key) != after.get(key)]


def _keep_checks(work: Work, happened: Sequence[Happening]) -> None:
    rows = [
        {
            "application_id": one.run.subject_id, "place": check.place, "title": check.title, "result": check.result,
            "value": check.value, "reason": check.reason, "asks": check.asks, "at": work.now, "origin": dict(check.origin),
        }
        for one in happened
        for check in one.move.note
    ]  # fmt: skip
    if rows:
        ids = {row["application_id"] for row in rows}
        waived = _waived_by(work, ids)
        for row in rows:
            row["by_person_id"] = waived.get((row["application_id"], row["place"]))
        work.session.connection().execute(delete(CHECKS).where(CHECKS.c.application_id.in_(ids)))
        work.session.connection().execute(insert(CHECKS), rows)


def _waived_by(work: Work, application_ids: Iterable[int]) -> Mapping[tuple[int, str], int | None]:
    rows = work.session.execute(
        select(CHECKS.c.application_id, CHECKS.c.place, CHECKS.c.by_person_id).where(
            CHECKS.c.application_id.in_(application_ids), CHECKS.c.result == "waived"
        )
    )
    return {(row.application_id, row.place): row.by_person_id for row in rows}


def record_waiver(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Write who waived a criterion and why; the application can then be submitted over it."""
    for one in happened:
        check = one.move.note
        mine = (CHECKS.c.application_id == one.run.subject_id) & (CHECKS.c.place == check.place)
        work.session.execute(delete(CHECKS).where(mine))
        work.session.execute(
            insert(CHECKS).values(
                application_id=one.run.subject_id, place=check.place, title=check.title, result="waived", value=check.value,
                reason=one.move.reason, asks="", by_person_id=one.actor.person_id, at=work.now, origin=dict(check.origin),
            )
        )  # fmt: skip
    return ()


def record_judgements(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Write what was judged (`verdicts`) of the criteria that ask for a person."""
    rows = [
        {
            "b_application": one.run.subject_id, "b_place": place, "b_result": result, "b_by": one.actor.person_id,
            "b_at": work.now, "b_reason": one.move.reason,
        }
        for one in happened
        for place, result in one.move.note.items()
    ]  # fmt: skip
    if rows:
        work.session.connection().execute(JUDGE, rows)
    return ()


def rule_objections(work: Work, happened: Sequence[Happening], ruling: str) -> Iterable[Intent]:
    """Write the ruling beside every open objection to these entries."""
    for one in happened:
        work.session.execute(
            update(OBJECTIONS)
            .where(OBJECTIONS.c.run_id == one.run.id, OBJECTIONS.c.ruling == "")
            .values(ruling=ruling, reason=one.move.reason, ruled_at=work.now)
        )
    return ()
