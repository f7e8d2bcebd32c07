"""Effects of a round: invitations, a later closing day for all, and its cancellation."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select, update

from flows.engine.calendar import end_of_day
from flows.engine.steps import cancelling
from flows.engine.telling import Telling, tell
from flows.engine.work import Happening, Intent, Work
from models import Application, ProgrammeVersion, Round, StageRun, Studio
from models.columns import table_of
from models.queries.bodies import bodies_under

ROUNDS, RUNS, APPLICATIONS = table_of(Round), table_of(StageRun), table_of(Application)
VERSIONS, STUDIOS = table_of(ProgrammeVersion), table_of(Studio)


def invite(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Freeze the version, and tell every school and county of the authority that applications are called for."""
    for one in happened:
        work.session.execute(update(ROUNDS).where(ROUNDS.c.id == one.run.subject_id).values(launched_at=work.now))
        work.session.execute(
            update(VERSIONS)
            .where(VERSIONS.c.id == one.run.version_id, VERSIONS.c.frozen_at.is_(None))
            .values(frozen_at=work.now)
        )
        cast = work.book.cast(work.session, one.run.version_id)
        invited = bodies_under(work.session, cast.authority_id, ("county", "school", "department", "township"))
        tell(work, [
            Telling(f"body:{body_id}", "round_launched", one.run, one.version, one.rule, one.facts, one.move.due_at)
            for body_id in invited
        ])  # fmt: skip
    return ()


def extend_round(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Move the closing day for all: the round's own and that of every draft, but those that have a later one of their own."""
    further: list[Intent] = []
    for one in happened:
        closes_on = date.fromisoformat(str(one.intent.payload["due_on"]))
        work.session.execute(update(ROUNDS).where(ROUNDS.c.id == one.run.subject_id).values(closes_on=closes_on))
        drafts = work.session.execute(
            select(RUNS.c.id).where(
                RUNS.c.round_id == one.run.subject_id,
                RUNS.c.stage == "application",
                RUNS.c.ended_at.is_(None),
                RUNS.c.due_at < end_of_day(closes_on),
            )
        ).scalars()
        payload = {"due_on": closes_on.isoformat(), "reason": one.move.reason}
        further += [Intent(run_id, "extend", payload, cause_id=one.transition_id) for run_id in drafts]
    return further


def cancel_round(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Cancel everything open in the round, each with the cause; applications end as cancelled, studios still forming lapse."""
    further: list[Intent] = []
    for one in happened:
        live = work.session.execute(
            select(RUNS.c.id)
            .where(RUNS.c.round_id == one.run.subject_id, RUNS.c.ended_at.is_(None), RUNS.c.id != one.run.id)
            .where(RUNS.c.parent_id.is_(None))
            .order_by(RUNS.c.id)
        ).scalars()
        further += [cancelling(run_id, one.transition_id, one.move.reason) for run_id in live]
        undecided = (APPLICATIONS.c.round_id == one.run.subject_id) & APPLICATIONS.c.outcome.is_(None)
        made = select(APPLICATIONS.c.studio_id).where(undecided, APPLICATIONS.c.gives == "studio")
        work.session.execute(
            update(STUDIOS).where(STUDIOS.c.id.in_(made), STUDIOS.c.standing == "forming").values(standing="lapsed")
        )
        work.session.execute(update(APPLICATIONS).where(undecided).values(outcome="cancelled"))
    return further


def warn_short(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Tell the authority, and whoever fell short, where fewer were granted than the text aims at (石家庄 (二)); nothing else follows."""
    tell(work, [
        Telling(desk, "quota_short", one.run, one.version, one.rule, one.facts, None, mark=f"short/{n}", reason=says)
        for one in happened
        for n, (whose, says) in enumerate(one.facts.short)
        for desk in (whose, one.facts.parts["authority"])
    ])  # fmt: skip
    return ()


def warn_over(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Tell the authority, and whoever acted, where more were granted than the text has in view but only warns of (乡镇 二)."""
    taken: Counter[str] = Counter()
    tellings: list[Telling] = []
    for one in happened:
        for quota in one.facts.quotas if one.move.counts else ():
            taken[quota.share] += 1
            n = quota.taken + taken[quota.share]
            if not quota.warns or n <= quota.at_most:
                continue
            says = f"{quota.scope}已有 {n} 个，办法写的是 {quota.at_most} 个，只作提醒"
            desks = dict.fromkeys((one.facts.parts["authority"], one.facts.parts.get("reviewer", "")))
            more = {"clause": str(quota.origin.get("text", ""))}
            tellings += [
                Telling(
                    desk,
                    "limit_exceeded",
                    one.run,
                    one.version,
                    one.rule,
                    one.facts,
                    None,
                    mark=f"over/{quota.share}",
                    reason=says,
                    more=more,
                )
                for desk in desks
            ]
    tell(work, tellings)
    return ()
