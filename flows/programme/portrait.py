"""A programme in plain Chinese text (规程概览): its whole life, each line with where it comes from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flows.programme.entries import Consequence, Consequences, Criterion, Limit, Only
from flows.programme.expand import Origin
from flows.programme.loading import origin_of
from flows.programme.phrases import Span
from flows.programme.portrait_rest import Worded, accounted, counted, granted, planned
from flows.programme.schema import Programme
from flows.programme.sections import Assessment, Obligation
from flows.programme.steps import Path, PlaqueStep, Step
from flows.programme.vocabulary import CONSEQUENCES_ZH, GIFTS_ZH, GRADES_ZH, PARTS_ZH, PERIODS_ZH, STAGES_ZH

_FACTS_ZH = {
    "age": "年龄", "area": "所在地区", "employment": "编制", "home": "工作室所在", "post": "岗位", "school": "所在学校",
    "school_stage": "学段", "serves": "所在工作室", "subject": "学科", "years": "任职年限",
}  # fmt: skip
_HAS_ZH = {
    "class_honour": "班级荣誉", "competition": "竞赛成绩", "honour": "荣誉", "paper": "论文", "project": "课题",
    "recommendation": "推荐", "title": "称号", "training": "培训",
}  # fmt: skip
_VALUES_ZH = {
    "principal": "正职校长", "deputy_principal": "副校长", "school_leader": "校级领导", "teacher": "教师",
    "class_teacher": "班主任", "established": "在编", "host_school": "主持人所在学校", "host_subject": "主持人的学科",
    "same_kind": "同类工作室", "school": "校级", "township": "镇级", "county": "县级", "city": "市级", "province": "省级",
}  # fmt: skip
_WHO_ZH = {
    "member": "成员", "studio": "工作室", "person": "本人", "authority": "主管部门", "office": "管理办公室",
    "attendee": "参加者", "named": "指定的人", "school": "学校",
}  # fmt: skip
_IF_NOT_ZH = {"refuse": "", "waive": "（可放宽）", "warn": "（只提醒）"}
_KEYS_ZH = {
    "within": "办理", "return_within": "补正", "length": "公示期", "inquiry": "核查异议", "panel": "专家人数",
    "reserves": "候补专家",
}  # fmt: skip
_SCOPES_ZH = {
    "round": "每批", "county": "每县", "direct_school": "每所直属学校", "school": "每校", "township": "每镇", "kind": "每类",
}  # fmt: skip
_CALLS_ZH = {"any_time": "随时", "round": "按批次", "window": "按窗口期", "on_result": "随考核结果"}


@dataclass(frozen=True, slots=True)
class Coverage:
    """The clauses of a text: cited by a rule, prose with why, and those missed."""

    encoded: tuple[str, ...]
    prose: dict[str, str]
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One rule in words: its place in the file, how deep it stands, its origin (none: the text is silent), and its name there."""

    path: str
    text: str
    depth: int
    origin: Origin | None
    code: str = ""


def coverage(programme: Programme) -> Coverage:
    """Which clauses of the text are encoded; `missed` are listed as rules but no value has them as its origin."""
    cited = {
        clause for origin in programme.origins.values() if origin.kind == "clause" for clause in origin.text.split("、")
    }
    cited |= {clause for clauses in programme.absent.excluded.values() for clause in clauses}
    rules = programme.clauses.rules
    return Coverage(
        tuple(clause for clause in rules if clause in cited),
        dict(programme.clauses.prose),
        tuple(clause for clause in rules if clause not in cited),
    )


def lifecycle_sections(programme: Programme) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """The lifecycle as titled sections of lines, each with its place and its origin."""
    sections = (
        ("机构", _bodies), ("人员", _people), ("周期", _cycle), ("办理路径", _paths), ("应办事项", _obligations),
        ("活动计划", _worded(planned)), ("考勤", _attendance), ("考核", _assessments), ("整改", _rectification),
        ("待遇", _worded(granted)), ("经费", _funds), ("账目、档案和名称", _worded(accounted)), ("指标", _worded(counted)),
        ("没有的部分", _absent),
    )  # fmt: skip
    return tuple((title, tuple(section(programme))) for title, section in sections)


def _worded(section: Callable[[Programme], Iterator[Worded]]) -> Callable[[Programme], Iterator[Line]]:
    return lambda programme: (_line(programme, path, text) for path, text in section(programme))


def lifecycle_text(programme: Programme) -> str:
    """The lifecycle as `studioflow programme show` prints it; every line ends with its origin in brackets."""
    lines = [f"{programme.title}（{programme.code}）", f"出处：{programme.source}", f"版本：{programme.sha256[:12]}"]
    for title, body in lifecycle_sections(programme):
        lines += ["", f"【{title}】", *([_printed(line) for line in body] or ["  无"])]
    return "\n".join(lines) + "\n"


def _printed(line: Line) -> str:
    name = f"［{line.code}］" if line.code else ""
    return f"{'  ' * line.depth}{line.text}{name}" + (f"　〔{line.origin.chinese}〕" if line.origin else "")


def _line(programme: Programme, path: str, text: str, depth: int = 1, code: str = "") -> Line:
    return Line(path, text, depth, origin_of(programme, path), code)


def _who(programme: Programme, name: str | None) -> str:
    if name is None:
        return "工作室"
    if name in programme.bodies:
        return programme.bodies[name].title
    return programme.people[name].title if name in programme.people else _WHO_ZH.get(name, name)


def _bodies(programme: Programme) -> Iterator[Line]:
    does = {
        "decides": "决定", "approves": "批准", "executes": "组织实施", "assesses": "考核", "advises": "提出意见",
        "files": "备案", "pays": "拨款", "audits": "审计", "supervises": "监督", "supports": "保障",
    }  # fmt: skip
    for name, body in programme.bodies.items():
        place = _VALUES_ZH.get(body.level or "", "系部") if body.of is None else f"属{_who(programme, body.of)}"
        yield _line(
            programme, f"bodies.{name}", f"{body.title}：{'、'.join(does[word] for word in body.does)}（{place}）"
        )


def _people(programme: Programme) -> Iterator[Line]:
    for name, role in programme.people.items():
        number = "，".join(_limit(limit) for limit in role.number) or "人数不限"
        chosen = f"，由{_who(programme, role.chosen_by)}确定" if role.chosen_by else ""
        yield _line(
            programme, f"people.{name}.number", f"{role.title}：{number}{'' if role.counts else '，不计入人数'}{chosen}"
        )
        for n, criterion in enumerate(role.criteria):
            kind = f"（{programme.kinds.get(criterion.only_kind, criterion.only_kind)}）" if criterion.only_kind else ""
            yield _line(programme, f"people.{name}.criteria.{n}", f"条件{kind} {_criterion(criterion)}", 2)
        if role.loss:
            yield _line(
                programme, f"people.{name}.loss.then", f"失去资格：{_consequences(programme, role.loss.then)}", 2
            )
    for n, share in enumerate(programme.shares):
        yield _line(programme, f"shares.{n}", f"本校人员不超过 {int(share.at_most * 100)}%")


def _limit(limit: Limit) -> str:
    parts = (("恰好", limit.exactly), ("至少", limit.at_least), ("至多", limit.at_most), ("约", limit.about))
    return "、".join(f"{word}{n}" for word, n in parts if n is not None) + _IF_NOT_ZH[limit.if_not]


def _criterion(criterion: Criterion) -> str:
    if criterion.any_of or criterion.all_of:
        joined = "；".join(_criterion(inner) for inner in criterion.any_of or criterion.all_of)
        return f"{'任一' if criterion.any_of else '全部'}：{joined}{_IF_NOT_ZH[criterion.if_not]}"
    if criterion.judged or criterion.document:
        return f"{'评判' if criterion.judged else '材料'}：{criterion.judged or criterion.document}{_IF_NOT_ZH[criterion.if_not]}"
    if criterion.commits:
        return f"承诺任{_VALUES_ZH[criterion.commits]}{criterion.for_.chinese if criterion.for_ else ''}"
    name = _FACTS_ZH[criterion.fact] if criterion.fact else _HAS_ZH[criterion.has or ""]
    values = [_VALUES_ZH.get(word, word) for word in (criterion.is_, *criterion.among) if word]
    bounds = (
        ("不少于", criterion.at_least),
        ("不超过", criterion.at_most),
        ("大于", criterion.more_than),
        ("小于", criterion.less_than),
    )
    words = [
        *([f"任{_VALUES_ZH[criterion.as_]}"] if criterion.as_ else []),
        *(["、".join(values)] if values else []),
        *[f"{word}{n}" for word, n in bounds if n is not None],
        *([f"{_VALUES_ZH[criterion.level]}以上"] if criterion.level else []),
        *([f"近{criterion.within.chinese}"] if criterion.within else []),
        *(["已公开发表"] if criterion.published else []),
    ]
    return f"{' '.join([name, *words])}{_IF_NOT_ZH[criterion.if_not]}"


def _cycle(programme: Programme) -> Iterator[Line]:
    length = "＋".join(span.chinese for span in programme.cycle_length())
    yield _line(programme, "cycle", f"一个周期 {length}")
    starts = {"plaque": "挂牌之日", "school_year": "学年之初"}.get(programme.cycle.starts, programme.cycle.starts)
    yield _line(programme, "cycle.starts", f"自{starts}起算")


def _paths(programme: Programme) -> Iterator[Line]:
    for name, path in programme.paths.items():
        yield _line(programme, f"paths.{name}.gives", f"{GIFTS_ZH[path.gives]}（{_CALLS_ZH[path.call]}）", code=name)
        for needed, grade in path.needs.items():
            text = f"须{programme.assessments[needed].title if needed in programme.assessments else needed}{GRADES_ZH[grade]}以上"
            yield _line(programme, f"paths.{name}.needs.{needed}", text, 2)
        for n, limit in enumerate(path.limits):
            yield _line(programme, f"paths.{name}.limits.{n}", f"名额（{_SCOPES_ZH[limit.per]}）{_limit(limit)}", 2)
        for n, step in enumerate(path.steps, 1):
            yield from _step(programme, path, step, n)


def _step(programme: Programme, path: Path, step: Step, n: int) -> Iterator[Line]:
    place = f"paths.{path.name}.steps.{step.name}"
    by = f"：{'、'.join(_who(programme, name) for name in step.by)}" if step.by else ""
    stage = "登记" if isinstance(step, PlaqueStep) and not step.plaque else STAGES_ZH[step.stage]
    advice = "（不同意也往下走）" if step.go.get("declined") == "next" else ""
    advice += "（批次可以不设，须写理由）" if step.optional else ""
    yield _line(programme, place, f"{n}. {stage}{by}{advice}", 2, step.name)
    for key, value in step.policy().items():
        if isinstance(value, Span):
            yield _line(programme, f"{place}.{key}", f"{_KEYS_ZH.get(key, key)} {value.chinese}", 4)


def _obligations(programme: Programme) -> Iterator[Line]:
    for name, duty in programme.obligations.items():
        yield _line(programme, f"obligations.{name}", _duty(programme, duty))
        yield _line(programme, f"obligations.{name}.due", f"截止 {duty.due.chinese}", 2)
        if duty.blocks:
            yield _line(
                programme,
                f"obligations.{name}.blocks",
                f"未办则不能：{'、'.join(_barred(programme, one) for one in duty.blocks)}",
                2,
            )


def _barred(programme: Programme, name: str) -> str:
    if name in programme.assessments:
        return programme.assessments[name].title
    if name in programme.obligations:
        return programme.obligations[name].title
    return GIFTS_ZH[programme.paths[name].gives] if name in programme.paths else STAGES_ZH.get(name, name)


def _duty(programme: Programme, duty: Obligation) -> str:
    of_each = programme.obligations.get(duty.each or "")
    how_often = PERIODS_ZH[duty.per] if duty.per else f"每次{of_each.title if of_each else ''}"
    times = f"{duty.least}次" if duty.most is None else f"{duty.least}—{duty.most}次"
    # `school` as a unit is each member's school, whatever the body of that name is called.
    unit = "成员学校" if duty.each == "school" else _who(programme, duty.each)
    each = f"，每个{unit}" if duty.each and not of_each else ""
    to = f"，报{_who(programme, duty.to)}" if duty.to else ""
    soft = "（只提醒）" if duty.soft else ""
    times += f"（只在{_periods(programme, duty.only)}）" if duty.only else ""
    times += f"（{_periods(programme, duty.skip)}除外）" if duty.skip else ""
    answers = _who(programme, duty.who) if duty.who or of_each or not duty.each else unit
    return f"{duty.title}：{how_often}{times}{each}，{answers}负责{to}{soft}"


def _periods(programme: Programme, only: Only) -> str:
    """Some of the periods of a cycle, in words."""
    semesters = {"autumn": "秋季学期", "spring": "春季学期"}
    titles = {name: phase.title or name for name, phase in programme.cycle.phases.items()}
    words = [
        *[semesters[word] for word in only.semesters],
        *[f"第{year}年" for year in only.years],
        *[f"{month}月" for month in only.months],
        *[titles.get(name, name) for name in only.phases],
    ]
    return "、".join(words)


def _attendance(programme: Programme) -> Iterator[Line]:
    rule = programme.attendance
    if rule:
        ratio = rule.absent.at_least or rule.absent.more_than
        word = "达到" if rule.absent.at_least else "超过"
        yield _line(programme, "attendance.absent", f"缺勤{word} {ratio}，{PERIODS_ZH[rule.checked]}查一次")
        yield _line(programme, "attendance.then", _consequences(programme, rule.then), 2)
        leave = f"提前 {rule.leave_by.span.chinese}" if rule.leave_by.span else "在活动开始前"
        yield _line(programme, "attendance.leave_by", f"请假须{leave}提出，逾期按缺勤计", 2)


def _assessments(programme: Programme) -> Iterator[Line]:
    for name, assessment in programme.assessments.items():
        place = f"assessments.{name}"
        grades = "、".join(assessment.words.get(grade, GRADES_ZH[grade]) for grade in assessment.grades) or "不定等次"
        confirmed = f"，{_who(programme, assessment.confirmed_by)}确认" if assessment.confirmed_by else ""
        text = f"{assessment.title}：{_when(programme, assessment)}，{_who(programme, assessment.by)}考核{confirmed}；{grades}"
        yield _line(programme, place, text)
        if assessment.opens and assessment.due and not assessment.with_:
            yield _line(programme, f"{place}.due", f"{assessment.opens.chinese}开始，{assessment.due.chinese}截止", 2)
        for grade, consequences in assessment.then.items():
            word = "通过的" if grade == "passed" else assessment.words.get(grade, GRADES_ZH[grade])
            yield _line(programme, f"{place}.then.{grade}", f"{word} → {_consequences(programme, consequences)}", 2)


def _when(programme: Programme, assessment: Assessment) -> str:
    if assessment.with_:
        return f"与{programme.assessments[assessment.with_].title}同步"
    return PERIODS_ZH[assessment.per] if assessment.per else ""


def _consequences(programme: Programme, consequences: Consequences) -> str:
    return "；".join(_consequence(programme, consequence) for consequence in consequences) or "不作处理"


def _consequence(programme: Programme, consequence: Consequence) -> str:
    word = programme.word(consequence.kind, CONSEQUENCES_ZH[consequence.kind])
    fund = programme.funds.get(consequence.value or "")
    if consequence.kind == "decide":
        choices = "／".join(consequence.choices)
        if isinstance(consequence.share, tuple):
            choices = "—".join(f"{int(share * 100)}%" for share in consequence.share)
        limit = f"，{consequence.within.chinese}内" if consequence.within else ""
        return f"{consequence.value}（{choices}{limit}）"
    if consequence.kind == "fund" and fund and not isinstance(consequence.share, tuple):
        return f"{fund.title}按 {int((consequence.share or 0) * 100)}% 拨付"
    if fund:
        return f"{word}（{fund.title}）"
    to = f"（{_who(programme, consequence.to)}）" if consequence.to else ""
    value = f"：{consequence.value}" if consequence.value and consequence.kind not in ("bar", "refill") else ""
    limit = f"（{consequence.within.chinese}内）" if consequence.within else ""
    return f"{word}{value}{to}{limit}"


def _rectification(programme: Programme) -> Iterator[Line]:
    rule = programme.rectification
    if rule:
        set_by = f"由{_who(programme, rule.limit.set_by)}定，未定则" if rule.limit.set_by else ""
        yield _line(programme, "rectification.limit", f"期限 {set_by}{rule.limit.otherwise.chinese}，自结果送达起算")
        yield _line(programme, "rectification.reassess_within", f"复核 {rule.reassess_within.chinese}内")
        text = f"整改不力 → {_consequences(programme, rule.ineffective)}"
        yield _line(programme, "rectification.ineffective", text)


def _funds(programme: Programme) -> Iterator[Line]:
    levels = {**_VALUES_ZH, "": ""}
    for name, fund in programme.funds.items():
        amounts = "、".join(f"{levels[level]}{amount.chinese}" for level, amount in fund.amounts.items())
        who = f"{_who(programme, fund.from_)} → {_who(programme, fund.to)}"
        heads = f"，按{'、'.join(_who(programme, role) for role in fund.per_head)}人数" if fund.per_head else ""
        yield _line(programme, f"funds.{name}", f"{fund.title}：{PERIODS_ZH[fund.per]}，{amounts}{heads}，{who}")


def _absent(programme: Programme) -> Iterator[Line]:
    absent = programme.absent
    if absent.silent:
        yield Line("absent.silent", f"原文未写：{'、'.join(PARTS_ZH[part] for part in absent.silent)}", 1, None)
    for part, text in absent.instead.items():
        yield Line(f"absent.instead.{part}", f"{PARTS_ZH[part]}：{text}", 1, None)
    for excluded, clauses in absent.excluded.items():
        origin = Origin("clause", "、".join(clauses))
        yield Line(f"absent.excluded.{excluded}", f"{PARTS_ZH[excluded]}：原文排除", 1, origin)
