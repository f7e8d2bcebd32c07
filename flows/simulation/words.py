"""The report in words (文字报告): what a person reads on the terminal, and the rows of the printed page's tables."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from flows.lifecycle import STAGES
from flows.programme import Programme
from flows.programme.vocabulary import CONSEQUENCES_ZH, GRADES_ZH
from flows.simulation.report import Report

STANDINGS_ZH = {
    "active": "运行中", "suspended": "暂停", "forming": "筹建", "revoked": "已撤销", "ended": "已期满结束", "lapsed": "期满未续期",
}  # fmt: skip
MONEY_ZH = {"held": "等结果", "due": "待拨付", "paid": "已拨付", "stopped": "已停拨", "cancelled": "已取消"}
OUTCOMES_ZH = {
    "met": "已完成", "unmet": "未完成", "excused": "免办", "open": "在办", "overdue": "逾期", "submitted": "待接收", "cancelled": "已取消",
}  # fmt: skip
STATES_ZH = {
    "announced": "已发文", "asked": "待答复", "cancelled": "已取消", "cleared": "公示无异议", "closed": "已截止", "concluded": "已办结", "confirmed": "待送达",
    "decided": "已决定", "declined": "不予同意", "drafting": "草拟", "due": "待拨付", "effective": "整改有效", "endorsed": "已同意",
    "excused": "免办", "given": "已答复", "graded": "已送达等次", "held": "等结果", "hung": "已挂牌", "ineffective": "整改不力",
    "lapsed": "过期失效", "left": "已退出", "mending": "整改中", "met": "已完成", "objected": "异议核查中", "open": "在办", "overdue": "逾期",
    "paid": "已拨付", "planned": "草稿", "posted": "公示中", "proposed": "待确认", "recorded": "已登记", "refused": "不同意",
    "registered": "已登记", "rejected": "未入选", "renewed": "进入下一周期", "reported": "待复核", "reserved": "候补", "returned": "退回补正",
    "reviewing": "待审核", "scored": "已评分", "scoring": "评分中", "seated": "已就位", "selected": "已入选", "stopped": "已停拨",
    "submitted": "已提交", "unannounced": "待发文", "unassigned": "待抽取专家", "unmet": "未完成", "unplaced": "未安排", "unposted": "待公示",
    "upheld": "异议成立", "waiting": "等待",
}  # fmt: skip
ACTS_ZH = {
    "accept": "接收", "begin": "提出申请", "choose": "选择去留", "confirm": "确认等次", "decide": "作出决定", "decline": "不予同意",
    "endorse": "审核同意", "excuse": "免办", "give": "答复", "pay": "拨付", "propose": "提出等次", "reassess": "复核", "record": "登记",
    "release": "送达结果", "report": "报告整改", "resubmit": "补正后重报", "return": "退回", "seat": "安排就位", "submit": "报送",
}  # fmt: skip
OTHER_DUTIES = {"refill": "补选成员"}
OTHER_ASSESSMENTS = {"attendance": "考勤核查"}
MOST_ROWS = 12
Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]


def report_text(report: Report, programme: Programme) -> str:
    """The report for the terminal: findings first, then the tables."""
    lines = [*headline(report), ""]
    for title, head, rows in tables(report, programme):
        lines += [f"【{title}】", *(_line(head, row) for row in rows), *([] if rows else ["（无）"]), ""]
    return "\n".join(lines).rstrip()


def headline(report: Report) -> Iterator[str]:
    """The first lines: how many, how long, how it ended, and whether everything held."""
    standings = "，".join(f"{STANDINGS_ZH.get(one, one)} {n}" for one, n in sorted(report.standings.items()))
    anew = f"；可以在下一批再次申报 {report.anew}" if report.anew else ""
    yield f"{report.title}（{report.programme}）：{report.studios} 个工作室，{report.begins_on} 至 {report.ends_on}，{report.transitions} 次办理"
    anew += f"；还在第一个周期 {report.running}" if report.running else ""
    yield f"结果：{standings}；其中进入下一周期 {report.renewed}{anew}；没有结果 {report.unsettled}"
    broken = len(report.broken)
    yield f"守则：{'每天都成立' if not broken else f'{broken} 处不成立'}；系统异常 {report.incidents} 件"
    yield from (f"  · {one}" for one in report.broken)


def tables(report: Report, programme: Programme) -> Iterator[Table]:
    """Every table of the report: title, head and rows."""
    yield (
        "最忙的一周",
        ("谁", "哪一周（周一）", "办理"),
        [
            (role, monday(week), str(n))
            for role, (week, n) in sorted(report.peaks().items(), key=lambda one: -one[1][1])
        ],
    )
    yield "每人收到的通知", ("谁", "封"), [(role, str(n)) for role, n in report.mails_each().items()]
    yield "应办事项", ("事项", *OUTCOMES_ZH.values()), list(_duties(report, programme))
    yield "考核等次", ("考核", "等次", "人次"), [
        (programme.assessments[key].title if key in programme.assessments else OTHER_ASSESSMENTS.get(key, key), GRADES_ZH.get(grade, grade or "只记录"), str(n))
        for (key, grade), n in sorted(report.grades.items())
    ]  # fmt: skip
    yield (
        "结果运用",
        ("结果", "次"),
        [(CONSEQUENCES_ZH.get(one, one), str(n)) for one, n in report.consequences.most_common()],
    )
    yield "经费（万元）", ("年", "状态", "金额"), [
        (year, MONEY_ZH.get(state, state), f"{fen / 1_000_000:.2f}") for (year, state), fen in sorted(report.money.items())
    ]  # fmt: skip
    yield "期限落在休息日或假期", ("环节", "哪一天", "件"), [
        (_stage(stage), day, str(n)) for (stage, day), n in report.collisions.most_common(MOST_ROWS)
    ]  # fmt: skip
    yield (
        "被拒绝的办理",
        ("办理", "理由", "次"),
        list(_refusals(report, report.refused)),
    )
    if report.stuck:
        yield "始终办不成的", ("办理", "理由", "次"), list(_refusals(report, report.stuck))
    yield "没有人走到的状态", ("环节", "状态"), list(_unreached(report))
    yield "没有用到的条款", ("条款", "原文"), [(one, programme.clauses.texts.get(one, "")) for one in report.unused]


def _duties(report: Report, programme: Programme) -> Iterator[Sequence[str]]:
    by_key: dict[str, Counter[str]] = defaultdict(Counter)
    for (key, outcome), n in report.duties.items():
        by_key[key][outcome] += n
    for key, outcomes in sorted(by_key.items()):
        title = programme.obligations[key].title if key in programme.obligations else OTHER_DUTIES.get(key, key)
        yield (title, *(str(outcomes[one] or "") for one in OUTCOMES_ZH))


def _refusals(report: Report, counted: Counter[tuple[str, str]]) -> Iterator[Sequence[str]]:
    for (act, guard), n in counted.most_common(MOST_ROWS):
        yield ACTS_ZH.get(act, act), report.says.get(guard, guard), str(n)


def monday(week: str) -> str:
    """The Monday of a week that is written as `2026-W02`."""
    return date.fromisoformat(f"{week}-1").isoformat()


def _unreached(report: Report) -> Iterator[Sequence[str]]:
    """Each stage with the states that nobody came to."""
    states: dict[str, list[str]] = defaultdict(list)
    for one in report.unreached:
        stage, state = one.split(".")
        states[stage].append(STATES_ZH.get(state, state))
    yield from ((_stage(stage), "、".join(some)) for stage, some in states.items())


def _stage(name: str) -> str:
    return STAGES[name].title if name in STAGES else name


def _line(head: Sequence[str], row: Sequence[str]) -> str:
    if len(head) <= 3:
        return "  " + "　".join(one for one in row if one)
    named = "，".join(f"{title} {value}" for title, value in zip(head[1:], row[1:], strict=True) if value)
    return f"  {row[0]}：{named}"
