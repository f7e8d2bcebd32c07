"""Clearing the way (补齐): what a scenario does not mention has been done, so that it stands in nobody's way."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from flows.engine.errors import Refused
from flows.rehearsal import seen
from flows.rehearsal.addresses import DUTIES, Target
from flows.rehearsal.beginning import papers
from flows.rehearsal.bureau import Bureau, UnknownName
from flows.rehearsal.carrying import act, settle_duty
from flows.rehearsal.looks import fen
from flows.rehearsal.placing import wish_for_any
from flows.rehearsal.singly import USUAL
from models import Attachment
from models.columns import table_of

ATTACHMENTS = table_of(Attachment)
NO_OBJECTION = "没有不同意见"
MENDED = "已经整改"


def clear(bureau: Bureau, target: Target, refused: Refused) -> bool:
    """Do what stands in the way of an act that must not be refused; whether there was anything that could be done."""
    match refused.because:
        case "blocked":
            return _settle_blocking(bureau, target, refused)
        case "unheard":
            return _hear(bureau, target)
        case "papers_missing" | "criteria_unmet" | "unsealed":
            return _bring_papers(bureau, target)
        case "too_early":
            return _report_mended(bureau, target)
        case "unwished":
            return target.application_id is not None and wish_for_any(bureau, target.application_id)
        case _:
            return False


def _bring_papers(bureau: Bureau, target: Target) -> bool:
    """Bring what is asked for where the engine began the application, as it does for a next cycle; once."""
    row = seen.application(bureau.engine, target.application_id) if target.application_id is not None else None
    name = bureau.name_of_person(row.person_id) if row is not None else ""
    if row is None or row.made_by is not None or name not in bureau.profiles:
        return False
    lacking = set(papers(bureau, bureau.programme.paths[row.path], name)) - set(_attached(bureau, row.id))
    bureau.attach(row.id, row.person_id, *sorted(lacking))
    return bureau.bring_evidence(name, row.role) or bool(lacking)


def _attached(bureau: Bureau, application_id: int) -> list[str]:
    query = select(ATTACHMENTS.c.slot).where(ATTACHMENTS.c.application_id == application_id)
    return [row.slot for row in seen.all_rows(bureau.engine, query)]


def _settle_blocking(bureau: Bureau, target: Target, refused: Refused) -> bool:
    if target.studio_id is None:
        return False
    query = (
        select(seen.RUNS, DUTIES.c.title)
        .join(DUTIES, DUTIES.c.id == seen.RUNS.c.subject_id)
        .where(
            seen.RUNS.c.subject_kind == "duty", DUTIES.c.studio_id == target.studio_id, seen.RUNS.c.ended_at.is_(None)
        )
        .order_by(seen.RUNS.c.id)
    )
    named = [run for run in seen.all_rows(bureau.engine, query) if run.title in refused.missing]
    for run in named:
        settle_duty(bureau, run)
    return bool(named)


def _report_mended(bureau: Bureau, target: Target) -> bool:
    """Who is looked at again before the limit has reported that all is mended."""
    if target.kind != "rectification" or target.run is None or target.run.state != "mending":
        return False
    host = bureau.person_acting(target.host_id or 0)
    act(bureau, target.run, "report", host, {"report": MENDED})
    return True


def _hear(bureau: Bureau, target: Target) -> bool:
    asked = seen.questions(bureau.engine, target.run.id) if target.run is not None else ()
    for question in asked:
        act(bureau, question, "give", bureau.desk_acting(question.held_by), {"opinion": NO_OBJECTION})
    return bool(asked)


def with_seats(bureau: Bureau, target: Target, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """A payload that names people, as the engine takes it: by their seats. `others` is everybody who is not named."""
    if target.studio_id is None or not {"results", "seats", "awards", "person", "amount", "share"} & set(payload):
        return payload
    seats = {name: bureau_seat(bureau, target.studio_id, name) for name in bureau.people}
    given = dict(payload)
    if "amount" in given:
        given["amount_fen"] = fen(given.pop("amount"))
    if isinstance(given.get("share"), str):
        given["share"] = int(given["share"].removesuffix("%"))
    if "person" in given:
        given["person_id"] = bureau.people.get(str(given.pop("person")), 0)
    if isinstance(given.get("results"), dict):
        given["results"] = _results(bureau, target, given["results"], seats)
    if isinstance(given.get("awards"), dict):
        given["awards"] = {str(seats.get(name) or name): value for name, value in given["awards"].items()}
    if isinstance(given.get("seats"), list):
        given["seats"] = [seats.get(str(name)) or name for name in given["seats"]]
    return given


def bureau_seat(bureau: Bureau, studio_id: int, name: str) -> int | None:
    """The id of somebody's seat in a studio; None where they have none."""
    row = seen.seat_of(bureau.engine, studio_id, bureau.people[name])
    return int(row.id) if row is not None and row.to_on is None else None


def _results(
    bureau: Bureau, target: Target, said: Mapping[str, Any], seats: Mapping[str, int | None]
) -> Mapping[str, Any]:
    stranger = next(
        (str(name) for name in said if name != "others" and not (seats.get(str(name)) or str(name).isdigit())), None
    )
    if stranger is not None:
        raise UnknownName(
            f"“{stranger}”不在工作室里，不能评等次；在的有：{'、'.join(name for name, seat in seats.items() if seat)}"
        )
    named = {str(seats.get(str(name)) or name): grade for name, grade in said.items() if name != "others"}
    if "others" not in said:
        return named
    others = usual_grade(bureau, target.run) if said["others"] == USUAL else said["others"]
    rest = {str(one): others for one in graded_seats(bureau, target) if str(one) not in named}
    return {**rest, **named}


def usual_grade(bureau: Bureau, run: Any) -> str:
    """The grade that a scenario need not name: good enough, and no better; empty where the text knows none."""
    with bureau.at_work() as work:
        policy: Any = work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id).policy
    enough = [grade for grade in policy.grades if grade not in {"marginal", "unqualified"}]
    return str(enough[-1]) if enough else ""


def graded_seats(bureau: Bureau, target: Target) -> list[int]:
    """The seats that an assessment grades, by its own rule."""
    run = target.run
    with bureau.at_work() as work:
        roles = getattr(
            work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id).policy, "roles", ()
        )
    mine = (seen.SEATS.c.studio_id == target.studio_id) & seen.SEATS.c.to_on.is_(None) & seen.SEATS.c.role.in_(roles)
    return [row.id for row in seen.all_rows(bureau.engine, seen.SEATS.select().where(mine).order_by(seen.SEATS.c.id))]
