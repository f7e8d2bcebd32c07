"""Effects on money: what a result sets free, reduces or stops, rewards, and what a payment enters in the ledger."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from flows.engine.calendar import local_day
from flows.engine.consequences.follower import Host
from flows.engine.steps import Opening, desk_of, open_runs
from flows.engine.work import Happening, Intent, Work
from models import Entitlement, LedgerEntry, StageRun, Studio
from models.columns import table_of
from models.queries.bodies import lineages
from models.statements import among, insert_rows, rows

ENTITLEMENTS, LEDGER, RUNS, STUDIOS = (table_of(one) for one in (Entitlement, LedgerEntry, StageRun, Studio))
THERE = select(ENTITLEMENTS.c.studio_id, ENTITLEMENTS.c.fund, ENTITLEMENTS.c.period).where(
    among(ENTITLEMENTS.c.studio_id, "studios")
)
HELD = (
    select(RUNS.c.id)
    .where(RUNS.c.studio_id == bindparam("studio"), RUNS.c.subject_kind == "entitlement", RUNS.c.state == "held")
    .where(RUNS.c.ended_at.is_(None))
    .order_by(RUNS.c.id)
)


def set_share(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Keep the share that a result or a decision left of an entitlement."""
    for one in happened:
        share = int(one.intent.payload["share"])
        work.session.execute(update(ENTITLEMENTS).where(ENTITLEMENTS.c.id == one.run.subject_id).values(share=share))
    return ()


def enter_payment(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Fix what was paid, and enter it in the studio's ledger where the money goes to the studio or its school."""
    for one in happened:
        facts, payload = one.facts, one.intent.payload
        full = facts.amount_fen if facts.amount_fen is not None else int(payload["amount_fen"])
        owed = (ENTITLEMENTS.c.id == one.run.subject_id) & ENTITLEMENTS.c.amount_fen.is_(None)
        work.session.execute(update(ENTITLEMENTS).where(owed).values(amount_fen=full))
        policy: Any = one.rule.policy
        paid = share_of(full, facts.share)
        if policy.ledger and one.run.studio_id is not None and paid:
            enter(work, one.run.studio_id, {
                "kind": "received", "amount_fen": paid, "what": policy.title, "on": local_day(work.now),
                "voucher": str(payload.get("voucher", "")), "by_person_id": one.actor.person_id, "entitlement_id": one.run.subject_id,
            })  # fmt: skip
    return ()


def share_of(amount_fen: int, share: int) -> int:
    """What `share` percent of an amount is, in whole fen; a broken fen is not paid."""
    return amount_fen * share // 100


def enter(work: Work, studio_id: int, line: Mapping[str, Any]) -> int:
    """Enter one line in a studio's ledger under the next number; returns its id. The studio's row is held meanwhile."""
    work.session.execute(select(STUDIOS.c.id).where(STUDIOS.c.id == studio_id).with_for_update())
    last = work.session.execute(select(func.max(LEDGER.c.number)).where(LEDGER.c.studio_id == studio_id)).scalar()
    defaults = {"use": "", "voucher": "", "what": ""}
    statement = insert(LEDGER).values(
        **{**defaults, **line}, studio_id=studio_id, number=(last or 0) + 1, entered_at=work.now
    )
    entered: int = work.session.execute(statement.returning(LEDGER.c.id)).scalar_one()
    return entered


def next_share(work: Work, cause: Happening, studio_id: int, fund: str, share: int, waited: str) -> list[Intent]:
    """Set the share of the next period of a fund: of the entitlement that waits for this result, if it is open already.

    One that is opened later reads the share from what followed from the result.
    """
    held = work.session.execute(
        select(RUNS.c.id)
        .join(ENTITLEMENTS, ENTITLEMENTS.c.id == RUNS.c.subject_id)
        .where(RUNS.c.studio_id == studio_id, RUNS.c.subject_kind == "entitlement", RUNS.c.ended_at.is_(None))
        .where(ENTITLEMENTS.c.fund == fund, ENTITLEMENTS.c.waits_for == waited)
    ).scalars()
    payload = {"share": share, "reason": cause.move.reason}
    return [Intent(run_id, "set_share", payload, cause_id=cause.transition_id) for run_id in held]


def release_funds(work: Work, cause: Happening, studio_id: int) -> list[Intent]:
    """Try to release what this studio has on hold; the guard keeps what still waits for a result or a decision."""
    return [
        Intent(run.id, "release", cause_id=cause.transition_id) for run in rows(work.session, HELD, studio=studio_id)
    ]


def reward(work: Work, cause: Happening, studio_id: int, fund: str, period: str) -> None:
    """Entitle a studio to an award of a fund, once a period (北海 十四: 5,000 yuan for each excellent semester)."""
    rule = work.book.fund(work.session, cause.run.version_id, fund)
    studio = work.session.execute(select(STUDIOS).where(STUDIOS.c.id == studio_id)).one()
    row = {
        "studio_id": studio_id, "fund": fund, "period": period, "title": rule.title, "amount_fen": rule.amount(studio.level),
        "share": 100, "waits_for": "", "begins_on": local_day(work.now), "ends_on": local_day(work.now), "due_on": None,
        "origin": dict(rule.origin), **_parties(work, cause.run.version_id, rule, studio),
    }  # fmt: skip
    open_entitlements(work, [(cause.run.version_id, row, cause.transition_id)])


def paid_period(period: str, cycle: int) -> str:
    """The period of an entitlement: the years of a later cycle are told from those of the first; a school year is one for all."""
    return period if cycle == 1 or period[:1].isdigit() else f"{period}#{cycle}"


def open_entitlements(work: Work, wanted: Sequence[tuple[int, dict[str, Any], int | None]]) -> dict[int, int]:
    """Store entitlements that do not exist yet, each under its version, and open their runs; the new ones' runs by their place.

    What they try at once (release) is sent by whoever carries the act on.
    """
    there = {
        (row.studio_id, row.fund, row.period)
        for row in rows(work.session, THERE, studios={row["studio_id"] for _, row, _ in wanted})
    }
    new = [n for n, (_, row, _) in enumerate(wanted) if (row["studio_id"], row["fund"], row["period"]) not in there]
    if not new:
        return {}
    ids = insert_rows(work.session, ENTITLEMENTS, [wanted[n][1] for n in new])
    runs = open_runs(work, [
        Opening(wanted[n][0], "funds", wanted[n][1]["fund"], "entitlement", one, studio_id=wanted[n][1]["studio_id"],
                cause_id=wanted[n][2])
        for n, one in zip(new, ids, strict=True)
    ])  # fmt: skip
    return dict(zip(new, runs, strict=True))


def _parties(work: Work, version_id: int, rule: Any, studio: Any) -> dict[str, str]:
    return parties(work, version_id, rule, studio, lineages(work.session, [studio.home_body_id])[studio.home_body_id])


def parties(work: Work, version_id: int, rule: Any, studio: Any, above: Sequence[Any]) -> dict[str, str]:
    """The desks of a fund's payer and payee for one studio; what goes to the studio goes to its host's desk."""
    cast, host = work.book.cast(work.session, version_id), Host(studio.host_id, studio.host_id)
    payee = "host" if rule.payee == "studio" else rule.payee
    return {"payer": desk_of(rule.payer, cast, host, above), "payee": desk_of(payee, cast, host, above)}
