"""Money of a studio (经费): its ledger and what it is entitled to; the payer's page of one entitlement; a statement to hand in."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.apply import apply, preview
from flows.engine.decide import Refusal
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Intent, Work
from flows.office.ledger import Expense, correct, spend
from models.files import ACCEPT
from models.money import MOST_FEN
from models.queries.applications import holders_of
from models.queries.money import balances, lines
from models.queries.payments import decided_overdrafts, entitlement_of, voucher_of
from web.display import Choice, run_mark
from web.i18n import _
from web.papers import keep, serve
from web.studio_doors import Door, enter_as_host
from web.views.cases import provenance_of
from web.views.offline_sheets import SPREADSHEET
from web.views.studio_funds import (
    book_words,
    dues_of,
    keeps_book,
    period_words,
    running_balances,
    statement,
    why_words,
    years_of,
)
from web.views.studios import due_text
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
WRITTEN = ("amount", "use", "what", "on", "voucher", "decision", "reason")
MOST_YUAN = MOST_FEN // 100


@router.get("/studios/{studio_id}/funds")
def funds(visit: Visiting, studio_id: int, year: int = 0, note: str = "") -> Response:
    """What is left, what is due and why, and every line of a year."""
    with visit.reading() as work:
        context = _context(visit, work, studio_id, year, {})
    return visit.page("studios/funds.html", note=note, said={}, refused="", again=False, **context)


def _context(visit: Visit, work: Work, studio_id: int, year: int, said: Mapping[str, Any]) -> dict[str, Any]:
    """The page of the money; `said` is what was written of an expense that was refused."""
    door = enter_as_host(visit, work, studio_id)
    chosen, before, rows = _year(work, door, year)
    corrected = {one.corrects for one in lines(work.session, studio_id) if one.corrects}
    programme = door.programme
    decisions = decided_overdrafts(work.session, studio_id)
    return {
        "door": door, "studio": door.studio, "dues": dues_of(work, door), "lines": running_balances(before, rows)[::-1], "corrected": corrected,
        "balance": balances(work.session, [studio_id])[studio_id], "before": before, "years": years_of(door), "chosen": chosen,
        "keeps": keeps_book(work, door, visit.visitor.keys) and programme.ledger is not None, "words": book_words(door),
        "uses": [Choice(one, one, chosen=one == said.get("use")) for one in (programme.ledger.uses if programme.ledger else ())], "accept": ACCEPT,
        "decisions": [Choice(str(row.id), row.question, chosen=str(row.id) == said.get("decision")) for row in decisions],
        "book_origin": door.origin("ledger.uses") if programme.ledger else None,
    }  # fmt: skip


def _year(work: Work, door: Door, number: int) -> tuple[tuple[int, date, date], int, Any]:
    """The year asked for (else the one we are in), what was left before it, and its lines."""
    years = years_of(door)
    chosen = next((one for one in years if one[0] == number), years[0])
    before = sum(one.fen for one in lines(work.session, door.studio.id, None, chosen[1] - timedelta(days=1)))
    last = chosen[2] if chosen[0] != years[0][0] else max(chosen[2], door.today)
    return chosen, before, lines(work.session, door.studio.id, chosen[1], last)


@router.get("/studios/{studio_id}/funds/statement.xlsx")
def export(visit: Visiting, studio_id: int, year: int = 0) -> Response:
    """A year's statement as a workbook, for those who audit it."""
    with visit.reading() as work:
        door = enter_as_host(visit, work, studio_id)
        chosen, before, rows = _year(work, door, year)
        content = statement(door, chosen, before, rows, dues_of(work, door))
    name = quote(_("{studio} 第 {n} 年经费收支.xlsx", studio=door.studio.name, n=chosen[0]))
    said = f"attachment; filename=\"statement-{studio_id}.xlsx\"; filename*=UTF-8''{name}"
    return Response(content, media_type=SPREADSHEET, headers={"Content-Disposition": said, "Cache-Control": "no-store"})


@router.post("/studios/{studio_id}/funds")
def enter_line(visit: Visiting, form: Posted, studio_id: int) -> Response:
    """Enter an expense, or undo one by a further line; an expense that is refused comes back as it was written."""
    line = int(form.text("line")) if form.text("line").isdigit() else 0
    undoes = form.text("act") == "correct"
    try:
        if undoes:
            visit.once(form, f"correct line:{line}", lambda work: _corrected(visit, work, form, studio_id, line))
        else:
            visit.once(form, f"spend:{studio_id}", lambda work: _spent(visit, work, form, studio_id))
    except Refused as refused:
        said = {key: form.text(key) for key in WRITTEN} | ({"line": line} if undoes else {})
        year = int(form.text("year")) if form.text("year").isdigit() else 0
        with visit.reading() as work:
            context = _context(visit, work, studio_id, year, said)
        if not context["keeps"]:
            raise
        again = bool(form.files("file"))
        return visit.page("studios/funds.html", 422, note="", said=said, refused=refused.says, again=again, **context)
    return visit.go(f"/studios/{studio_id}/funds", _("已冲销，原来的一笔保留。") if undoes else _("已记一笔支出。"))


def _corrected(visit: Visit, work: Work, form: Form, studio_id: int, line: int) -> Mapping[str, Any]:
    door = enter_as_host(visit, work, studio_id)
    if line not in {one.id for one in lines(work.session, door.studio.id)}:
        raise NotFound
    return {"line": correct(work, visit.visitor.actor, line, form.text("reason")[:200])}


def _spent(visit: Visit, work: Work, form: Form, studio_id: int) -> Mapping[str, Any]:
    enter_as_host(visit, work, studio_id)
    sent = form.files("file")
    sha256 = keep(work.session, sent[0], visit.now, _("凭证"))[0] if sent else None
    decision = form.text("decision")
    expense = Expense(fen_of(form.text("amount")), form.text("use"), form.text("what")[:200], _day(form.text("on"), visit), form.text("voucher")[:60],
                      sha256, int(decision) if decision.isdigit() else None)  # fmt: skip
    return {"line": spend(work, visit.visitor.actor, studio_id, expense)}


def _day(text: str, visit: Visit) -> date:
    """The day of an expense; not later than today. Raises Refused."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise Refused("without_day", _("请写明支出的日期。没有改动任何内容。")) from None
    if on > visit.today:
        raise Refused("later_day", _("支出日期不能晚于今天。没有改动任何内容。"))
    return on


def fen_of(text: str) -> int:
    """An amount as people write it in yuan, in whole fen: `1,234.5` → 123450. Raises Refused for what is none."""
    plain = text.replace(",", "").replace("，", "").strip()
    whole, dot, part = plain.partition(".")
    right = (
        whole.isascii() and whole.isdigit() and (not dot or (part.isascii() and part.isdigit() and 1 <= len(part) <= 2))
    )
    if not right or len(whole) > 12 or int(whole) >= MOST_YUAN:
        raise Refused("bad_amount", _("金额写成元，最多两位小数，例如 1234.50。没有改动任何内容。"))
    return int(whole) * 100 + int((part or "0").ljust(2, "0"))


@router.get("/studios/{studio_id}/funds/{line_id}/voucher")
def voucher(visit: Visiting, studio_id: int, line_id: int) -> Response:
    """The scanned voucher of a line."""
    with visit.reading() as work:
        enter_as_host(visit, work, studio_id)
        found = voucher_of(work.session, studio_id, line_id)
    if found is None:
        raise NotFound
    return serve(found, f"{studio_id}-{line_id}")


@router.get("/entitlements/{entitlement_id}")
def entitlement(visit: Visiting, entitlement_id: int, note: str = "") -> Response:
    """One entitlement: how much, why, since when, and the act of whoever pays it."""
    with visit.reading() as work:
        context = _entitlement(visit, work, entitlement_id)
    return visit.page("studios/entitlement.html", note=note, said={}, wrong={}, **context)


def _entitlement(visit: Visit, work: Work, entitlement_id: int) -> dict[str, Any]:
    row, door = _entitled(visit, work, entitlement_id)
    holders = holders_of(work.session, {one for one in (row.desk, row.payer, row.payee) if one}, visit.today)
    payload = {"amount_fen": 100} if row.amount_fen is None else {}
    trial = [
        Intent(row.run_id, "pay", payload, row.version),
        Intent(row.run_id, "stop", {"reason": "–"}, row.version),
    ]
    pay, stop = (one.outcome for one in preview(work, trial, visit.visitor.actor))
    return {
        "row": row, "mark": run_mark("grant", row.state), "due_fen": None if row.amount_fen is None else row.amount_fen * row.share // 100,
        "due": due_text(work, row.due_on, visit.today) if row.state == "due" and row.due_on else None, "pays": not isinstance(pay, Refusal),
        "stops": not isinstance(stop, Refusal), "payer": holders.get(row.payer, ("", ()))[0], "payee": holders.get(row.payee, ("", ()))[0],
        "why": why_words(door, row) if door else "", "period": period_words(row.period),
        "origin": provenance_of(row.origin, door.address if door else ""), "studio_seen": door is not None,
        "refused": pay.says if isinstance(pay, Refusal) and row.desk in visit.visitor.keys and pay.because != "not_yours" else "",
    }  # fmt: skip


def _entitled(visit: Visit, work: Work, entitlement_id: int) -> tuple[Any, Door | None]:
    """An entitlement, if the visitor pays or receives it, or may see the studio's money; the studio with it where they may."""
    row = entitlement_of(work.session, entitlement_id)
    if row is None:
        raise NotFound
    try:
        return row, enter_as_host(visit, work, row.studio_id)
    except NotFound:
        if not {row.payer, row.payee, row.desk} & visit.visitor.keys:
            raise
        return row, None


@router.post("/entitlements/{entitlement_id}")
def pay(visit: Visiting, form: Posted, entitlement_id: int) -> Response:
    """Record that an entitlement was paid, or stop it with a reason; what is refused comes back as it was written."""
    event = "stop" if form.text("act") == "stop" else "pay"

    def act(work: Work) -> Mapping[str, Any]:
        row, _door = _entitled(visit, work, entitlement_id)
        payload: dict[str, Any] = (
            {"reason": form.text("reason")[:200]} if event == "stop" else {"voucher": form.text("voucher")[:60]}
        )
        if event == "pay" and row.amount_fen is None:
            payload["amount_fen"] = fen_of(form.text("amount"))
        return {"version": apply(work, Intent(row.run_id, event, payload, form.version), visit.visitor.actor).version}

    try:
        visit.once(form, f"{event} entitlement:{entitlement_id}", act)
    except Refused as refused:
        with visit.reading() as work:
            context = _entitlement(visit, work, entitlement_id)
        if not context[f"{event}s"]:
            raise
        written = {key: form.text(key) for key in ("amount", "voucher", "reason")}
        return visit.page(
            "studios/entitlement.html", 422, note="", said=written, wrong={event: refused.says}, **context
        )
    said = _("已拨付，记入工作室台账，已通知主持人。") if event == "pay" else _("已停拨，理由已通知主持人。")
    return visit.go(f"/entitlements/{entitlement_id}", said)
