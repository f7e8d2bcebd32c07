"""Opens the studios of the demonstration in a founded bureau, and plans their lives until yesterday."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from sqlalchemy import select
from sqlmodel import Session

from demo.founding import SINCE, Founded
from demo.journey import Journey
from demo.life import MORNING, Diary, Life
from demo.stories import TALES, tell
from demo.studios import Casting, Established, Tale, establish
from flows.engine.calendar import local_day
from flows.engine.days import calendar_of
from flows.office.adoption import cast_body
from models import Body, ProgrammeVersion
from models.columns import table_of
from models.session import transaction

BODIES, VERSIONS = table_of(Body), table_of(ProgrammeVersion)
BEFORE, WHOLE = timedelta(days=4), 3  # studios with whole cycles behind them are entered with their history


def first_day(today: date) -> date:
    """The day on which the demonstration begins: just before the first plaque that is hung in it."""
    return min(tale.plaque(today) for tale in TALES if tale.years < WHOLE) - BEFORE


def begin_lives(journey: Journey, founded: Founded, today: date, aspirant: int) -> Mapping[str, Established]:
    """Enter the studios on the days of their plaques, and have their people act from then on.

    `aspirant`: a member of the first who has more in mind. Returns the studios by their story, filled as time passes.
    """
    made: dict[str, Established] = {}
    with transaction(journey.engine) as session:
        diary = Diary(journey, calendar_of(session), today - timedelta(days=1))
        casting = Casting(session, founded, aspirant)
        _cast(session, founded)
    journey.mornings.append(diary.live)
    for tale in sorted(TALES, key=lambda one: one.plaque(today)):
        begin = _beginning(journey, founded, diary, casting, tale, made)
        diary.note(max(tale.plaque(today), first_day(today) + timedelta(days=1)), begin, MORNING)
    return made


def _beginning(
    journey: Journey, founded: Founded, diary: Diary, casting: Casting, tale: Tale, entered: dict[str, Established]
) -> Callable[[], None]:
    today = diary.last + timedelta(days=1)

    def begin() -> None:
        with journey.at_work() as work:
            made = establish(work, founded, tale, casting, today)
        entered[tale.story] = made
        journey.look()
        life = Life(
            diary, founded.bureau_id, founded.version_id, made.studio_id, made.host_id, made.members, made.begins_on, local_day(journey.clock.now()),
            casting.newcomers.get(tale.story, 0),
        )  # fmt: skip
        tell(life, tale.story, today)

    return begin


def _cast(session: Session, founded: Founded) -> None:
    """The institute that assesses for the bureau (第十四条 委托第三方)."""
    institute = session.execute(select(BODIES.c.id).where(BODIES.c.kind == "third_party")).scalar_one()
    programme_id = session.execute(
        select(VERSIONS.c.programme_id).where(VERSIONS.c.id == founded.version_id)
    ).scalar_one()
    cast_body(session, programme_id, "third_party", institute, SINCE)
