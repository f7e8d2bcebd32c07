"""The year's plan of activities (年度活动计划): drafts that come with a programme, and those that a host brings as a workbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from flows.engine.calendar import local_day
from flows.engine.declare import Actor
from flows.engine.errors import Refused
from flows.engine.periods import CycleDays, periods
from flows.engine.work import Work
from flows.office.happenings import Planned, plan_activity
from flows.regulations import programme_under
from flows.roster.cells import Wrong, plain, read_day
from flows.roster.opening import UnreadableWorkbook, open_workbook
from flows.roster.reading import heading
from models import Cycle, Record
from models.columns import table_of

CYCLES, RECORDS = table_of(Cycle), table_of(Record)
# 北海 十一 prints its plan under these four heads; the fifth is ours.
COLUMNS = ("活动时间", "活动地点", "参加人员", "活动主题", "计入事项")
HEADER_WITHIN, MOST = 10, 500


@dataclass(frozen=True, slots=True)
class PlanFault:
    """A row of a plan that cannot be taken: which one, why, and how to mend it."""

    row: int
    column: str
    why: str
    remedy: str


def draft_plan(work: Work, actor: Actor, studio_id: int) -> Sequence[int]:
    """Put the activities that come with the text on the plan of the cycle's first months to come, each once; returns their ids."""
    cycle = work.session.execute(
        select(CYCLES).where(CYCLES.c.studio_id == studio_id).order_by(CYCLES.c.number.desc()).limit(1)
    ).first()
    if cycle is None:
        raise Refused("no_cycle", "工作室还没有开始运行，挂牌以后再排活动计划。")
    there = _there(work, studio_id)
    months = {
        one.begins_on.month: one.begins_on
        for one in reversed(periods("month", CycleDays(cycle.begins_on, cycle.ends_on)))
        if one.ends_on >= local_day(work.now)
    }
    drafts = [
        Planned(item, months[planned.month], place=planned.place or "", theme=item)
        for planned in programme_under(work, cycle.version_id).plan
        for item in planned.items
        if planned.month in months
    ]
    return [plan_activity(work, actor, studio_id, one) for one in drafts if (one.title, one.held_on) not in there]


def read_plan(content: bytes, today: date) -> tuple[Sequence[Planned], Sequence[PlanFault]]:
    """The activities of a workbook, and the rows that cannot be taken; nothing is raised for what a file holds."""
    try:
        grids = open_workbook(content)
    except UnreadableWorkbook as error:
        return (), (PlanFault(0, "", str(error), "请按模板填写后再上传"),)
    for grid in grids.values():
        for at, line in enumerate(grid[:HEADER_WITHIN]):
            places = {heading(cell): place for place, cell in enumerate(line) if heading(cell) in COLUMNS}
            if {"活动时间", "活动主题"} <= set(places):
                rows = [
                    (at + n + 2, {name: plain(row[place]) for name, place in places.items() if place < len(row)})
                    for n, row in enumerate(grid[at + 1 :])
                ]
                return _activities(rows, today)
    return (), (PlanFault(0, "", "没有找到“活动时间”和“活动主题”两列", "请用活动计划的模板"),)


def import_plan(work: Work, actor: Actor, studio_id: int, planned: Sequence[Planned]) -> Sequence[int]:
    """Put these activities on a studio's plan; what stands there already under the same name and day stays. Returns the new ids."""
    there = _there(work, studio_id)
    wanted = {(one.title, one.held_on): one for one in reversed(planned)}  # of two rows that say the same, the first
    new = [wanted[place] for place in reversed(wanted) if place not in there]
    return [plan_activity(work, actor, studio_id, one) for one in new]


def _activities(
    rows: Sequence[tuple[int, dict[str, str]]], today: date
) -> tuple[Sequence[Planned], Sequence[PlanFault]]:
    planned: list[Planned] = []
    faults: list[PlanFault] = []
    for number, cells in rows[:MOST]:
        if not any(cells.values()):
            continue
        theme = cells.get("活动主题", "")
        try:
            on = read_day(cells.get("活动时间", ""), today)
        except Wrong as wrong:
            faults.append(PlanFault(number, "活动时间", wrong.why, wrong.remedy))
            continue
        if not theme:
            faults.append(PlanFault(number, "活动主题", "没有填写", "请写明活动主题"))
            continue
        agenda = tuple(one for one in cells.get("计入事项", "").replace("，", "、").split("、") if one)
        place, who = cells.get("活动地点", ""), cells.get("参加人员", "")
        planned.append(Planned(theme, on, agenda, place=place, theme=theme, participants=who))
    if len(rows) > MOST:
        faults.append(PlanFault(rows[MOST][0], "", f"一次最多 {MOST} 行", "请分成几个文件"))
    return planned, faults


def _there(work: Work, studio_id: int) -> set[tuple[str, date]]:
    found = select(RECORDS.c.title, RECORDS.c.held_on).where(
        RECORDS.c.studio_id == studio_id, RECORDS.c.kind == "activity"
    )
    return {(row.title, row.held_on) for row in work.session.execute(found)}
