"""Questions put to an authority (决定事项) and rectifications (整改), as rows of words by a description."""

from typing import Any

from sqlalchemy import select

from flows.rehearsal import seen
from flows.rehearsal.addresses import DECISIONS, RECTIFICATIONS, find
from flows.rehearsal.bureau import Bureau
from flows.rehearsal.looks import SEATS, is_member, recipients, said_in, words_in


def decisions(bureau: Bureau, said: Any) -> list[str]:
    """Questions put to an authority, by studio, words of the question, a choice there is, and the answer given."""
    wanted = said_in(said, ("about", "question", "choice", "choices", "answer", "open", "by", "due"), "decision")
    asked = [str(one) for one in (wanted.get("choices") or ())]
    query = DECISIONS.select().order_by(DECISIONS.c.id)
    if "about" in wanted:
        query = query.where(_about(bureau, str(wanted["about"]), DECISIONS))
    found = []
    for row in seen.all_rows(bureau.engine, query):
        choices = [str(one.get("title", "")) for one in row.choices]
        right = str(wanted.get("question", "")) in row.question and (
            "choice" not in wanted or wanted["choice"] in choices
        )
        right &= set(asked) <= set(choices) and str(wanted.get("due", row.due_on)) == str(row.due_on)
        right &= "by" not in wanted or bool(_desks_of(bureau, row) & recipients(bureau, str(wanted["by"])))
        right &= "open" not in wanted or bool(wanted["open"]) is not bool(row.answer)
        if right and str(wanted.get("answer", "")) in words_in(row.answer):
            found.append(f"{row.question}（{'、'.join(choices)}）{words_in(row.answer)}")
    return found


def rectifications(bureau: Bureau, said: Any) -> list[str]:
    """Rectifications of a studio, over or not: `studio`, or `{studio: state}`."""
    pairs = said.items() if isinstance(said, dict) else [(said, None)]
    found = []
    for name, state in pairs:
        studio_id = find(bureau, str(name)).studio_id
        rows = seen.all_rows(bureau.engine, RECTIFICATIONS.select().where(RECTIFICATIONS.c.studio_id == studio_id))
        states = [run.state for row in rows for run in seen.runs_of(bureau.engine, "rectification", row.id)[-1:]]
        found += [f"{name} {one}" for one in states if state in (None, one)]
    return found


def _desks_of(bureau: Bureau, row: Any) -> frozenset[str]:
    """Whose desk a question lies or lay on."""
    return frozenset(run.desk or run.held_by for run in seen.runs_of(bureau.engine, "decision", row.id))


def _about(bureau: Bureau, name: str, table: Any) -> Any:
    """Which rows are about a studio, or about somebody by their seat: `studio`, or the name of a member."""
    if is_member(bureau, name):
        seats = select(SEATS.c.id).where(SEATS.c.person_id == bureau.people[name])
        return table.c.seat_id.in_(seats)
    return table.c.studio_id == find(bureau, name).studio_id
