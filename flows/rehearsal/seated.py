"""Rosters (名单): who has a seat in which studio, and how it differs from what a scenario expects."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from flows.rehearsal import seen
from flows.rehearsal.beginning import the_studio
from flows.rehearsal.bureau import Bureau
from models import Seat
from models.columns import table_of

SEATS = table_of(Seat)
# Other ways to say that somebody has no seat, or any.
OUT, IN = frozenset({"none", "out", "left", "gone", "false"}), frozenset({"in", "seated", "true"})

# Everybody who counts, whatever their role.
MEMBERS = "members"


def seated(bureau: Bureau, studio_id: int) -> Mapping[str, str]:
    """Who has a seat today: name and role."""
    mine = (SEATS.c.studio_id == studio_id) & SEATS.c.to_on.is_(None)
    rows = seen.all_rows(bureau.engine, SEATS.select().where(mine).order_by(SEATS.c.id))
    return {bureau.name_of_person(row.person_id): row.duty_role or row.role for row in rows}


def roster_rows(bureau: Bureau, said: Any) -> list[str]:
    """Those in a studio; a role as description counts its holders, a name is that one person."""
    rows = seen.all_rows(bureau.engine, select(seen.STUDIOS.c.id).order_by(seen.STUDIOS.c.id))
    there = [one for row in rows for one in seated(bureau, row.id).items()]
    counted = {role.name for role in bureau.programme.member_roles()}
    return [name for name, role in there if said in ("studio", role, name) or (said == MEMBERS and role in counted)]


def roster_faults(bureau: Bureau, said: Any) -> list[str]:
    """How a roster differs: `{name: role|none}`, `{role: number}`; `{of: studio}` names the studio."""
    if not isinstance(said, dict):
        return [f"应当写成 {{名字: 角色}} 或 {{角色: 人数}}，写的是 {said}"]
    if len(said) == 1 and _is_studio(bureau, (name := next(iter(said))), said[name]):
        return _roster_of(bureau, name, said[name])
    there = seated(bureau, the_studio(bureau, str(said.get("of", "studio"))))
    faults = []
    for name, wanted in said.items():
        if name == "of":
            continue
        number = isinstance(wanted, int) and not isinstance(wanted, bool)
        found: object = list(there.values()).count(name) if number else there.get(name, "none")
        if not (str(found) == str(wanted) if number else _is_role(bureau, str(found), str(wanted))):
            faults.append(
                f"名单中 {name} 应为 {wanted}，实为 {found}；现有：{'、'.join(f'{one}（{role}）' for one, role in there.items())}"
            )
    return faults


def _is_studio(bureau: Bureau, name: str, said: Any) -> bool:
    """Whether a name is of a studio: its own, or with a list or a mapping behind it that of whoever hosts it."""
    return name in {"studio", *bureau.studios} or (isinstance(said, list | dict) and name in bureau.people)


def _is_role(bureau: Bureau, found: str, wanted: str) -> bool:
    """Whether somebody's role is the one written: by its name or title, or only that they are in or out."""
    if wanted.lower() in OUT | IN:
        return (found == "none") is (wanted.lower() in OUT)
    role = bureau.programme.people.get(found)
    return wanted in {found, role.title if role is not None else found}


def _roster_of(bureau: Bureau, studio: str, said: Any) -> list[str]:
    """How the roster of one studio differs: `{studio: {learner: 2}}`, `{studio: [names]}` without the host, `{studio: 11}` with them."""
    if isinstance(said, dict):
        return roster_faults(bureau, {"of": studio, **said})
    there = seated(bureau, the_studio(bureau, studio))
    if isinstance(said, list):
        members = {name for name, role in there.items() if role != "host" or name in said}
        return [] if members == set(map(str, said)) else [f"{studio} 的成员应为 {said}，实为 {sorted(members)}"]
    return [] if str(len(there)) == str(said) else [f"{studio} 应有 {said} 人（连主持人），实有 {len(there)} 人"]
