"""Established studios (已有工作室): what an import stores of a studio that runs: its host, cycle, roster and level."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from typing import Any

from flows.engine.calendar import at_local
from flows.engine.consequences.cycles import cycle_end
from flows.programme.sections import Role, Share
from flows.rehearsal import seen
from flows.rehearsal.bodies import other_home
from flows.rehearsal.bureau import Bureau, UnknownName
from flows.rehearsal.called import called
from flows.rehearsal.whereabouts import placed
from models import Attendance, Cycle, Record, Seat, Studio

AFTERNOON = 14
HEADCOUNTS = ("own_school", "other_school")
WHERE = ("county", "school", "body")
STUDIO_KEYS: Mapping[str, str] = {
    "plaque": "挂牌日，即第一个周期的第一天", "level": "工作室层级", "host": "主持人的名字（默认 host）", "members": "成员：{名字: 角色}，或名字的列表，或人数 {own_school: 2, other_school: 8}，或 {角色: 人数}",
    "grades": "已有的考核结果：{考核@周期: 等次}，到时按通常的办理得出", "kind": "哪一类工作室", "count": "同样的几个，名字后加 1、2、3……", "standing": "状态（默认 active）",
    "activities": "办过的活动和考勤：{count: 12, until: 2026-01-20, absent: {A: 4, B: 3}, leave: {C: 1}}（每周一次；absent 不含请假）",
    "cycle": "false：没有周期（只登记）", "school": "主持人所在学校（机构名）", "body": "同 school", "county": "所在的县：主持人在那里的一所学校", "number": "这是第几个周期（默认 1）",
    "version": "周期所用办法的版本：1 是现在这一版；或情景旁边较早一版的文件名",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is to have a seat: name, role, the further role within it, and where they work."""

    name: str
    role: str
    duty_role: str
    body: str


def establish(bureau: Bureau, name: str, said: Mapping[str, Any]) -> list[int]:
    """A studio, or several alike, as they run today; returns their ids. Raises UnknownName for a key or role there is not."""
    unknown = next((key for key in said if key not in STUDIO_KEYS), None)
    if unknown is not None:
        raise UnknownName(f"工作室没有“{unknown}”这一项；可以写：{'、'.join(STUDIO_KEYS)}")
    if "count" not in said:
        return [_establish(bureau, name, said, str(said.get("host", "host" if name == "studio" else f"{name}-host")))]
    alike = {key: value for key, value in said.items() if key not in {"count", "host"}}
    return [_establish(bureau, f"{name}{n}", alike, f"{name}{n}") for n in range(1, int(said["count"]) + 1)]


def _establish(bureau: Bureau, name: str, said: Mapping[str, Any], host: str) -> int:
    kind = bureau.kind_meant(str(said.get("kind", next(iter(bureau.programme.kinds), ""))))
    where = placed({key: said[key] for key in WHERE if key in said}, list(bureau.bodies))
    host_id = bureau.person(host, "host", kind=kind, **where)
    home = bureau.profiles[host].body
    begins_on = date.fromisoformat(str(said["plaque"])) if "plaque" in said else bureau.today
    with bureau.at_work() as work:
        programme_id = work.book.cast(work.session, bureau.version_id).programme_id
        row = Studio(
            programme_id=programme_id, name=f"{host}工作室", kind=kind, level=str(said.get("level", bureau.programme.level)), host_id=host_id,
            home_body_id=bureau.bodies[home], standing=str(said.get("standing", "active")), made_at=work.now,
        )  # fmt: skip
        work.session.add(row)
        work.session.flush()
        studio_id = row.id or 0
        work.session.add(
            Seat(studio_id=studio_id, person_id=host_id, role="host", body_id=bureau.bodies[home], from_on=begins_on)
        )
        work.session.flush()
    bureau.studios[name] = studio_id
    written = _by_name(bureau, said.get("members"))
    members = list(_members(bureau, written, home))
    for member in within_shares(bureau, members, home, named=set(written or ())):
        _seat(bureau, studio_id, host, member, begins_on)
    if "activities" in said:
        _hold_activities(bureau, studio_id, said["activities"])
    if said.get("cycle", True) is not False:
        version_id = bureau.version_meant(str(said.get("version", 1)))
        _begin_cycle(bureau, studio_id, begins_on, int(said.get("number", 1)), version_id)
    return studio_id


def _seat(bureau: Bureau, studio_id: int, host: str, member: Member, from_on: date) -> None:
    person_id = bureau.person(member.name, member.duty_role or member.role, host=host, body=member.body)
    body = bureau.profiles[member.name].body
    with bureau.at_work() as work:
        work.session.add(Seat(
            studio_id=studio_id, person_id=person_id, role=member.role, duty_role=member.duty_role, body_id=bureau.bodies[body], from_on=from_on
        ))  # fmt: skip
        work.session.flush()


def _hold_activities(bureau: Bureau, studio_id: int, said: Mapping[str, Any]) -> None:
    """Activities that were held, one a week up to a day, with who missed how many, the first ones, and who had leave."""
    last = date.fromisoformat(str(said["until"]))
    number = int(said["count"])
    days = [date.fromordinal(last.toordinal() - 7 * (number - n)) for n in range(1, number + 1)]
    host_id = seen.studio(bureau.engine, studio_id).host_id
    mine = (seen.SEATS.c.studio_id == studio_id) & (seen.SEATS.c.role != "host")
    seated = [row.person_id for row in seen.all_rows(bureau.engine, seen.SEATS.select().where(mine))]
    leave = {bureau.people[name]: int(times) for name, times in said.get("leave", {}).items()}
    absent = {bureau.people[name]: int(times) for name, times in said.get("absent", {}).items()}
    with bureau.at_work() as work:
        for n, day in enumerate(days):
            held_at = at_local(day, AFTERNOON)
            record = Record(
                kind="activity",
                title="研修活动",
                studio_id=studio_id,
                held_on=day,
                starts_at=held_at,
                filed_by=host_id,
                filed_at=held_at,
            )
            work.session.add(record)
            work.session.flush()
            for person_id in seated:
                away, excused = absent.get(person_id, 0), leave.get(person_id, 0)
                mark = "leave" if n < excused else "absent" if n < excused + away else "present"
                work.session.add(Attendance(record_id=record.id or 0, person_id=person_id, mark=mark, noted_at=held_at))
        work.session.flush()


def _begin_cycle(bureau: Bureau, studio_id: int, begins_on: date, number: int, version_id: int) -> None:
    with bureau.at_work() as work:
        length = bureau.book.programme(work.session, version_id).cycle_length()
        ends_on = cycle_end(begins_on, length, work.calendar)
        work.session.add(Cycle(
            studio_id=studio_id, number=number, version_id=version_id, begins_on=begins_on, ends_on=ends_on, opens_next_on=begins_on
        ))  # fmt: skip
        work.session.flush()


def _by_name(bureau: Bureau, said: Any) -> Any:
    """Members by name or role; a list of names, or a bare number, is of the first role that counts."""
    if isinstance(said, Mapping):
        return _by_role(bureau, said)
    if said is None:
        return None
    plain = next((role.name for role in bureau.programme.member_roles() if role.within is None), "")
    return {plain: said} if isinstance(said, int) else {str(name): plain for name in said}


def _by_role(bureau: Bureau, said: Mapping[Any, Any]) -> Mapping[str, Any]:
    """Members with their roles by name: 学员 is the role whose title it is."""
    titles = {name: role.title for name, role in bureau.programme.people.items()}
    return {
        (called(titles, str(key)) if isinstance(value, int) else str(key)): called(titles, value)
        for key, value in said.items()
    }


def _members(bureau: Bureau, said: Any, home: str) -> Iterator[Member]:
    """The members as a scenario gives them; a roster that it does not give is just large enough."""
    roles = {role.name: role for role in bureau.programme.member_roles()}
    other = other_home(bureau.programme, home)
    if said is None:
        yield from _enough(roles, home, other)
        return
    plain = next((role.name for role in roles.values() if role.within is None), "")
    heads = {key: int(value) for key, value in said.items() if isinstance(value, int)}
    inner = _inner_heads(roles, {**dict.fromkeys(_named_roles(said, roles), 0), **heads})
    for key, body, prefix in (("own_school", home, "own"), ("other_school", other, "other")):
        for n in range(1, heads.get(key, 0) + 1):
            yield Member(f"{prefix}{n}", plain, next(inner, "") if key == "own_school" else "", body)
    for name, role in roles.items():
        if role.within is None and name in heads:
            yield from (Member(f"{name}{n}", name, "", other) for n in range(1, heads[name] + 1))
    for name, role_name in said.items():
        if not isinstance(role_name, int):
            yield _named(bureau.programme.people, str(name), str(role_name), home)
    free = {role.name for role in bureau.programme.people.values() if not role.counts and role.name in heads}
    for name in sorted(free):
        yield from (Member(f"{name}{n}", name, "", other) for n in range(1, heads[name] + 1))
    unknown = next((key for key in heads if key not in {*HEADCOUNTS, *roles, *free}), None)
    if unknown is not None:
        known = [*HEADCOUNTS, *(name for name in bureau.programme.people if name != "host")]
        raise UnknownName(f"没有叫“{unknown}”的角色；有：{'、'.join(known)}")


def _named_roles(said: Mapping[str, Any], roles: Mapping[str, Role]) -> Collection[str]:
    """Roles that somebody is named for, so that nobody else need have them."""
    return {str(role) for role in said.values() if role in roles}


def _named(roles: Mapping[str, Role], name: str, role: str, home: str) -> Member:
    if role not in roles or role == "host":
        raise UnknownName(f"没有叫“{role}”的角色；有：{'、'.join(one for one in roles if one != 'host')}")
    within = roles[role].within
    return Member(name, within or role, role if within else "", home)


def _inner_heads(roles: Mapping[str, Role], heads: Mapping[str, int]) -> Iterator[str]:
    """The roles held within another, each as often as the scenario says or the text asks."""
    for name, role in roles.items():
        if role.within is not None:
            least = max((limit.least or 0 for limit in role.number), default=0)
            yield from (name for _ in range(heads.get(name, least)))


def _enough(roles: Mapping[str, Role], home: str, other: str) -> Iterator[Member]:
    inner = _inner_heads(roles, {})
    numbers = count(1)
    for name, role in roles.items():
        if role.within is None:
            least = max((limit.least or limit.about or 0 for limit in role.number), default=0)
            held = [next(inner, "") for _ in range(least)]
            yield from (Member(f"{name}{next(numbers)}", name, duty, home if duty else other) for duty in held)


def within_shares(bureau: Bureau, members: Sequence[Member], home: str, *, named: Collection[str]) -> list[Member]:
    """Members of whom only names are given work where the shares allow: some at the host's school, the others elsewhere."""
    found, elsewhere = list(members), other_home(bureau.programme, home)
    free = {one.name for one in found if one.name in named and not one.duty_role}
    for n, one in reversed(list(enumerate(found))):
        if not any(_exceeds(bureau, share, found, home) for share in bureau.programme.shares):
            break
        if one.name in free and "body" not in bureau.people_given.get(one.name, {}):
            found[n] = replace(one, body=elsewhere)
    return found


def _exceeds(bureau: Bureau, share: Share, members: Sequence[Member], home: str) -> bool:
    """Whether more of these are of the host's school than a share allows; the host is one of it."""
    given = bureau.people_given
    where = [("host", home), *((one.role, str(given.get(one.name, {}).get("body", one.body))) for one in members)]
    own = sum(role in share.count and body == home for role, body in where)
    return own > share.at_most * sum(role in share.in_ for role, _ in where)
