"""The way to a next cycle (续期): requests are begun in sets, windows close after a result, and what waits for it is tried again."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select, update

from flows.engine.calendar import due_after, local_day
from flows.engine.rulebook import RenewalPath
from flows.engine.steps import start_paths
from flows.engine.work import Happening, Intent, Work
from models import Application, StageRun, Studio
from models.columns import table_of
from models.queries.bodies import lineages
from models.queries.facts.renewing import results_of
from models.statements import among, insert_rows, rows, write

APPLICATIONS, RUNS, STUDIOS = table_of(Application), table_of(StageRun), table_of(Studio)
RENEWALS = select(RUNS.c.id).where(
    RUNS.c.studio_id == bindparam("studio"), RUNS.c.stage == "renewal", RUNS.c.ended_at.is_(None)
)
MENDING = select(RUNS.c.id).where(
    RUNS.c.studio_id == bindparam("studio"), RUNS.c.stage == "rectification", RUNS.c.ended_at.is_(None),
    among(RUNS.c.step, "judged"),
)  # fmt: skip
DRAFTS = (
    select(RUNS.c.id, RUNS.c.application_id)
    .join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
    .where(APPLICATIONS.c.studio_id == bindparam("studio"), APPLICATIONS.c.gives == "cycle")
    .where(APPLICATIONS.c.path == bindparam("named"), RUNS.c.stage == "application")
    .where(RUNS.c.ended_at.is_(None), RUNS.c.due_at.is_(None))
)
CLOSE = update(APPLICATIONS).where(APPLICATIONS.c.id == bindparam("b_id")).values(closes_on=bindparam("b_on"))
THERE = select(APPLICATIONS.c.cycle_id).where(among(APPLICATIONS.c.cycle_id, "cycles"), APPLICATIONS.c.gives == "cycle")
THESE = select(STUDIOS).where(among(STUDIOS.c.id, "studios"))


@dataclass(frozen=True, slots=True)
class Renewing:
    """A request to be begun: of which studio, after which cycle, under which version, by which path, until when, and why."""

    studio_id: int
    cycle_id: int
    version_id: int
    path: RenewalPath
    closes_on: date | None = None
    cause_id: int | None = None


def renew_on_result(work: Work, cause: Happening, studio_id: int, cycle_id: int, judged: str = "") -> list[Intent]:
    """After a result: start the paths that it starts, close the windows that it closes, and try what waits for it again.

    `judged`: the assessment whose result it is.
    """
    results = results_of(work.session, [cycle_id]).get(cycle_id, {})
    for path in work.book.renewals(work.session, cause.run.version_id):
        due = path.needs and all(results.get(key) in enough for key, enough in path.needs.items())
        if path.call == "on_result" and due:
            begin_renewals(work, [Renewing(studio_id, cycle_id, cause.run.version_id, path, None, cause.transition_id)])
        settled = path.closes_after_delivery is not None and path.needs.keys() & {judged}
        if settled and not _mending(work, cause, studio_id, path):
            _close_window(work, cause, studio_id, path)
    waiting = rows(work.session, RENEWALS, studio=studio_id)
    return [Intent(run.id, event, cause_id=cause.transition_id) for run in waiting for event in ("renew", "lapse")]


def _mending(work: Work, cause: Happening, studio_id: int, path: RenewalPath) -> bool:
    """Whether a result that the path needs may still be mended: the window then closes so long after what the rectification brings.

    What is mended of another assessment, perhaps of a year long past, keeps no window open.
    """
    return any(run.id != cause.run.id for run in rows(work.session, MENDING, studio=studio_id, judged=list(path.needs)))


def _close_window(work: Work, cause: Happening, studio_id: int, path: RenewalPath) -> None:
    """From the delivery of the result on, a studio has so long to ask (赤峰 第十八条, D-RENEW)."""
    span = path.closes_after_delivery
    if span is None:
        return
    closes_on = due_after(local_day(work.now), span, work.calendar, roll=path.roll, start_label="结果送达").on
    for draft in rows(work.session, DRAFTS, studio=studio_id, named=path.name):
        write(work.session, CLOSE, [{"b_id": draft.application_id, "b_on": closes_on}])
        payload = {"due_on": closes_on.isoformat(), "reason": "期满结果已经送达，申请到这一天为止"}
        work.ask(Intent(draft.id, "extend", payload, cause_id=cause.transition_id))


def begin_renewals(work: Work, wanted: Sequence[Renewing]) -> int:
    """Begin these studios' applications for their next cycle, once a cycle; returns how many were begun."""
    there = (
        {row.cycle_id for row in rows(work.session, THERE, cycles=[one.cycle_id for one in wanted])}
        if wanted
        else set()
    )
    first: dict[int, Renewing] = {}
    for one in wanted:
        if one.cycle_id not in there:
            first.setdefault(one.cycle_id, one)
    new = list(first.values())
    if not new:
        return 0
    ids = insert_rows(work.session, APPLICATIONS, _requests(work, new))
    starting: dict[tuple[int, str, str], list[tuple[int, int | None]]] = defaultdict(list)
    for one, application_id in zip(new, ids, strict=True):
        starting[one.version_id, one.path.name, one.path.first_step].append((application_id, one.cause_id))
    for (version_id, path, step), applications in starting.items():
        start_paths(work, applications, version_id, path, step)
    return len(ids)


def _requests(work: Work, new: Sequence[Renewing]) -> list[dict[str, Any]]:
    """The applications of these studios, as their hosts would make them."""
    studios = {row.id: row for row in rows(work.session, THESE, studios={one.studio_id for one in new})}
    above = lineages(work.session, {one.home_body_id for one in studios.values()})
    written = []
    for one in new:
        studio = studios[one.studio_id]
        county = next((body.id for body in above[studio.home_body_id] if body.level == "county"), None)
        written.append({
            "version_id": one.version_id, "path": one.path.name, "gives": "cycle", "person_id": studio.host_id,
            "body_id": studio.home_body_id, "county_id": county, "direct": county is None, "role": "host", "kind": studio.kind,
            "studio_name": studio.name, "studio_id": studio.id, "cycle_id": one.cycle_id, "closes_on": one.closes_on, "answers": {},
            "subject": "", "school_stage": "",
        })  # fmt: skip
    return written
