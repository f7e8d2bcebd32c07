"""Words of a comparison (比较用语): the keys and values of an expanded programme file in Chinese."""

from collections.abc import Mapping
from typing import Any

from flows.programme import phrases
from flows.programme.phrases import PhraseError
from flows.programme.reading import Place
from flows.programme.schema import Programme
from flows.programme.vocabulary import CONSEQUENCES_ZH, GIFTS_ZH, GRADES_ZH, PARTS_ZH, PERIODS_ZH, STAGES_ZH

SECTIONS_ZH = {
    "words": "用语", "kinds": "类别", "bodies": "机构", "people": "人员", "shares": "本校比例", "cycle": "周期", "paths": "办理路径",
    "obligations": "应办事项", "plan": "活动计划", "benefits": "待遇", "attendance": "考勤", "assessments": "考核",
    "rectification": "整改", "funds": "经费", "ledger": "经费台账", "documents": "文书", "records": "档案", "targets": "目标",
    "reminders": "提醒", "absent": "没有的部分", "clauses": "条款",
}  # fmt: skip
KEYS_ZH = {
    **PARTS_ZH, **CONSEQUENCES_ZH, **GRADES_ZH, "passed": "通过",
    "title": "名称", "source": "出处", "level": "层级", "of": "对象", "does": "职责", "heads": "席位", "number": "人数",
    "counts": "计入", "within": "时限", "chosen_by": "由谁确定", "criteria": "条件", "loss": "失去资格", "then": "后果",
    "in": "总数", "at_most": "至多", "at_least": "至少", "length": "长度", "starts": "起算", "phases": "阶段", "skip": "除外",
    "gives": "给予", "roles": "人员", "from": "来自", "to": "报给", "call": "怎样开始", "window": "窗口期", "needs": "前提",
    "limits": "名额", "steps": "步骤", "stage": "环节", "by": "由谁办", "go": "出口", "optional": "可略", "if_any": "有则办",
    "form": "表格", "attach": "附件", "seal": "盖章", "wishes": "志愿数", "return_within": "补正时限", "ranks": "排序",
    "vote": "表决", "panel": "专家人数", "reserves": "候补专家", "draw": "抽取", "blind": "匿名评审", "score": "计分",
    "disputed_above": "分差复核", "tie": "同分", "take": "取舍", "meeting": "评审会", "appraisal": "考评", "first_day": "首日",
    "roll": "遇假日", "inquiry": "核查时限", "after_dismissal": "异议不成立后", "anonymous": "匿名异议",
    "promote_next": "递补", "announce": "公布", "plaque": "挂牌", "certificate": "证书", "names_base": "基地命名", "seats": "安排",
    "prefer": "优先次序", "choices": "可选", "per": "周期", "each": "每个", "who": "由谁负责", "times": "次数", "proof": "凭据",
    "checklist": "必备内容", "suggests": "可选内容", "signed_by": "签字", "lasting": "时长", "due": "截止", "first_due": "首期截止",
    "only": "只在", "receipt": "收件", "blocks": "未办则不能", "soft": "只提醒", "distinct": "互不相同", "stands_for": "抵作",
    "month": "月份", "place": "地点", "items": "内容", "ends": "终止", "absent": "缺勤", "over": "统计期", "checked": "检查",
    "at_least_activities": "最少活动数", "leave_by": "请假截止", "late_leave": "迟请假", "opens": "开始", "closes": "结束",
    "with": "同步于", "confirmed_by": "由谁确认", "reported_to": "报告给", "content": "内容", "methods": "方式",
    "opinions": "听取意见", "basis": "参考", "awards": "奖项", "grades": "等次", "words": "用语", "excludes": "排除",
    "last_with": "末次同办", "limit": "期限", "reassess_within": "复核时限", "reassessed_by": "由谁复核", "capped": "最高等次",
    "ineffective": "整改不力", "amount": "金额", "per_head": "按人", "first": "首年", "earmarked": "专款专用", "statement": "报表",
    "uses": "用途", "kept_by": "由谁保管", "audited_by": "由谁审计", "studio_name": "工作室名称", "base_name": "基地名称",
    "announcement": "发文", "studio": "工作室档案", "person": "个人档案", "forms": "形式", "measure": "指标", "average": "平均",
    "by_year": "到哪一年", "ladder": "提醒日", "escalate": "上报", "silent": "原文未写", "instead": "以别的代替", "excluded": "原文排除",
    "rules": "条款", "exactly": "恰好", "about": "约", "if_not": "不符时", "more_than": "超过", "quorum": "到会", "record": "记录",
    "set_by": "由谁定", "otherwise": "未定时", "months": "月份", "semesters": "学期", "years": "年份", "key": "重点",
    "revoke": "撤销", "rectify": "整改", "cycle": "周期", "host": "主持人", "member": "成员",
}  # fmt: skip
# Closed words by the key they stand under; a list of them reads word by word.
VALUES_ZH: Mapping[str, Mapping[str, str]] = {
    "stage": STAGES_ZH, "gives": GIFTS_ZH, "silent": PARTS_ZH, "grades": GRADES_ZH, "needs": GRADES_ZH, "capped": GRADES_ZH,
    "excludes": CONSEQUENCES_ZH, "per": PERIODS_ZH, "over": PERIODS_ZH, "checked": PERIODS_ZH, "statement": PERIODS_ZH,
    "level": {"department": "系部", "school": "校级", "township": "镇级", "county": "县级", "city": "市级", "province": "省级"},
    "does": {"decides": "决定", "approves": "批准", "executes": "组织实施", "assesses": "考核", "advises": "提出意见", "files": "备案",
             "pays": "拨款", "audits": "审计", "supervises": "监督", "supports": "保障"},
    "starts": {"plaque": "挂牌之日", "school_year": "学年之初"},
    "call": {"any_time": "随时", "round": "按批次", "window": "按窗口期", "on_result": "随考核结果"},
    "draw": {"random": "随机抽取", "named": "指定"}, "score": {"mean": "平均分", "median": "中位数", "drop_ends": "去掉最高最低取平均"},
    "tie": {"median": "中位数高者", "earlier_submission": "先提交者"}, "take": {"best": "择优", "passing": "合格即取"},
    "first_day": {"counted": "计入", "not_counted": "不计入"}, "roll": {"next_working_day": "顺延到工作日", "none": "不顺延"},
    "after_dismissal": {"keep": "公示照常", "resume": "接着公示", "restart": "重新公示"},
    "anonymous": {"with_facts": "有事实即受理", "refused": "不受理"},
    "announce": {"document": "发文", "list": "公布名单", "account": "公众号", "record": "登记"},
    "receipt": {"noted": "知悉", "filed": "备案", "reviewed": "审议", "published": "公布"},
    "proof": {"attendance": "签到", "case": "案例", "certificate": "证书", "confirmation": "确认", "document": "文稿", "form": "表格",
              "itinerary": "行程", "ledger": "台账", "lesson_plan": "教案", "link": "链接", "materials": "材料", "minutes": "记录纪要",
              "photos": "照片", "plan": "计划", "project_file": "课题材料", "record": "活动记录", "recording": "录像",
              "report": "报告", "scan": "扫描件", "signatures": "签字", "slides": "课件", "summary": "总结"},
    "methods": {"achievement_appraisal": "成果鉴定", "hearing": "听取汇报", "interviews": "访谈", "materials": "查看资料",
                "member_results": "成员成绩", "opinions": "征求意见", "peer_survey": "同行调查", "performance": "业绩",
                "site_meeting": "现场观摩", "visit": "实地考察"},
    "forms": {"paper": "纸质", "electronic": "电子"}, "ends": {"cycle": "周期终了", "exit": "退出即止"},
    "if_not": {"refuse": "不予通过", "waive": "可放宽", "warn": "只提醒"}, "late_leave": {"absence": "算缺勤"},
    "first": {"plaque_year": "挂牌学年", "next_year": "下一学年"}, "semesters": {"autumn": "秋季", "spring": "春季"},
    "seats": {"direct": "直接入席", "allocated": "统一安排"},
    "record": {"album": "专辑", "award": "获奖", "book": "专著", "growth_plan": "成长规划表", "improvement_plan": "改进方案", "lesson": "课",
               "model_school": "示范校", "paper": "论文", "plan": "计划", "project": "课题", "reading_note": "读书札记", "report": "报告",
               "results": "成果集", "roster": "名单", "school_helped": "帮扶学校", "school_plan": "学校规划"},
}  # fmt: skip
WHO_KEYS = {
    "by", "who", "to", "each", "from", "confirmed_by", "reported_to", "reassessed_by", "chosen_by", "kept_by", "audited_by", "of",
    "roles", "signed_by", "opinions", "per_head", "in", "count", "within", "blocks", "with", "basis", "set_by",
}  # fmt: skip
WHO_ZH = {
    "member": "成员", "studio": "工作室", "person": "本人", "authority": "主管部门", "office": "管理办公室", "attendee": "参加者",
    "named": "指定的人", "host": "主持人", "school": "学校", "own_school": "本校人员",
}  # fmt: skip


def words_of(programme: Programme, key: str, value: Any) -> str:
    """A value that stands under this key, as people read it."""
    if value is None or value in ([], {}):
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(words_of(programme, key, item) for item in value)
    if isinstance(value, dict):
        return "，".join(_pair(programme, key, name, inner) for name, inner in value.items())
    text = str(value)
    closed = VALUES_ZH.get(key, {}).get(text) or CONSEQUENCES_ZH.get(text if key in ("then", "ineffective") else "")
    return closed or (_named(programme, text) if key in WHO_KEYS else None) or _phrase(text)


def _pair(programme: Programme, key: str, name: str, value: Any) -> str:
    label = KEYS_ZH.get(name) or _named(programme, name) or name
    inner = key if key in ("amount", "needs", "choices", "words") else name
    label = VALUES_ZH["level"].get(name, label) if key == "amount" else label
    return f"{label} {words_of(programme, inner, value)}"


def _named(programme: Programme, name: str) -> str | None:
    for section in (programme.bodies, programme.people, programme.obligations, programme.assessments, programme.funds):
        if name in section:
            return str(section[name].title)
    return GIFTS_ZH[programme.paths[name].gives] if name in programme.paths else WHO_ZH.get(name)


def _phrase(text: str) -> str:
    """A span, moment or amount in Chinese; any other text as it is."""
    for parse in (phrases.span, phrases.moment, phrases.amount):
        try:
            return parse(text).chinese
        except PhraseError:
            continue
    return text


def entry_title(programme: Programme, place: Place) -> str:
    """The title of the entry that the place lies in; a path is called by what it gives and its name."""
    section, name = str(place[0]), str(place[1])
    if section == "paths" and name in programme.paths:
        return f"{GIFTS_ZH[programme.paths[name].gives]}［{name}］"
    return _named(programme, name) or name


def item_title(programme: Programme, key: str, value: Any) -> str:
    """An entry of a section that is not printed line by line: its title, else its values in words."""
    if isinstance(value, dict) and "title" in value:
        return str(value["title"])
    return words_of(programme, key, value)
