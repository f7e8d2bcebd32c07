"""Telling (通知): messages as rows of the transaction that causes them, each with a key that makes it unique for ever."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date, datetime
from typing import Any

from flows.engine.calendar import last_day, local_day
from flows.engine.declare import RunState
from flows.engine.rulebook import StepRule
from flows.engine.work import Work
from models import Message
from models.columns import table_of
from models.queries.bodies import Recipient, recipients
from models.statements import unless_there, write
from models.values import dataclass

MESSAGES = table_of(Message)
PAGES = {
    "duty": "duties", "assessment": "assessments", "rectification": "rectifications", "decision": "decisions",
    "entitlement": "entitlements",
}  # fmt: skip
UNSAID = ("title", "number", "person", "body", "step", "actor", "reason", "clause", "round")


@dataclass(frozen=True, slots=True)
class Telling:
    """One notice to one desk about one run; `mark` tells apart what the run says more than once."""

    desk: str
    notice: str
    run: RunState
    version: int
    rule: StepRule
    facts: Any
    due_at: datetime | None
    mark: str = ""
    reason: str = ""
    actor: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


def tell(work: Work, tellings: Iterable[Telling]) -> int:
    """Write a message for each person behind each desk; a key that exists already is left as it is. Returns how many are new."""
    wanted = [one for one in tellings if one.desk]
    if not wanted:
        return 0
    today = local_day(work.now)
    found = recipients(work.session, {one.desk for one in wanted}, today)
    rows = {
        row["key"]: row for one in wanted for who in found.get(one.desk, ()) for row in [_row(work, one, who, today)]
    }
    if not rows:
        return 0
    return _told(work, rows)


def tell_aside(work: Work, about: str, desks: Iterable[str], notice: str, said: Mapping[str, Any]) -> int:
    """Tell these desks something that no run has to do with, once for `about`; returns how many messages are new."""
    wanted = list(dict.fromkeys(desk for desk in desks if desk))
    found = recipients(work.session, set(wanted), local_day(work.now))
    messages = {
        row["key"]: row
        for desk in wanted
        for who in found.get(desk, ())
        for row in [_aside(work, about, notice, said, who)]
    }
    if not messages:
        return 0
    return _told(work, messages)


def _told(work: Work, messages: Mapping[str, Mapping[str, Any]]) -> int:
    """Write these messages, by key; returns how many are new."""
    return max(write(work.session, unless_there(work.session, MESSAGES, "key"), list(messages.values())), 0)


def _row(work: Work, one: Telling, who: Recipient, today: date) -> dict[str, Any]:
    about = f"{one.run.id}/{one.version}/{one.mark or one.notice}"
    return _addressed(work, about, one.notice, who) | {"context": _context(one, today), "run_id": one.run.id}


def _aside(work: Work, about: str, notice: str, said: Mapping[str, Any], who: Recipient) -> dict[str, Any]:
    context = {**dict.fromkeys(UNSAID, ""), "due": None, "due_provisional": False, "overdue_days": None, "application_id": None,
               "run_id": None, "link": "/inbox", "facts": [], **said}  # fmt: skip
    return _addressed(work, f"{about}/{notice}", notice, who) | {"context": context, "run_id": None}


def _addressed(work: Work, about: str, notice: str, who: Recipient) -> dict[str, Any]:
    to = f"p{who.person_id}" if who.person_id is not None else f"b{who.body_id}"
    return {
        "key": f"{about}/{to}", "notice": notice, "person_id": who.person_id, "body_id": who.body_id, "address": who.address,
        "channel": "mail", "status": "queued", "attempts": 0, "created_at": work.now, "next_at": work.now, "error": "",
    }  # fmt: skip


def _context(one: Telling, today: date) -> dict[str, Any]:
    facts, run = one.facts, one.run
    due_on = last_day(one.due_at)
    overdue = (today - due_on).days if due_on and today > due_on else None
    link = _link(one)
    hidden = one.rule.hides_names
    return {
        "title": facts.number if hidden else facts.title, "number": facts.number, "person": "" if hidden else facts.person_name,
        "body": "" if hidden else facts.body_name,
        "step": one.rule.title, "actor": one.actor, "reason": one.reason,
        "clause": str(one.rule.origin.get("text", "")), "due": due_on.isoformat() if due_on else None,
        "due_provisional": False, "overdue_days": overdue, "application_id": run.application_id, "run_id": run.id,
        "round": facts.round_title, "gives": one.rule.gives, "link": link, "facts": [], **one.more,
    }  # fmt: skip


def _link(one: Telling) -> str:
    """Where the one told goes on: an expert to the sheet (the application is not theirs to open), a seat to its vote, others to the case."""
    run = one.run
    if getattr(one.facts, "opinion_kind", "") == "vote" and one.desk == run.desk:
        return f"/votes/{run.id}"
    if getattr(one.facts, "opinion_kind", "") == "hearing" and one.desk == run.desk:
        return f"/opinions/{run.id}"
    if run.stage == "opinion" and run.application_id and one.desk == run.desk:
        return f"/scores/{run.id}"
    return page_of(run)


def page_of(run: Any) -> str:
    """The page of what a run is about, for any row or state of a run; what has none of its own is found in the inbox."""
    if run.subject_kind in PAGES:
        return f"/{PAGES[run.subject_kind]}/{run.subject_id}"
    if run.application_id:
        return f"/applications/{run.application_id}"
    return f"/rounds/{run.round_id}" if run.round_id else "/inbox"
