"""The closed vocabularies of a programme file (词表) and their display words."""

from typing import Literal, get_args

Level = Literal["school", "township", "county", "city", "province"]
BodyLevel = Literal["department", "school", "township", "county", "city", "province"]
Period = Literal[
    "week", "school_week", "fortnight", "month", "semester", "half_year",
    "school_year", "programme_year", "phase", "cycle", "setup", "call",
]  # fmt: skip
Does = Literal[
    "decides", "approves", "executes", "assesses", "advises", "files", "pays", "audits", "supervises", "supports"
]
Fact = Literal["age", "area", "employment", "home", "post", "school", "school_stage", "serves", "subject", "years"]
Credential = Literal["class_honour", "competition", "honour", "paper", "project", "recommendation", "title", "training"]
PostKind = Literal["principal", "deputy_principal", "school_leader", "teacher", "class_teacher"]
IfNot = Literal["refuse", "waive", "warn"]
Proof = Literal[
    "attendance", "case", "certificate", "confirmation", "document", "form", "itinerary", "ledger", "lesson_plan",
    "link", "materials", "minutes", "photos", "plan", "project_file", "record", "recording", "report", "scan",
    "signatures", "slides", "summary",
]  # fmt: skip
RecordKind = Literal[
    "album", "award", "book", "growth_plan", "improvement_plan", "lesson", "model_school", "paper", "plan", "project",
    "reading_note", "report", "results", "roster", "school_helped", "school_plan",
]  # fmt: skip
Method = Literal[
    "achievement_appraisal", "hearing", "interviews", "materials", "member_results", "opinions", "peer_survey",
    "performance", "site_meeting", "visit",
]  # fmt: skip
Grade = Literal["excellent", "good", "qualified", "marginal", "unqualified"]
BareConsequence = Literal[
    "commend", "rectify", "revoke", "circulate", "adjust_out", "refill", "warn", "decide", "suspend", "succeed",
    "leave", "end",
]  # fmt: skip
ValuedConsequence = Literal[
    "reward", "award", "title", "certificate", "credits", "priority", "fund", "bar", "decide", "refill"
]
AbsentPart = Literal[
    "agreement", "annual", "application", "attendance_removal", "certificate", "county_review", "document",
    "expert_review", "filing", "final", "funds", "members", "midterm", "monthly_activity", "plaque", "public_notice",
    "quota", "rectification", "renewal", "school_review", "semester", "share", "themes",
]  # fmt: skip
Roll = Literal["next_working_day", "none"]
Gift = Literal["studio", "level", "seat", "exit", "cycle"]
Call = Literal["any_time", "round", "window", "on_result"]
LimitScope = Literal["round", "county", "direct_school", "school", "township", "kind"]
StageName = Literal["application", "tier_review", "expert_review", "public_notice", "plaque", "membership", "renewal"]
Draw = Literal["random", "named"]
Score = Literal["mean", "median", "drop_ends"]
Tie = Literal["median", "earlier_submission"]
Take = Literal["best", "passing"]
AfterDismissal = Literal["keep", "resume", "restart"]
Anonymous = Literal["with_facts", "refused"]
Announce = Literal["document", "list", "account", "record"]
Seats = Literal["direct", "allocated"]
Prefer = Literal["school_stage", "size", "nearness", "wish", "subject"]
Receipt = Literal["noted", "filed", "reviewed", "published"]

GRADES: tuple[str, ...] = get_args(Grade)
LEVELS: tuple[str, ...] = get_args(Level)
BODY_LEVELS: tuple[str, ...] = get_args(BodyLevel)
POSTS: tuple[str, ...] = get_args(PostKind)
BARE: tuple[str, ...] = get_args(BareConsequence)
VALUED: tuple[str, ...] = get_args(ValuedConsequence)
STAGES: tuple[str, ...] = get_args(StageName)
WHO_WORDS = ("member", "studio", "person", "authority", "office", "attendee", "named")

# Where the exits of a step lead when the programme does not say otherwise; the lifecycle's drawing shows the same.
EXITS: dict[str, dict[str, str]] = {
    "application": {"submitted": "next", "withdrawn": "end", "lapsed": "end"},
    "tier_review": {"endorsed": "next", "declined": "end", "lapsed": "end"},
    "expert_review": {"selected": "next", "rejected": "end"},
    "public_notice": {"cleared": "next", "upheld": "end"},
    "plaque": {"hung": "next", "registered": "next", "declined": "end"},
    "membership": {"seated": "next", "left": "next", "unplaced": "end"},
    "renewal": {"renewed": "next", "declined": "end", "lapsed": "end"},
}
# The last step of a path is the stage that can give what the path gives.
LAST_STAGE: dict[str, tuple[str, ...]] = {
    "studio": ("plaque",),
    "level": ("plaque",),
    "seat": ("membership",),
    "exit": ("membership",),
    "cycle": ("renewal", "plaque"),
}

STAGES_ZH = {
    "application": "申报",
    "tier_review": "逐级审核",
    "expert_review": "专家评审",
    "public_notice": "公示",
    "plaque": "发文挂牌",
    "membership": "入出席位",
    "renewal": "续期",
}
GIFTS_ZH = {"studio": "设立工作室", "level": "晋升层级", "seat": "加入", "exit": "退出", "cycle": "进入下一周期"}
PERIODS_ZH = {
    "week": "每周", "school_week": "每教学周", "fortnight": "每两周", "month": "每月", "semester": "每学期",
    "half_year": "每半年", "school_year": "每学年", "programme_year": "每年度", "phase": "每阶段", "cycle": "每周期",
    "setup": "挂牌前", "call": "按要求", "award": "按奖励",
}  # fmt: skip
GRADES_ZH = {"excellent": "优秀", "good": "良好", "qualified": "合格", "marginal": "基本合格", "unqualified": "不合格"}
CONSEQUENCES_ZH = {
    "commend": "表彰", "rectify": "限期整改", "revoke": "撤销", "circulate": "通报", "adjust_out": "调整出",
    "refill": "补选", "warn": "提醒", "decide": "请主管部门决定", "suspend": "暂停", "succeed": "另选主持人",
    "leave": "办理退出", "end": "终止", "reward": "奖励", "award": "授予", "title": "称号", "certificate": "证书",
    "credits": "学时学分", "priority": "优先", "fund": "经费", "bar": "不再列为对象",
}  # fmt: skip
PARTS_ZH = {
    "agreement": "协议", "annual": "年度考核", "application": "申报", "attendance_removal": "缺勤调整出",
    "certificate": "证书", "county_review": "县级审核", "document": "发文", "expert_review": "专家评审",
    "filing": "备案", "final": "期满考核", "funds": "经费", "members": "成员考核", "midterm": "中期考核",
    "monthly_activity": "每月活动", "plaque": "挂牌", "public_notice": "公示", "quota": "名额",
    "rectification": "整改", "renewal": "续期", "school_review": "学校审核", "semester": "学期考核",
    "share": "本校比例", "themes": "年度主题",
}  # fmt: skip
