"""The frame around a page: who is here, what they may open, how much waits; three queries, four for administrators and in a studio."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from flows.engine.calendar import end_of_day, local_day
from flows.engine.work import Work
from models import Message
from models.columns import table_of
from models.queries.activities import leaves_waiting
from models.queries.bodies import substituted_until
from models.queries.inbox import waiting_counts
from models.queries.rounds import any_launched
from models.queries.studios import studios_of_person
from models.settings import settings
from web.access import allowed
from web.display import Acting, Chrome, NavGroup, NavItem, Today, day
from web.i18n import _, current_locale
from web.identity import Visitor

MESSAGES = table_of(Message)
RAIL: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    ("", (("开始使用", "/start", "flag"), ("待办", "/inbox", "inbox"), ("看板", "/dashboard", "chart-column"),
          ("我的评分", "/scores", "pen-to-square"))),
    ("批次与申报", (("申报批次", "/rounds", "layer-group"), ("申报", "/applications", "file-lines"), ("公示", "/notices", "bullhorn"))),
    ("工作室", (("工作室", "/studios", "people-group"), ("工作室看板", "/dashboard/studios", "table-cells"), ("考核结果", "/results", "clipboard-check"))),
    ("资料", (("日历", "/calendar", "calendar-days"), ("办法", "/programmes", "scale-balanced"), ("消息", "/messages", "envelope"))),
    ("管理", (("任职变动", "/doubts", "user-clock"), ("名册与权限", "/people", "address-book"), ("名册导入", "/imports", "file-import"), ("运行状况", "/operations", "heart-pulse"))),
)  # fmt: skip
# What a host or member has of their own studio: words, the rest of its address, icon, and whether only the host has it.
OWN_STUDIO = (
    ("活动与事项", "/calendar", "calendar-check", False), ("成员", "/members", "users", False), ("经费", "/funds", "coins", True),
    ("档案", "/archive", "box-archive", False),
)  # fmt: skip
# What only those who oversee schools and studios have any use for; a body that assesses for the bureau oversees none.
OVERSEEING, OUTSIDE = {"/dashboard", "/dashboard/studios", "/rounds"}, "third_party"
WITHIN = {"/adoptions": "/programmes"}  # pages under a line whose address they do not share
HOME_DOCK = ("/inbox", "/scores", "/rounds", "/applications", "/messages")


def chrome_of(work: Work, visitor: Visitor, path: str) -> Chrome:
    """The frame for this visitor (one query more while acting for another); a line of the rail is there only where the access table opens its route."""
    own = next(iter(studios_of_person(work.session, visitor.person_id or 0)), None)
    counts, unread = _counts(work, visitor)
    if own is not None:
        people = [int(key.removeprefix("person:")) for key in visitor.keys if key.startswith("person:")]
        counts["/inbox"] += len(leaves_waiting(work.session, people))
    today = local_day(work.now)
    lines_of = _lines(work, visitor)
    groups = tuple(
        NavGroup(_(title) if title else None, items)
        for title, lines in RAIL
        if (items := tuple(_item(one, counts, path) for one in lines if lines_of(one[1])))
    )
    groups = _with_studio(groups, own, visitor, path) if own is not None else groups
    everything = {item.href: item for group in groups for item in group.items}
    dock = (
        (f"/studios/{own.id}", "/inbox", f"/studios/{own.id}/calendar", "/messages") if own is not None else HOME_DOCK
    )
    return Chrome(
        visitor.name, visitor.body_name, visitor.body_name, groups, Today(day(today, today), work.calendar.is_working(today)),
        visitor.csrf, settings().support_phone, current_locale(), _acting(work, visitor, today), unread,
        tuple(_short(everything[href]) for href in dock if href in everything), "", visitor.large_type, visitor.single_keys,
    )  # fmt: skip


def _short(item: NavItem) -> NavItem:
    """A line of the rail as the phone's bottom bar has room for it."""
    words = {_("工作室首页"): _("首页"), _("我的工作室"): _("首页"), _("活动与事项"): _("活动")}
    return replace(item, label=words.get(item.label, item.label))


def _with_studio(groups: tuple[NavGroup, ...], own: Any, visitor: Visitor, path: str) -> tuple[NavGroup, ...]:
    """The rail of somebody who hosts a studio or is a member of one: its home first, its pages in place of the list of studios."""
    home, hosts = f"/studios/{own.id}", own.host_id == visitor.person_id
    first = NavItem(_("工作室首页") if hosts else _("我的工作室"), home, "house", active=path == home)
    pages = tuple(
        NavItem(_(label), f"{home}{rest}", icon, active=path == f"{home}{rest}" or (rest == "/calendar" and path.startswith(("/activities/", "/duties/", f"{home}/activities", f"{home}/plan"))))
        for label, rest, icon, hosts_only in OWN_STUDIO
        if (hosts or not hosts_only) and allowed("GET", "/studios/{studio_id}" + rest, visitor.roles)
    )  # fmt: skip
    top, others = groups[0], groups[1:]
    rest_of = tuple(
        NavGroup(group.label, (*pages, *(one for one in group.items if one.href != "/studios" or visitor.offices)))
        if any(one.href == "/studios" for one in group.items) else group
        for group in others
    )  # fmt: skip
    return (NavGroup(top.label, (first, *top.items)), *rest_of)


def _lines(work: Work, visitor: Visitor) -> Callable[[str], bool]:
    """Which lines of the rail are there: those the visitor may open, the first steps only until the first launch."""
    begun = "administrator" in visitor.roles and any_launched(work.session, visitor.body_ids)
    left_out = set() if "administrator" in visitor.roles else {"/doubts"}
    if visitor.offices and all(office.body_kind == OUTSIDE for office in visitor.offices):
        left_out |= OVERSEEING
    return lambda href: (
        allowed("GET", href, visitor.roles) and not (begun and href == "/start") and href not in left_out
    )


def _acting(work: Work, visitor: Visitor, today: date) -> Acting | None:
    if not visitor.acting_for or visitor.person_id is None:
        return None
    until = substituted_until(work.session, visitor.person_id, visitor.acting_for, today)
    return Acting(visitor.acting_name, day(until, today) if until else "", "/acting/end")


def _here(href: str, path: str) -> bool:
    """Whether a line is that of the page: the one with the longest address that the page's begins with."""
    every = [one[1] for _title, lines in RAIL for one in lines]
    path = next((line for start, line in WITHIN.items() if path.startswith(start)), path)
    within = [one for one in (*every, href) if path == one or path.startswith(f"{one}/")]
    return href in within and len(href) == max(map(len, within))


def _item(line: tuple[str, str, str], counts: dict[str, int], path: str) -> NavItem:
    label, href, icon = line
    count = counts.get(href)
    tone = "red" if href == "/inbox" and count else "grey"
    return NavItem(_(label), href, icon, count or None, tone, _here(href, path))


def _counts(work: Work, visitor: Visitor) -> tuple[dict[str, int], int]:
    soon = end_of_day(local_day(work.now) + timedelta(days=3))
    waiting = waiting_counts(work.session, visitor.keys, work.now, soon)
    unread = work.session.execute(
        select(func.count())
        .select_from(MESSAGES)
        .where(MESSAGES.c.person_id == visitor.person_id, MESSAGES.c.read_at.is_(None))
    ).scalar_one()
    return {"/inbox": waiting["todo"], "/messages": unread}, unread
