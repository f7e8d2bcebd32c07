"""A trial in words (演练报告): what the command line says of it."""

from collections.abc import Iterator

from flows.engine.date_words import short_date
from flows.trial.report import Report

SHOWN = 5
UNITS = {"review": "件", "sheet": "份"}


def report_text(title: str, report: Report) -> str:
    """The report as lines: findings first, then the days reached, who is busiest, and messages."""
    return "\n".join([*_findings(title, report), *_steps(report), *_people(report)])


def _findings(title: str, report: Report) -> Iterator[str]:
    warned = [one for one in report.findings if one.level != "pass"]
    part = f"（预计 {report.expected} 件，按比例走）" if report.sampled else ""
    yield f"{title}：演练 {report.tried} 件{part}，走到最后 {report.named} 件，{report.ended_on} 走完；{len(warned)} 项提醒。"
    for one in warned:
        clause = f"〔{one.origin['text']}〕" if one.origin.get("kind") == "clause" else ""
        yield f"  ! {one.title}：{one.says}{clause}{f'（{one.remedy}）' if one.remedy else ''}"


def _steps(report: Report) -> Iterator[str]:
    yield "每一步："
    for one in report.steps:
        planned = f"，计划到 {short_date(one.planned_to, one.to_on)}" if one.planned_to is not None else ""
        late = f"，逾期 {one.late}" if one.late else ""
        left = f"，停住 {one.left}" if one.left else ""
        yield f"  {one.title}　{short_date(one.from_on, one.from_on)} 至 {short_date(one.to_on, one.from_on)}{planned}　{one.cases} 件{late}{left}"


def _people(report: Report) -> Iterator[str]:
    for kind, words in (("review", "审核最忙："), ("sheet", "评分最忙：")):
        busiest = [one for one in report.loads if one.kind == kind][:SHOWN]
        if busiest:
            named = [f"{one.part}{one.name} 一周 {one.in_week} {UNITS[kind]}" for one in busiest]
            yield words + "；".join(named)
    if report.told:
        most = report.told[0]
        yield f"会发通知 {report.messages} 条，最多的是{most.name} {most.total} 条。演练没有发出任何通知。"
