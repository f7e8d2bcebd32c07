"""What follows from a result (结果运用): the closed vocabulary, each thing once for each cause, in the transaction that releases it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from flows.engine.consequences.adjusting import adjust_out, leave, refill, succeed
from flows.engine.consequences.cycles import end_if_over
from flows.engine.consequences.deciding import decide
from flows.engine.consequences.ending import end_studio
from flows.engine.consequences.follower import FollowExecutors, Following
from flows.engine.consequences.honours import award, bar, certificate, circulate, commend, honour, warn
from flows.engine.consequences.mending import rectify
from flows.engine.consequences.money import next_share, paid_period, release_funds, reward
from flows.engine.consequences.pausing import suspend_studio
from flows.engine.consequences.renewing import renew_on_result
from flows.engine.following import Consequence as Rule
from flows.engine.work import Happening, Work
from models import Assessment, Consequence, Cycle, Person, Seat, Studio
from models.columns import table_of
from models.statements import rows, unless_there, write

ASSESSMENTS, CONSEQUENCES, STUDIOS = table_of(Assessment), table_of(Consequence), table_of(Studio)
CYCLES, PEOPLE, SEATS = table_of(Cycle), table_of(Person), table_of(Seat)
NAMED_SEATS = (
    select(SEATS, PEOPLE.c.name)
    .join(PEOPLE, PEOPLE.c.id == SEATS.c.person_id)
    .where(SEATS.c.studio_id == bindparam("studio"))
    .order_by(SEATS.c.id)
)
STUDIO = select(STUDIOS).where(STUDIOS.c.id == bindparam("studio"))
ASSESSMENT = select(ASSESSMENTS).where(ASSESSMENTS.c.id == bindparam("assessment"))
RUNNING = frozenset({"forming", "active", "suspended"})


@dataclass(frozen=True, slots=True)
class Released:
    """A result that has just been delivered or changed, or a decision made about one; `assessment` is its row, if it has one."""

    cause: Happening
    studio_id: int
    assessment: Any | None = None


def revoke(work: Work, one: Following) -> None:
    """Take the studio back (撤销): nothing of it stays open."""
    end_studio(work, one.cause, one.studio.id, "revoked")


def end(work: Work, one: Following) -> None:
    """End the studio without blame (终止)."""
    end_studio(work, one.cause, one.studio.id, "ended")


def suspend(work: Work, one: Following) -> None:
    """Pause the studio (暂停)."""
    suspend_studio(work, one.cause, one.studio.id)


def pay_reward(work: Work, one: Following) -> None:
    """Entitle the studio to an award of a fund, once for the period of the assessment."""
    assessment = assessed(work, one.about_id("assessment"))
    period = f"#{one.cause.transition_id}"
    if assessment is not None:
        number = work.session.execute(select(CYCLES.c.number).where(CYCLES.c.id == assessment.cycle_id)).scalar_one()
        period = paid_period(f"{assessment.key}@{assessment.period}", number)
    reward(work, one.cause, one.studio.id, one.rule.value, period)


def pay_share(work: Work, one: Following) -> None:
    """Set the share of a fund's next period."""
    assessment = assessed(work, one.about_id("assessment"))
    if assessment is None or one.rule.share is None:
        return
    waited = f"{assessment.key}@{assessment.period}"
    for intent in next_share(work, one.cause, one.studio.id, one.rule.fund, one.rule.share, waited):
        work.ask(intent)


FOLLOWS: FollowExecutors = {
    "adjust_out": adjust_out,
    "award": award,
    "bar": bar,
    "certificate": certificate,
    "circulate": circulate,
    "commend": commend,
    "credits": honour,
    "decide": decide,
    "end": end,
    "fund": pay_share,
    "leave": leave,
    "priority": honour,
    "rectify": rectify,
    "refill": refill,
    "revoke": revoke,
    "reward": pay_reward,
    "succeed": succeed,
    "suspend": suspend,
    "title": honour,
    "warn": warn,
}


def follow(
    work: Work, cause: Happening, studio_id: int, then: Sequence[Rule], *, seat_id: int | None = None, about: str = ""
) -> None:
    """Carry out what the text lets follow from an act, in its order, each once for each one it is for.

    `seat_id`: the seat that was graded, None where it was the studio; `about`: what was judged (`assessment:<id>`).
    """
    if not then:
        return
    studio = rows(work.session, STUDIO, studio=studio_id)[0]
    seats = {row.id: row for row in rows(work.session, NAMED_SEATS, studio=studio_id)}
    for rule in then:
        for seat in _whom(rule, seats, seat_id):
            one = Following(rule, cause, studio, seat, about)
            if first_time(work, one):
                FOLLOWS[rule.kind](work, one)


def _whom(rule: Rule, seats: dict[int, Any], seat_id: int | None) -> Iterable[Any | None]:
    """The seats it is for, or None for the studio. What is said for a role is for the graded seat only if it has that role."""
    if seat_id is not None:
        graded = seats[seat_id]
        return [graded] if not rule.to or _in_role(graded, rule.to) else []
    if not rule.to:
        return [None]
    return [seat for seat in seats.values() if seat.to_on is None and _in_role(seat, rule.to)]


def _in_role(seat: Any, role: str) -> bool:
    return seat.role != "host" if role == "member" and seat.role != role else role in {seat.role, seat.duty_role}


def first_time(work: Work, one: Following) -> bool:
    """Write down that it follows; False where it has already."""
    rule, personal = one.rule, one.seat is not None or one.rule.kind == "bar"
    row = {
        "cause_id": one.cause.transition_id, "place": rule.place, "whom": one.whom, "studio_id": one.studio.id,
        "seat_id": one.seat.id if one.seat is not None else None, "person_id": one.person_id if personal else None,
        "kind": rule.kind, "value": rule.value or rule.fund, "at": work.now,
        "origin": {**rule.origin, **({"share": rule.share} if rule.share is not None else {}), "about": one.about},
    }  # fmt: skip
    once = unless_there(work.session, CONSEQUENCES, "cause_id", "place", "whom")
    return write(work.session, once, [row]) == 1


def assessed(work: Work, assessment_id: int | None) -> Any | None:
    """The row of an assessment."""
    if assessment_id is None:
        return None
    return rows(work.session, ASSESSMENT, assessment=assessment_id)[0]


# What else a released result may set in motion: money that waited for it, paths to a next cycle, the end of a cycle that is over.


def free_money(work: Work, released: Released) -> None:
    """Try to release the money that waited."""
    for intent in release_funds(work, released.cause, released.studio_id):
        work.ask(intent)


def start_renewal(work: Work, released: Released) -> None:
    """Start or go on with the paths to a next cycle that this result opens."""
    if released.assessment is None:
        return
    for intent in renew_on_result(
        work, released.cause, released.studio_id, released.assessment.cycle_id, released.assessment.key
    ):
        work.ask(intent)


def settle_studio(work: Work, released: Released) -> None:
    """See whether the studio's time is over."""
    end_if_over(work, released.cause, released.studio_id)


AFTER_RELEASE: tuple[Callable[[Work, Released], None], ...] = (free_money, start_renewal, settle_studio)


def after_release(work: Work, cause: Happening, studio_id: int, assessment: Any | None) -> None:
    """Set in motion what waited for a result: called when one is delivered or mended, and when a decision is made.

    For a studio that the same act has ended, or that had ended before, nothing waits any more.
    """
    if rows(work.session, STUDIO, studio=studio_id)[0].standing not in RUNNING:
        return
    for then in AFTER_RELEASE:
        then(work, Released(cause, studio_id, assessment))


__all__ = ["AFTER_RELEASE", "FOLLOWS", "Released", "after_release", "assessed", "first_time", "follow"]
