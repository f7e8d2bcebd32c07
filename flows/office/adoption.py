"""Adoption (启用办法): a regulation becomes a version that an authority runs; the same text twice is one version."""

from datetime import date

from sqlalchemy import func, insert, select
from sqlmodel import Session

from flows.programme import Programme
from models import Casting, ProgrammeVersion
from models import Programme as ProgrammeRow
from models.columns import table_of

PROGRAMMES, VERSIONS, CASTINGS = table_of(ProgrammeRow), table_of(ProgrammeVersion), table_of(Casting)


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
