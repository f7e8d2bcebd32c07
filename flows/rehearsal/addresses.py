"""Addresses (指哪一件): how a scenario names an application, a studio, a duty, an assessment or what follows from it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select, true

from flows.rehearsal import seen
from flows.rehearsal.beginning import round_path, the_studio
from flows.rehearsal.bureau import Bureau, UnknownName
from models import Assessment, Decision, Duty, Entitlement, Rectification, Round
from models.columns import table_of

DUTIES, ASSESSMENTS, RECTIFICATIONS = table_of(Duty), table_of(Assessment), table_of(Rectification)
ENTITLEMENTS, DECISIONS, ROUNDS = table_of(Entitlement), table_of(Decision), table_of(Round)

FORMS: Mapping[str, str] = {
    "round": "申报批次",
    "A": "A 的申报（所在批次的路径）",
    "join/M": "M 按路径 join 的申请；路径名见办法的 paths",
    "studio": "工作室（只有一个时；几个时写它的名字，或主持人的名字）",
    "studio/plan@y1": "工作室的应办事项 plan，周期期次 y1；期次写法：2025-10、2025秋、2025秋#3、h2、y1、2025/26、阶段名、cycle、setup",
    "studio/paper@y1/L2": "其中属于某一成员（或学校）的一件",
    "studio/visit_report@2025-05-16/L1": "一次记录带出来的事项：期次是那次活动（最后一天）的日期",
    "studio/annual@y1": "考核 annual 的一次",
    "studio/rectification": "最近一次整改",
    "studio/decision": "最近一件请主管部门决定的事项；`studio/decision/L2`：关于 L2 的",
    "studio/refill": "补选成员；`studio/refill/L2`：接替 L2 的；另选主持人是 `studio/succession`，考勤检查是 `studio/attendance@2025秋`",
    "studio/renew": "工作室按路径 renew 的申请，也可以只写 `renew`、`studio/renewal`；升级的路径也可以写升到的层级：`studio/township`",
    "studio/city@2025/26": "经费 city 的一期",
}  # fmt: skip


class NotYet(UnknownName):
    """What the programme knows and has not been opened: nobody can act on it."""


@dataclass(frozen=True, slots=True)
class Target:
    """What an address means now: its subject, every run of it, and whose it is."""

    address: str
    kind: str
    subject_id: int
    runs: tuple[Any, ...] = ()
    application_id: int | None = None
    studio_id: int | None = None
    body_id: int | None = None
    person_id: int | None = None
    host_id: int | None = None

    @property
    def run(self) -> Any:
        """The live run that came last, else the last one there was; None when there was none."""
        return (seen.live(self.runs) or list(self.runs) or [None])[-1]


def find(bureau: Bureau, address: str) -> Target:
    """What an address means. Raises UnknownName when there is no such thing, NotYet when it is not there yet."""
    address = cycle_address(bureau, address)
    head, _, rest = address.partition("/")
    if address == "round" and bureau.round_id:
        return Target(address, "round", bureau.round_id, tuple(seen.runs_of(bureau.engine, "round", bureau.round_id)))
    if rest and head in bureau.programme.paths:
        return _application(bureau, address, head, rest)
    if not rest and (found := _path_of(bureau, address)):
        return _application(bureau, address, found, address)
    studio_id = the_studio(bureau, head)
    return _of_studio(bureau, address, studio_id, rest) if rest else _studio(bureau, address, studio_id)


def cycle_address(bureau: Bureau, address: str) -> str:
    """`renew` and `renew/studio` as `studio/renew`: a next cycle or level is asked for by a studio, whoever hosts it."""
    head, _, rest = address.partition("/")
    path = bureau.programme.paths.get(head)
    begun = (head, rest) in bureau.applications
    of_studio = path is not None and (path.gives == "cycle" or (path.gives == "level" and not rest))
    if path is None or not of_studio or begun or (path.call == "round" and rest):
        return address
    return f"{rest if rest in bureau.studios or rest in bureau.people else 'studio'}/{head}"


def path_meant(bureau: Bureau, address: str) -> tuple[str, str]:
    """The path and the person that an address of an application means, begun or not."""
    head, _, rest = cycle_address(bureau, address).partition("/")
    if rest in bureau.programme.paths:
        return rest, bureau.name_of_person(seen.studio(bureau.engine, the_studio(bureau, head)).host_id)
    if rest:
        return (head, whose(bureau, rest))
    path = _path_of(bureau, address)
    return (path, address) if path else (round_path_open(bureau), whose(bureau, address))


def round_path_open(bureau: Bureau) -> str:
    """The path of the round that is under way, else the one a round would take."""
    row = seen.one_row(bureau.engine, select(ROUNDS).where(ROUNDS.c.id == bureau.round_id))
    return str(row.path) if row is not None else round_path(bureau)


def _path_of(bureau: Bureau, name: str) -> str:
    """The path of the last application that somebody of this name began."""
    return next((path for path, person in reversed(bureau.applications) if person == name), "")


def _application(bureau: Bureau, address: str, path: str, name: str) -> Target:
    name = whose(bureau, name)
    application_id = bureau.applications.get((path, name)) or _opened_for(bureau, path, name)
    if application_id is None:
        raise UnknownName(f"{address}：{name} 还没有按 {path} 申报")
    row = seen.application(bureau.engine, application_id)
    host_id = seen.studio(bureau.engine, row.studio_id).host_id if row.studio_id is not None else row.person_id
    runs = tuple(run for run in seen.runs_of(bureau.engine, "application", application_id))
    return Target(
        address, "application", application_id, runs, application_id, row.studio_id, row.body_id, row.person_id, host_id
    )


def whose(bureau: Bureau, name: str) -> str:
    """The person a name means: of a studio its host."""
    if name in bureau.people or name not in bureau.studios:
        return name
    return bureau.name_of_person(seen.studio(bureau.engine, bureau.studios[name]).host_id)


def _opened_for(bureau: Bureau, path: str, name: str) -> int | None:
    """The last application that the engine has opened for somebody, as what follows from a loss."""
    mine = (seen.APPLICATIONS.c.path == path) & (seen.APPLICATIONS.c.person_id == bureau.people.get(name, 0))
    row = seen.one_row(bureau.engine, select(seen.APPLICATIONS).where(mine).order_by(seen.APPLICATIONS.c.id.desc()))
    return int(row.id) if row is not None else None


def _studio(bureau: Bureau, address: str, studio_id: int) -> Target:
    row = seen.studio(bureau.engine, studio_id)
    return Target(address, "studio", studio_id, (), None, studio_id, row.home_body_id, row.host_id, row.host_id)


def has_lapsed(bureau: Bureau, address: str) -> bool:
    """Whether an address means an application that has lapsed or was cancelled: nobody declined it, and it was not granted."""
    try:
        target = find(bureau, address)
    except UnknownName:
        return False
    over = {"lapsed", "cancelled"}
    return target.kind == "application" and seen.application(bureau.engine, target.subject_id).outcome in over


def _of_studio(bureau: Bureau, address: str, studio_id: int, rest: str) -> Target:
    if rest.partition("/")[0] in _FOLLOWING:
        return _following(bureau, address, studio_id, *rest.split("/"))
    key, at, period = rest.partition("@")
    if not at and key in bureau.programme.paths:
        return _cycle_application(bureau, address, studio_id, key)
    period, unit = _unit(bureau, key, period)
    period = "" if period in bureau.programme.obligations else period
    for kind, table, column in _tables():
        where = (table.c.studio_id == studio_id) & (column == key) & period_is(table.c.period, period)
        if kind == "duty":
            where = (DUTIES.c.studio_id == studio_id) & (DUTIES.c.key == key)
            where &= _in_period_of(bureau, studio_id, key, period)
            where &= DUTIES.c.unit_id == unit if unit else true()
        if (row := _last(bureau, table, where)) is not None:
            return _subject(bureau, address, studio_id, kind, row)
    raise _missing(bureau, address, key)


def periods_at(bureau: Bureau, address: str) -> list[str]:
    """The periods of everything there is of what an address names, of one period or of all. Raises UnknownName."""
    name, _, rest = address.partition("/")
    key, _, period = rest.partition("@")
    studio_id = the_studio(bureau, name)
    known = [*bureau.programme.obligations, *bureau.programme.assessments, *bureau.programme.funds, *_FOLLOWING]
    if key not in known:
        raise UnknownName(f"{address}：办法里没有叫“{key}”的事项、考核或经费；有：{'、'.join(known)}")
    if key in _FOLLOWING and _FOLLOWING[key] is not DUTIES:
        table = _FOLLOWING[key]
        return [
            str(row.id) for row in seen.all_rows(bureau.engine, table.select().where(table.c.studio_id == studio_id))
        ]
    found = []
    for _, table, column in _tables():
        mine = (table.c.studio_id == studio_id, column == key, period_is(table.c.period, period))
        query = select(table.c.period).where(*mine).order_by(table.c.id)
        found += [str(row.period) for row in seen.all_rows(bureau.engine, query)]
    return found


def _in_period_of(bureau: Bureau, studio_id: int, key: str, period: str) -> Any:
    """A duty's own period; what follows each record of another may also be called by the period that the record counts for."""
    owed = bureau.programme.obligations.get(key)
    theirs = (DUTIES.c.studio_id == studio_id) & (DUTIES.c.key == (owed.each if owed is not None else None))
    row = _last(bureau, DUTIES, theirs & (DUTIES.c.period == period)) if period else None
    return DUTIES.c.begins_on.between(row.begins_on, row.ends_on) if row is not None else _when(period)


def _when(period: str) -> Any:
    """A duty's period; a week of school may also be called by its calendar week (`2025-W38`)."""
    week = re.fullmatch(r"(\d{4})-W(\d{2})", period)
    if week is None:
        return period_is(DUTIES.c.period, period)
    monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
    return or_(
        DUTIES.c.period == period, (DUTIES.c.begins_on == monday) & (DUTIES.c.ends_on == monday + timedelta(days=6))
    )


def _missing(bureau: Bureau, address: str, key: str) -> UnknownName:
    """Why there is no such thing: it has not opened yet, or the programme does not know it."""
    known = [*bureau.programme.obligations, *bureau.programme.assessments, *bureau.programme.funds]
    if key in known or key in BY_ITSELF:
        return NotYet(f"{address}：还没有这一件")
    return UnknownName(f"{address}：办法里没有叫“{key}”的事项、考核或经费；有：{'、'.join(known)}")


def _following(bureau: Bureau, address: str, studio_id: int, kind: str, whom: str = "") -> Target:
    """What followed: the last rectification, decision or vacancy of a studio; of somebody, where their name stands behind it."""
    table = _FOLLOWING[kind]
    where = table.c.studio_id == studio_id
    if table is DUTIES:
        where &= DUTIES.c.key == kind
    if whom:
        seats = select(seen.SEATS.c.id).where(seen.SEATS.c.person_id == bureau.people.get(whom, 0))
        where &= (DUTIES.c.unit_id if table is DUTIES else table.c.seat_id).in_(seats)
    return _subject(bureau, address, studio_id, "duty" if table is DUTIES else kind, _last(bureau, table, where))


def period_is(column: Any, period: str) -> Any:
    """Of this period; a record's own is called by its day (`2025-05-16`), an award's by that of the result (`2025秋`)."""
    alike = (column.like(f"{period}#%"), column.like(f"%@{period}"), column.like(f"%@{period}#%"))
    return or_(column == period, *alike) if period else true()


# What the engine opens under a name of its own, with a period: the check of attendance.
BY_ITSELF = frozenset({"attendance"})
# What follows from something else, and is called by what it is.
_FOLLOWING: Mapping[str, Any] = {
    "rectification": RECTIFICATIONS, "decision": DECISIONS, "refill": DUTIES, "succession": DUTIES,
}  # fmt: skip


def _tables() -> Sequence[tuple[str, Any, Any]]:
    return (
        ("duty", DUTIES, DUTIES.c.key), ("assessment", ASSESSMENTS, ASSESSMENTS.c.key), ("entitlement", ENTITLEMENTS, ENTITLEMENTS.c.fund),
    )  # fmt: skip


def _unit(bureau: Bureau, key: str, period: str) -> tuple[str, int | None]:
    """The period and the unit behind it: `y1/L2` is L2 in y1, `2025/26` is a school year."""
    head, slash, last = period.rpartition("/")
    if not slash or last.isdigit():
        return period, None
    owed = bureau.programme.obligations.get(key)
    if owed is not None and owed.each == "school" and last in bureau.profiles:
        return head, bureau.bodies[bureau.profiles[last].body]  # whoever is named stands for their school
    unit = bureau.people.get(last) or bureau.bodies.get(last)
    if unit is None:
        raise UnknownName(f"{key}@{period}：没有叫“{last}”的人或单位")
    return head, unit


def _subject(bureau: Bureau, address: str, studio_id: int, kind: str, row: Any) -> Target:
    if row is None:
        raise NotYet(f"{address}：还没有这一件")
    studio = seen.studio(bureau.engine, studio_id)
    runs = tuple(seen.runs_of(bureau.engine, kind, row.id))
    return Target(address, kind, row.id, runs, None, studio_id, studio.home_body_id, studio.host_id, studio.host_id)


def _cycle_application(bureau: Bureau, address: str, studio_id: int, path: str) -> Target:
    mine = (seen.APPLICATIONS.c.studio_id == studio_id) & (seen.APPLICATIONS.c.path == path)
    row = seen.one_row(bureau.engine, select(seen.APPLICATIONS).where(mine).order_by(seen.APPLICATIONS.c.id.desc()))
    if row is None:
        raise NotYet(f"{address}：工作室还没有按 {path} 申请")
    name = bureau.name_of_person(row.person_id)
    bureau.applications[path, name] = row.id
    return _application(bureau, address, path, name)


def _last(bureau: Bureau, table: Any, where: Any) -> Any:
    return seen.one_row(bureau.engine, select(table).where(where).order_by(table.c.id.desc()))
