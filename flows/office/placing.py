"""Central placement (统筹调配): a list that says who joins which studio and why, proposed by a solver, decided by the body."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from flows.engine.assign import Places, Seeker, assign
from flows.engine.calendar import local_day
from flows.engine.declare import Actor
from flows.engine.errors import NotFound, Refused
from flows.engine.lists import Entry, draft_list
from flows.engine.work import Work, read_facts, run_state
from flows.membership import MembershipPolicy
from flows.office.selection import waiting
from flows.programme.criterion_findings import STAGES_NAMED
from models import Body, Listing, ListingEntry, Studio
from models.columns import table_of
from models.facts import PersonFacts, Roster
from models.queries.bodies import Place, lineages
from models.queries.cases import Case, cases
from models.queries.facts.seating import owed_before, wishes_of
from models.queries.people import person_facts

BODIES, ENTRIES, LISTINGS, STUDIOS = table_of(Body), table_of(ListingEntry), table_of(Listing), table_of(Studio)
NEAR: Mapping[str, tuple[int, str]] = {
    "department": (0, "同校"), "school": (0, "同校"), "township": (1, "同乡镇"), "county": (2, "同县（区）"), "city": (3, "同市"),
    "province": (4, "同省"),
}  # fmt: skip
MOVED_ON = "moved_on"
FULL = "席位不够：各工作室的名额都已排满。"
FAR = (5, "不在同一地区")
PREFERENCES = {"school_stage": "学段", "size": "规模", "nearness": "便于活动", "wish": "志愿", "subject": "学科"}


@dataclass(frozen=True, slots=True)
class Found:
    """A studio as a place to be: its roster, stage, subject, the bodies above it, and how many more it takes."""

    id: int
    roster: Roster
    stage: str
    subject: str
    above: tuple[Place, ...]
    most: int
    least: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """Somebody to be placed, with what each studio means for them, preference by preference."""

    run: Any
    case: Case
    wishes: tuple[int, ...]
    costs: Mapping[str, Mapping[int, int]]
    near: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a proposal is solved on: who waits and in which version, which studios take how many, who was judged unfit."""

    rows: Sequence[Any]
    policy: MembershipPolicy
    studios: Mapping[int, Found]
    unfit: Mapping[int, str]

    @property
    def mark(self) -> tuple[Any, ...]:
        """The same for two grounds on which the same would be proposed."""
        waiting_now = tuple((row.id, row.version) for row in self.rows)
        return (
            waiting_now,
            tuple((one.id, one.most, one.least) for one in self.studios.values()),
            tuple(sorted(self.unfit)),
        )


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where everybody who waits in a round could be placed, before it is written down; `solved_on`: the mark of its ground."""

    round_id: int
    step: str
    body_id: int
    entries: Sequence[Entry]
    placed_among: Mapping[str, Any]
    solved_on: tuple[Any, ...] = ()


def draft_allocation(work: Work, actor: Actor, round_id: int) -> int:
    """Propose where everybody who waits in a round is placed and write it down as a drafted list; returns its id."""
    return _written(work, actor, propose_allocation(work, actor, round_id))


def propose_allocation(work: Work, actor: Actor, round_id: int) -> Proposal:
    """Where everybody who waits in a round is placed, each with what decided it; writes nothing and may take some seconds.

    The order of preferences is the text's (海南 三: 学段、规模、便于活动，志愿作参考). Studios that have not published their
    conditions take nobody. Raises Refused when nobody waits, no studio takes members, or the list is another body's to make.
    """
    ground = _ground(work, actor, round_id)
    rows, policy, studios, unfit = ground.rows, ground.policy, ground.studios, ground.unfit
    people = _weighed(work, rows, studios)
    placed = assign(
        [Seeker(one.run.id, one.costs) for one in people if one.run.id not in unfit], [Places(one.id, one.most, one.least) for one in studios.values()],
        policy.prefer,
    )  # fmt: skip
    full = _full(studios, placed)
    entries = [
        _placed(n, one, studio_id, studios, policy.prefer, full)
        if (studio_id := placed.get(one.run.id)) is not None
        else _left_over(n, one, unfit.get(one.run.id, FULL))
        for n, one in enumerate(people, start=1)
    ]
    kept = {"prefer": list(policy.prefer), "studios": {str(one.id): one.roster.title for one in studios.values()}}
    body_id = int(rows[0].held_by.removeprefix("body:"))
    return Proposal(round_id, rows[0].step, body_id, entries, kept, ground.mark)


def keep_proposal(work: Work, actor: Actor, found: Proposal) -> int:
    """Write a proposal down as a drafted list; returns its id.

    Raises Refused when what it was solved on is no longer so: somebody has come or gone, or a studio takes fewer or more.
    """
    if _ground(work, actor, found.round_id).mark != found.solved_on:
        raise Refused(MOVED_ON, "计算期间，申请或席位有了变化，建议没有保存。请重新提出建议。")
    return _written(work, actor, found)


def _ground(work: Work, actor: Actor, round_id: int) -> Ground:
    rows = waiting(work, round_id, "membership", "waiting")
    policy = _policy_of(work, rows)
    if rows[0].held_by not in actor.keys:
        raise Refused("not_yours", "成员调配不由您的单位办理。")
    studios = _studios(work, rows, policy)
    if not studios:
        raise Refused("no_studio", "没有可以接收成员的工作室：先要公布遴选条件，并且有空缺的席位。")
    return Ground(rows, policy, studios, _unfit(work, rows))


def _written(work: Work, actor: Actor, found: Proposal) -> int:
    kept = {"placed_among": dict(found.placed_among)}
    return draft_list(
        work, actor, "allocate", found.step, found.body_id, found.entries, round_id=found.round_id, payload=kept
    )


def place_otherwise(work: Work, actor: Actor, listing_id: int, run_id: int, studio_id: int | None, reason: str) -> None:
    """Change one entry of a drafted placement, with a reason; None: no place. Raises Refused, or NotFound."""
    drafted = select(LISTINGS).where(LISTINGS.c.id == listing_id, LISTINGS.c.act == "allocate")
    listing = work.session.execute(drafted.with_for_update()).first()  # it cannot be made meanwhile
    mine = (ENTRIES.c.listing_id == listing_id) & (ENTRIES.c.run_id == run_id)
    entry = work.session.execute(select(ENTRIES).where(mine)).first()
    if listing is None or entry is None or f"body:{listing.body_id}" not in actor.keys:
        raise NotFound
    if listing.made_at is not None:
        raise Refused("made_before", "这份名单已经定了，不能再改。")
    if not reason.strip():
        raise Refused("without_reason", "请写明为什么另作安排。")
    titles = listing.payload["placed_among"]["studios"]
    if studio_id is not None and str(studio_id) not in titles:
        raise Refused("unknown_studio", "这个工作室现在不接收成员。")
    title = titles.get(str(studio_id), "")
    said = f"人工调整：{reason.strip()}（原建议：{entry.shown['studio'] or '不安排'}）"
    payload = {"reason": reason.strip()} | ({"studio": studio_id} if studio_id is not None else {})
    work.session.execute(
        update(ENTRIES).where(mine).values(
            payload=payload, shown={**entry.shown, "studio": title}, reason=said, overridden_by=actor.person_id
        )
    )  # fmt: skip


def _policy_of(work: Work, rows: Sequence[Any]) -> MembershipPolicy:
    if not rows:
        raise Refused("empty_list", "没有等待调配的申请。")
    rule = work.book.rule(work.session, rows[0].version_id, rows[0].path, rows[0].step, rows[0].round_id)
    policy: Any = rule.policy
    if policy.seats != "allocated":
        raise Refused("not_central", "这里不统筹调配席位。")
    return policy  # type: ignore[no-any-return]


def _unfit(work: Work, rows: Sequence[Any]) -> Mapping[int, str]:
    """Who was judged not to meet what the text asks, with why. Raises Refused while somebody has not been judged."""
    known: Mapping[int, Any] = read_facts(work, [run_state(row) for row in rows])
    open_ = [facts.person_name for facts in known.values() if facts.unjudged]
    if open_:
        raise Refused("unjudged", f"还不能调配，先要判断资格：{'、'.join(open_)}。", {}, tuple(open_))
    return {run_id: f"判断为不符合：{'；'.join(facts.unmet)}" for run_id, facts in known.items() if facts.unmet}


def _studios(work: Work, rows: Sequence[Any], policy: MembershipPolicy) -> Mapping[int, Found]:
    """The studios that have room and nothing left to do before members join."""
    facts: Any = read_facts(work, [run_state(rows[0])])[rows[0].id]
    owed = owed_before(work.session, list(facts.rosters), {rows[0].path, rows[0].step})
    taking = {one: roster for one, roster in facts.rosters.items() if one not in owed}
    found = work.session.execute(
        select(STUDIOS.c.id, STUDIOS.c.host_id, STUDIOS.c.home_body_id)
        .where(STUDIOS.c.id.in_(taking))
        .order_by(STUDIOS.c.id)
    ).all()
    above = lineages(work.session, {row.home_body_id for row in found})
    hosts = person_facts(work.session, {row.host_id for row in found}, local_day(work.now))
    studios: dict[int, Found] = {}
    for row in found:
        most, least = _room(taking[row.id], facts.role, policy)
        host = hosts.get(row.host_id, PersonFacts())
        if most:
            studios[row.id] = Found(
                row.id, taking[row.id], host.school_stage, _subject(host), above[row.home_body_id], most, least
            )
    return studios


def _room(roster: Roster, role: str, policy: MembershipPolicy) -> tuple[int, int]:
    """How many more of a role a studio takes, and how many it lacks; without a number the text leaves it open."""
    held = sum(seat.role == role for seat in roster.seats)
    numbers = [one for one in (*policy.roster.numbers, *policy.roster.hints) if one.role == role]
    most = min((one.most for one in numbers if one.most is not None), default=10_000)
    least = max((one.least for one in numbers if one.least is not None), default=0)
    return max(most - held, 0), max(least - held, 0)


def _weighed(work: Work, rows: Sequence[Any], studios: Mapping[int, Found]) -> list[Weighed]:
    """Everybody who waits, in the order in which they asked, with what each studio means for them."""
    found = cases(work.session, [row.application_id for row in rows])
    people = person_facts(work.session, {case.person_id for case in found.values()}, local_day(work.now))
    above = lineages(work.session, {case.body_id for case in found.values()})
    ordered = sorted(rows, key=lambda row: (str(found[row.application_id].submitted_at), row.id))
    return [
        _weigh(row, case, people.get(case.person_id, PersonFacts()), above[case.body_id], studios)
        for row in ordered
        for case in [found[row.application_id]]
    ]


def _weigh(run: Any, case: Case, person: PersonFacts, above: Sequence[Place], studios: Mapping[int, Found]) -> Weighed:
    wishes = tuple(one for one in wishes_of(case.answers))
    stage, subject = case.school_stage or person.school_stage, case.subject or _subject(person)
    near = {one.id: _nearness(above, one.above) for one in studios.values()}
    costs = {
        "school_stage": {one.id: int(not _same_stage(stage, one.stage)) for one in studios.values()},
        "nearness": {key: cost for key, (cost, _) in near.items()},
        "wish": {one.id: wishes.index(one.id) if one.id in wishes else len(wishes) for one in studios.values()},
        "subject": {one.id: int(subject != one.subject) for one in studios.values()},
    }
    return Weighed(run, case, wishes, costs, {key: word for key, (_, word) in near.items()})


def _same_stage(mine: str, other: str) -> bool:
    """Whether two stages of the roster are the same; 完全中学 has 初中 and 高中, and 中学 is any of them."""
    whole = {"完全中学", "中学"}
    return mine == other or (bool({mine, other} & whole) and {mine, other} <= set(STAGES_NAMED["中学"]))


def _nearness(mine: Sequence[Place], other: Sequence[Place]) -> tuple[int, str]:
    """How far apart two bodies are, by the lowest body that stands above both."""
    theirs = {place.id for place in other}
    return next((NEAR[place.level] for place in mine if place.id in theirs and place.level in NEAR), FAR)


def _subject(person: PersonFacts) -> str:
    return next((post.subject for post in reversed(person.posts) if post.subject), "")


def _full(studios: Mapping[int, Found], placed: Mapping[int, int]) -> frozenset[int]:
    load = Counter(placed.values())
    return frozenset(one.id for one in studios.values() if load[one.id] >= one.most)


def _shown(one: Weighed) -> dict[str, str]:
    return {"name": one.case.person_name, "school": one.case.body_name, "number": one.case.number or ""}


def _left_over(n: int, one: Weighed, why: str) -> Entry:
    shown = _shown(one) | {"studio": "", "decided_by": ""}
    return Entry(one.run.id, one.run.version, n, {"reason": why}, shown, None, why)


def _placed(
    n: int, one: Weighed, studio_id: int, studios: Mapping[int, Found], prefer: Sequence[str], full: frozenset[int]
) -> Entry:
    why, decided_by = _why(one, studio_id, studios, prefer, full)
    shown = _shown(one) | {"studio": studios[studio_id].roster.title, "decided_by": decided_by}
    return Entry(one.run.id, one.run.version, n, {"studio": studio_id}, shown, None, why)


def _why(
    one: Weighed, studio_id: int, studios: Mapping[int, Found], prefer: Sequence[str], full: frozenset[int]
) -> tuple[str, str]:
    """In words what the placement meets, and by which preference each wish before it was passed over."""
    wish = one.costs["wish"][studio_id]
    wished = f"第 {wish + 1} 志愿" if studio_id in one.wishes else "不在志愿之内"
    parts = [wished, "学段一致" if not one.costs["school_stage"][studio_id] else "学段不一致", one.near[studio_id]]
    decided = "wish"
    for place, passed in enumerate(one.wishes[:wish], start=1):
        if passed not in studios:
            parts.append(f"第 {place} 志愿不接收成员")
            continue
        better = [
            key
            for key in prefer
            if key in one.costs and key != "wish" and one.costs[key][passed] > one.costs[key][studio_id]
        ]
        if better:
            decided = better[0]
            parts.append(f"第 {place} 志愿“{studios[passed].roster.title}”因{PREFERENCES[better[0]]}靠后")
        else:
            decided = "size"
            why = "名额已满" if passed in full else "要照顾各工作室的规模"
            parts.append(f"第 {place} 志愿“{studios[passed].roster.title}”{why}")
    return "；".join(parts), decided
