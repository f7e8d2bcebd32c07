"""Words of the demonstration: what is handed in, what activities are about, what money is spent on; all of it made up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Handing:
    """What is handed in for a duty."""

    title: str
    text: str
    proofs: tuple[str, ...] = ()


HANDED_IN = {
    "roster": Handing("成员名单", "成员名单已与各成员学校核对。"),
    "plan": Handing("工作室三年发展规划", "三年分三步：第一年诊断各校治理现状，第二年做课程与教师两个专题，第三年整理成果并推广。"),
    "year_plan": Handing("年度工作计划", "全年八次集中研修，两次下乡帮扶，一次成果交流；每次活动由一名成员牵头。"),
    "budget": Handing("年度经费预算", "图书资料 6000 元，外出学习 18000 元，课酬 12000 元，会务与场地 8000 元，印刷 6000 元。"),
    "summary": Handing("年度总结与自评", "完成集中研修和下乡帮扶，成员各做一次校本汇报；不足是课题进度偏慢，下一年补上。"),
    "career": Handing("成员职业发展规划", "与成员本人商定：一年内完成一次办学诊断，三年内形成本校的治理案例。"),
    "research": Handing("小规模学校治理研究报告", "访谈六所学校后提出编班、排课、教师走教三方面的做法。"),
    "outreach": Handing("下乡帮扶记录", "到两所乡村学校听课、诊断，当天反馈，一个月后回访。"),
    "advice": Handing("关于乡村学校教师走教的建议", "建议由中心校统一排课，交通费列入公用经费。"),
    "trainees": Handing("接收跟岗研修记录", "接收两名副校长跟岗一周。"),
    "training": Handing("工作室主持人培训记录", "两天集中培训，讲授办学诊断方法。"),
    "premises": Handing("工作场所确认", "学校提供独立办公室一间，配备电脑、书柜和会议桌。"),
    "release": Handing("参加活动的便利与经费确认", "参加工作室活动按公务安排，差旅费由学校报销。"),
    "in_plans": Handing("纳入年度计划的确认", "已列入本旗县区年度教师培训计划。"),
}  # fmt: skip
MEETINGS = (
    ("办学诊断：从校门口看一所学校", "主持人学校会议室"),
    ("课程表里的教育主张", "主持人学校会议室"),
    ("走进课堂：听课与评课", "成员学校"),
    ("下乡帮扶：一所村小的一天", "乡村小学"),
    ("教师成长档案怎样用起来", "主持人学校会议室"),
    ("读书会：校长的时间管理", "线上会议"),
    ("学校安全与应急演练观摩", "成员学校"),
    ("课题中期汇报", "主持人学校会议室"),
)
SPENT = (
    ("图书资料", "购置办学诊断参考书 24 册", 1286),
    ("课酬", "专家讲座一次", 2400),
    ("外出学习", "赴外地学校跟岗交通与住宿", 6740),
    ("会务", "集中研修会务", 980),
    ("下校指导", "下乡帮扶交通", 760),
    ("场地", "成果交流场地布置", 1500),
)
FINDINGS_MENDED = (
    {"what": "补做两次下校诊断，一次在上旬，一次在中旬", "who": "主持人", "state": "done", "proof": "诊断记录两份"},
    {"what": "完成课程改革研究报告初稿并请教研员审读", "who": "主持人", "state": "doing", "proof": ""},
    {"what": "修订考勤办法，连续两次缺勤由主持人约谈", "who": "助理", "state": "begun", "proof": ""},
)
