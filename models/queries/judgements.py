"""Judgements: criteria of applications that a person of a tier or body judges: which are out, and which are not met."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlmodel import Session

from models import CriterionCheck
from models.columns import table_of
from models.statements import among, rows

CHECKS = table_of(CriterionCheck)
ASKED = (
    select(CHECKS.c.application_id, CHECKS.c.place, CHECKS.c.title, CHECKS.c.result)
    .where(among(CHECKS.c.application_id, "applications"), CHECKS.c.asks == "tier")
    .where(CHECKS.c.result.in_(("judge", "failed")))
    .order_by(CHECKS.c.id)
)


def judgements_of(
    session: Session, application_ids: Collection[int]
) -> Mapping[int, tuple[tuple[tuple[str, str], ...], tuple[str, ...]]]:
    """For each application: (place, title) of what is still to be judged, and the titles of what was judged not to be met."""
    if not application_ids:
        return {}
    out: dict[int, list[tuple[str, str]]] = defaultdict(list)
    unmet: dict[int, list[str]] = defaultdict(list)
    for row in rows(session, ASKED, applications=set(application_ids)):
        if row.result == "judge":
            out[row.application_id].append((row.place, row.title))
        else:
            unmet[row.application_id].append(row.title)
    return {one: (tuple(out.get(one, ())), tuple(unmet.get(one, ()))) for one in application_ids}
