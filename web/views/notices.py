"""Public notices as everybody sees them: title, dates, the text, the list in its whitelisted fields, and how to verify it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flows.engine.calendar import Due, due_after, local_day
from flows.engine.work import Work
from models.queries.notices import entries_shown
from models.queries.programmes import programme_of
from models.settings import settings
from web.app import provenance
from web.display import Provenance, day, formal_day, moment
from web.i18n import _

SHOWN_FIELDS = ("name", "school", "studio")
GROUP, GROUPS = 4, 4


@dataclass(frozen=True)
class PostedEntry:
    """One line of a posted list: nothing of a person but name, school and studio."""

    position: int
    name: str
    school: str
    studio: str
    run_id: int


@dataclass(frozen=True)
class NoticeView:
    """A posted list."""

    code: str
    number: str
    title: str
    authority: str
    host_word: str
    posted_on: str
    signed_on: str
    first: date
    last: date
    span: str
    at: int
    length: int
    over: bool
    paragraphs: tuple[str, ...]
    print_paragraphs: tuple[str, ...]
    contact: str
    phone: str
    entries: tuple[PostedEntry, ...]
    check: str
    made: str
    down_on: str
    origin: Provenance | None
    basis: str
    anonymous: bool
    after: tuple[str, ...]
    address: str
    cells: tuple[str, ...]


def notice_of(work: Work, row: Any) -> NoticeView:
    """A posted list as it stands now; its period is that of the list, whatever became of single entries."""
    book: Any = work.book
    programme = book.programme(work.session, row.version_id)
    rule = work.book.rule(work.session, row.version_id, row.path, row.step, row.round_id)
    policy: Any = rule.policy
    today, posted = local_day(work.now), local_day(row.made_at)
    due = period_of(work, policy, posted)
    first = posted if policy.first_day == "counted" else date.fromordinal(posted.toordinal() + 1)
    length = (due.on - first).days + 1
    over = work.now >= due.at
    entries = tuple(_entry(one) for one in entries_shown(work.session, row.id))
    at = min(max((today - first).days + 1, 0), length)
    host = programme.people["host"].title if "host" in programme.people else _("主持人")
    text = _intro(work, row, programme, entries, host)
    address = f"{settings().address}/notices/{row.code}"
    return NoticeView(
        row.code, row.number or row.code, title_of(row, programme), row.authority, host, formal_day(posted), formal_day(posted),
        first, due.on, _("{first} 至 {last} 24:00", first=day(first, today), last=day(due.on, today)), at, length, over,
        (text + _("现将名单公示，接受社会监督。"), _invitation(policy)),
        (text + _("现予公示，时间为 {first}至{last}24时，共 {n} 天。", first=formal_day(first), last=formal_day(due.on), n=length),),
        row.authority, row.phone or settings().support_phone, entries, check_code(row.sha256), moment(row.made_at, today),
        day(date.fromordinal(due.on.toordinal() + 1), today), provenance(policy.origin(""), programme_of(work.session, row.version_id)), _basis(programme),
        policy.anonymous != "refused", _after(policy), address,
        tuple("blue" if n < at else "rest" for n in range(length)),
    )  # fmt: skip


def period_of(work: Work, policy: Any, posted: date) -> Due:
    """The last day of a notice that was posted on a day, by the programme's rule."""
    return due_after(
        posted, policy.length, work.calendar, first_day=policy.first_day, roll=policy.roll, start_label=_("张榜日")
    )


def title_of(row: Any, programme: Any) -> str:
    """关于赤峰市名校长工作室 2026 年度拟命名名单的公示."""
    return _("关于{programme} {year} 年度拟命名名单的公示", programme=programme.title, year=row.year)


def check_code(sha256: str | None) -> str:
    """The head of the SHA-256 of a list in groups of four, as people compare it."""
    digest = sha256 or ""
    return " ".join(digest[n : n + GROUP] for n in range(0, GROUP * GROUPS, GROUP)) + (
        f" … {digest[-GROUP:]}" if digest else ""
    )


def _entry(row: Any) -> PostedEntry:
    name, school, studio = (str(row.shown.get(field, "")) for field in SHOWN_FIELDS)
    return PostedEntry(row.position, name, school, studio, row.run_id)


def _intro(work: Work, row: Any, programme: Any, entries: tuple[PostedEntry, ...], host: str) -> str:
    steps = []
    for step in programme.path(row.path).steps:
        if step.name == row.step:
            break
        title = work.book.rule(work.session, row.version_id, row.path, step.name, row.round_id).title
        steps.append(_("个人申报") if step.stage == "application" else title)
    who = (
        _("{name}等 {n} 人", name=entries[0].name, n=len(entries))
        if len(entries) > 1
        else entries[0].name
        if entries
        else ""
    )
    return _(
        "按照{source}，经{steps}，拟命名以下工作室，{host}为{who}。",
        source=_basis(programme),
        steps="、".join(steps),
        host=host,
        who=who,
    )


def _basis(programme: Any) -> str:
    """The title of the text, without what stands in brackets after it."""
    return str(programme.source).split("（")[0]


def _invitation(policy: Any) -> str:
    if policy.anonymous == "refused":
        return _("公示期内，任何单位和个人均可实名提出异议，请写明事实。")
    return _("公示期内，任何单位和个人均可实名或者匿名提出异议。匿名的，请写明具体事实。")


def _after(policy: Any) -> tuple[str, ...]:
    upheld = _("成立的，取消资格，按排序递补并重新公示；") if policy.promote_next else _("成立的，取消资格；")
    return (
        _("只暂停被提异议的这一人，其他人照常进行。"),
        _("主管部门 {span}内核查。", span=policy.inquiry.chinese),
        upheld + _("不成立的，继续办理。"),
        _("结果连同理由答复您。"),
    )


def notice_line(due: Due, now: datetime) -> tuple[str, str]:
    """The state of a posted list for the list of lists: `posted` or `taken_down`, and its period in short."""
    today = local_day(now)
    return ("taken_down" if now >= due.at else "posted", day(due.on, today))
