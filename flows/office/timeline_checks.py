"""What stands in a round's way (预演检查): each finding with its remedy; pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flows.engine.calendar import ONE_DAY, WorkCalendar
from flows.engine.date_words import short_date
from flows.engine.rulebook import StepRule
from flows.office.timeline_parts import Circumstances, Dates, Finding, Level, Share, Stretch

LONG_REST = 3


def _passed(key: str, title: str) -> Finding:
    return Finding("pass", key, title)


def date_findings(dates: Dates, calendar: WorkCalendar, today: date) -> list[Finding]:
    """Whether applications can be made at all, and whether the last day is one on which people work."""
    if dates.closes_on < dates.opens_on:
        return [Finding("block", "reversed", "截止日早于开始日",
                        f"受理 {short_date(dates.opens_on, today)} 开始，{short_date(dates.closes_on, today)} 截止，没有一天能申报。",
                        "改截止日", "dates")]  # fmt: skip
    if dates.closes_on < today:
        return [
            Finding(
                "block",
                "past",
                "截止日已经过去",
                f"受理截止日是 {short_date(dates.closes_on, today)}，早于今天。",
                "改截止日",
                "dates",
            )
        ]
    found = [_passed("order", "受理起止先后正确")]
    if calendar.is_working(dates.closes_on):
        return [*found, _passed("closing", "截止日是工作日")]
    name = calendar.on(dates.closes_on).name
    why = f"{name}放假" if name else "休息日"
    earlier = calendar.previous_working(dates.closes_on)
    says = f"{short_date(dates.closes_on, today)} 是{why}，申报人当天找不到学校和主管部门。"
    return [
        *found,
        Finding("warn", "closing", "截止日不是工作日", says, f"改为 {short_date(earlier, today)}", "dates", earlier),
    ]


def collision(found: Stretch, arrived: date, dates: Dates, before: Stretch | None) -> list[Finding]:
    """A fixed day that comes before the work can arrive: no calendar can meet both rules."""
    if not found.fixed or found.ends_on > arrived:
        return []
    if before is None:
        return []
    rule = f"{before.title}最迟 {short_date(before.ends_on, dates.closes_on)} 才办完"
    if before.span is not None and not before.fixed:
        rule += f"（时限 {before.span.chinese}）"
    says = f"批次时间表定 {found.title} {short_date(found.ends_on, dates.closes_on)} 截止，而{rule}，两条不能同时满足。"
    return [
        Finding(
            "block",
            f"collision/{found.key}",
            f"{found.title}的日期排不下",
            says,
            "改时间表，或缩短前一环节的时限",
            "dates",
        )
    ]


def rest_findings(stretches: Sequence[Stretch], dates: Dates, calendar: WorkCalendar) -> list[Finding]:
    """Long holidays right after the closing day or within the notice, and years not gazetted."""
    return [
        *_before_long_rest(dates, calendar), *_notice_over_rest(stretches, calendar), *_provisional(stretches),
    ]  # fmt: skip


def _before_long_rest(dates: Dates, calendar: WorkCalendar) -> list[Finding]:
    rest = _rest_after(dates.closes_on, calendar)
    if len(rest) < LONG_REST or not calendar.is_working(dates.closes_on):
        return [_passed("before_rest", "截止日后不逢长假")]
    name = next((named for day in rest if (named := calendar.on(day).name)), "假期")
    back = calendar.next_working(dates.closes_on + ONE_DAY)
    says = f"学校 {short_date(back, dates.closes_on)} 才能起审；当天退回的，补正期也从节后算。"
    earlier = calendar.add_working_days(dates.closes_on, -5)
    return [Finding("warn", "before_rest", f"申报在{name.removesuffix('节')}前一天截止", says,
                    f"改为 {short_date(earlier, dates.closes_on)} 截止试算", "dates", earlier)]  # fmt: skip


def _rest_after(day: date, calendar: WorkCalendar) -> list[date]:
    rest: list[date] = []
    following = day + ONE_DAY
    while not calendar.is_working(following):
        rest.append(following)
        following += ONE_DAY
    return rest if any(calendar.on(one).kind == "holiday" for one in rest) else []


def _notice_over_rest(stretches: Sequence[Stretch], calendar: WorkCalendar) -> list[Finding]:
    found = []
    for one in stretches:
        if one.kind != "notice":
            continue
        days = [one.starts_on + timedelta(days=n) for n in range(one.days)]
        free = [day for day in days if calendar.on(day).kind == "holiday"]
        if len(free) < LONG_REST:
            found.append(_passed("notice_rest", "公示期不逢长假"))
            continue
        names = "、".join(dict.fromkeys(calendar.on(day).name or "假期" for day in free))
        says = f"{one.days} 天公示期有 {len(free)} 天是{names}放假，能提异议的工作日只剩 {sum(map(calendar.is_working, days))} 天。"
        found.append(Finding("warn", "notice_rest", "公示期逢假", says, "改受理日期，让公示避开假期", "dates"))
    return found


def _provisional(stretches: Sequence[Stretch]) -> list[Finding]:
    touched = [one for one in stretches if one.due.provisional]
    if not touched:
        return [_passed("provisional", "各环节的放假安排都已公布")]
    first = touched[0]
    says = f"{first.ends_on.year} 年放假安排未公布，{short_date(first.ends_on, date(first.ends_on.year, 1, 1))} 按周末和法定节日推算。公布后自动重算，有变动就通知有关的人。"
    named = "、".join(one.title for one in touched)
    return [
        Finding("warn", "provisional", f"{named}截止日暂定", says, f"查看受影响的 {len(touched)} 个到期日", "calendar")
    ]


def people_findings(known: Circumstances) -> list[Finding]:
    """Reviewers without anybody to act, and invited bodies without an address."""
    found = []
    for one in known.unmanned:
        if not one.names:
            found.append(_passed(f"officers/{one.level}", f"{one.of} 个{one.title}都有经办人"))
            continue
        named = "、".join(one.names[:3]) + (f" 等 {len(one.names)} 个" if len(one.names) > LONG_REST else "")
        level: Level = "block" if one.level != "school" or len(one.names) == one.of else "warn"
        says = f"{named}没有任命经办人，送到那里的申报没有人能办。"
        found.append(
            Finding(
                level, f"officers/{one.level}", f"{len(one.names)} 个{one.title}没有经办人", says, "去任命", "people"
            )
        )
    if known.unaddressed:
        says = "邀请将生成可打印的信函，并列入电话通知单。"
        found.append(
            Finding("warn", "addresses", f"{known.unaddressed} 个受邀单位没有邮箱", says, "去补邮箱", "people")
        )
    elif known.invited:
        found.append(_passed("addresses", "受邀单位都有邮箱"))
    return found


def expert_findings(steps: Sequence[StepRule], known: Circumstances) -> list[Finding]:
    """Whether panels and reserves can be drawn after conflicts, and how much falls on each expert."""
    review = next((rule for rule in steps if rule.stage.name == "expert_review"), None)
    if review is None:
        return []
    policy: Any = review.policy
    needed = policy.panel + policy.reserves
    if known.available < needed:
        says = f"每件要 {policy.panel} 位专家和 {policy.reserves} 位候补；现有 {known.experts} 位，回避之后有的申报只剩 {known.available} 位，抽不出来。"
        return [Finding("block", "experts", "专家不够", says, f"至少再聘 {needed - known.available} 位", "experts")]
    return [_passed("experts", "回避之后专家够抽"), *_loads(policy.panel, policy.sheets, known)]


def _loads(panel: int, sheets: int, known: Circumstances) -> list[Finding]:
    found = []
    for one in known.groups:
        load = one.load(panel)
        if load <= sheets:
            continue
        need = -(-one.applications * panel // sheets) - one.experts
        after = one.applications * panel / (one.experts + need)
        each = f"只由他们评，每人约 {load:.1f} 份，上限 {sheets} 份" if one.experts else f"预计 {one.applications} 件"
        says = f"熟悉这一组的专家 {one.experts} 位，{each}。再聘 {need} 人，降到 {after:.0f} 份。"
        found.append(Finding("warn", f"load/{one.name}", f"{one.name}组专家不够", says, "增补专家", "experts"))
    return found or [_passed("load", f"每位专家不超过 {sheets} 份")]


def share_findings(steps: Sequence[StepRule], known: Circumstances) -> list[Finding]:
    """Places that are missing, contradict each other, or are fewer than are to be named."""
    shares = known.shares
    if not any(rule.stage.name == "tier_review" and "county" in rule.by for rule in steps):
        return []
    county = [one for one in shares if one.scope == "county"]
    found = [
        Finding(
            "block",
            f"least/{one.name}",
            f"{one.name}的名额少于下限",
            f"最多 {one.at_most} 个，少于最少 {one.at_least} 个。",
            "改名额",
            "quotas",
        )
        for one in county
        if one.at_most is not None and one.at_least is not None and one.at_most < one.at_least
    ]
    for_all = any(not one.body_id for one in county)
    named = {one.name for one in county}
    missing = [] if for_all else [name for name in known.counties if name not in named]
    if missing:
        listed = "、".join(missing[:3]) + (f" 等 {len(missing)} 个" if len(missing) > LONG_REST else "")
        found.append(
            Finding(
                "warn", "quotas", "有旗县区没有推荐名额", f"{listed}没有名额上限，推荐多少都会收。", "设名额", "quotas"
            )
        )
    found += _chosen(shares, county, len(known.counties))
    return found or [_passed("quotas", "各旗县区都有名额")]


def _chosen(shares: Sequence[Share], county: Sequence[Share], counties: int) -> list[Finding]:
    """More places to be named than the counties may recommend: some stay empty."""
    places = next((one.at_most for one in shares if one.scope == "round" and one.at_most is not None), None)
    own = [one.at_most for one in county if one.body_id and one.at_most is not None]
    each = next((one.at_most for one in county if not one.body_id and one.at_most is not None), None)
    sent = sum(own) + (each or 0) * (counties - len(own) if each is not None else 0)
    if places is None or not sent or sent >= places:
        return []
    return [
        Finding(
            "warn",
            "places",
            "推荐名额少于拟命名数",
            f"各旗县区最多推荐 {sent} 件，拟命名 {places} 个，会有空缺。",
            "改名额",
            "quotas",
        )
    ]
