"""Duties (应办事项): what one asks for, what was handed in, returned and counted; filing, signing, receiving, naming, excusing."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from flows.engine.apply import apply, preview
from flows.engine.decide import Refusal
from flows.engine.errors import NotFound, Refused
from flows.engine.work import Intent, Work
from flows.programme.comparing_words import VALUES_ZH
from flows.programme.evidence import counts_of
from flows.programme.vocabulary import LEVELS
from models.files import ACCEPT
from models.queries.activities import files_of, records_of_duty
from models.queries.selection import duty_of
from models.queries.studios import returned, seats_of_studio
from web.display import Choice, run_mark, state_mark
from web.i18n import _
from web.papers import keep_photo
from web.studio_doors import enter_as_host
from web.views.cases import provenance_of
from web.views.plaques import party_words, signatures
from web.views.scores import due_of
from web.views.studios import due_text
from web.visit import Form, Posted, Visit, Visiting

router = APIRouter()
SAID = {
    "sign": "已签署。",
    "submit": "已报送。",
    "accept": "已通过。",
    "return": "已退回。",
    "excuse": "已免除，理由已记录。",
    "assign": "已指定，已通知本人。",
}
ONLY_BY_EVENT = frozenset({"attendance"})
NO_FILE = frozenset({"attendance", "signatures", "link"})
ENOUGH_MINUTES, ENOUGH_DAYS, LONGEST = 100_000, 400, 4000


@router.get("/duties/{duty_id}")
def duty(visit: Visiting, duty_id: int, note: str = "") -> Response:
    """What it needs and what counts, who has signed, what was handed in and why it came back, and what the visitor can do now."""
    with visit.reading() as work:
        row, signers, acts_on = _duty(work, visit, duty_id)
        rule = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id)
        policy: Any = rule.policy
        sent = records_of_duty(work.session, duty_id)
        back = returned(work.session, [row.run_id]).get(row.run_id) if row.ended_at is None else None
        mark = state_mark("obligation", "returned") if back else run_mark("activities", row.state)
        context = {
            "row": row, "run": row, "signers": signers, "mine": next((one for one in signers if one.mine), None), "policy": policy,
            "acts": _possible(work, visit, row) if acts_on else {}, "mark": mark, "sent_back": back,
            "due": due_of(work, row) if row.due_at else due_text(work, row.due_on if row.ended_at is None else None, visit.today),
            "receiver": party_words(work, row.receiver, row.host), "responsible": party_words(work, row.responsible, row.host),
            "counts": counts_of(policy.asked.counts), "proofs": [(one, VALUES_ZH["proof"].get(one, one)) for one in policy.proof],
            "sent": [(one, _credit_mark(one.credit)) for one in sent], "papers": _papers(work, sent), "accept": ACCEPT,
            "kinds": _kinds(policy), "levels": _levels(policy), "marks": {one.key for one in policy.asked.counts} | {False},
            "listed": any(one.listed for one in policy.asked.counts), "key": any(one.key for one in policy.asked.counts),
            "by_event": bool(ONLY_BY_EVENT & set(policy.proof)), "no_file": NO_FILE, "times": times_words(policy, row),
            "people": _people(work, visit, row, policy), "origin": provenance_of(policy.origin("")),
        }  # fmt: skip
    return visit.page("studios/duty.html", note=note, **context)


def times_words(policy: Any, row: Any) -> str:
    """How many are needed, how many count at most, how many are there."""
    wanted = (
        _("{least}–{most} 次，多于 {most} 次的只备查", least=row.need, most=policy.most)
        if policy.most
        else _("{n} 次", n=row.need)
    )
    return _("要 {wanted}，已计 {n} 次", wanted=wanted, n=row.counted)


def _credit_mark(standing: str) -> Any:
    words = {
        "accepted": ("accepted", _("已计入")),
        "claimed": ("submitted", None),
        "refused": ("returned", _("已退回")),
        "noted": ("excused", _("只备查")),
    }
    code, label = words[standing]
    return state_mark("obligation", code, label)


def _papers(work: Work, sent: Any) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for one in files_of(work.session, [row.id for row in sent]) if sent else ():
        found.setdefault(one.record_id, []).append(one)
    return found


def _kinds(policy: Any) -> list[Choice]:
    records = dict.fromkeys(one.record for one in policy.asked.counts if one.record != "roster")
    return [Choice(one, VALUES_ZH["record"].get(one, one), chosen=len(records) == 1) for one in records]


def _levels(policy: Any) -> list[Choice]:
    wanted = any(one.level for one in policy.asked.counts)
    return [Choice(one, VALUES_ZH["level"][one]) for one in LEVELS] if wanted else []


def _people(work: Work, visit: Visit, row: Any, policy: Any) -> list[Choice]:
    """Whom a host may name for a duty that the text leaves to somebody named."""
    if not policy.named or row.ended_at is not None:
        return []
    seats = seats_of_studio(work.session, row.studio_id)
    hosts = any(one.person_id == visit.visitor.person_id and one.role == "host" for one in seats)
    return [Choice(str(one.person_id), f"{one.name} {one.body}") for one in seats] if hosts else []


def _possible(work: Work, visit: Visit, row: Any) -> Mapping[str, str]:
    """What the visitor's desks may do to a duty now, each with the reason against it (empty when it can be done)."""
    found = {}
    for event in ("submit", "accept", "return", "excuse"):
        payload = (
            {"reason": "-"}
            if event in {"return", "excuse"}
            else _as_if_complete(work, row, visit.today)
            if event == "submit"
            else {}
        )
        outcome = preview(work, [Intent(row.run_id, event, payload, row.version)], visit.visitor.actor)[0].outcome
        if not isinstance(outcome, Refusal):
            found[event] = ""
        elif outcome.because not in {"not_yours", "wrong_state", "ended"}:
            found[event] = outcome.says
    return found


def _as_if_complete(work: Work, row: Any, today: date) -> dict[str, Any]:
    """What will be handed in, as far as the form can carry it: what else is lacking is said before anybody fills it in."""
    policy: Any = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id).policy
    one = next((counted for counted in policy.asked.counts if counted.record != "roster"), None)
    counted = {"kind": one.record, "level": one.level or "", "key": one.key, "listed": one.listed} if one else {}
    return {"text": "-", "link": "-", "parts": list(policy.checklist), "theme": f"- {row.id}", "held_on": today.isoformat(),
            "ends_on": (today + timedelta(days=ENOUGH_DAYS)).isoformat(), "minutes": ENOUGH_MINUTES, **counted}  # fmt: skip


@router.post("/duties/{duty_id}")
def act_on_duty(visit: Visiting, form: Posted, duty_id: int) -> Response:
    """Sign, hand in, accept, return, name somebody, or excuse."""
    event = form.text("act")
    if event not in SAID:
        raise Refused("unknown_act", _("没有这种办理。没有改动任何内容。"))
    visit.once(form, f"duty {event}:{duty_id}", lambda work: _acted(work, visit, form, duty_id, event))
    return visit.go(f"/duties/{duty_id}", _(SAID[event]))


def _acted(work: Work, visit: Visit, form: Form, duty_id: int, event: str) -> Mapping[str, Any]:
    row, signers, _acts_on = _duty(work, visit, duty_id)
    if event == "sign":
        mine = next((one for one in signers if one.mine), None)
        if mine is None:
            raise Refused("not_yours", _("这份协议不由您签署，或您已经签过。"))
        intent = Intent(mine.run_id, "give", {"signed": True}, mine.version)
    else:
        intent = Intent(row.run_id, event, _payload(work, form, row, event), form.version)
    return {"version": apply(work, intent, visit.visitor.actor).version}


def _payload(work: Work, form: Form, row: Any, event: str) -> dict[str, Any]:
    if event in {"return", "excuse"}:
        return {"reason": form.text("reason")[:LONGEST]}
    if event == "assign":
        person = int(form.text("person")) if form.text("person").isdigit() else 0
        if person not in {one.person_id for one in seats_of_studio(work.session, row.studio_id)}:
            raise Refused("no_person", _("请从工作室的人里选。没有改动任何内容。"))
        return {"person_id": person}
    return _handed_in(work, form, row) if event == "submit" else {}


def _handed_in(work: Work, form: Form, row: Any) -> dict[str, Any]:
    """What a form hands in, in the words of `flows.programme.evidence.Handed`."""
    policy: Any = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id).policy
    files = []
    for proof in ("", *policy.proof):
        for sent in form.files(f"file.{proof}" if proof else "files"):
            sha256, _ending = keep_photo(work.session, sent, work.now, VALUES_ZH["proof"].get(proof, ""))
            files.append({"sha256": sha256, "name": (sent.filename or "")[:200], **({"proof": proof} if proof else {})})
    minutes = form.text("minutes")
    days = {key: text for key in ("held_on", "ends_on") if (text := _day(form.text(key)))}
    return {
        "text": form.text("text")[:LONGEST], "files": files, "link": form.text("link")[:500], "parts": form.texts("parts"), "theme": form.text("theme")[:120],
        "kind": form.text("kind"), "level": form.text("level"), "key": bool(form.text("key")), "listed": bool(form.text("listed")),
        **({"minutes": int(minutes)} if minutes.isdigit() else {}), **days,
    }  # fmt: skip


def _day(text: str) -> str:
    """A day as a form writes it; empty where none is written. Raises Refused for what is none."""
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Refused("bad_day", _("日期写成 2026-04-16 的样子。没有改动任何内容。")) from None


def _duty(work: Work, visit: Visit, duty_id: int) -> tuple[Any, Any, bool]:
    """A duty with its signers, and whether the visitor has a part in it: answers for it, receives it, signs it, is of its authority.

    Its host and whoever oversees the studio may read it. Raises NotFound.
    """
    row = duty_of(work.session, duty_id)
    if row is None:
        raise NotFound
    keys = visit.visitor.keys
    signers = signatures(work, row.run_id, keys)
    authority = f"body:{work.book.cast(work.session, row.version_id).authority_id}"
    if {row.responsible, row.receiver, authority} & keys or any(one.own for one in signers):
        return row, signers, True
    door = enter_as_host(visit, work, row.studio_id)
    return row, signers, door.hosts
