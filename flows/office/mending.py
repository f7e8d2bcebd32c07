"""Measures (整改措施): what the host means to do about each finding, kept until the report; who does it, until when, how far, with its proof."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from flows.engine.calendar import local_day
from flows.engine.date_words import full_date
from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Work
from models import Rectification, StageRun, Studio
from models.columns import table_of

RECTIFICATIONS, RUNS, STUDIOS = table_of(Rectification), table_of(StageRun), table_of(Studio)
STATES = ("begun", "doing", "done")
LONGEST, MOST, MOST_FILES = 400, 60, 20


def keep_measures(work: Work, actor: Actor, rectification_id: int, measures: Sequence[Mapping[str, Any]]) -> int:
    """Keep the measures in the place of those before; returns how many there are. `files`: stored ones (`sha256`, `name`) that prove one.

    Raises NotFound for whoever does not host the studio; Refused once the report is in, for a day that is none, and for what is to
    be done only after the limit.
    """
    row = work.session.execute(
        select(RECTIFICATIONS.c.limit_on, STUDIOS.c.host_id, RUNS.c.state, RUNS.c.ended_at, RUNS.c.due_at)
        .join(STUDIOS, STUDIOS.c.id == RECTIFICATIONS.c.studio_id)
        .join(RUNS, (RUNS.c.subject_kind == "rectification") & (RUNS.c.subject_id == RECTIFICATIONS.c.id))
        .where(RECTIFICATIONS.c.id == rectification_id)
    ).first()
    if row is None or f"person:{row.host_id}" not in actor.keys:
        raise NotFound
    if row.state != "mending" or row.ended_at is not None:
        raise Refused("reported_already", "整改报告已经提交，措施不能再改。没有改动任何内容。")
    kept = [_measure(one) for one in measures[:MOST] if str(one.get("what", "")).strip()]
    limit = local_day(row.due_at - timedelta(microseconds=1)) if row.due_at else row.limit_on
    if any(one["until"] > limit.isoformat() for one in kept if one["state"] != "done"):
        says = f"措施要在整改期限 {full_date(limit)} 以前办完，请改日期。没有改动任何内容。"
        raise Refused("after_limit", says, {}, ("until",))
    work.session.execute(update(RECTIFICATIONS).where(RECTIFICATIONS.c.id == rectification_id).values(measures=kept))
    return len(kept)


def _measure(one: Mapping[str, Any]) -> dict[str, Any]:
    until = str(one.get("until", "")).strip()
    if until:
        try:
            date.fromisoformat(until)
        except ValueError:
            says = "措施的完成日期要写成 2026-08-31 这样。没有改动任何内容。"
            raise Refused("bad_date", says, {}, ("until",)) from None
    state = str(one.get("state", ""))
    return {
        "finding": int(one.get("finding", 0) or 0), "what": str(one["what"]).strip()[:LONGEST], "who": str(one.get("who", "")).strip()[:40],
        "until": until, "state": state if state in STATES else "begun", "proof": str(one.get("proof", "")).strip()[:LONGEST],
        "files": [{"sha256": str(file["sha256"]), "name": str(file["name"])[:200]} for file in list(one.get("files", ()))[:MOST_FILES]],
    }  # fmt: skip
