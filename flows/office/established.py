"""Established studios (已有工作室): taken over in mid-life with their history, checked whole, stored once, then opened from today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert, select, text

from flows.engine.calendar import at_local, local_day
from flows.engine.consequences.cycles import cycle_end
from flows.engine.errors import Refused
from flows.engine.work import Work
from flows.office.history import History, past_payments, past_results
from flows.opening.under_way import open_under_way
from flows.programme import Programme
from flows.programme.vocabulary import LEVELS
from flows.regulations import programme_under
from flows.roster.columns import LEVEL_WORDS
from flows.roster.established_rows import MEMBERS, PAYMENTS, RESULTS, STUDIOS, Established
from flows.roster.rows import Fault, Row
from models import Body, Cycle, Person, Post, Seat, Studio
from models.columns import table_of
from models.statements import insert_rows

BODIES, PEOPLE, POSTS = table_of(Body), table_of(Person), table_of(Post)
CYCLE_ROWS, SEAT_ROWS, STUDIO_ROWS = table_of(Cycle), table_of(Seat), table_of(Studio)
NAMED = "请核对，或先导入名册"


@dataclass(slots=True)
class Taken:
    """What an import of established studios did, or, with faults, why it did nothing. Counts are of new rows."""

    stored: bool = False
    studios: int = 0
    seats: int = 0
    results: int = 0
    payments: int = 0
    opened: int = 0
    left_out: int = 0
    faults: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class Ground:
    """What the rows are looked up in."""

    programme: Programme
    version_id: int
    programme_id: int
    bodies: Mapping[str, int]
    people: Mapping[str, int]
    posts: Mapping[int, int]
    studios: dict[str, Any]


def look_over(work: Work, programme_id: int, established: Established) -> tuple[Ground, History]:
    """Check every row against the roster and the programme; faults are noted in the rows. Writes nothing.

    Raises Refused where no version of the programme is in force today.
    """
    ground = _ground(work, programme_id, established)
    rows = established.rows
    names, first = {row.key for row in rows[STUDIOS]}, _firsts(rows[MEMBERS])
    for row in rows[STUDIOS]:
        _check_studio(work, ground, row, rows[STUDIOS])
    for row in rows[MEMBERS]:
        _check_name(ground, row, names)
        _check_member(ground, row, first)
    return ground, _history(work, ground, established, names)


def take_over(work: Work, programme_id: int, established: Established, *, only_good: bool = False) -> Taken:
    """Store the studios of a workbook as their ordinary life would have left them; with any fault nothing is stored.

    With `only_good` a studio with a fault in any of its rows is left out whole, and the others are stored.
    Studios are told by their name within the programme: the same file twice changes nothing. Afterwards only what is not
    past is opened. Raises Refused where no version of the programme is in force today.
    """
    _alone(work)
    ground, history = look_over(work, programme_id, established)
    taken = Taken(faults=established.all_faults())
    if taken.faults and (established.faults or not only_good):
        return taken
    taken.left_out, good = len(spoiled(established)), without_spoiled(established)
    made = [_store_studio(work, ground, row) for row in good[STUDIOS] if row.key not in ground.studios]
    taken.stored, taken.studios = True, len(made)
    taken.seats = len(made) + _store_members(work, ground, good[MEMBERS])
    taken.results = past_results(work, history, good[RESULTS], ground.studios)
    taken.payments = past_payments(work, history, good[PAYMENTS], ground.studios)
    work.session.flush()
    taken.opened = open_under_way(work, [ground.studios[row.key].cycle_id for row in made]) if made else 0
    return taken


def spoiled(established: Established) -> set[str]:
    """The studios, by name, that have a fault in some row of theirs: half a history would be a wrong one."""
    return {row.key for rows in established.rows.values() for row in rows if row.faults}


def without_spoiled(established: Established) -> dict[str, list[Row]]:
    """The rows of the studios that have no fault anywhere, by sheet."""
    bad = spoiled(established)
    return {sheet: [row for row in rows if row.key not in bad] for sheet, rows in established.rows.items()}


def _firsts(rows: Sequence[Row]) -> dict[tuple[str, str], Row]:
    """The first row that names a person in a studio."""
    found: dict[tuple[str, str], Row] = {}
    for row in rows:
        found.setdefault((row.key, row.get("工号", "")), row)
    return found


def _alone(work: Work) -> None:
    # SQLite's writer is alone already; on PostgreSQL two imports at once would both find a studio missing.
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(text("LOCK TABLE studio, cycle, seat IN SHARE ROW EXCLUSIVE MODE"))


def _ground(work: Work, programme_id: int, established: Established) -> Ground:
    version_id = work.book.version_on(work.session, programme_id, local_day(work.now))
    if version_id is None:
        raise Refused("no_version", "这个办法今天没有施行的版本，请先启用：studioflow programme adopt")
    numbers = {
        row.get(column)
        for rows in established.rows.values()
        for row in rows
        for column in ("主持人工号", "工号", "成员工号")
    } - {None}
    people = dict(
        work.session.execute(select(PEOPLE.c.staff_no, PEOPLE.c.id).where(PEOPLE.c.staff_no.in_(numbers))).all()
    )
    held = select(POSTS.c.person_id, POSTS.c.body_id).where(
        POSTS.c.person_id.in_(people.values()), POSTS.c.to_on.is_(None)
    )
    studios = work.session.execute(
        select(STUDIO_ROWS.c.name, STUDIO_ROWS.c.id, STUDIO_ROWS.c.host_id, STUDIO_ROWS.c.home_body_id, STUDIO_ROWS.c.level,
               CYCLE_ROWS.c.id.label("cycle_id"), CYCLE_ROWS.c.version_id, CYCLE_ROWS.c.number, CYCLE_ROWS.c.begins_on, CYCLE_ROWS.c.ends_on)
        .join(CYCLE_ROWS, CYCLE_ROWS.c.studio_id == STUDIO_ROWS.c.id)
        .where(STUDIO_ROWS.c.programme_id == programme_id).order_by(CYCLE_ROWS.c.number)
    )  # fmt: skip
    return Ground(
        programme_under(work, version_id), version_id, programme_id,
        dict(work.session.execute(select(BODIES.c.code, BODIES.c.id)).all()), people,
        dict(work.session.execute(held.order_by(POSTS.c.id)).all()), {row.name: row for row in studios},
    )  # fmt: skip


def _check_studio(work: Work, ground: Ground, row: Row, rows: Sequence[Row]) -> None:
    number, code, kinds = row.get("主持人工号"), row.get("单位编码"), ground.programme.kinds
    first = next(one for one in rows if one.key == row.key)
    if first is not row:
        row.fault("工作室名称", f"与第 {first.number} 行重复", "请只留正确的一行")
    if number is not None and number not in ground.people:
        row.fault("主持人工号", "名册里没有这个人", NAMED)
    elif code is not None and code not in ground.bodies:
        row.fault("单位编码", "没有这个单位", NAMED)
    elif number is not None and code is None and ground.people[number] not in ground.posts:
        row.fault("单位编码", "主持人没有任职单位", "请填单位编码，或先在名册里填职务")
    if kinds and row.get("类别") not in {*kinds, *kinds.values()}:
        row.fault("类别", "这个办法要分类别", f"请从这些中选一个：{'、'.join(kinds.values())}")
    if row.get("层级") is not None and row.get("层级") not in LEVELS:
        row.fault("层级", "工作室没有这个层级", f"请从这些词中选一个：{'、'.join(LEVEL_WORDS[one] for one in LEVELS)}")
    begins_on = row.get("周期起始日期") or row.get("挂牌日期")
    if begins_on is None:
        return
    ends_on = cycle_end(begins_on, ground.programme.cycle_length(), work.calendar)
    if ends_on < local_day(work.now):
        row.fault("周期起始日期", f"这个周期已于 {ends_on.isoformat()} 届满", "请填现在这个周期的第一天和第几周期")


def _check_member(ground: Ground, row: Row, first: Mapping[tuple[str, str], Row]) -> None:
    roles = {role.title: role for role in ground.programme.people.values()} | dict(ground.programme.people)
    if row.get("工号") is not None and row.get("工号") not in ground.people:
        row.fault("工号", "名册里没有这个人", NAMED)
    elif row.get("工号") is not None and ground.people[row.get("工号")] not in ground.posts:
        row.fault("工号", "此人没有任职单位", "请先在名册里填单位和职务")
    for column in ("角色", "兼任"):
        wanted = row.get(column)
        if wanted is not None and (wanted not in roles or roles[wanted].name == "host"):
            row.fault(
                column,
                "办法里没有这个角色",
                f"请从这些中选一个：{'、'.join(role.title for role in ground.programme.member_roles())}",
            )
    same = first[row.key, row.get("工号", "")]
    if row.get("工号") is not None and same is not row:
        row.fault("工号", f"与第 {same.number} 行重复", "请只留正确的一行")


def _check_name(ground: Ground, row: Row, names: set[str]) -> None:
    if row.key and row.key not in ground.studios and row.key not in names:
        row.fault("工作室名称", "“工作室”表里没有这个名称", "请核对，名称要一字不差")


def _history(work: Work, ground: Ground, established: Established, names: set[str]) -> History:
    """What may have happened in each studio's cycle, and the faults of rows that tell of something else."""
    begins = {name: (one.begins_on, one.ends_on) for name, one in ground.studios.items()}
    for row in established.rows[STUDIOS]:
        begins_on = row.get("周期起始日期") or row.get("挂牌日期")
        if row.key not in begins and begins_on is not None:
            begins[row.key] = (begins_on, cycle_end(begins_on, ground.programme.cycle_length(), work.calendar))
    history = History(work, ground.programme, ground.version_id, ground.people, begins)
    for sheet, check in ((RESULTS, history.check_result), (PAYMENTS, history.check_payment)):
        for row in established.rows[sheet]:
            _check_name(ground, row, names)
            if not row.faults and row.key in begins:
                check(row)
    return history


def _store_studio(work: Work, ground: Ground, row: Row) -> Row:
    host = ground.people[row.get("主持人工号")]
    body = ground.bodies[row.get("单位编码")] if row.get("单位编码") else ground.posts[host]
    begins_on: date = row.get("周期起始日期") or row.get("挂牌日期")
    ends_on = cycle_end(begins_on, ground.programme.cycle_length(), work.calendar)
    kind = next((key for key, title in ground.programme.kinds.items() if row.get("类别") in (key, title)), "")
    level = row.get("层级") or ground.programme.level
    studio = {
        "programme_id": ground.programme_id, "name": row.key, "kind": kind, "level": level, "host_id": host, "home_body_id": body,
        "base_name": "", "standing": "active", "made_at": at_local(row.get("挂牌日期"), 0),
    }  # fmt: skip
    (studio_id,) = insert_rows(work.session, STUDIO_ROWS, [studio])
    today = local_day(work.now)
    number: int = row.get("第几周期") or 1
    cycle = {
        "studio_id": studio_id, "number": number, "version_id": ground.version_id, "begins_on": begins_on,
        "ends_on": ends_on, "opened_to": None, "opens_next_on": max(today, begins_on),
    }  # fmt: skip
    (cycle_id,) = insert_rows(work.session, CYCLE_ROWS, [cycle])
    work.session.execute(insert(SEAT_ROWS).values(**_seat(studio_id, host, "host", "", body, row.get("挂牌日期"))))
    ground.studios[row.key] = _Studio(
        row.key, studio_id, host, body, level, cycle_id, ground.version_id, number, begins_on, ends_on
    )
    return row


@dataclass(frozen=True, slots=True)
class _Studio:
    name: str
    id: int
    host_id: int
    home_body_id: int
    level: str
    cycle_id: int
    version_id: int
    number: int
    begins_on: date
    ends_on: date


def _store_members(work: Work, ground: Ground, rows: Sequence[Row]) -> int:
    roles = {role.title: role.name for role in ground.programme.people.values()} | {
        name: name for name in ground.programme.people
    }
    ids = {one.id for one in ground.studios.values()}
    there = set(
        work.session.execute(
            select(SEAT_ROWS.c.studio_id, SEAT_ROWS.c.person_id).where(SEAT_ROWS.c.studio_id.in_(ids))
        ).all()
    )
    new = []
    for row in rows:
        studio, person = ground.studios[row.key], ground.people[row.get("工号")]
        if (studio.id, person) not in there:
            since = row.get("加入日期") or studio.begins_on
            new.append(
                _seat(
                    studio.id,
                    person,
                    roles[row.get("角色")],
                    roles.get(row.get("兼任", ""), ""),
                    ground.posts[person],
                    since,
                )
            )
    if new:
        insert_rows(work.session, SEAT_ROWS, new)
    return len(new)


def _seat(studio_id: int, person_id: int, role: str, duty_role: str, body_id: int, from_on: date) -> dict[str, Any]:
    return {
        "studio_id": studio_id, "person_id": person_id, "role": role, "duty_role": duty_role, "body_id": body_id, "from_on": from_on,
        "to_on": None, "why_ended": "",
    }  # fmt: skip
