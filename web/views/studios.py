"""The studio's home (工作室首页): what is to be done now, who has the rest, the year's obligations, people and money."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flows.engine.telling import page_of
from flows.engine.work import Work
from flows.programme.rosters import roster_rules
from flows.programme.sections import Obligation
from flows.programme.vocabulary import PERIODS_ZH
from models.queries.applications import holders_of
from models.queries.attendance import presence
from models.queries.money import balances, lines
from models.queries.studios import returned, under_way
from web.display import DueMark, Part, Provenance, StateMark, day, due_day, due_mark, money, run_mark, state_mark
from web.i18n import _
from web.studio_doors import Door
from web.views.cases import due_of

SOON = timedelta(days=30)
MOST, MOST_WAITING = 5, 6
STARTING = 30  # days after the plaque in which the list is one of first steps
VACANCIES = {"refill", "succession"}
TONES_FIRST = ("red", "amber", "blue", "purple", "green", "gray")
ALIKE = 3  # so many open duties of one obligation and day are shown as one
WORST_FIRST = ("overdue", "returned", "open", "submitted")


@dataclass(frozen=True)
class Todo:
    """One thing to do: until when, what, why it came back, and the button that leads there."""

    due: DueMark
    title: str
    href: str
    button: str
    returned: str = ""
    by: str = ""
    detail: str = ""
    origin: Provenance | None = None
    order: tuple[int, date] = (2, date.max)  # how urgent, and until when


@dataclass(frozen=True)
class Waiting:
    """What somebody else has: who, and until when."""

    title: str
    where: str
    href: str
    icon: str


@dataclass(frozen=True)
class Owed:
    """One obligation of the year."""

    key: str
    title: str
    period: str
    progress: str
    mark: StateMark
    origin: Provenance | None
    href: str


@dataclass(frozen=True)
class MemberLine:
    """One member: whether they were there, and whether a limit of absence is reached."""

    name: str
    body: str
    there: int
    held: int
    warned: bool


@dataclass(frozen=True)
class Money:
    """A year of the ledger: what is left, what came in, what was spent on what."""

    balance: int
    received: int
    spent: int
    uses: tuple[Part, ...]


@dataclass(frozen=True)
class Present:
    """What is under way in a studio: what one has to do oneself, what others have, and when the next thing is due."""

    todo: tuple[Todo, ...]
    more: int
    next_due: date | None
    waiting: tuple[Waiting, ...]
    mending: Any | None
    starting: bool


def present_of(work: Work, door: Door, desks: frozenset[str], more: Sequence[Todo] = ()) -> Present:
    """What is under way, for whoever sits at these desks; `more` waits for them beside what is under way."""
    live = under_way(work.session, door.studio.id)
    mine = [row for row in live if row.desk in desks]
    back = returned(work.session, [row.id for row in mine if row.subject_kind == "duty"])
    until = door.today + SOON
    near = sorted(
        (row for row in mine if row.id in back or _ends(row, until) <= until),
        key=lambda row: (_rank(row, back, door.today), _ends(row, until), row.id),
    )
    later = [day_ for row in mine if row not in near and (day_ := _ends(row)) != date.max]
    others = [row for row in live if row.desk and row.desk not in desks and not row.soft] if door.sees_all else []
    holders = holders_of(work.session, {row.desk for row in others}, door.today)
    mending = next((row for row in live if row.subject_kind == "rectification"), None)
    begun = door.cycle is not None and door.cycle.number == 1 and (door.today - door.cycle.begins_on).days <= STARTING
    listed = [
        replace(_todo(work, door, row, back.get(row.id)), order=(_rank(row, back, door.today), _ends(row, until)))
        for row in near
    ]
    todo = sorted([*_together(door, near, listed), *more], key=lambda one: one.order)
    return Present(
        tuple(todo[:MOST]), max(len(todo) - MOST, 0), min(later, default=None),
        tuple(_waiting(row, holders, door.today) for row in others[:MOST_WAITING]), mending, begun,
    )  # fmt: skip


def _rank(row: Any, back: Mapping[int, Any], today: date) -> int:
    """What is overdue comes first, then what was returned, then the rest."""
    return 0 if _ends(row) < today else 1 if row.id in back else 2


def _together(door: Door, rows: Sequence[Any], todo: Sequence[Todo]) -> list[Todo]:
    """The same list, in which what is owed for each of several people stands once, with how many."""
    alike: dict[tuple[Any, ...], list[Todo]] = {}
    for row, one in zip(rows, todo, strict=True):
        single = not row.duty_key or one.returned
        alike.setdefault((row.id,) if single else (row.duty_key, row.due_on), []).append(one)
    found = []
    for key, group in alike.items():
        if len(group) < ALIKE:
            found += group
            continue
        owed = door.programme.obligations.get(key[0])
        title = _("{title}（{n} 份）", title=owed.title if owed else group[0].title, n=len(group))
        found.append(replace(group[0], title=title, href=f"/studios/{door.studio.id}/calendar?key={key[0]}#list"))
    return found


def _ends(row: Any, unsaid: date = date.max) -> date:
    """The last day of a run; of a duty that has none any more, the one it had. What never had one waits as `unsaid` says."""
    if row.due_at is not None:
        return due_day(row.due_at)
    if row.subject_kind == "duty":
        return row.due_on or date.max  # a duty without a deadline is never urgent
    return unsaid


def desks_of(door: Door, keys: frozenset[str]) -> frozenset[str]:
    """Whose work the page shows as what is to be done: the host's to those who oversee, else the visitor's own."""
    return keys if door.hosts or not door.oversees else frozenset({f"person:{door.studio.host_id}"})


def _todo(work: Work, door: Door, row: Any, back: Any | None) -> Todo:
    place = f"obligations.{row.duty_key}" if row.duty_key in door.programme.obligations else ""
    detail = _("已办 {n} / {need}", n=row.counted, need=row.need) if row.subject_kind == "duty" and row.need > 1 else ""
    return Todo(
        due_of(work, row, None) if row.due_at is not None else due_text(work, row.due_on, door.today), _title(row), _page(row), _button(row, returned=back is not None), back.reason if back else "",
        (back.name or "") if back else "", detail, door.origin(place) if place and back is None else None,
    )  # fmt: skip


def _button(row: Any, *, returned: bool) -> str:
    if returned:
        return _("去补正")
    if row.duty_key in VACANCIES:
        return _("去提名")
    words = {"duty": _("去报送"), "assessment": _("去填写"), "rectification": _("去整改"), "application": _("去填写")}
    return words.get(row.subject_kind, _("去办理"))


def _page(row: Any) -> str:
    """The page of a run; what has none of its own is opened in the inbox."""
    page = page_of(row)
    return f"/inbox?run={row.id}" if page == "/inbox" else page


def _title(row: Any) -> str:
    """What a run is about, as one says it."""
    if row.subject_kind == "rectification":
        return _("{title}的整改", title=row.title)
    if row.subject_kind == "opinion":
        kinds = {
            "signature": _("签署"),
            "consent": _("征求同意"),
            "hearing": _("听取意见"),
            "vote": _("表决"),
            "survey": _("调查"),
        }
        return kinds.get(row.opinion_kind, _("征询意见"))
    words = {
        "seat": _("{name}加入工作室"),
        "exit": _("{name}退出工作室"),
        "cycle": _("续期申请"),
        "level": _("晋升申请"),
    }
    return words[row.gives].format(name=row.title) if row.gives in words else str(row.title)


def _waiting(row: Any, holders: Mapping[str, tuple[str, tuple[str, ...]]], today: date) -> Waiting:
    body, names = holders.get(row.desk, ("", ()))
    who = f"{body} {names[0]}" if names else body
    where = _("在{who}手里", who=who)
    if row.subject_kind == "entitlement" and row.amount_fen:
        where = _("{sum}，{where}", sum=money(row.amount_fen * row.share // 100), where=where)
    if row.due_at is not None:
        where += _("，{day} 截止", day=day(due_day(row.due_at), today))
    icons = {
        "application": "user-plus",
        "entitlement": "coins",
        "assessment": "clipboard-check",
        "decision": "gavel",
        "opinion": "file-signature",
    }
    return Waiting(_title(row), where, _page(row), icons.get(row.subject_kind, "hourglass-half"))


def obligations_of(door: Door, duties: Sequence[Any], back: Iterable[int]) -> list[Owed]:
    """The obligations of the programme with how far each is in the year; those that begin only later are not begun."""
    sent_back = set(back)
    by_key: dict[str, list[Any]] = {}
    for row in duties:
        by_key.setdefault(row.key, []).append(row)
    shown = [one for one in door.programme.obligations.values() if one.per not in {"setup", None} or one.name in by_key]
    found = [_owed(door, one, by_key.get(one.name, []), sent_back) for one in shown]
    return sorted(found, key=lambda one: TONES_FIRST.index(one.mark.tone))


def _owed(door: Door, one: Obligation, rows: Sequence[Any], sent_back: set[int]) -> Owed:
    held = [row for row in rows if not row.waived]
    href = f"/studios/{door.studio.id}/calendar?key={one.name}#list" if rows else ""
    return Owed(
        one.name, one.title, period_words(one), _progress(one, held), _mark(held, rows, sent_back),
        door.origin(f"obligations.{one.name}"), f"/duties/{rows[0].id}" if len(rows) == 1 and rows[0].run_id else href,
    )  # fmt: skip


def period_words(one: Obligation) -> str:
    """How often something is owed, in words: 每年度 1 次, 每人 1 份, 每学期 2–3 次."""
    each = {"school": _("每所学校")}.get(one.each, _("每人")) if one.each else ""
    times = f"{one.least}–{one.most}" if one.most is not None else str(one.least)
    period = _(PERIODS_ZH[one.per]) if one.per else ""
    words = " ".join(part for part in (period, each, _("{n} 次", n=times)) if part)
    return _("{words}，只提醒", words=words) if one.soft else words


def _progress(one: Obligation, rows: Sequence[Any]) -> str:
    if not rows:
        return "—" if one.per in {"call", "award"} else f"0 / {one.least}"
    if len(rows) == 1:
        counted = max(rows[0].counted, rows[0].need if rows[0].state == "met" else 0)
        return f"{counted} / {rows[0].need}"
    done = sum(row.state in {"met", "excused"} for row in rows)
    unit = _("人") if one.each and one.each != "school" else _("校") if one.each else _("期")
    return f"{done} / {len(rows)} {unit}"


def _mark(held: Sequence[Any], rows: Sequence[Any], sent_back: set[int]) -> StateMark:
    if rows and not held:
        return state_mark("obligation", "excused")
    states = {"returned" if row.run_id in sent_back and row.state in {"open", "overdue"} else row.state for row in held}
    for state in WORST_FIRST:
        if state in states:
            return state_mark("obligation", state)
    if "unmet" in states:
        return run_mark("activities", "unmet")
    if "cancelled" in states and "met" not in states:
        return run_mark("activities", "cancelled")
    return state_mark("obligation", "accepted" if states else "upcoming")


def duty_mark(row: Any, sent_back: Iterable[int] = ()) -> StateMark:
    """The mark of one duty."""
    if row.waived or row.state is None:
        return state_mark("obligation", "excused")
    if row.run_id in set(sent_back) and row.state in {"open", "overdue"}:
        return state_mark("obligation", "returned")
    return run_mark("activities", row.state)


def members_of(work: Work, door: Door) -> list[MemberLine]:
    """Everybody with a seat but the host, those who were away most first."""
    since = door.cycle.begins_on if door.cycle is not None else door.today
    found = presence(work.session, door.studio.id, since, door.today)
    lines_ = []
    for seat in door.seats:
        if seat.person_id != door.studio.host_id:
            there, held = found.get(seat.person_id, (0, 0))
            lines_.append(MemberLine(seat.name, seat.body, there, held, absent_too_often(door, there, held)))
    return sorted(lines_, key=lambda one: (not one.warned, one.there - one.held, one.name))


def absent_too_often(door: Door, there: int, held: int) -> bool:
    """Whether somebody missed the share of activities from which the text speaks of it."""
    rule = door.programme.attendance
    if rule is None or held < rule.at_least_activities or held == 0:
        return False
    if rule.absent.at_least is not None:
        return (held - there) >= rule.absent.at_least * held
    return rule.absent.more_than is not None and (held - there) > rule.absent.more_than * held


def only_reminds(door: Door) -> bool:
    """Whether nothing but a reminder follows from absence."""
    rule = door.programme.attendance
    return rule is not None and {one.kind for one in rule.then} <= {"warn"}


def absence_origin(door: Door) -> Provenance | None:
    """Where the rule of attendance comes from; a shared default is named after what it is about."""
    origin = door.origin("attendance")
    return replace(origin, text=_("考勤")) if origin is not None and origin.kind == "default" else origin


def number_words(door: Door) -> str:
    """How many of each role a studio is to have: 应为 8–10 人, or by role where there are several."""
    numbers = [one for one in roster_rules(door.programme).numbers if one.role != "host" and not one.within]
    said = [(one.title, _span(one.least, one.most)) for one in numbers]
    said = [(title, words) for title, words in said if words]
    if len(said) == 1:
        return _("应为 {n} 人", n=said[0][1])
    return "、".join(_("{title} {n} 人", title=title, n=words) for title, words in said)


def _span(least: int | None, most: int | None) -> str:
    if least is not None and most is not None:
        return str(least) if least == most else f"{least}–{most}"
    return _("至少 {n}", n=least) if least is not None else _("至多 {n}", n=most) if most is not None else ""


def money_of(work: Work, door: Door) -> Money | None:
    """The ledger of the year; nothing where the text has no money."""
    if not door.sees_all or (door.programme.ledger is None and not door.programme.funds):
        return None
    _number, first, last = door.year
    found = lines(work.session, door.studio.id, first, last)
    uses: dict[str, int] = {}
    for one in found:
        if one.kind != "received":
            uses[one.use or _("其他")] = uses.get(one.use or _("其他"), 0) - one.fen
    parts = tuple(Part(use, fen, "blue") for use, fen in sorted(uses.items(), key=lambda pair: -pair[1]) if fen > 0)
    received = sum(one.fen for one in found if one.kind == "received")
    return Money(balances(work.session, [door.studio.id])[door.studio.id], received, sum(uses.values()), parts)


def standing_of(door: Door, present: Present | None) -> StateMark:
    """The mark of a studio: mending and final assessment show before 运行中."""
    standing = door.studio.standing
    if standing == "active" and present is not None and present.mending is not None:
        return state_mark("standing", "rectifying")
    if standing == "active" and door.cycle is not None and door.cycle.ends_on < door.today:
        return state_mark("standing", "final_assessing")
    own = {"revoked": "revoke", "ended": "end"}.get(standing, "")
    word = door.programme.words.get(own, "").replace("工作室", "")
    return run_mark("standing", standing, _("已{word}", word=word) if word else None)


def due_text(work: Work, on: date | None, today: date) -> DueMark:
    """The mark of a plain date that no run carries."""
    if on is None:
        return DueMark("none", _("无时限"))
    left = work.calendar.working_days_between(today, on)
    return due_mark(on, min(left, -1) if on < today else max(left, 1) if on > today else 0, today)
