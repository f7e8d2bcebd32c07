"""Warnings (提示): what was only warned of, as rows of words by a description."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from flows.engine.calendar import local_day
from flows.programme.rosters import roster_rules
from flows.rehearsal import seen
from flows.rehearsal.addresses import Target, find
from flows.rehearsal.bureau import Bureau
from flows.rehearsal.looks import CONSEQUENCES, MESSAGES, SEATS, answers, is_member, said_in, words_in
from models import CriterionCheck, Mark
from models.columns import table_of
from models.queries.facts.seating import seats_of

CHECKS, MARKS = table_of(CriterionCheck), table_of(Mark)
WARNINGS = {"roster_warned": "share_exceeded", "quota_short": "quota_short", "limit_exceeded": "over_limit"}
# Words of a roster's fault, and the guard that refuses for the same.
ROSTER_SIGNS = {"本校": "share_exceeded", "应有": "too_few", "最多": "too_many", "没有确定": "sub_role_missing"}


def warnings(bureau: Bureau, said: Any) -> list[str]:
    """What was only warned of: notices that warn, criteria that the text lets pass with a warning, results that only warn."""
    wanted = said_in(said, ("about", "because", "says", "on"), "warning")
    name = str(wanted.get("about", ""))
    member = is_member(bureau, name)
    about = find(bureau, name) if name and not member else None
    found = []
    for row in seen.all_rows(
        bureau.engine, MESSAGES.select().where(MESSAGES.c.notice.in_(WARNINGS)).order_by(MESSAGES.c.id)
    ):
        words = f"{row.notice}（{local_day(row.created_at)}）{words_in(row.context)}"
        because = not wanted.get("because") or wanted["because"] in {row.notice, *_reasons(row.notice, words)}
        studio = about is None or about.studio_id is None or _run_studio(bureau, row.run_id) in {None, about.studio_id}
        if because and studio and not member and answers(words, wanted, local_day(row.created_at)):
            found.append(words)
    for row in seen.all_rows(bureau.engine, CHECKS.select().where(CHECKS.c.result == "warned")):
        words = f"{row.title}：{row.reason}"
        mine = not member and (about is None or about.application_id == row.application_id)
        if (
            mine
            and wanted.get("because", "criteria_unmet") == "criteria_unmet"
            and answers(words, wanted, local_day(row.at))
        ):
            found.append(words)
    for row in seen.all_rows(bureau.engine, CONSEQUENCES.select().where(CONSEQUENCES.c.kind == "warn")):
        words = f"提醒 {row.whom} {row.value} {_missed(bureau, row)}"
        mine = row.person_id == bureau.people[name] if member else about is None or about.studio_id == row.studio_id
        if mine and "because" not in wanted and answers(words, wanted, local_day(row.at)):
            found.append(words)
    return found + (_standing_faults(bureau, wanted, about) if not member else [])


def _standing_faults(bureau: Bureau, wanted: Mapping[str, Any], about: Target | None) -> list[str]:
    """What rosters do not keep today, as the studio's page says it, where a scenario asks for it by its reason."""
    if wanted.get("because") not in ROSTER_SIGNS.values() or "on" in wanted:
        return []
    studios = [about.studio_id] if about is not None and about.studio_id is not None else list(bureau.studios.values())
    rules = roster_rules(bureau.programme)
    with bureau.at_work() as work:
        seats = seats_of(work.session, studios)
    each = [seats.get(studio_id, ()) for studio_id in studios]
    found = [fault for one in each for fault in (*rules.faults(one), *rules.hinted(one))]
    return [
        f"名单：{one}" for one in found if wanted["because"] in _reasons("roster_warned", one) and answers(one, wanted)
    ]


def _reasons(notice: str, words: str) -> frozenset[str]:
    """What a warning is about, by the guard that would refuse for it."""
    if notice != "roster_warned":
        return frozenset({WARNINGS[notice]})
    return frozenset(reason for sign, reason in ROSTER_SIGNS.items() if sign in words)


def _missed(bureau: Bureau, row: Any) -> str:
    """The figures of an attendance check behind a warning: missed of held, and the ratio."""
    if row.person_id is None:
        return ""
    seats = select(SEATS.c.id).where(SEATS.c.person_id == row.person_id)
    marks = seen.all_rows(bureau.engine, MARKS.select().where(MARKS.c.seat_id.in_(seats), MARKS.c.indicator == "缺勤"))
    return " ".join(f"{mark.value}（{Fraction(mark.value)}）" for mark in marks)


def _run_studio(bureau: Bureau, run_id: int | None) -> int | None:
    row = seen.one_row(bureau.engine, seen.RUNS.select().where(seen.RUNS.c.id == run_id))
    return int(row.studio_id) if row is not None and row.studio_id is not None else None
