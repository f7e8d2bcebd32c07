"""The catalogue (通知目录): every notice there is, whether it may be turned off, and whether it waits for the digest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

Going = Literal["alone", "digest", "alone_on_last_day"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One kind of notice. `mandatory`: nobody may turn it off; `going`: by itself, in the digest, or by itself on the last day.

    `button`: what the one button of the mail says. Its words are in `templates/mail/notices/<key>.txt`.
    """

    key: str
    title: str
    mandatory: bool
    going: Going
    button: str = "去办理"

    def goes_alone(self, context: Mapping[str, Any], today: date) -> bool:
        """Whether it may not wait for the digest; a reminder may not on the last day and after it."""
        if self.going == "alone_on_last_day":
            due = context.get("due")
            return bool(due) and str(due) <= today.isoformat()
        return self.going == "alone"


LOOK, APPLY, MEND = "查看详情", "去申报", "去补正"

_NOTICES = (
    Notice("reminder", "到期提醒", mandatory=True, going="alone_on_last_day"),
    Notice("overdue", "逾期提醒", mandatory=True, going="alone"),
    Notice("escalated", "逾期上报", mandatory=True, going="alone"),
    Notice("extended", "延期", mandatory=True, going="alone"),
    Notice("calendar_moved", "期限重算", mandatory=True, going="alone", button=LOOK),
    Notice("cancelled", "取消", mandatory=True, going="alone", button=LOOK),
    Notice("withdrawn", "撤回", mandatory=False, going="digest", button=LOOK),
    Notice("round_launched", "邀请申报", mandatory=True, going="alone", button=APPLY),
    Notice("round_opened", "批次开始受理", mandatory=False, going="digest", button=APPLY),
    Notice("round_closed", "批次截止", mandatory=False, going="digest", button=LOOK),
    Notice("round_cancelled", "批次取消", mandatory=True, going="alone", button=LOOK),
    Notice("round_concluded", "批次办结", mandatory=False, going="digest", button=LOOK),
    Notice("quota_short", "未达到目标数", mandatory=False, going="digest", button=LOOK),
    Notice("limit_exceeded", "超过办法写的数量", mandatory=False, going="digest", button=LOOK),
    Notice("application_submitted", "申报已提交", mandatory=False, going="alone", button=LOOK),
    Notice("application_sent_back", "退回补正", mandatory=True, going="alone", button=MEND),
    Notice("application_resubmitted", "补正已提交", mandatory=False, going="digest"),
    Notice("application_lapsed", "申报失效", mandatory=True, going="alone", button=LOOK),
    Notice("criterion_waived", "条件豁免", mandatory=True, going="alone", button=LOOK),
    Notice("draft_lapsing", "草稿将失效", mandatory=True, going="alone", button="去提交"),
    Notice("review_asked", "待审核", mandatory=False, going="digest"),
    Notice("review_endorsed", "审核同意", mandatory=False, going="digest", button=LOOK),
    Notice("review_declined", "不予推荐", mandatory=True, going="alone", button=LOOK),
    Notice("selected", "入选", mandatory=True, going="alone", button=LOOK),
    Notice("reserved", "列入候补", mandatory=True, going="alone", button=LOOK),
    Notice("promoted", "递补入选", mandatory=True, going="alone", button=LOOK),
    Notice("ranked_out", "未入选", mandatory=True, going="alone", button=LOOK),
    Notice("score_asked", "请评分", mandatory=True, going="alone", button="去评分"),
    Notice("score_further", "请加评", mandatory=True, going="alone", button="去评分"),
    Notice("recused", "专家回避", mandatory=False, going="digest", button=LOOK),
    Notice("notice_posted", "公示开始", mandatory=True, going="alone", button="查看公示"),
    Notice("objection_filed", "收到异议", mandatory=True, going="alone", button="去核查"),
    Notice("objection_received", "异议已收到", mandatory=True, going="alone", button="查看进展"),
    Notice("objection_dismissed", "异议不成立", mandatory=True, going="alone", button=LOOK),
    Notice("objection_upheld", "异议成立", mandatory=True, going="alone", button=LOOK),
    Notice("notice_cleared", "公示结束", mandatory=False, going="digest", button=LOOK),
    Notice("announced", "命名", mandatory=True, going="alone", button=LOOK),
    Notice("plaque_hung", "挂牌", mandatory=False, going="alone", button="打开工作室"),
    Notice("seated", "加入工作室", mandatory=False, going="alone", button="打开工作室"),
    Notice("unplaced", "没有安排席位", mandatory=True, going="alone", button=LOOK),
    Notice("vacancy_filled", "席位已补上", mandatory=False, going="digest", button="打开工作室"),
    Notice("left", "退出工作室", mandatory=True, going="alone", button=LOOK),
    Notice("roster_warned", "成员名单提醒", mandatory=False, going="alone", button="打开工作室"),
    Notice("filing_asked", "待报送", mandatory=False, going="digest", button="去报送"),
    Notice("filing_received", "待接收", mandatory=False, going="digest", button="去接收"),
    Notice("filing_noted", "报送知悉", mandatory=False, going="digest", button=LOOK),
    Notice("filing_returned", "报送退回补正", mandatory=True, going="alone", button=MEND),
    Notice("filing_accepted", "报送通过", mandatory=False, going="digest", button=LOOK),
    Notice("books_closed", "结账未办事项", mandatory=True, going="alone", button="打开工作室"),
    Notice("books_summary", "结账汇总", mandatory=False, going="digest", button=LOOK),
    Notice("signature_asked", "待签署", mandatory=True, going="alone", button="去签署"),
    Notice("vote_asked", "请投票", mandatory=True, going="alone", button="去投票"),
    Notice("payment_due", "待拨付", mandatory=True, going="digest", button="去拨付"),
    Notice("share_set", "拨付比例确定", mandatory=True, going="alone", button=LOOK),
    Notice("paid", "经费到账", mandatory=False, going="digest", button="查看账目"),
    Notice("payment_stopped", "停止拨付", mandatory=True, going="alone", button=LOOK),
    Notice("renewal_opened", "可以申请续期", mandatory=True, going="alone", button="去申请"),
    Notice("renewed", "进入下一周期", mandatory=True, going="alone", button="打开工作室"),
    Notice("renewal_lapsed", "不再续期", mandatory=True, going="alone", button=LOOK),
    Notice("assessment_asked", "待考核", mandatory=False, going="digest", button="去考核"),
    Notice("opinion_asked", "征求意见", mandatory=True, going="alone", button="去填写"),
    Notice("grade_proposed", "待确认等次", mandatory=False, going="digest", button="去确认"),
    Notice("grade_returned", "等次退回", mandatory=True, going="alone", button="去考核"),
    Notice("result_delivered", "考核结果送达", mandatory=True, going="alone", button=LOOK),
    Notice("results_reported", "考核结果报告", mandatory=False, going="digest", button=LOOK),
    Notice("assessment_recorded", "检查记录", mandatory=False, going="alone", button=LOOK),
    Notice("commended", "表彰", mandatory=False, going="alone", button=LOOK),
    Notice("honoured", "授予", mandatory=False, going="alone", button=LOOK),
    Notice("award_due", "待兑现奖励", mandatory=False, going="digest", button=LOOK),
    Notice("circulated", "通报", mandatory=True, going="alone", button=LOOK),
    Notice("warned", "提醒注意", mandatory=True, going="alone", button=LOOK),
    Notice("barred", "不再列为下一周期对象", mandatory=True, going="alone", button=LOOK),
    Notice("adjusted_out", "调整出", mandatory=True, going="alone", button=LOOK),
    Notice("exit_due", "待办退出", mandatory=True, going="alone", button="去办理"),
    Notice("successor_due", "待另选主持人", mandatory=True, going="alone", button="去办理"),
    Notice("studio_revoked", "工作室撤销", mandatory=True, going="alone", button=LOOK),
    Notice("studio_ended", "工作室终止", mandatory=True, going="alone", button=LOOK),
    Notice("studio_suspended", "工作室暂停", mandatory=True, going="alone", button=LOOK),
    Notice("studio_resumed", "工作室恢复", mandatory=True, going="alone", button="打开工作室"),
    Notice("rectification_begun", "限期整改", mandatory=True, going="alone", button="去整改"),
    Notice("limit_near", "整改将到期", mandatory=True, going="alone_on_last_day", button="去整改"),
    Notice("limit_set", "整改期限确定", mandatory=True, going="alone", button="去整改"),
    Notice("rectification_reported", "整改已报告", mandatory=True, going="alone", button="去复核"),
    Notice("rectification_due", "整改期满待复核", mandatory=True, going="alone", button="去复核"),
    Notice("rectification_called_in", "整改期满", mandatory=True, going="alone", button=LOOK),
    Notice("rectification_effective", "整改有效", mandatory=True, going="alone", button=LOOK),
    Notice("rectification_ineffective", "整改不力", mandatory=True, going="alone", button=LOOK),
    Notice("decision_asked", "待决定", mandatory=True, going="alone", button="去决定"),
    Notice("decision_made", "决定结果", mandatory=True, going="alone", button=LOOK),
    Notice("result_corrected", "考核结果更正", mandatory=True, going="alone", button=LOOK),
    Notice("digest", "晨报", mandatory=False, going="alone", button="打开待办"),
)
_BY_KEY: Mapping[str, Notice] = MappingProxyType({notice.key: notice for notice in _NOTICES})


def notices() -> Mapping[str, Notice]:
    """Every notice by its key, in the order a page of preferences shows them."""
    return _BY_KEY


def notice(key: str) -> Notice:
    """The notice with this key. Raises LookupError that names the key, since a message without words cannot be sent."""
    if key not in _BY_KEY:
        raise LookupError(
            f"通知目录里没有“{key}”：请在 notifications/catalogue.py 登记，并在 templates/mail/notices 写好措辞"
        )
    return _BY_KEY[key]
