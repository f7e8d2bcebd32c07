"""What follows when a path has granted what it gives (`then` of a path): the same words as after a result."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from flows.engine.consequences.results import follow
from flows.engine.work import Happening, Intent, Work
from models import Seat
from models.columns import table_of
from models.queries.cases import cases

SEATS = table_of(Seat)


def follow_path(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Carry out what a path says will follow, for the seat that it gave or ended (石家庄 后段2: 按程序增补)."""
    found = cases(work.session, [one.run.application_id for one in happened])
    for one in happened:
        case, then = found[one.run.subject_id], getattr(one.rule.policy, "then", ())
        if not then or case.studio_id is None or not one.move.ends:
            continue
        mine = (SEATS.c.studio_id == case.studio_id) & (SEATS.c.person_id == case.person_id)
        seat_id = work.session.execute(select(SEATS.c.id).where(mine).order_by(SEATS.c.id.desc()).limit(1)).scalar()
        follow(work, one, case.studio_id, then, seat_id=seat_id, about=f"application:{case.id}")
    return ()
