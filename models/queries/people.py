"""People as the criteria see them: posts, what they have earned, the bodies above them, the studios they serve in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session

from models import Body, Credential, Person, Post, Seat, Studio
from models.columns import table_of
from models.facts import CredentialFact, PersonFacts, PostFact
from models.queries.bodies import Place, lineages
from models.statements import among, rows

PEOPLE, POSTS, CREDENTIALS = table_of(Person), table_of(Post), table_of(Credential)
BODIES, SEATS, STUDIOS = table_of(Body), table_of(Seat), table_of(Studio)
RUNNING = ("active", "suspended")
DAY = bindparam("on", type_=POSTS.c.from_on.type)
KNOWN = select(PEOPLE.c.id, PEOPLE.c.born_on, PEOPLE.c.school_stage).where(among(PEOPLE.c.id, "people"))
HELD = (
    select(POSTS)
    .where(among(POSTS.c.person_id, "people"), or_(POSTS.c.from_on.is_(None), POSTS.c.from_on <= DAY))
    .order_by(POSTS.c.id)
)
STAGES = select(BODIES.c.id, BODIES.c.school_stage).where(among(BODIES.c.id, "bodies"))
EARNED = select(CREDENTIALS).where(among(CREDENTIALS.c.person_id, "people")).order_by(CREDENTIALS.c.id)
SERVING = (
    select(SEATS.c.person_id, STUDIOS.c.kind)
    .join(STUDIOS, STUDIOS.c.id == SEATS.c.studio_id)
    .where(among(SEATS.c.person_id, "people"), STUDIOS.c.standing.in_(RUNNING), SEATS.c.from_on <= DAY)
    .where(or_(SEATS.c.to_on.is_(None), SEATS.c.to_on >= DAY))
    .distinct()
    .order_by(SEATS.c.person_id, STUDIOS.c.kind)
)
HOSTING = (
    select(STUDIOS.c.host_id, STUDIOS.c.level)
    .where(among(STUDIOS.c.host_id, "people"), STUDIOS.c.standing.in_(RUNNING))
    .distinct()
    .order_by(STUDIOS.c.host_id, STUDIOS.c.level)
)


def person_facts(session: Session, person_ids: Iterable[int | None], on: date) -> Mapping[int, PersonFacts]:
    """What is known about these people on this day, by id; six queries, and one for each level of the tree above them.

    Posts that have ended are there too, because years of service count them; posts to come are not. The body is that of
    the post held on the day: an established one first, then the latest. The school is the nearest one above it.
    """
    ids = {one for one in person_ids if one is not None}
    if not ids:
        return {}
    posts = _posts(session, ids, on)
    homes = {person: _home(held, on) for person, held in posts.items()}
    above = lineages(session, {home for home in homes.values() if home is not None})
    schools = {body: _school(places) for body, places in above.items()}
    stages = _stages(session, {school for school in schools.values() if school is not None})
    credentials = _credentials(session, ids)
    serving, hosting = _serving(session, ids, on), _hosting(session, ids)
    facts = {}
    for row in rows(session, KNOWN, people=ids):
        home = homes.get(row.id)
        school = schools.get(home) if home is not None else None
        facts[row.id] = PersonFacts(
            born_on=row.born_on,
            body_id=home,
            school_id=school,
            school_stage=row.school_stage or (stages.get(school, "") if school is not None else ""),
            lineage=tuple(place.id for place in above.get(home, ())) if home is not None else (),
            posts=tuple(_post_fact(post) for post in posts.get(row.id, ())),
            credentials=tuple(credentials.get(row.id, ())),
            serves_in=tuple(serving.get(row.id, ())),
            studio_levels=tuple(hosting.get(row.id, ())),
        )
    return facts


def _posts(session: Session, ids: set[int], on: date) -> Mapping[int, Sequence[Any]]:
    held: dict[int, list[Any]] = defaultdict(list)
    for row in rows(session, HELD, people=ids, on=on):
        held[row.person_id].append(row)
    return held


def _home(posts: Sequence[Any], on: date) -> int | None:
    """The body of the post held on the day; of several the established one, then the latest, then the first entered."""
    held = [post for post in posts if post.to_on is None or post.to_on >= on]
    if not held:
        return None
    best = max(held, key=lambda post: (post.established, post.from_on or date.min, -post.id))
    return int(best.body_id)


def _school(places: Sequence[Place]) -> int | None:
    return next((place.id for place in places if place.level == "school"), None)


def _stages(session: Session, school_ids: set[int]) -> Mapping[int, str]:
    return {row.id: row.school_stage for row in rows(session, STAGES, bodies=school_ids)}


def _post_fact(row: Any) -> PostFact:
    return PostFact(row.kind, row.body_id, row.subject, row.established, row.from_on, row.to_on)


def _credentials(session: Session, ids: set[int]) -> Mapping[int, Sequence[CredentialFact]]:
    earned: dict[int, list[CredentialFact]] = defaultdict(list)
    for row in rows(session, EARNED, people=ids):
        earned[row.person_id].append(
            CredentialFact(
                kind=row.kind,
                name=row.name,
                level=row.level,
                on=row.on,
                until=row.until,
                published=row.published,
                key=row.key,
                confirmed=row.confirmed_by is not None,
            )
        )
    return earned


def _serving(session: Session, ids: set[int], on: date) -> Mapping[int, Sequence[str]]:
    """The kinds of the running studios in which each has a seat on the day."""
    return _gathered((row.person_id, row.kind) for row in rows(session, SERVING, people=ids, on=on))


def _hosting(session: Session, ids: set[int]) -> Mapping[int, Sequence[str]]:
    """The levels of the running studios that each hosts."""
    return _gathered((row.host_id, row.level) for row in rows(session, HOSTING, people=ids))


def _gathered(pairs: Iterable[tuple[int, str]]) -> Mapping[int, Sequence[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for person, word in pairs:
        found[person].append(word)
    return found
