"""Effects on money: what a result sets free, reduces or stops, rewards, and what a payment enters in the ledger."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update

from flows.engine.calendar import local_day
from flows.engine.consequences.follower import Host
from flows.engine.steps import Opening, desk_of, open_runs
from flows.engine.work import Happening, Intent, Work
from models import Entitlement, LedgerEntry, StageRun, Studio
from models.columns import table_of
from models.locking import locks_rows
from models.queries.bodies import lineages
from models.statements import among, insert_rows, rows, write

ENTITLEMENTS, LEDGER, RUNS, STUDIOS = (table_of(one) for one in (Entitlement, LedgerEntry, StageRun, Studio))
THERE = select(ENTITLEMENTS.c.studio_id, ENTITLEMENTS.c.fund, ENTITLEMENTS.c.period).where(
    among(ENTITLEMENTS.c.studio_id, "studios")
)
SHARE = update(ENTITLEMENTS).where(ENTITLEMENTS.c.id == bindparam("b_id")).values(share=bindparam("b_share"))
FIX = (
    update(ENTITLEMENTS)
    .where(ENTITLEMENTS.c.id == bindparam("b_id"), ENTITLEMENTS.c.amount_fen.is_(None))
    .values(amount_fen=bindparam("b_fen"))
)
HOLD = select(STUDIOS.c.id).where(among(STUDIOS.c.id, "studios")).order_by(STUDIOS.c.id).with_for_update()
LAST = (
    select(LEDGER.c.studio_id, func.max(LEDGER.c.number).label("last"))
    .where(among(LEDGER.c.studio_id, "studios"))
    .group_by(LEDGER.c.studio_id)
)
HELD = (
    select(RUNS.c.id)
    .where(RUNS.c.studio_id == bindparam("studio"), RUNS.c.subject_kind == "entitlement", RUNS.c.state == "held")
    .where(RUNS.c.ended_at.is_(None))
    .order_by(RUNS.c.id)
)


def set_share(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Keep the share that a result or a decision left of an entitlement."""
    write(
        work.session,
        SHARE,
        [{"b_id": one.run.subject_id, "b_share": int(one.intent.payload["share"])} for one in happened],
    )
    return ()


def enter_payment(work: Work, happened: Sequence[Happening], _value: str) -> Iterable[Intent]:
    """Fix what was paid, and enter it in the studio's ledger where the money goes to the studio or its school."""
    full = {one.run.id: _full(one) for one in happened}
    write(work.session, FIX, [{"b_id": one.run.subject_id, "b_fen": full[one.run.id]} for one in happened])
    lines: list[tuple[int, Mapping[str, Any]]] = []
    for one in happened:
        payload, policy, paid = one.intent.payload, one.rule.policy, share_of(full[one.run.id], one.facts.share)
        if getattr(policy, "ledger", False) and one.run.studio_id is not None and paid:
            lines.append((one.run.studio_id, {
                "kind": "received", "amount_fen": paid, "what": getattr(policy, "title", ""), "on": local_day(work.now),
                "voucher": str(payload.get("voucher", "")), "by_person_id": one.actor.person_id, "entitlement_id": one.run.subject_id,
            }))  # fmt: skip
    enter_lines(work, lines)
    return ()


def paid_facts(one: Happening) -> Mapping[str, object]:
    """What the notice of a payment says: how much in yuan, by which voucher, and whether it is in the studio's ledger."""
    yuan, fen = divmod(share_of(_full(one), one.facts.share), 100)
    voucher = str(one.intent.payload.get("voucher", ""))
    facts = [["金额", f"{yuan:,}.{fen:02} 元"], *([["凭证号", voucher]] if voucher else [])]
    return {"facts": facts, "in_ledger": bool(getattr(one.rule.policy, "ledger", False))}


def _full(one: Happening) -> int:
    """The whole amount of an entitlement: what the text says, else what the payer has set."""
    return int(one.facts.amount_fen if one.facts.amount_fen is not None else one.intent.payload["amount_fen"])


def share_of(amount_fen: int, share: int) -> int:
    """What `share` percent of an amount is, in whole fen; a broken fen is not paid."""
    return amount_fen * share // 100


def enter(work: Work, studio_id: int, line: Mapping[str, Any]) -> int:
    """Enter one line in a studio's ledger under the next number; returns its id. The studio's row is held meanwhile."""
    return enter_lines(work, [(studio_id, line)])[0]


def enter_lines(work: Work, lines: Sequence[tuple[int, Mapping[str, Any]]]) -> Sequence[int]:
    """Enter lines that name the same columns in the ledgers of studios, each under the next number; returns their ids.

    The studios' rows are held meanwhile, in order of id.
    """
    if not lines:
        return ()
    studios = {studio_id for studio_id, _ in lines}
    if locks_rows(work.session):
        rows(work.session, HOLD, studios=studios)
    last = {row.studio_id: row.last for row in rows(work.session, LAST, studios=studios)}
    written = []
    for studio_id, line in lines:
        last[studio_id] = last.get(studio_id, 0) + 1
        written.append({"use": "", "voucher": "", "what": "", **line, "studio_id": studio_id, "number": last[studio_id],
                        "entered_at": work.now})  # fmt: skip
    return insert_rows(work.session, LEDGER, written)


def waiting_for(waited: str) -> ColumnElement[bool]:
    """Entitlements that wait for this result, `annual@y1`; of a later cycle it may be named with the number of the cycle."""
    return or_(ENTITLEMENTS.c.waits_for == waited, ENTITLEMENTS.c.waits_for.startswith(f"{waited}#", autoescape=True))


def next_share(work: Work, cause: Happening, studio_id: int, fund: str, share: int, waited: str) -> list[Intent]:
    """Set the share of the next period of a fund: of the entitlement that waits for this result, if it is open already.

    One that is opened later reads the share from what followed from the result.
    """
    held = work.session.execute(
        select(RUNS.c.id)
        .join(ENTITLEMENTS, ENTITLEMENTS.c.id == RUNS.c.subject_id)
        .where(RUNS.c.studio_id == studio_id, RUNS.c.subject_kind == "entitlement", RUNS.c.ended_at.is_(None))
        .where(ENTITLEMENTS.c.fund == fund, waiting_for(waited))
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
