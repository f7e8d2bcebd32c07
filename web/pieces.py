"""What the macros of pages take: plain values, ready to be shown (页面部件)."""

from dataclasses import dataclass
from datetime import date

from web.i18n import _
from web.phrases import CALENDAR, WORKING, day, days_left, span

SOON = 3
CELLS = 15
DOCK = 5


@dataclass(frozen=True)
class NavItem:
    """One line of the rail; `tone` red where someone must act, else grey."""

    label: str
    href: str
    icon: str
    count: int | None = None
    tone: str = "grey"
    active: bool = False


@dataclass(frozen=True)
class NavGroup:
    """A heading of the rail (none for the first) with its lines."""

    label: str | None
    items: tuple[NavItem, ...]


@dataclass(frozen=True)
class Today:
    """The day in the top bar and whether it is worked."""

    text: str
    working: bool


@dataclass(frozen=True)
class Acting:
    """For whom one acts, until when (in words), and the address that ends it by POST."""

    name: str
    until: str
    end_href: str


@dataclass(frozen=True)
class Chrome:
    """Everything around a page for one who is logged in."""

    user_name: str
    body_name: str
    authority: str
    groups: tuple[NavGroup, ...]
    today: Today
    csrf: str
    support_phone: str = ""
    locale: str = "zh_CN"
    acting_for: Acting | None = None
    unread: int = 0
    dock: tuple[NavItem, ...] = ()
    query: str = ""
    large_text: bool = False
    shortcuts: bool = True

    @property
    def bottom(self) -> tuple[NavItem, ...]:
        """Give the five of the phone's bottom bar: those named, else the first four of the rail; the last is 菜单."""
        first = self.dock or tuple(item for group in self.groups for item in group.items)
        return (*first[: DOCK - 1], NavItem(_("菜单"), "/menu", "bars"))


@dataclass(frozen=True)
class Provenance:
    """Where a rule comes from: `kind` is clause, default or decision; `href` its anchor on the programme page."""

    kind: str
    text: str
    href: str = ""
    reason: str = ""


@dataclass(frozen=True)
class WhyStep:
    """One fact of an explanation."""

    text: str
    origin: Provenance | None = None


@dataclass(frozen=True)
class Why:
    """Why a day is that day: at most six steps, then whether it was extended or stopped."""

    title: str
    steps: tuple[WhyStep, ...]
    after: str = ""


@dataclass(frozen=True)
class DueMark:
    """A deadline: `look` is past, today, soon, later, provisional, paused, done, late or none."""

    look: str
    label: str
    date: str = ""
    why: Why | None = None

    @property
    def icon(self) -> str:
        """Give the Font Awesome name that goes with the look."""
        return _DUE_ICONS[self.look]


_DUE_ICONS = {
    "past": "circle-exclamation", "today": "clock", "soon": "clock", "later": "calendar",
    "provisional": "calendar-day", "paused": "circle-pause", "done": "circle-check",
    "late": "circle-exclamation", "none": "infinity",
}  # fmt: skip


def due_mark(
    due: date | None,
    left: int,
    today: date,
    *,
    unit: str = WORKING,
    provisional: bool = False,
    paused: bool = False,
    why: Why | None = None,
) -> DueMark:
    """Give the mark of an open deadline; `left` days of `unit`: 0 on the last day, negative when past."""
    if due is None:
        return DueMark("none", _("无时限"), why=why)
    shown = day(due, today)
    if paused:
        return DueMark("paused", _("计时已暂停"), shown, why)
    if provisional and left > 0:
        return DueMark("provisional", _("{day} 暂定", day=shown), "", why)
    look = "past" if left < 0 else "today" if left == 0 else "soon" if left <= SOON else "later"
    return DueMark(look, days_left(left, unit), shown, why)


def done_mark(done_on: date, used: int, allowed: int, today: date, *, unit: str = WORKING) -> DueMark:
    """Give the mark of a finished step: 4月1日 办结，用时 4 / 5; red when it took longer than allowed."""
    if used <= allowed:
        words = _("{day} 办结，用时 {used} / {allowed}", day=day(done_on, today), used=used, allowed=allowed)
        return DueMark("done", words)
    over = used - allowed
    if unit == CALENDAR:
        return DueMark("late", _("用时 {used} / {allowed}，超 {over} 天", used=used, allowed=allowed, over=over))
    return DueMark("late", _("用时 {used} / {allowed}，超 {over} 个工作日", used=used, allowed=allowed, over=over))


@dataclass(frozen=True)
class Meter:
    """Days used of days allowed; `unit` working or calendar."""

    used: int
    allowed: int
    unit: str = WORKING

    @property
    def as_bar(self) -> bool:
        """Say whether there are too many days for one cell each."""
        return max(self.used, self.allowed) > CELLS

    @property
    def cells(self) -> tuple[str, ...]:
        """Give the tone of each cell: blue, the last two of the limit amber, beyond it red, not yet used empty."""
        return tuple(self._tone(n) for n in range(1, max(self.used, self.allowed) + 1))

    def _tone(self, n: int) -> str:
        if n > self.allowed:
            return "red"
        if n > self.used:
            return "rest"
        return "amber" if n > self.allowed - 2 else "blue"

    @property
    def tone(self) -> str:
        """Give the tone of the bar."""
        return self._tone(self.used) if self.used else "rest"

    @property
    def words(self) -> str:
        """Give 已用 10 / 10 个工作日."""
        return _("已用 {used} / {allowed}", used=self.used, allowed=span(self.allowed, self.unit))


@dataclass(frozen=True)
class Person:
    """A person with the body they act for; `on_behalf` names the one they stand in for."""

    name: str
    body: str = ""
    on_behalf: str = ""

    @property
    def surname(self) -> str:
        """Give what the round picture shows."""
        return self.name[:1]


@dataclass(frozen=True)
class TimelineEntry:
    """One line of 流转记录; `look`: sent, done, returned, changed, refused, clock, now or coming; texts are ready."""

    look: str
    event: str
    actor: str = ""
    at: str = ""
    used: str = ""
    opinion: str = ""
    change_label: str = ""
    change_href: str = ""
    due: DueMark | None = None
    origin: Provenance | None = None
    on_behalf: str = ""
    iso: str = ""

    @property
    def icon(self) -> str:
        """Give the Font Awesome name that goes with the look."""
        return _ENTRY_ICONS[self.look]


_ENTRY_ICONS = {
    "sent": "paper-plane", "done": "check", "returned": "rotate-left", "changed": "code-compare", "refused": "xmark",
    "clock": "clock", "now": "hourglass-half", "coming": "", "posted": "bullhorn", "decided": "gavel",
}  # fmt: skip


@dataclass(frozen=True)
class StripStep:
    """One step of a progress strip; `look`: done, now, returned, stopped or coming."""

    label: str
    look: str
    detail: str = ""
    href: str = ""


@dataclass(frozen=True)
class Strip:
    """A progress strip of at most seven steps."""

    steps: tuple[StripStep, ...]

    @property
    def current(self) -> int:
        """Give the number of the step one is in, from 1; the last when all are done."""
        open_steps = [n for n, step in enumerate(self.steps, 1) if step.look in {"now", "returned", "stopped"}]
        return open_steps[0] if open_steps else len(self.steps)


@dataclass(frozen=True)
class Tab:
    """A tab is a link; only overdue may be urgent."""

    label: str
    href: str
    count: int | str | None = None
    active: bool = False
    urgent: bool = False


@dataclass(frozen=True)
class Choice:
    """An option of a select, radio or filter."""

    value: str
    label: str
    hint: str = ""
    chosen: bool = False
    disabled: bool = False
    href: str = ""


@dataclass(frozen=True)
class Filter:
    """One filter of a list: its name in the address, its words, its choices."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    icon: str = ""

    @property
    def chosen(self) -> Choice | None:
        """Give the choice made, if it is not the empty one."""
        return next((choice for choice in self.choices if choice.chosen and choice.value), None)


@dataclass(frozen=True)
class FieldError:
    """An error of a form: the field's id, its label, and what to do."""

    field: str
    label: str
    message: str


@dataclass(frozen=True)
class Paging:
    """Rows shown of all, with the addresses of the neighbours."""

    first: int
    last: int
    total: int
    previous: str = ""
    next: str = ""


@dataclass(frozen=True)
class Span:
    """A bar of a Gantt row in per cent of the whole; `kind` work, notice, provisional or conditional."""

    start: str
    width: str
    kind: str
    words: str


@dataclass(frozen=True)
class Ground:
    """A stretch of the calendar behind a Gantt: `kind` weekend, holiday, makeup, provisional or month."""

    start: str
    width: str
    kind: str
    label: str = ""


@dataclass(frozen=True)
class Part:
    """A part of a stacked bar."""

    label: str
    value: int
    tone: str
    href: str = ""


@dataclass(frozen=True)
class Dot:
    """A mark on a line; hollow for an added judge."""

    value: float
    hollow: bool = False
