"""Findings (演练发现): what stood in the way while a round was walked through, each with what to do and the clause it rests on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from flows.engine.date_words import short_date
from flows.engine.rulebook import StepRule
from flows.office.timeline import Finding
from flows.rehearsal.bureau import RUNS
from flows.trial.report import Report, StepTaken
from flows.trial.tally import left_open
from flows.trial.vacations import vacation_findings
from flows.trial.walking import Walk
from models import Application, Message, Quota
from models.columns import table_of
from models.session import reading

APPLICATIONS, MESSAGES, QUOTAS = table_of(Application), table_of(Message), table_of(Quota)
NAMED = 3
WELL = ("endorsed", "selected", "registered", "hung", "seated", "renewed")
TOO_MANY_A_DAY = 40


def findings(walk: Walk, report: Report) -> tuple[Finding, ...]:
    """Everything found, most pressing first; one that passes when there is nothing."""
    found = [
        *_incidents(report), *_unmanned(walk), *_undrawn(walk), *_late(walk, report), *_overloaded(walk, report), *_unfinished(walk, report),
        *_not_filed(walk), *_places(walk, report), *_roster(walk, report), *vacation_findings(walk, report.steps), *_flooded(report),
    ]  # fmt: skip
    return tuple(found) or (Finding("pass", "trial", f"演练走完全程，{report.tried} 件都有结果"),)


def _rule(walk: Walk, step: str) -> StepRule:
    return next(rule for rule in walk.rules if rule.name == step)


def _origin(rule: StepRule, key: str) -> Mapping[str, Any]:
    return rule.policy.origin(key) or rule.policy.origin("")


def _listed(names: Sequence[str]) -> str:
    more = f" 等 {len(names)} 个" if len(names) > NAMED else ""
    return "、".join(names[:NAMED]) + more


def _incidents(report: Report) -> Iterator[Finding]:
    if report.incidents:
        says = f"{report.incidents[0]}。请把这一句告诉维护人员；发布以后真实的批次也可能停在这里。"
        yield Finding("warn", "trial/incidents", f"演练中系统出错 {len(report.incidents)} 处", says)


def _unmanned(walk: Walk) -> Iterator[Finding]:
    """Desks that nobody holds: by level, so that they stand beside what the roster alone shows."""
    by_step: dict[str, dict[str, int]] = defaultdict(dict)
    for (step, desk), cases in walk.nobody.items():
        by_step[step][walk.bureau.names.get(desk, desk)] = len(cases)
    for step, bodies in by_step.items():
        rule = _rule(walk, step)
        says = f"演练中有 {sum(bodies.values())} 件送到{_listed(list(bodies))}，没有人能办，停在“{rule.title}”。"
        level = rule.by[0] if len(rule.by) == 1 else step
        yield Finding(
            "warn", f"officers/{level}", f"{rule.title}有 {len(bodies)} 个单位没有人能办", says, "去任命", "people", None, _origin(rule, "within")
        )  # fmt: skip


def _undrawn(walk: Walk) -> Iterator[Finding]:
    if not walk.undrawn:
        return
    rule = next(one for one in walk.rules if one.stage.name == "expert_review")
    policy: Any = rule.policy
    free, _, needed = walk.undrawn.partition("/")
    says = walk.undrawn
    if needed:
        says = f"每件要 {policy.panel} 位专家和 {policy.reserves} 位候补，有的申报回避以后只剩 {free} 位，演练停在“{rule.title}”。"
    yield Finding("warn", "experts", "抽不出专家组", says, "增补专家", "experts", None, _origin(rule, "panel"))


def _late(walk: Walk, report: Report) -> Iterator[Finding]:
    stuck: dict[str, int] = defaultdict(int)
    for (step, _), cases in walk.nobody.items():
        stuck[step] += len(cases)
    for one in report.steps:
        late = one.late - stuck[one.key]
        if late <= 0 or (walk.undrawn and one.kind == "expert_review"):
            continue
        yield _late_at(walk, report, one, late)


def _late_at(walk: Walk, report: Report, one: StepTaken, late: int) -> Finding:
    experts = one.kind == "expert_review"
    kind, a_day = ("sheet", f"评 {walk.paces.sheets} 份") if experts else ("review", f"审 {walk.paces.reviews} 件")
    busiest = next((load for load in report.loads if load.kind == kind), None)
    rule = _rule(walk, one.key)
    says = f"按每人每天{a_day}，有 {late} {'份' if experts else '件'}过了期限才办完，办到 {short_date(one.to_on, one.to_on)}"
    if one.planned_to is not None and one.to_on > one.planned_to:
        says += f"，比计划晚 {(one.to_on - one.planned_to).days} 天"
    if busiest is not None:
        says += f"。最忙的是{busiest.part or ''}{busiest.name}，一周 {busiest.in_week} {'份' if experts else '件'}"
    remedy = "增补专家，或把时限改长" if experts else "增加经办人，或把时限改长"
    return Finding(
        "warn",
        f"trial/late/{one.key}",
        f"{one.title}会逾期",
        f"{says}。",
        remedy,
        "dates",
        None,
        _origin(rule, "within"),
    )


def _overloaded(walk: Walk, report: Report) -> Iterator[Finding]:
    rule = next((one for one in walk.rules if one.stage.name == "expert_review"), None)
    policy: Any = rule.policy if rule is not None else None
    over = [load for load in report.loads if load.kind == "sheet" and policy is not None and load.total > policy.sheets]
    if not over or rule is None:
        return
    most = max(over, key=lambda load: load.total)
    says = f"每人上限 {policy.sheets} 份，演练中{most.name}要评 {most.total} 份。"
    yield Finding(
        "warn",
        "trial/sheets",
        f"{len(over)} 位专家超过每人上限",
        says,
        "增补专家",
        "experts",
        None,
        _origin(rule, "sheets"),
    )


def _unfinished(walk: Walk, report: Report) -> Iterator[Finding]:
    """What is left without a person or a panel being to blame: a dead end."""
    with reading(walk.bureau.engine) as session:
        left = [row for row in left_open(session) if (row.step, row.desk) not in walk.nobody]
    if walk.undrawn:
        left = [row for row in left if row.stage != "expert_review"]
    n = sum(row.n for row in left)
    if not n:
        return
    steps = _listed(list(dict.fromkeys(_rule(walk, row.step).title for row in left)))
    why = next((says for (step, _, says), _ in walk.refused.most_common() if step in {row.step for row in left}), "")
    says = f"到 {short_date(report.ended_on, report.began_on)} 还停在{steps}。{why}"
    yield Finding("warn", "trial/unfinished", f"{n} 件走到最后没有结果", says, "查看演练", "trial")


def _not_filed(walk: Walk) -> Iterator[Finding]:
    if not walk.not_filed:
        return
    n = sum(walk.not_filed.values())
    says = walk.not_filed.most_common(1)[0][0]
    yield Finding("warn", "trial/not_filed", f"{n} 人报不上来", f"多半因为：{says}", "查看名册", "people")


def _places(walk: Walk, report: Report) -> Iterator[Finding]:
    """Fewest that are not reached, places that stay empty, and limits that are only warned of and were passed."""
    with reading(walk.bureau.engine) as session:
        quotas = session.execute(select(QUOTAS)).all()
        counted = select(RUNS.c.step, APPLICATIONS.c.county_id, func.count(RUNS.c.application_id.distinct()).label("n"))
        rows = session.execute(
            counted.join(APPLICATIONS, APPLICATIONS.c.id == RUNS.c.application_id)
            .where(RUNS.c.outcome.in_(WELL), RUNS.c.parent_id.is_(None))
            .group_by(RUNS.c.step, APPLICATIONS.c.county_id)
        ).all()
        exceeded = session.execute(select(func.count()).where(MESSAGES.c.notice == "limit_exceeded")).scalar_one()
    well = {(row.step, row.county_id): row.n for row in rows}
    short = [
        f"{walk.bureau.names.get(f'body:{one.body_id}', '')}（最少 {one.at_least}，只有 {well.get((one.step, one.body_id), 0)}）"
        for one in quotas
        if one.scope == "county"
        and one.body_id
        and one.at_least
        and well.get((one.step, one.body_id), 0) < one.at_least
    ]
    if short:
        yield Finding(
            "warn", "trial/short", f"{len(short)} 个旗县区推荐不满", f"{_listed(short)}。", "改名额", "quotas"
        )
    if exceeded:
        says = "办法只要求提醒，不拦截；办理时会提示经办人写明理由。"
        yield Finding(
            "warn", "trial/exceeded", f"名额超出 {exceeded} 次", says, "改名额", "quotas", None, quotas[0].origin
        )
    whole = next((one.at_most for one in quotas if one.scope == "round" and one.at_most), None)
    if whole and not (walk.undrawn or report.unfinished) and report.named < whole:
        says = f"拟命名 {whole} 个，演练只走出 {report.named} 个。"
        yield Finding("warn", "trial/places", "名额用不满", says, "改名额", "quotas")


def _roster(walk: Walk, report: Report) -> Iterator[Finding]:
    """Too few people in the roster who could apply at all for the places there are."""
    wanted = report.named or report.tried
    if walk.path.gives not in {"studio", "level", "cycle"} or report.roster >= wanted:
        return
    if walk.path.gives == "studio":
        says = f"名册里现在符合条件的只有 {report.roster} 人，演练中其余 {report.tried - report.roster} 件由拟定的人走。名册不全的先补全，本人申报时也能补。"
    else:
        says = f"可以申报的主持人只有 {report.roster} 位。"
    origin = _rule(walk, walk.rules[0].name).policy.origin("")
    yield Finding("warn", "trial/roster", "符合条件的人不够", says, "查看名册", "people", None, origin)


def _flooded(report: Report) -> Iterator[Finding]:
    most = max(report.told, key=lambda one: one.on_day, default=None)
    if most is not None and most.on_day > TOO_MANY_A_DAY:
        says = f"{most.name} {short_date(most.on, report.began_on)} 一天会收到 {most.on_day} 条，全程 {most.total} 条。请提前告知，或多任命一位经办人分担。"
        yield Finding("warn", "trial/messages", "有人一天收到太多通知", says, "去任命", "people")
