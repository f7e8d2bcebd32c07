"""Decide: a pure function from a run, an event and facts to a move or a refusal; it reads and writes nothing."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from flows.engine.calendar import Due, Rung, WorkCalendar, last_day, local_day, next_rung, rungs
from flows.engine.declare import CANCELLED, WITHDRAWN, Ask, Because, Effect, Follow, Notify, On, Part, Stage, Wait
from flows.engine.due import fixed
from models.values import dataclass


@dataclass(frozen=True, slots=True)
class Move:
    """What will be written: the new state, whether the run ends there, who is waited for until when, and what follows."""

    to: str
    ends: bool
    desk: str
    due: Due | None
    due_at: datetime | None
    wake_at: datetime | None
    effects: tuple[Effect, ...]
    reason: str = ""
    counts: bool = False
    note: Any = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was written: the name of the guard, one sentence, and the origin of the rule."""

    because: str
    says: str
    origin: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


IMPLICIT: Mapping[str, tuple[Part, ...]] = {
    "extend": (Part.AUTHORITY, Part.OFFICE, Part.ENGINE),
    "cancel": (Part.ENGINE,),
    "withdraw": (Part.APPLICANT,),
}
NEEDS = {
    "reason": "理由",
    "facts": "事实",
    "due_on": "新的期限",
    "defects": "需要补正的地方",
    "seed": "抽取种子",
    "person_id": "由谁来办",
    "panel": "评审专家",
}


def decide(stage: Stage, ask: Ask, ladder: tuple[int, ...] = ()) -> Move | Refusal:
    """The move that `ask.event` makes in `ask.run`, or the first reason against it.

    `ladder`: days from the due day on which reminders go out. Pure: same arguments, same answer.
    """
    on = stage.find(ask.run.state, ask.event)
    if on is None:
        return _implicit(stage, ask, ladder)
    refusal = _not_theirs(ask, on.parts) or _too_late(stage, ask) or _lacking(ask, on.needs) or _guarded(ask, on)
    if refusal is not None:
        return refusal
    return _move(stage, ask, on, ladder)


def entered(stage: Stage, ask: Ask, state: str, ladder: tuple[int, ...]) -> Move:
    """What being in `state` from `ask.now` on means: the desk, the due date and the first waking."""
    wait = stage.wait(state)
    due = wait.due(ask) if wait and wait.due else None
    desk = _desk(wait, ask)
    wake_at = _first_wake(wait, due, ask, ladder)
    return Move(state, state in stage.exits, desk, due, due.at if due else None, wake_at, ())


def reminders(due_at: datetime, entered_at: datetime, ask: Ask, ladder: tuple[int, ...]) -> list[Rung]:
    """The rungs of the reminder ladder of one deadline; `due_at` is the end of its day."""
    return _rungs(last_day(due_at), local_day(entered_at), ladder, ask.calendar)


@lru_cache(maxsize=4096)
def _rungs(due_on: date, arrived: date, ladder: tuple[int, ...], calendar: WorkCalendar) -> list[Rung]:
    return rungs(due_on, arrived, ladder, calendar)


def wake_after(
    wait: Wait, due_at: datetime | None, entered_at: datetime, ask: Ask, ladder: tuple[int, ...]
) -> datetime | None:
    """The next moment at which the clock has something to do for a run that waits; None when it has nothing."""
    if due_at is None:
        return None
    moments = [due_at] if wait.then and due_at > ask.now else []
    if wait.for_ not in {None, Part.CLOCK}:
        rung = next_rung(reminders(due_at, entered_at, ask, ladder), ask.now)
        moments += [rung.at] if rung else []
    return min(moments, default=None)


def _move(stage: Stage, ask: Ask, on: On, ladder: tuple[int, ...]) -> Move:
    to = on.choose(ask) if on.choose else next(iter(on.targets))
    if to not in on.targets:
        raise ValueError(f"{stage.name}.{on.event} chose {to}, which it does not declare")
    place = entered(stage, ask, to, ladder)
    reason = str(ask.payload.get("reason", ""))
    note = on.note(ask) if on.note else None
    return Move(
        to, place.ends, place.desk, place.due, place.due_at, place.wake_at, on.do, reason, to in on.counts, note
    )


def _implicit(stage: Stage, ask: Ask, ladder: tuple[int, ...]) -> Move | Refusal:
    withdraws = ask.event == "withdraw" and stage.subject == "application"
    if ask.run.state in stage.exits or ask.run.state in {CANCELLED, WITHDRAWN}:
        return Refusal("ended", "这一件已经办结，不能再办理。")
    if not (withdraws or ask.event in {"extend", "cancel"}):
        return _not_taken(stage, ask)
    refusal = _not_theirs(ask, IMPLICIT[ask.event])
    if refusal is not None:
        return refusal
    if withdraws:
        return _withdraw(ask)
    if ask.event == "cancel":
        told = () if ask.payload.get("quiet") else (Notify(Part.APPLICANT, "cancelled"),)
        return Move(CANCELLED, True, "", None, None, None, told, str(ask.payload.get("reason", "")))
    return _extend(stage, ask, ladder)


def _withdraw(ask: Ask) -> Move | Refusal:
    if ask.facts.listed:
        return Refusal("named_on_list", "名单已经定了，不能再撤回。需要退出的，请联系主管部门。")
    return Move(
        WITHDRAWN,
        True,
        "",
        None,
        None,
        None,
        (Notify(Part.APPLICANT, "withdrawn"),),
        str(ask.payload.get("reason", "")),
    )


def _extend(stage: Stage, ask: Ask, ladder: tuple[int, ...]) -> Move | Refusal:
    wait = stage.wait(ask.run.state)
    if wait is None or wait.due is None:
        return Refusal("no_deadline", "这一步没有期限，不需要延期。")
    refusal = _lacking(ask, ("due_on", "reason"))
    if refusal is not None:
        return refusal
    due = fixed(date.fromisoformat(str(ask.payload["due_on"])), "延期", str(ask.payload["reason"]))
    if due.at <= ask.now:
        return Refusal("too_early", "新的期限要晚于今天。")
    wake_at = wake_after(wait, due.at, ask.now, ask, ladder)
    told = (Notify(wait.for_, "extended"),) if wait.for_ not in {None, Part.CLOCK} else ()
    effects = (Follow("keep_deadline"), *told)
    return Move(ask.run.state, False, _desk(wait, ask), due, due.at, wake_at, effects, str(ask.payload["reason"]))


def _not_taken(stage: Stage, ask: Ask) -> Refusal:
    if stage.knows(ask.event):
        return Refusal("wrong_state", "这一件已经不在这一步，您的操作没有生效。请刷新后再看。")
    return Refusal("unknown_event", f"“{stage.title}”没有这种办理：{ask.event}。")


def _not_theirs(ask: Ask, parts: tuple[Part, ...]) -> Refusal | None:
    """Default deny: the actor must be one of the parts, by the desks they hold."""
    kind = ask.actor.kind
    if kind in {"clock", "engine", "public"} and Part(kind) in parts:
        return None
    if kind == "person":
        if Part.PUBLIC in parts:
            return None
        if any(ask.facts.parts.get(part) in ask.actor.keys for part in parts if ask.facts.parts.get(part)):
            return _own_case(ask, parts)
    return Refusal("not_yours", "这一步不由您办理。")


def _too_late(stage: Stage, ask: Ask) -> Refusal | None:
    """A deadline that means something when it passes has passed, though the clock has not said so yet.

    What may still be done after it (a late report) is not refused.
    """
    wait = stage.wait(ask.run.state)
    passed = ask.run.due_at is not None and ask.run.due_at <= ask.now
    if wait is None or wait.then is None or not passed or ask.actor.kind not in {"person", "public"}:
        return None
    fired = stage.find(ask.run.state, wait.then)
    still = fired is not None and any(stage.find(state, ask.event) for state in fired.targets)
    if still or Part.AUTHORITY in (found.parts if (found := stage.find(ask.run.state, ask.event)) else ()):
        return None
    last = last_day(ask.run.due_at or ask.now)
    return Refusal("too_late", f"期限已于 {last.month}月{last.day}日 24:00 截止，不能再办理。没有改动任何内容。")


def _own_case(ask: Ask, parts: tuple[Part, ...]) -> Refusal | None:
    judges = {Part.REVIEWER, Part.EXPERT, Part.ASSESSOR, Part.CONFIRMER, Part.AUTHORITY}
    if ask.facts.person_id is None or ask.facts.person_id not in {ask.actor.person_id, ask.actor.for_person_id}:
        return None
    if not judges.intersection(parts) or f"person:{ask.facts.person_id}" == ask.facts.parts.get(Part.REVIEWER):
        return None
    return Refusal("own_case", "这是您本人的申报，按回避要求请由同单位其他人办理。")


def _lacking(ask: Ask, needs: tuple[str, ...]) -> Refusal | None:
    lacking = tuple(key for key in needs if not ask.payload.get(key))
    if not lacking and "due_on" in needs and _no_day(ask.payload["due_on"]):
        return Refusal("without_due_on", "期限要写成 2026-08-31 这样。没有改动任何内容。", {}, ("due_on",))
    if not lacking:
        return None
    named = "、".join(NEEDS.get(key, key) for key in lacking)
    return Refusal(f"without_{lacking[0]}", f"请先写明{named}。没有改动任何内容。", {}, lacking)


def _no_day(said: object) -> bool:
    try:
        date.fromisoformat(str(said))
    except ValueError:
        return True
    return False


def _guarded(ask: Ask, on: On) -> Refusal | None:
    for guard in on.unless:
        because: Because | None = guard(ask)
        if because is not None:
            return Refusal(guard.__name__, because.says, because.origin, because.missing)
    return None


def _desk(wait: Wait | None, ask: Ask) -> str:
    if wait is None or wait.for_ in {None, Part.CLOCK, Part.ENGINE}:
        return ""
    return str(ask.facts.parts.get(wait.for_, ""))


def _first_wake(wait: Wait | None, due: Due | None, ask: Ask, ladder: tuple[int, ...]) -> datetime | None:
    if wait is None or due is None:
        return None
    if wait.then and due.at <= ask.now:
        return ask.now
    return wake_after(wait, due.at, ask.now, ask, ladder)
