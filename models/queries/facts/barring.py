"""Who is barred from the next cycle (不再列为下一周期对象), and by which result."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from models import Consequence, Cycle, Studio
from models.columns import table_of
from models.queries.cases import Case
from models.statements import among, rows

CONSEQUENCES, CYCLES, STUDIOS = table_of(Consequence), table_of(Cycle), table_of(Studio)
ASKED_BY_HOSTS = ("studio", "level", "cycle")
_OF_STUDIO = CYCLES.alias("of_studio")
_LAST = select(func.max(_OF_STUDIO.c.number)).where(_OF_STUDIO.c.studio_id == STUDIOS.c.id).scalar_subquery()
BARRED = (
    select(
        CONSEQUENCES.c.person_id,
        CONSEQUENCES.c.origin,
        STUDIOS.c.programme_id,
        STUDIOS.c.name,
        CYCLES.c.begins_on,
        CYCLES.c.ends_on,
    )
    .join(STUDIOS, STUDIOS.c.id == CONSEQUENCES.c.studio_id)
    .join(CYCLES, (CYCLES.c.studio_id == STUDIOS.c.id) & (CYCLES.c.number == _LAST))
    .where(among(CONSEQUENCES.c.person_id, "people"), CONSEQUENCES.c.kind == "bar")
    .order_by(CONSEQUENCES.c.id)
)


def barred_hosts(session: Session, cases: Collection[Case], casts: Mapping[int, Any], today: date) -> Mapping[int, str]:
    """Of these cases, those of hosts who are barred, with the studio whose result bars them.

    The bar lasts as long as the next cycle would have: it ends a cycle's length after the one that failed.
    """
    hosting = [case for case in cases if case.gives in ASKED_BY_HOSTS]
    if not hosting:
        return {}
    programmes = {cast.programme_id for cast in casts.values()}
    found = {
        row.person_id: f"{row.name}期满考核没有达到要求"
        for row in rows(session, BARRED, people={case.person_id for case in hosting})
        if "corrected" not in row.origin  # the result that barred was corrected on appeal
        and row.programme_id in programmes
        and today <= row.ends_on + (row.ends_on - row.begins_on)
    }
    return {case.id: found[case.person_id] for case in hosting if case.person_id in found}
