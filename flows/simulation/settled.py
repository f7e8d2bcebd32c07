"""Settled (有结果): which studios have come to an end or into a next cycle, and which wait for a round that a bureau must open."""

from sqlalchemy import exists, select

from flows.engine.consequences.asking_anew import may_ask_anew
from flows.engine.work import Work
from models import Cycle, Studio
from models.columns import table_of
from models.statements import rows

CYCLES, STUDIOS = table_of(Cycle), table_of(Studio)
_LATER = CYCLES.alias("later")
_NEXT = exists().where(_LATER.c.studio_id == CYCLES.c.studio_id, _LATER.c.number > 1)
IN_THE_FIRST = (
    select(CYCLES.c.studio_id, CYCLES.c.id)
    .join(STUDIOS, STUDIOS.c.id == CYCLES.c.studio_id)
    .where(STUDIOS.c.standing.in_(("active", "suspended", "forming")), ~_NEXT)
)
ANY_IN_THE_FIRST = IN_THE_FIRST.limit(1)


def unsettled(work: Work) -> tuple[set[int], set[int]]:
    """Studios without an outcome; and those whose outcome is that they may apply in a next round (石家庄 后段2), which nobody opens here."""
    cycles = {row.studio_id: row.id for row in rows(work.session, IN_THE_FIRST)}
    anew = may_ask_anew(work, cycles) if cycles else set()
    return cycles.keys() - anew, anew


def all_settled(work: Work) -> bool:
    """Whether every studio has an outcome; nearly always the first that has none says no."""
    return not rows(work.session, ANY_IN_THE_FIRST) or not unsettled(work)[0]
