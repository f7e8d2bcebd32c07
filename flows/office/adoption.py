"""Adoption (启用办法): a regulation becomes a version that an authority runs; the same text twice is one version."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select
from sqlmodel import Session

from flows.engine.errors import Refused
from flows.programme import Programme
from models import Casting, ProgrammeVersion
from models import Programme as ProgrammeRow
from models.columns import table_of

PROGRAMMES, VERSIONS, CASTINGS = table_of(ProgrammeRow), table_of(ProgrammeVersion), table_of(Casting)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What adopting a text would make of it: its number, the version before it (none for the first), and its equal if stored."""

    number: int
    before_id: int | None
    before_number: int
    before_on: date | None
    same_number: int | None


def outlook(session: Session, programme: Programme, authority_body_id: int) -> Outlook:
    """What would follow if this authority adopted the programme now; before it comes the version that lies latest."""
    rows = session.execute(
        select(VERSIONS.c.id, VERSIONS.c.number, VERSIONS.c.in_force_on, VERSIONS.c.sha256)
        .join(PROGRAMMES, PROGRAMMES.c.id == VERSIONS.c.programme_id)
        .where(PROGRAMMES.c.code == programme.code, PROGRAMMES.c.authority_body_id == authority_body_id)
        .order_by(VERSIONS.c.in_force_on.desc(), VERSIONS.c.number.desc())
    ).all()
    same = next((row.number for row in rows if row.sha256 == programme.sha256), None)
    if not rows:
        return Outlook(1, None, 0, None, None)
    last = rows[0]
    return Outlook(len(rows) + 1, last.id, last.number, last.in_force_on, same)


def adopt_as_seen(
    session: Session, programme: Programme, authority_body_id: int, in_force_on: date, before_id: int | None
) -> tuple[int, int]:
    """Adopt what somebody has compared with version `before_id`; returns the version's id and number.

    Raises Refused when nothing differs, another version came meanwhile, or it would lie before the last one and never hold.
    """
    found = outlook(session, programme, authority_body_id)
    if found.same_number is not None:
        raise Refused("same_version", f"和已经启用的第 {found.same_number} 版完全一样，不用再启用。没有改动任何内容。")
    if found.before_id != before_id:
        raise Refused(
            "other_version",
            f"这期间又启用了第 {found.before_number} 版。请看过与它的不同，再决定是否启用。没有改动任何内容。",
        )
    if found.before_on is not None and in_force_on < found.before_on:
        day = f"{found.before_on.year}年{found.before_on.month}月{found.before_on.day}日"
        raise Refused(
            "before_last",
            f"施行日期不能早于第 {found.before_number} 版的 {day}，否则这一版永远不会生效。没有改动任何内容。",
            {},
            ("since",),
        )
    return adopt(session, programme, authority_body_id, in_force_on), found.number


def adopt(session: Session, programme: Programme, authority_body_id: int, in_force_on: date) -> int:
    """Store a programme as a version of this authority; returns the version's id, that of the stored one if nothing changed."""
    programme_id = session.execute(
        select(PROGRAMMES.c.id).where(
            PROGRAMMES.c.code == programme.code, PROGRAMMES.c.authority_body_id == authority_body_id
        )
    ).scalar()
    if programme_id is None:
        programme_id = session.execute(
            insert(PROGRAMMES)
            .values(code=programme.code, title=programme.title, authority_body_id=authority_body_id)
            .returning(PROGRAMMES.c.id)
        ).scalar_one()
    same = session.execute(
        select(VERSIONS.c.id).where(VERSIONS.c.programme_id == programme_id, VERSIONS.c.sha256 == programme.sha256)
    ).scalar()
    if same is not None:
        return int(same)
    number = session.execute(select(func.count()).where(VERSIONS.c.programme_id == programme_id)).scalar_one() + 1
    version_id: int = session.execute(
        insert(VERSIONS)
        .values(
            programme_id=programme_id, number=number, text=programme.text, expanded=programme.expanded, sha256=programme.sha256,
            in_force_on=in_force_on,
        )
        .returning(VERSIONS.c.id)
    ).scalar_one()  # fmt: skip
    return version_id


def cast_body(session: Session, programme_id: int, key: str, body_id: int, from_on: date) -> None:
    """Bind a body of the programme to a real one from a day on; the binding before it ends."""
    session.execute(
        CASTINGS.update()
        .where(CASTINGS.c.programme_id == programme_id, CASTINGS.c.key == key, CASTINGS.c.to_on.is_(None))
        .values(to_on=from_on)
    )
    session.execute(insert(CASTINGS).values(programme_id=programme_id, key=key, body_id=body_id, from_on=from_on))
