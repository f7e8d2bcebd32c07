"""Sample values for the gallery of page parts (组件表) and the frame around it."""

from dataclasses import dataclass, field
from datetime import date

from web.display import (
    STATES,
    Choice,
    Chrome,
    Dot,
    DueMark,
    FieldError,
    Ground,
    Meter,
    NavGroup,
    NavItem,
    Part,
    Person,
    Provenance,
    Span,
    Strip,
    StripStep,
    TimelineEntry,
    Today,
    Why,
    WhyStep,
    done_mark,
    due_mark,
)  # fmt: skip

TODAY = date(2026, 4, 16)

CHROME = Chrome(
    user_name="白雪梅",
    body_name="松山区教育局",
    authority="赤峰市教育局",
    groups=(
        NavGroup(None, (NavItem("待办", "/inbox", "inbox", 12, "red", active=True), NavItem("看板", "/dashboard", "chart-column"))),
        NavGroup("批次与申报", (
            NavItem("申报批次", "/rounds", "layer-group", 1), NavItem("申报", "/applications", "file-lines", 13),
            NavItem("公示", "/notices", "bullhorn"),
        )),
        NavGroup("工作室", (
            NavItem("工作室", "/studios", "people-group", 6), NavItem("活动与事项", "/activities", "calendar-check"),
            NavItem("考核", "/assessments", "clipboard-check"),
        )),
        NavGroup("资料", (
            NavItem("日历", "/calendar", "calendar-days"), NavItem("办法", "/programmes", "scale-balanced"),
            NavItem("消息", "/messages", "envelope", 3, "grey"),
        )),
    ),
    today=Today("4月16日 周四", working=True),
    csrf="token",
    support_phone="0476-8330002",
    unread=3,
    dock=(
        NavItem("待办", "/inbox", "inbox", 12, "red", active=True), NavItem("申报", "/applications", "file-lines"),
        NavItem("日历", "/calendar", "calendar-days"), NavItem("消息", "/messages", "envelope", 3, "red"),
    ),
)  # fmt: skip

_REVIEW = Provenance("default", "审核时限", "/programmes/cf/1#within", "办法未写审核时限")
_CLAUSE = Provenance("clause", "第六条（一）3", "/programmes/cf/1#c6-1-3")
_DECIDED = Provenance("decision", "市局 2026年2月20日", "/decisions/7")
_WHY = Why(
    "为什么是 4月16日？",
    (
        WhyStep("4月1日 周三 收到，当日不计"), WhyStep("时限 10 个工作日", _REVIEW),
        WhyStep("4月4–6日 清明节放假，不计"), WhyStep("第 10 个工作日，当日 24:00 截止"),
    ),
    "没有延期，没有暂停计时。",
)  # fmt: skip

_METER, _LATE = Meter(10, 10), Meter(21, 20)
_OFFICER, _STAND_IN = Person("白雪梅", "松山区教育局"), Person("张伟", on_behalf="白雪梅")
_STRIP = Strip((
    StripStep("申报", "done", "3月12日 周四"), StripStep("学校审核", "done", "4月1日 周三"),
    StripStep("旗县区审核", "now", "4月16日 周四 截止"), StripStep("专家评审", "coming", "预计 4月23日 起"),
))  # fmt: skip


def _due(on: date, left: int, *, provisional: bool = False, paused: bool = False) -> DueMark:
    return due_mark(on, left, TODAY, provisional=provisional, paused=paused, why=_WHY)


@dataclass(frozen=True)
class Heat:
    """A small heat map."""

    months: tuple[str, ...] = ("11月", "12月", "1月", "2月", "3月")
    rows: tuple[tuple[str, tuple[tuple[object, int], ...]], ...] = (
        ("红山区", ((96, 4), (100, 4), (92, 3), ("寒假", 0), (98, 4))),
        ("松山区", ((90, 3), (88, 3), (84, 2), ("寒假", 0), (91, 3))),
        ("宁城县", ((71, 2), (64, 1), (58, 1), ("寒假", 0), (66, 1))),
        ("敖汉旗", ((88, 3), (92, 3), (90, 3), ("寒假", 0), (94, 3))),
    )


@dataclass(frozen=True)
class Gallery:
    """One value for every macro."""

    states: dict[str, dict[str, object]] = field(default_factory=lambda: dict(STATES))  # type: ignore[arg-type]
    errors: tuple[FieldError, ...] = (FieldError("mail", "电子邮箱", "只能填一个邮箱"),)
    ranks: tuple[Choice, ...] = (Choice("3", "第 3 位", chosen=True), Choice("4", "第 4 位"))
    levels: tuple[tuple[str, int, int], ...] = (("优", 27, 30), ("良", 24, 26), ("中", 18, 23), ("差", 0, 17))
    tones: tuple[tuple[str, str, str, str], ...] = (
        ("gray", "minus", "灰", "未开始、已结束、不适用"), ("blue", "hourglass-half", "蓝", "正在进行，有人要办"),
        ("green", "circle-check", "绿", "通过、完成、正常"), ("amber", "triangle-exclamation", "琥珀", "要留意：退回、临期、整改"),
        ("red", "circle-xmark", "红", "逾期、不通过、失败"), ("purple", "gavel", "紫", "停在决定人手里：暂停、待决定、暂定"),
    )  # fmt: skip
    dues: tuple[tuple[DueMark, str], ...] = (
        (_due(date(2026, 4, 15), -1), "到期日已过"), (_due(TODAY, 0), "到期日是今天"),
        (_due(date(2026, 4, 21), 3), "剩 1 至 3 个工作日"), (_due(date(2026, 4, 24), 6), "剩 4 个工作日以上"),
        (_due(date(2027, 1, 6), 180, provisional=True), "涉及未公布放假安排的年份"),
        (_due(date(2026, 4, 24), 6, paused=True), "补正中、异议核查中"),
        (done_mark(date(2026, 4, 1), 4, 5, TODAY), "已办结"), (done_mark(date(2026, 4, 1), 6, 5, TODAY), "办结，但超时"),
        (due_mark(None, 0, TODAY), "办法和批次都没有时限"),
    )  # fmt: skip
    meter: Meter = _METER
    meter_late: Meter = _LATE
    origins: tuple[tuple[Provenance, str], ...] = (
        (_CLAUSE, "办法写明，链接到条文"), (_REVIEW, "办法未写，按系统惯例，链接到理由"),
        (_DECIDED, "办法未写，由主管部门确定，链接到决定"),
    )  # fmt: skip
    person: Person = _OFFICER
    stand_in: Person = _STAND_IN
    strip: Strip = _STRIP
    timeline: tuple[TimelineEntry, ...] = (
        TimelineEntry(
            "done", "学校同意推荐", "党支部 冯涛", "4月1日 周三 16:40", "用时 4 / 5 个工作日", "材料属实，同意推荐。"
        ),
        TimelineEntry("clock", "系统提醒", used="由时钟发出，灰色小图标"),
        TimelineEntry("now", "旗县区审核", due=_due(TODAY, 0)),
        TimelineEntry("coming", "专家评审，预计 4月23日 周四 起"),
    )
    why: Why = _WHY
    heat: Heat = field(default_factory=Heat)
    parts: tuple[Part, ...] = (
        Part("运行中", 60, "green"), Part("待备案", 20, "blue"), Part("整改中", 13, "amber"), Part("期满", 7, "gray"),
    )  # fmt: skip
    dots: tuple[Dot, ...] = (Dot(74), Dot(94), Dot(96), Dot(89, hollow=True))
    rest: tuple[Ground, ...] = (Ground("50%", "6%", "holiday"),)
    ground: tuple[Ground, ...] = (
        Ground("0%", "0", "month", "9月"), Ground("25%", "0", "month", "10月"), Ground("50%", "0", "month", "11月"),
        Ground("3%", "2%", "weekend"), Ground("17%", "2%", "makeup", "班"), Ground("25%", "6%", "holiday", "国庆"),
        Ground("80%", "20%", "provisional", "暂定"),
    )  # fmt: skip
    gantt: tuple[tuple[str, tuple[Span, ...], str, str, Provenance], ...] = (
        (
            "邀请与申报",
            (Span("4%", "21%", "work", "9月7日 周一 至 9月30日 周三"),),
            "9月7日 周一 – 9月30日 周三",
            "24 天",
            _DECIDED,
        ),
        (
            "公示",
            (Span("60%", "6%", "notice", "12月9日 周三 至 12月15日 周二"),),
            "12月9日 周三 – 12月15日 周二",
            "7 天",
            _REVIEW,
        ),
        (
            "发文、挂牌",
            (Span("68%", "16%", "provisional", "12月16日 周三 至 1月6日 周三，暂定"),),
            "12月16日 – 1月6日 周三",
            "15 个工作日",
            _REVIEW,
        ),
        (
            "如有异议：核查",
            (Span("68%", "10%", "conditional", "12月16日 至 12月29日"),),
            "12月16日 – 12月29日",
            "10 个工作日",
            _REVIEW,
        ),
    )
    table: tuple[tuple[str, int, int, str], ...] = (
        ("阿鲁科尔沁旗", 2, 12, "包志刚"), ("红山区", 0, 8, "萧晓燕"), ("喀喇沁旗", 0, 3, "朱磊"),
    )  # fmt: skip
