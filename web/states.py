"""Every state that people see: its words, icon and tone, and which of them a state of the engine is (状态标记)."""

from dataclasses import dataclass, replace

from web.i18n import _, word

GRAY, BLUE, GREEN, AMBER, RED, PURPLE = "gray", "blue", "green", "amber", "red", "purple"
TONES = (GRAY, BLUE, GREEN, AMBER, RED, PURPLE)


@dataclass(frozen=True)
class StateMark:
    """Label, icon (a Font Awesome solid name) and tone of one state."""

    label: str
    icon: str
    tone: str


FAMILIES: dict[str, str] = {
    "round": word("申报批次"),
    "application": word("申报"),
    "tier_review": word("逐级审核"),
    "expert_review": word("专家评审"),
    "public_notice": word("公示"),
    "plaque": word("发文与挂牌"),
    "standing": word("工作室"),
    "membership": word("成员"),
    "obligation": word("事项与活动"),
    "assessment": word("考核"),
    "grade": word("等次"),
    "rectification": word("整改"),
    "renewal": word("续期"),
    "decision": word("决定事项"),
    "filing": word("备案与协议"),
    "eligibility": word("资格结论"),
    "message": word("通知"),
    "import_row": word("导入行"),
    "fund": word("经费"),
    "opinion": word("意见与签署"),
}

STATES: dict[str, dict[str, StateMark]] = {
    "round": {
        "drafted": StateMark(word("草稿"), "pen-ruler", GRAY),
        "announced": StateMark(word("已发布，未开始"), "paper-plane", BLUE),
        "open": StateMark(word("受理中"), "door-open", BLUE),
        "closed": StateMark(word("已截止，审核中"), "hourglass-half", BLUE),
        "concluded": StateMark(word("已办结"), "circle-check", GREEN),
        "cancelled": StateMark(word("已取消"), "ban", GRAY),
    },
    "application": {
        "drafted": StateMark(word("草稿"), "pen", GRAY),
        "submitted": StateMark(word("已提交"), "paper-plane", BLUE),
        "sent_back": StateMark(word("退回补正"), "rotate-left", AMBER),
        "recommended": StateMark(word("已推荐"), "thumbs-up", GREEN),
        "shortlisted": StateMark(word("拟命名"), "list-ol", GREEN),
        "named": StateMark(word("已命名"), "award", GREEN),
        "held": StateMark(word("异议核查中"), "circle-pause", PURPLE),
        "declined": StateMark(word("不予推荐"), "circle-xmark", RED),
        "upheld": StateMark(word("异议成立，已取消资格"), "circle-xmark", RED),
        "unselected": StateMark(word("未入选"), "minus", GRAY),
        "withdrawn": StateMark(word("已撤回"), "arrow-turn-up", GRAY),
        "lapsed": StateMark(word("未提交，已失效"), "calendar-xmark", GRAY),
    },
    "tier_review": {
        "pending": StateMark(word("待审核"), "hourglass-half", BLUE),
        "waiting": StateMark(word("等待会签"), "users", BLUE),
        "endorsed": StateMark(word("已同意"), "circle-check", GREEN),
        "sent_back": StateMark(word("退回补正"), "rotate-left", AMBER),
        "escalated": StateMark(word("已上报上级"), "arrow-up-right-dots", AMBER),
        "declined": StateMark(word("不予推荐"), "circle-xmark", RED),
        "lapsed": StateMark(word("未补正，已失效"), "calendar-xmark", GRAY),
    },
    "expert_review": {
        "assigned": StateMark(word("待评分"), "inbox", BLUE),
        "drafted": StateMark(word("评分中"), "pen", BLUE),
        "scored": StateMark(word("已提交"), "circle-check", GREEN),
        "recused": StateMark(word("已回避"), "user-slash", GRAY),
        "replaced": StateMark(word("已换人"), "people-arrows", GRAY),
        "discrepant": StateMark(word("分差过大，加评"), "triangle-exclamation", AMBER),
        "ranked": StateMark(word("已排序"), "list-ol", GREEN),
        "unassigned": StateMark(word("待抽取专家"), "users", BLUE),
        "proposed": StateMark(word("待确认"), "list-ol", BLUE),
        "reserved": StateMark(word("候补"), "hourglass-half", GRAY),
        "selected": StateMark(word("已入选"), "circle-check", GREEN),
        "rejected": StateMark(word("未入选"), "minus", GRAY),
    },
    "public_notice": {
        "scheduled": StateMark(word("待公示"), "calendar-day", GRAY),
        "posted": StateMark(word("公示中"), "bullhorn", BLUE),
        "objected": StateMark(word("异议核查中"), "circle-pause", PURPLE),
        "cleared": StateMark(word("无异议"), "circle-check", GREEN),
        "upheld": StateMark(word("异议成立"), "circle-xmark", RED),
        "taken_down": StateMark(word("已撤下"), "box-archive", GRAY),
    },
    "plaque": {
        "blocked": StateMark(word("待备案，不能挂牌"), "lock", AMBER),
        "unannounced": StateMark(word("待发文"), "stamp", BLUE),
        "numbered": StateMark(word("已编文号"), "hashtag", BLUE),
        "announced": StateMark(word("已发文"), "stamp", BLUE),
        "plaqued": StateMark(word("已挂牌"), "award", GREEN),
        "recalled": StateMark(word("牌匾已收回"), "ban", GRAY),
    },
    "standing": {
        "preparing": StateMark(word("待备案"), "folder-open", BLUE),
        "running": StateMark(word("运行中"), "circle-play", GREEN),
        "rectifying": StateMark(word("整改中"), "screwdriver-wrench", AMBER),
        "suspended": StateMark(word("暂停"), "circle-pause", PURPLE),
        "final_assessing": StateMark(word("期满评估中"), "scale-balanced", BLUE),
        "renewed": StateMark(word("已续期"), "rotate", GREEN),
        "expired": StateMark(word("期满不续"), "flag-checkered", GRAY),
        "revoked": StateMark(word("已撤销"), "ban", RED),
        "ended": StateMark(word("已终止"), "flag-checkered", GRAY),
    },
    "membership": {
        "proposed": StateMark(word("待同意"), "user-clock", BLUE),
        "active": StateMark(word("在室"), "user-check", GREEN),
        "leaving": StateMark(word("退出办理中"), "person-walking-arrow-right", AMBER),
        "removed": StateMark(word("已调整出"), "user-xmark", RED),
        "left": StateMark(word("已退出"), "user-minus", GRAY),
        "waiting": StateMark(word("待安排"), "hourglass-half", BLUE),
        "unplaced": StateMark(word("未安排"), "minus", GRAY),
    },
    "obligation": {
        "upcoming": StateMark(word("未开始"), "minus", GRAY),
        "open": StateMark(word("待报送"), "pen", BLUE),
        "submitted": StateMark(word("待审核"), "hourglass-half", BLUE),
        "returned": StateMark(word("退回补正"), "rotate-left", AMBER),
        "accepted": StateMark(word("已通过"), "circle-check", GREEN),
        "excused": StateMark(word("已免除"), "file-circle-check", GRAY),
        "missed": StateMark(word("未完成"), "circle-xmark", RED),
        "overdue": StateMark(word("逾期未报"), "circle-exclamation", RED),
    },
    "assessment": {
        "self_open": StateMark(word("待自评"), "pen", BLUE),
        "assessing": StateMark(word("考核中"), "clipboard-check", BLUE),
        "proposed": StateMark(word("待确认等次"), "gavel", BLUE),
        "confirmed": StateMark(word("已确认"), "circle-check", GREEN),
        "delivered": StateMark(word("已送达"), "envelope-open-text", GREEN),
        "appealed": StateMark(word("复核中"), "scale-balanced", PURPLE),
        "recorded": StateMark(word("已登记"), "circle-check", GREEN),
    },
    "grade": {
        "excellent": StateMark(word("优秀"), "star", GREEN),
        "good": StateMark(word("良好"), "thumbs-up", GREEN),
        "qualified": StateMark(word("合格"), "circle-check", GREEN),
        "unqualified": StateMark(word("不合格"), "circle-xmark", RED),
    },
    "rectification": {
        "opened": StateMark(word("整改中"), "screwdriver-wrench", AMBER),
        "reported": StateMark(word("待复核"), "hourglass-half", BLUE),
        "effective": StateMark(word("整改有效"), "circle-check", GREEN),
        "ineffective": StateMark(word("整改不力"), "circle-xmark", RED),
        "referred": StateMark(word("待市局决定"), "gavel", PURPLE),
    },
    "renewal": {
        "open": StateMark(word("可申请续期"), "door-open", BLUE),
        "applied": StateMark(word("续期审核中"), "hourglass-half", BLUE),
        "renewed": StateMark(word("已续期"), "rotate", GREEN),
        "lapsed": StateMark(word("期满不续"), "flag-checkered", GRAY),
        "declined": StateMark(word("表决不续"), "circle-xmark", RED),
        "barred": StateMark(word("不得续期"), "ban", RED),
    },
    "decision": {
        "open": StateMark(word("待决定"), "gavel", PURPLE),
        "decided": StateMark(word("已决定"), "circle-check", GREEN),
        "withdrawn": StateMark(word("已撤回提请"), "minus", GRAY),
    },
    "filing": {
        "due": StateMark(word("待备案"), "folder-open", BLUE),
        "filed": StateMark(word("已备案"), "circle-check", GREEN),
        "unsigned": StateMark(word("待签署"), "file-signature", AMBER),
        "returned": StateMark(word("退回补正"), "rotate-left", AMBER),
    },
    "eligibility": {
        "passed": StateMark(word("符合"), "circle-check", GREEN),
        "judged": StateMark(word("符合（人工）"), "user-check", GREEN),
        "human": StateMark(word("待人判断"), "user-pen", BLUE),
        "waived": StateMark(word("已豁免"), "file-circle-check", PURPLE),
        "soft": StateMark(word("原则上未满足"), "triangle-exclamation", AMBER),
        "failed": StateMark(word("不符合"), "circle-xmark", RED),
    },
    "message": {
        "queued": StateMark(word("待发送"), "clock", GRAY),
        "held": StateMark(word("暂缓"), "circle-pause", PURPLE),
        "sent": StateMark(word("已发出"), "paper-plane", GREEN),
        "folded": StateMark(word("并入晨报"), "layer-group", GRAY),
        "printed": StateMark(word("待打印"), "print", GRAY),
        "bounced": StateMark(word("退信"), "triangle-exclamation", RED),
    },
    "import_row": {
        "new": StateMark(word("新增"), "plus", GREEN),
        "changed": StateMark(word("更新"), "pen", BLUE),
        "same": StateMark(word("无变化"), "minus", GRAY),
        "faulty": StateMark(word("有错"), "circle-xmark", RED),
    },
    "fund": {
        "held": StateMark(word("等考核结果"), "circle-pause", PURPLE),
        "entitled": StateMark(word("应拨"), "coins", BLUE),
        "released": StateMark(word("已拨付"), "circle-check", GREEN),
        "reduced": StateMark(word("已减拨"), "arrow-down", AMBER),
        "stopped": StateMark(word("已停拨"), "ban", RED),
        "reserved": StateMark(word("待决定"), "gavel", PURPLE),
    },
    "opinion": {
        "asked": StateMark(word("待答复"), "hourglass-half", BLUE),
        "given": StateMark(word("已答复"), "circle-check", GREEN),
        "refused": StateMark(word("不同意"), "circle-xmark", RED),
        "lapsed": StateMark(word("到期未答复"), "calendar-xmark", GRAY),
    },
}

CANCELLED = StateMark(word("已取消"), "ban", GRAY)

# What the stages call a state, and how people see it. A state not named here has the same name in both.
_FAMILY_OF_STAGE = {"rounds": "round", "activities": "obligation", "grant": "fund"}
_SEEN_AS: dict[tuple[str, str], str] = {
    ("rounds", "planned"): "drafted",
    ("application", "drafting"): "drafted",
    ("tier_review", "reviewing"): "pending",
    ("tier_review", "returned"): "sent_back",
    ("expert_review", "scoring"): "drafted",
    ("expert_review", "scored"): "proposed",
    ("public_notice", "unposted"): "scheduled",
    ("plaque", "hung"): "plaqued",
    ("membership", "seated"): "active",
    ("renewal", "waiting"): "applied",
    ("activities", "met"): "accepted",
    ("activities", "unmet"): "missed",
    ("assessment", "open"): "assessing",
    ("assessment", "graded"): "confirmed",
    ("rectification", "mending"): "opened",
    ("decision", "asked"): "open",
    ("standing", "forming"): "preparing",
    ("standing", "active"): "running",
    ("standing", "lapsed"): "expired",
    ("grant", "due"): "entitled",
    ("grant", "paid"): "released",
}


def state_mark(family: str, code: str, label: str | None = None) -> StateMark:
    """Give the mark of a state; `label` are the words of the programme where they differ. KeyError if unknown."""
    found = STATES[family][code]
    return replace(found, label=label or _(found.label))


def run_mark(stage: str, state: str, label: str | None = None) -> StateMark:
    """Give the mark of a run of the engine by the names of its stage and state. KeyError if unknown."""
    family = _FAMILY_OF_STAGE.get(stage, stage)
    code = _SEEN_AS.get((stage, state), state)
    if code == "cancelled" and code not in STATES[family]:
        return replace(CANCELLED, label=label or _(CANCELLED.label))
    return state_mark(family, code, label)


def family_label(family: str) -> str:
    """Give the words for a family of states, such as 逐级审核. KeyError if unknown."""
    return _(FAMILIES[family])
