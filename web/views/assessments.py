"""An assessment (考核表) as its page shows it: what the system knows, what was marked and said, the grade and what follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flows.engine.calendar import local_day
from flows.engine.work import Work
from flows.programme import Programme, origin_of
from models.queries.assessments import (
    absences_in,
    duties_judged,
    handed_in,
    heard,
    marks_of,
    names_of,
    results_of_seats,
)
from web.display import Provenance, StateMark, day, due_day, run_mark, share
from web.i18n import _
from web.views.cases import provenance_of
from web.views.following import Effect, act_words, effects_of, grade_mark, is_adverse

LOOKS = {
    "met": ("circle-check", "green"),
    "unmet": ("circle-xmark", "red"),
    "later": ("minus", "gray"),
    "note": ("triangle-exclamation", "amber"),
}
WORST_ATTENDANCE = 0.9
LONGEST = 2000
MOST_POINTS = 100


@dataclass(frozen=True)
class Known:
    """One thing the system knows: met, unmet, later (not yet due) or note; in words, and where its proof is."""

    look: str
    title: str
    said: str
    href: str = ""
    origin: Provenance | None = None

    @property
    def icon(self) -> str:
        """The icon that goes with it."""
        return LOOKS[self.look][0]

    @property
    def tone(self) -> str:
        """The tone that goes with it."""
        return LOOKS[self.look][1]


@dataclass(frozen=True)
class SelfReport:
    """The studio's own evaluation: handed in or still owed."""

    title: str
    text: str
    who: str
    at: str
    href: str
    due: str = ""
    late: bool = False
    run_id: int | None = None


@dataclass(frozen=True)
class Heard:
    """One party that was asked: what it said, or until when it may."""

    who: str
    text: str
    at: str
    mark: StateMark


@dataclass(frozen=True)
class Graded:
    """One who is graded: the seat (0: the studio), the grade given, and the reason."""

    seat_id: int
    name: str
    role: str
    grade: str = ""
    mark: StateMark | None = None
    reason: str = ""
    awards: tuple[str, ...] = ()
    judge: str = ""
    person_id: int | None = None


@dataclass(frozen=True)
class Brought:
    """What one grade brings, and to whom it is given."""

    grade: str
    mark: StateMark
    names: tuple[str, ...]
    effects: tuple[Effect, ...]
    adverse: bool


@dataclass(frozen=True)
class Said:
    """What was typed into the form, kept whatever the page answers."""

    grades: Mapping[int, str] = field(default_factory=dict)
    reasons: Mapping[int, str] = field(default_factory=dict)
    awards: tuple[str, ...] = ()
    marks: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    reason: str = ""
    held_on: str = ""
    limit_on: str = ""
    errors: tuple[tuple[str, str], ...] = ()

    @property
    def seen(self) -> str:
        """What the consequences on the page were drawn for."""
        return ",".join(f"{seat}:{grade}" for seat, grade in sorted(self.grades.items()) if grade)


def knowledge(work: Work, programme: Programme, one: Any, address: str) -> tuple[list[Known], list[SelfReport]]:
    """What the system knows of the period, by obligation; and the studio's own reports, which stand before the assessment."""
    by_key: dict[str, list[Any]] = {}
    own: list[Any] = []
    for duty in duties_judged(work.session, one):
        (own if one.key in duty.blocks and duty.unit_kind == "studio" else by_key.setdefault(duty.key, [])).append(duty)
    today = local_day(work.now)
    known = [_known(programme, one, key, duties, today, address) for key, duties in by_key.items()]
    attended = _attendance(work, one, programme, address)
    order = {"unmet": 0, "note": 1, "met": 2, "later": 3}
    return sorted([*known, *attended], key=lambda each: order[each.look]), _own_reports(work, own, today)


def _known(programme: Programme, one: Any, key: str, duties: Sequence[Any], today: date, address: str) -> Known:
    obligation = programme.obligations.get(key)
    title = obligation.title if obligation else duties[0].title
    met = sum(duty.state in {"met", "excused"} or bool(duty.waived) for duty in duties)
    missed = sum(duty.state in {"unmet", "overdue"} for duty in duties)
    left = [
        duty
        for duty in duties
        if duty.ended_at is None and duty.state not in {"met", "excused", "unmet", "overdue"} and not duty.waived
    ]
    said = _("{met} / {all}", met=met, all=len(duties))
    if len(duties) == 1 and duties[0].need > 1:
        said = _("{met} / {all}", met=duties[0].counted, all=duties[0].need)
    if missed and obligation is not None and duties[0].soft:
        look = "note"
    else:
        look = "unmet" if missed else "met" if met == len(duties) else "later"
    ends = max((duty.due_on for duty in left if duty.due_on), default=None)
    if look == "later":
        said += _("，未到期（{day}）", day=day(ends, today)) if ends and ends >= today else _("，还在办理")
    elif missed:
        said += _("，{n} 项未完成", n=missed)
    origin = provenance_of(origin_of(programme, f"obligations.{key}").as_row(), address) if obligation else None
    return Known(look, title, said, f"/studios/{one.studio_id}/calendar?key={key}#list", origin)


def _attendance(work: Work, one: Any, programme: Programme, address: str) -> list[Known]:
    found = absences_in(work.session, one.id)
    held, missed = sum(int(row.held) for row in found), sum(int(row.missed) for row in found)
    if not held:
        return []
    worst = sorted((row for row in found if row.missed), key=lambda row: -row.missed / row.held)[:3]
    names = (
        _("；缺勤最多：{names}", names="、".join(f"{row.name} {row.missed}/{row.held}" for row in worst))
        if worst
        else ""
    )
    origin = provenance_of(origin_of(programme, "attendance").as_row(), address) if programme.attendance else None
    look = "met" if (held - missed) / held >= WORST_ATTENDANCE else "note"
    return [
        Known(
            look, _("活动平均出勤"), f"{share(held - missed, held)}{names}", f"/studios/{one.studio_id}/members", origin
        )
    ]


def _own_reports(work: Work, duties: Sequence[Any], today: date) -> list[SelfReport]:
    records = {row.duty_id: row for row in reversed(handed_in(work.session, [duty.id for duty in duties]))}
    found = []
    for duty in duties:
        record = records.get(duty.id)
        if record is not None:
            text = str((record.content or {}).get("summary") or (record.content or {}).get("text") or record.title)
            found.append(
                SelfReport(
                    duty.title,
                    text[:LONGEST],
                    record.name,
                    day(local_day(record.filed_at), today),
                    f"/duties/{duty.id}",
                )
            )
        elif not duty.waived:
            due = day(duty.due_on, today) if duty.due_on else ""
            late = duty.due_on is not None and duty.due_on < today
            found.append(
                SelfReport(
                    duty.title,
                    "",
                    "",
                    "",
                    f"/duties/{duty.id}",
                    due,
                    late,
                    duty.run_id if duty.ended_at is None else None,
                )
            )
    return found


def opinions_of(work: Work, one: Any) -> list[Heard]:
    """What the parties said, in the order of the text; whose time is over is named as such."""
    asked = heard(work.session, one.run_id)
    names, today = names_of(work.session, {row.party for row in asked}), local_day(work.now)
    found = []
    for row in asked:
        past = row.given_at is None and row.due_at is not None and row.due_at <= work.now
        mark = run_mark("opinion", "lapsed" if past else row.state)
        at = row.given_at or row.refused_at
        said = str(row.answer.get("comment") or row.answer.get("text") or row.reason or "")
        until = _("{day} 前答复", day=day(due_day(row.due_at), today)) if row.due_at and at is None else ""
        found.append(Heard(names.get(row.party, row.party), said, day(local_day(at), today) if at else until, mark))
    return found


def graded_of(
    work: Work, one: Any, policy: Any, facts: Any, roles: Mapping[str, str], said: Said | None
) -> list[Graded]:
    """Whom the assessment grades with what they have got: as typed, else as proposed or confirmed."""
    kept = {row.seat_id or 0: row for row in results_of_seats(work.session, one.id)}
    typed = said.grades if said else {}
    seats = [(seat.seat_id, seat.name, seat.role, seat.person_id) for seat in facts.seats if seat.role in policy.roles]
    named = {seat[0] for seat in seats}
    seats += [
        (seat_id, row.name or "", row.role or "", row.person_id)
        for seat_id, row in kept.items()
        if seat_id and seat_id not in named
    ]
    if not policy.roles:
        seats = [(0, one.studio, "", one.host_id)]
    found = []
    for seat_id, name, role, person_id in seats:
        row = kept.get(seat_id)
        given = (row.after_rectification or row.grade or row.proposed) if row else ""
        grade = typed.get(seat_id, given)
        reason = said.reasons.get(seat_id, "") if said else row.reason if row else ""
        found.append(Graded(
            seat_id, name, roles.get(role, role), grade, grade_mark(grade, policy.words) if grade else None, reason,
            tuple(row.awards) if row else (), row.judge or "" if row else "", person_id,
        ))  # fmt: skip
    return found


def brought_of(
    work: Work, programme: Programme, one: Any, policy: Any, graded: Sequence[Graded], address: str
) -> list[Brought]:
    """What the grades given bring, the adverse first."""
    found = []
    for grade in policy.grades:
        names = tuple(each.name for each in graded if each.grade == grade)
        if not names:
            continue
        effects = tuple(effects_of(work, programme, address, one.key, grade))
        found.append(
            Brought(
                grade,
                grade_mark(grade, policy.words),
                names if policy.roles else (),
                effects,
                is_adverse(grade, effects),
            )
        )
    return sorted(found, key=lambda each: not each.adverse)


def button_words(policy: Any, brought: Sequence[Brought], event: str) -> str:
    """The words of the button: the act itself, and what it opens."""
    verbs = {"propose": _("提出"), "confirm": _("确认"), "release": _("送达")}
    verb = _("评定") if event == "propose" and not policy.confirmed else verbs[event]
    if policy.roles:
        n = sum(len(each.names) for each in brought)
        bad = sum(len(each.names) for each in brought if each.adverse)
        worse = _("，其中 {n} 人不利", n=bad) if bad else ""
        return _("{verb} {n} 人的等次", verb=verb, n=n) + worse
    grade = brought[0].mark.label if brought else ""
    after = act_words(brought[0].effects) if brought and event != "propose" else ""
    return _("{verb}“{grade}”", verb=verb, grade=grade) + after


def mark_lines(work: Work, one: Any, programme: Programme, said: Said | None) -> list[tuple[int, str, str, str]]:
    """Indicator by indicator: its number, its words, the points and the comment."""
    kept = {row.indicator: row for row in marks_of(work.session, one.id)}
    content = programme.assessments[one.key].content if one.key in programme.assessments else ()
    found = []
    for n, indicator in enumerate(content):
        row = kept.pop(indicator, None)
        value, comment = said.marks.get(n, ("", "")) if said else (row.value, row.comment) if row else ("", "")
        found.append((n, indicator, value, comment))
    more = [(len(found) + n, name, row.value, row.comment) for n, (name, row) in enumerate(kept.items())]
    return [*found, *more]
