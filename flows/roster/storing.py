"""Stores a checked roster in a few set-based statements: all of it, or its good rows if that was asked for."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, insert, text, update
from sqlmodel import Session

from flows.engine.calendar import local_day
from flows.roster.cells import post_kind
from flows.roster.columns import APPLICATIONS, BODIES, EXPERTS, PEOPLE
from flows.roster.comparing import Comparison, compare, parents, post_before
from flows.roster.planning import plan_roster
from flows.roster.rows import AppliedRow, ImportPlan, ImportResult, Row
from flows.roster.stored import APPOINTMENTS, CREDENTIALS, POSTS, TIES, ids_by
from flows.roster.stored import BODIES as BODY_TABLE
from flows.roster.stored import PEOPLE as PERSON_TABLE

EMPTY_PERSON: dict[str, Any] = {
    "name": "", "gender": "", "born_on": None, "phone": "", "email": "", "works_at": "", "rank_title": "", "school_stage": "",
}  # fmt: skip
ANSWERS = {"办学理念": "school_philosophy", "科研课题数": "projects", "发表论文数": "papers"}


def store_import(session: Session, plan: ImportPlan, now: datetime, *, only_good: bool) -> ImportResult:
    """Store the roster of a plan in the caller's transaction; commits nothing.

    Compares anew, so that a plan made yesterday or pressed twice does what is right today. With any fault nothing is
    stored, unless `only_good` asks for the rows without one; a file that cannot be read is never stored.
    """
    _hold_others_off(session)
    today = local_day(now)
    fresh = plan_roster(session, plan.authority_body_id, plan.roster, now, plan.round_id)
    counts = {
        "new": fresh.count("new"),
        "changed": fresh.count("changed"),
        "same": fresh.count("same"),
        "faulty": fresh.count("faulty"),
    }
    if plan.roster.unreadable or (fresh.faults and not only_good):
        return ImportResult(stored=False, plan=fresh, faulty=counts["faulty"])
    compared = compare(session, plan.roster, plan.authority_body_id, plan.round_id, today)
    touched = {(row.sheet, row.row) for row in fresh.rows if row.status in {"new", "changed"}}
    bodies = _store_bodies(session, compared, touched)
    people = _store_people(session, compared, touched)
    _store_posts(session, compared, bodies, people)
    _store_credentials(session, compared, people)
    _store_experts(session, compared, bodies, people)
    return ImportResult(stored=True, plan=fresh, applied=_applied(compared, bodies, people), **counts)


def _hold_others_off(session: Session) -> None:
    # SQLite's writer is alone already; on PostgreSQL two imports at once would both find a person missing.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE body, person, post, credential IN SHARE ROW EXCLUSIVE MODE"))


def _store_bodies(session: Session, compared: Comparison, touched: set[tuple[str, int]]) -> dict[str, int]:
    rows = [row for row in compared.good[BODIES].values() if (BODIES, row.number) in touched]
    known = {code: body.id for code, body in compared.stored.bodies.items()}
    fresh = [
        {"code": row.key, "parent_id": None, "until": None} | compared.body_fields(row)
        for row in rows
        if row.key not in known
    ]
    _insert(session, BODY_TABLE, fresh)
    ids = known | ids_by(session, BODY_TABLE.c.code, BODY_TABLE.c.id, [one["code"] for one in fresh])
    tree = parents(compared)
    changed = [
        {"of_id": ids[row.key], "parent_id": ids.get(tree[row.key] or "")} | compared.body_fields(row) for row in rows
    ]
    _update(session, BODY_TABLE, changed)
    return ids


def _store_people(session: Session, compared: Comparison, touched: set[tuple[str, int]]) -> dict[str, int]:
    wanted: dict[str, dict[str, Any]] = {}
    for sheet in (PEOPLE, EXPERTS):
        for key, row in compared.good[sheet].items():
            if (sheet, row.number) in touched:
                wanted.setdefault(key, {}).update(compared.person_fields(row))
    known = compared.stored.people
    _insert(
        session,
        PERSON_TABLE,
        [EMPTY_PERSON | {"staff_no": key} | one for key, one in wanted.items() if key not in known],
    )
    kept = {key: {name: getattr(known[key], name) for name in EMPTY_PERSON} for key in wanted if key in known}
    _update(session, PERSON_TABLE, [{"of_id": known[key].id} | kept[key] | wanted[key] for key in kept])
    ids = {key: person.id for key, person in known.items()}
    return ids | ids_by(
        session, PERSON_TABLE.c.staff_no, PERSON_TABLE.c.id, [key for key in wanted if key not in known]
    )


def _store_posts(session: Session, compared: Comparison, bodies: dict[str, int], people: dict[str, int]) -> None:
    begun, ended, mended = [], [], []
    for key, row in compared.good[PEOPLE].items():
        old, same = post_before(compared, row)
        if same:
            continue
        post = _post(row, bodies, people[key], old)
        if old is not None and (old.body_id, old.title) == (post["body_id"], post["title"]):
            mended.append({"of_id": old.id, "from_on": post["from_on"], "kind": post["kind"]})
            continue
        begun.append(post)
        if old is not None:
            ended.append({"of_id": old.id, "to_on": _last_day(old.from_on, row.get("任现职日期"), compared.today)})
    _update(session, POSTS, mended)
    _update(session, POSTS, ended)
    _insert(session, POSTS, begun)


def _post(row: Row, bodies: dict[str, int], person_id: int, old: Any) -> dict[str, Any]:
    body_id, title = bodies[row.values["单位编码"]], row.values["职务"]
    kept = old.from_on if old is not None and (old.body_id, old.title) == (body_id, title) else None
    return {
        "person_id": person_id, "body_id": body_id, "kind": post_kind(title), "title": title, "subject": "", "established": True,
        "from_on": row.get("任现职日期", kept), "to_on": None,
    }  # fmt: skip


def _last_day(began: date | None, next_began: date | None, today: date) -> date:
    last = (next_began or today) - timedelta(days=1)
    return max(last, began) if began is not None else last


def _store_credentials(session: Session, compared: Comparison, people: dict[str, int]) -> None:
    fresh = [
        {"person_id": people[key], "kind": kind, "name": name, "level": level, "on": None, "until": None,
         "published": False, "key": False, "file_sha256": None, "confirmed_by": None}
        for key, row in compared.good[PEOPLE].items()
        for kind, name, level in compared.credentials(row)
        if (people[key], kind, name, level) not in compared.stored.credentials
    ]  # fmt: skip
    _insert(session, CREDENTIALS, fresh)


def _store_experts(session: Session, compared: Comparison, bodies: dict[str, int], people: dict[str, int]) -> None:
    appointed, avoided = [], []
    for key, row in compared.good[EXPERTS].items():
        person_id = people[key]
        if person_id not in compared.stored.experts:
            appointed.append({
                "person_id": person_id, "body_id": bodies[compared.authority_code or ""], "role": "expert",
                "from_on": compared.today, "to_on": None,
            })  # fmt: skip
        avoided += [
            {
                "person_id": person_id,
                "body_id": bodies[code],
                "other_person_id": None,
                "kind": "avoids",
                "source": "roster",
            }
            for code in row.get("回避机构编码", ())
            if (person_id, bodies[code]) not in compared.stored.avoided
        ]
    _insert(session, APPOINTMENTS, appointed)
    _insert(session, TIES, avoided)


def _applied(compared: Comparison, bodies: dict[str, int], people: dict[str, int]) -> tuple[AppliedRow, ...]:
    found = []
    for key, row in compared.good[APPLICATIONS].items():
        school = compared.school_of(key)
        if school is None or people[key] in compared.stored.applied:
            continue
        answers = {name: row.get(column) for column, name in ANSWERS.items() if row.get(column) is not None}
        stage, studio = row.get("申报学段", ""), row.get("工作室名称", "")
        found.append(AppliedRow(people[key], bodies[school], stage, studio, answers, row.get("提交日期")))
    return tuple(found)


def _insert(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table), rows)


def _update(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Rewrite these rows by id; each carries `of_id` and the same columns."""
    if rows:
        names = [name for name in rows[0] if name != "of_id"]
        marked = [{f"to_{name}" if name != "of_id" else name: value for name, value in row.items()} for row in rows]
        statement = update(table).where(table.c.id == bindparam("of_id"))
        session.connection().execute(statement.values({name: bindparam(f"to_{name}") for name in names}), marked)
