"""Effects of expert review: who is asked, who is asked further, what they answered, who moves up."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, insert, update

from flows.engine.steps import Opening, open_runs
from flows.engine.telling import Telling, tell
from flows.engine.work import Happening, Intent, Work
from models import Opinion
from models.columns import table_of
from models.queries.rankings import next_reserved

OPINIONS = table_of(Opinion)
ANSWER = (
    update(OPINIONS)
    .where(OPINIONS.c.id == bindparam("b_id"))
    .values(
        answer=bindparam("b_answer", type_=OPINIONS.c.answer.type), mark=bindparam("b_mark"), given_at=bindparam("b_at")
    )
)
OUTCOME_NOTICES = {"selected": "selected", "reserved": "reserved", "rejected": "ranked_out"}


def ask_experts(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Ask each expert of the panel that the draw gave."""
    asked = [
        (one, expert_id, place, False)
        for one in happened
        for place, expert_id in enumerate(one.intent.payload["panel"])
    ]
    _ask(work, asked)
    return ()


def ask_reserve(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Ask the first reserve that is left: a further expert, or one in the place of a recused one."""
    for one in happened:
        if one.facts.reserves:
            _ask(work, [(one, one.facts.reserves[0], len(one.facts.answers), one.intent.event == "ask_further")])
    return ()


def _ask(work: Work, asked: Sequence[tuple[Happening, int, int, bool]]) -> None:
    rows = [
        {
            "run_id": one.run.id, "kind": "score", "party": f"person:{expert_id}", "place": place, "further": further,
            "draft": {}, "answer": {}, "reason": "",
        }
        for one, expert_id, place, further in asked
    ]  # fmt: skip
    if not rows:
        return
    statement = insert(OPINIONS).returning(OPINIONS.c.id, sort_by_parameter_order=True)
    ids = work.session.connection().execute(statement, rows).scalars()
    open_runs(work, [
        Opening(
            one.run.version_id, one.run.path, f"{one.run.step}/opinion", "opinion", opinion_id, held_by=str(row["party"]),
            round_id=one.run.round_id, application_id=one.run.application_id, parent_id=one.run.id, cause_id=one.transition_id,
        )
        for (one, _, _, _), row, opinion_id in zip(asked, rows, ids, strict=True)
    ])  # fmt: skip


def record_answer(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Write the answer and its sum beside the opinion."""
    rows = [
        {
            "b_id": one.run.subject_id,
            "b_answer": dict(one.intent.payload),
            "b_mark": _sum(one),
            "b_at": work.now,
        }
        for one in happened
    ]
    work.session.connection().execute(ANSWER, rows)
    return ()


def _sum(one: Happening) -> float | None:
    """The mark of a score sheet; another answer has none."""
    marks = one.intent.payload.get("marks") if one.facts.opinion_kind == "score" else None
    return float(sum(marks.values())) if marks else None


def record_refusal(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Write who stood back and why (回避); an expert is told that the sheet has gone to another."""
    for one in happened:
        work.session.execute(
            update(OPINIONS)
            .where(OPINIONS.c.id == one.run.subject_id)
            .values(refused_at=work.now, reason=one.move.reason)
        )
    tell(work, [
        Telling(one.run.held_by, "recused", one.run, one.version, one.rule, one.facts, None, reason=one.move.reason, actor=one.actor.name)
        for one in happened
        if one.facts.opinion_kind == "score"
    ])  # fmt: skip
    return ()


def tell_ranking(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Tell each applicant how the ranking ended for them."""
    tell(work, [
        Telling(one.facts.parts.get("applicant", ""), OUTCOME_NOTICES[one.move.to], one.run, one.version, one.rule, one.facts,
                None, reason=one.move.reason)
        for one in happened
    ])  # fmt: skip
    return ()


def promote_next(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """The next in rank moves up for each upheld objection, where the programme says so; they get a fresh notice."""
    moving: list[Intent] = []
    for one in happened:
        if not getattr(one.rule.policy, "promote_next", False) or one.run.round_id is None:
            continue
        reserved = next_reserved(work.session, one.run.round_id, one.run.path, {intent.run_id for intent in moving})
        if reserved is not None:
            moving.append(Intent(reserved, "promote", {}, cause_id=one.transition_id))
    return moving
