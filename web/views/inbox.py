"""The inbox as a page shows it: tabs, filters, groups of rows by urgency, and the open case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from flows.engine.calendar import end_of_day, local_day
from flows.engine.rulebook import StepRule
from flows.engine.telling import PAGES
from flows.engine.work import Work
from flows.lifecycle import STAGES
from models.queries.inbox import PAGE, Findings, InboxChoices, InboxFilter, InboxRow
from web.display import WORKING, Choice, DueMark, Filter, Meter, Paging, StateMark, Tab, clock_time, due_day
from web.i18n import _, word
from web.views.asked_for import asked_for
from web.views.bulk import ACTS
from web.views.cases import due_of, left_of, meter_of, state_of, unit_of

BOXES = {
    "todo": word("待办"), "overdue": word("逾期"), "soon": word("即将到期"), "waiting": word("等别的事"), "done": word("已办"),
    "started": word("我发起的"), "cc": word("抄送我的"),
}  # fmt: skip
SOON = 3
WAITING = {"todo", "overdue", "soon"}
# What a case waits for that its reader cannot go on with yet, by state.
STANDS_BY = {"scored": word("等其余申报都评完，才能一起排序"), "closed": word("等本批次的申报都有结果，才能办结")}
BULK = {"tier_review"}
# States in which the authority goes on with a list of many.
BY_LIST = {
    "unassigned": "/panel",
    "scoring": "/panel",
    "scored": "/ranking",
    "reserved": "/ranking",
    "unposted": "/ranking",
}


@dataclass(frozen=True)
class Special:
    """What is special about a case, in one line."""

    icon: str
    tone: str
    text: str


@dataclass(frozen=True)
class Line:
    """One row of the list."""

    run_id: int
    value: str
    href: str
    title: str
    place: str
    kind: str
    special: Special | None
    due: DueMark
    open: bool
    why_not: str = ""
    checked: bool = False
    at: datetime | None = None
    leave: int | None = None


@dataclass(frozen=True)
class Group:
    """Rows of one urgency, under their heading."""

    title: str
    lines: tuple[Line, ...]


def soon_until(work: Work) -> datetime:
    """Until when something counts as soon due: the end of the third working day from today."""
    return end_of_day(work.calendar.add_working_days(local_day(work.now), SOON))


def narrowed(work: Work, wanted: InboxFilter) -> InboxFilter:
    """The filter with the moment until which something counts as soon due."""
    return replace(wanted, soon_until=soon_until(work))


def address(wanted: InboxFilter, **changes: Any) -> str:
    """The address of a view of the inbox; what is left out keeps its value, what is empty is not written."""
    said = {
        "box": wanted.box if wanted.box != "todo" else "", "stage": wanted.stage, "round": wanted.round_id,
        "school": wanted.school_stage, "page": wanted.page if wanted.page > 1 else "",
    } | changes  # fmt: skip
    kept = {key: value for key, value in said.items() if value not in {"", None}}
    return f"/inbox?{urlencode(kept)}" if kept else "/inbox"


def tabs_of(counts: Mapping[str, int], wanted: InboxFilter) -> tuple[Tab, ...]:
    """The boxes with how many are in each; only overdue may be urgent, and what waits for others is there when there is some."""
    return tuple(
        Tab(
            _(label),
            f"/inbox?box={box}" if box != "todo" else "/inbox",
            counts[box],
            box == wanted.box,
            box == "overdue",
        )
        for box, label in BOXES.items()
        if box != "waiting" or counts[box] or wanted.box == box
    )


def filters_of(choices: InboxChoices, wanted: InboxFilter, more: Sequence[tuple[str, str]] = ()) -> tuple[Filter, ...]:
    """What the box can be narrowed by, each choice an address; a filter without choices is left out. `more`: kinds that are no stage."""
    stages = [("", _("全部事项")), *((one, _(STAGES[one].title)) for one in choices.stages), *more]
    rounds = [("", _("全部批次")), *((str(number), title) for number, title in choices.rounds)]
    schools = [("", _("全部学段")), *((one, one) for one in choices.school_stages)]
    found = (
        _filter("stage", _("全部事项"), stages, wanted.stage, wanted, "filter"),
        _filter("round", _("批次"), rounds, str(wanted.round_id or ""), wanted, ""),
        _filter("school", _("学段"), schools, wanted.school_stage, wanted, ""),
    )
    return tuple(one for one in found if len(one.choices) > 1)


def _filter(
    name: str, label: str, choices: Sequence[tuple[str, str]], chosen: str, wanted: InboxFilter, icon: str
) -> Filter:
    return Filter(name, label, tuple(
        Choice(value, words, chosen=value == chosen, href=address(wanted, **{name: value, "page": ""})) for value, words in choices
    ), icon)  # fmt: skip


def chosen_of(filters: Sequence[Filter], wanted: InboxFilter) -> list[tuple[str, str]]:
    """What is filtered by, as words with the address without it."""
    return [(one.chosen.label, address(wanted, **{one.name: "", "page": ""})) for one in filters if one.chosen]


def groups_of(
    work: Work, rows: Sequence[InboxRow], found: Mapping[int, Findings], wanted: InboxFilter, open_run: int | None,
    checked: frozenset[int] = frozenset(), *, mine: frozenset[str] = frozenset(),
    held: Mapping[int, tuple[str, datetime]] = MappingProxyType({}),
) -> tuple[Group, ...]:  # fmt: skip
    """Rows under their urgency; boxes of what is done or of others have one group. `held`: what a bulk act will do, and when."""
    by_title: dict[str, list[Line]] = {}
    for row in rows:
        rule = rule_of(work, row)
        title = urgency(work, row.due_at, unit_of(rule, row.state)) if wanted.box in WAITING else _(BOXES[wanted.box])
        line = _line(work, row, rule, found, wanted, open_run, mine)
        if row.run_id in held:
            line = _held(line, *held[row.run_id])
        by_title.setdefault(title, []).append(replace(line, checked=row.run_id in checked))
    return tuple(Group(title, tuple(lines)) for title, lines in by_title.items())


def rule_of(work: Work, row: Any) -> StepRule:
    """The rule of a run's step."""
    return work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id)


def _held(line: Line, act: str, until: datetime) -> Line:
    special = Special("clock", "blue", _("已批量{act}，{time} 生效", act=_(ACTS.get(act, act)), time=clock_time(until)))
    return replace(line, special=special, why_not=_("已在一次批量办理中"))


def urgency(work: Work, due_at: datetime | None, unit: str = WORKING) -> str:
    """Under which heading of the list something stands that is due then."""
    if due_at is None:
        return _("以后")
    if due_at <= work.now:
        return _("逾期")
    if due_day(due_at) == local_day(work.now):
        return _("今天截止")
    left, _unit = left_of(work, due_at, unit)
    return _("3 个工作日内") if left <= SOON else _("以后")


def _line(
    work: Work, row: InboxRow, rule: StepRule, found: Mapping[int, Findings], wanted: InboxFilter, open_run: int | None,
    mine: frozenset[str],
) -> Line:  # fmt: skip
    bulk = row.stage in BULK and row.state == "reviewing" and row.ended_at is None and row.desk in mine
    number = row.number or (_("草稿") if row.stage == "application" else "")
    asks = what_of(work, row) if row.gives not in {"", "studio"} else ""
    kinds = [
        asks,
        _("申报审核推荐") if bulk and not asks else rule.title,
        row.school_stage,
        number if row.person else "",
        "" if row.application_id else row.round_title,
    ]
    title = row.person or (number if row.blind else "") or row.question or row.duty or rule.title
    place = row.body or row.studio or row.round_title
    return Line(
        row.run_id, f"{row.run_id}.{row.version}", address(wanted, run=row.run_id), title,
        place, " · ".join(dict.fromkeys(one for one in kinds if one and one != place and not title.startswith(one))),
        _standing_by(row) or special_of(row, rule, found.get(row.application_id or 0)) or _placed(row, rule), _due(work, row, rule), row.run_id == open_run,
        "" if bulk else _("这一类要一件一件办"), at=row.due_at,
    )  # fmt: skip


def what_of(work: Work, row: InboxRow) -> str:
    """What the application of a row asks for; empty for rows of none."""
    return asked_for(work, row.version_id, row.path, row.gives, row.role, row.studio) if row.gives else ""


def _standing_by(row: InboxRow) -> Special | None:
    return Special("clock", "muted", waits_of(row)) if row.stands_by else None


def waits_of(row: InboxRow) -> str:
    """What must happen before anybody can go on with a case; nothing for one that can be done."""
    return _(STANDS_BY[row.state]) if row.stands_by and row.state in STANDS_BY else ""


def _placed(row: InboxRow, rule: StepRule) -> Special | None:
    """Who waits to be placed is placed by a list, once judged."""
    if row.stage != "membership" or getattr(rule.policy, "seats", "") != "allocated" or row.ended_at is not None:
        return None
    return Special("users", "blue", _("判断资格后，由统筹调配的名单安排"))


def _due(work: Work, row: InboxRow, rule: StepRule) -> DueMark:
    if row.ended_at is not None:
        return DueMark("done", _("已办结"))
    return due_of(work, row, rule, explained=False)


def special_of(row: InboxRow, rule: StepRule, found: Findings | None) -> Special | None:
    """The line that says what is special: what must be judged, what was mended, what fails, or that all is met."""
    if row.blind and not (getattr(rule.policy, "blind", False) or getattr(rule.policy, "hides_names", False)):
        return Special("pen-to-square", "blue", _("在评分表上打分"))
    if row.blind:
        return Special("user-secret", "blue", _("匿名评分，不显示姓名和学校"))
    if row.state == "returned":
        return Special("rotate-left", "amber", _("退回补正，补齐后重新提交"))
    if row.stage == "application":
        return Special("pen", "blue", _("草稿，提交后才进入审核"))
    return _of_criteria(found) if row.stage == "tier_review" and found and found.total else None


def _of_criteria(found: Findings) -> Special:
    """The most pressing finding first."""
    ways = (
        (found.changed, "code-compare", "blue", word("补正后重新报送，改动 {n} 处")),
        (found.failed, "circle-xmark", "red", word("{n} 项资格不符合")),
        (found.tier, "user-pen", "blue", word("{n} 项待您判断")),
        (found.warned, "triangle-exclamation", "amber", word("{n} 项原则上未满足，其余符合")),
    )
    for n, icon, tone, words in ways:
        if n:
            return Special(icon, tone, _(words, n=n))
    if found.expert:
        return Special("circle-check", "green", _("资格 {n} 项符合，{m} 项由专家评", n=found.passed, m=found.expert))
    return Special("circle-check", "green", _("资格 {n} 项全部符合", n=found.passed))


def paging_of(total: int, wanted: InboxFilter) -> Paging | None:
    """Where this page stands among all; none when one page holds all."""
    if total <= PAGE:
        return None
    first = PAGE * (wanted.page - 1) + 1
    last = min(first + PAGE - 1, total)
    before = address(wanted, page=wanted.page - 1) if wanted.page > 1 else ""
    return Paging(first, last, total, before, address(wanted, page=wanted.page + 1) if last < total else "")


@dataclass(frozen=True)
class OpenCase:
    """The case that is open beside the list."""

    row: InboxRow
    name: str
    place: str
    mark: StateMark
    due: DueMark
    meter: Meter | None
    allowed: str
    whole: str
    button: str = ""
    waits: str = ""


def open_case(work: Work, row: InboxRow, programme_address: str, post: str = "") -> OpenCase:
    """The head of an open case."""
    rule = rule_of(work, row)
    meter = meter_of(work, row, rule) if row.ended_at is None else None
    due = due_of(work, row, rule, programme_address) if row.ended_at is None else DueMark("done", _("已办结"))
    asks = what_of(work, row) if row.studio or row.gives not in {"", "studio"} else ""
    what = asks or row.round_title or row.studio
    place = " · ".join(one for one in (f"{row.body} {post}".strip(), what) if one)
    allowed = ""
    if meter is not None and meter.used <= meter.allowed:
        allowed = _("时限 {span}，今天是第 {n} 个", span=meter.words.rsplit("/ ", 1)[-1], n=meter.used)
    return OpenCase(
        row,
        row.person or row.number or row.question or row.duty or rule.title,
        place,
        state_of(rule, row.stage, row.state),
        due,
        meter,
        allowed,
        whole_of(row),
        _("看进度") if row.stands_by else button_of(row),
        waits_of(row),
    )


BUTTONS = {
    "duty": word("去报送"), "assessment": word("去评定"), "rectification": word("去整改"), "decision": word("去决定"), "entitlement": word("去拨付"),
}  # fmt: skip
AFTERWARDS = {
    "submitted": word("去审核"), "proposed": word("去确认等次"), "confirmed": word("去送达"), "reported": word("去复核"), "returned": word("去补正并重新提交"),
}  # fmt: skip
ANSWERS = {"vote": word("去表决"), "hearing": word("去写意见"), "signature": word("去签署")}


def button_of(row: InboxRow) -> str:
    """What one does on the page where the case is handled."""
    if row.stage == "application":
        return _("接着填写申报表")
    if row.stage == "opinion":
        return _("去评分") if row.blind else _(ANSWERS.get(row.opinion_kind, "去办理"))
    return _(AFTERWARDS.get(row.state) or BUTTONS.get(row.subject_kind, "去办理"))


def whole_of(row: InboxRow) -> str:
    """The page where a case is handled in full."""
    if row.duty_id:
        return f"/duties/{row.duty_id}"
    if row.subject_kind in PAGES:
        return f"/{PAGES[row.subject_kind]}/{row.subject_id}"
    own = {"hearing": "opinions", "vote": "votes"}.get(row.opinion_kind, "scores" if row.blind else "")
    own = own or ("plaques" if row.stage == "plaque" else "")
    if own:
        return f"/{own}/{row.run_id}"
    return "/objections" if row.state == "objected" else _whole_application(row)


def _whole_application(row: InboxRow) -> str:
    """The page of an application, or of the round whose list it waits for."""
    if row.round_id and (row.state in BY_LIST or row.application_id is None):
        return f"/rounds/{row.round_id}{BY_LIST.get(row.state, '')}"
    if row.application_id:
        return f"/applications/{row.application_id}{'/form' if row.stage == 'application' or row.state == 'returned' else ''}"
    return "/inbox"
