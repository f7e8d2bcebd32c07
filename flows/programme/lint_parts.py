"""Lint of parts that must fit together (搭配): bodies, consequences, numbers, present and absent parts."""

from collections.abc import Iterator

from flows.programme.entries import Consequence, Limit
from flows.programme.reading import Place, Sheet
from flows.programme.schema import Programme
from flows.programme.sections import Assessment
from flows.programme.steps import PlaqueStep


def lint_parts(programme: Programme, sheet: Sheet) -> None:
    """Blames what contradicts itself across entries."""
    _lint_bodies(programme, sheet)
    _lint_rectification(programme, sheet)
    for name, assessment in programme.assessments.items():
        _lint_grades(sheet, ("assessments", name), assessment)
        _lint_fund_shares(sheet, ("assessments", name), assessment)
    _lint_rewards(programme, sheet)
    for place, limits in _limits(programme):
        _lint_limits(sheet, place, limits)
    _lint_ranges(programme, sheet)
    for part in sorted(set(programme.absent.parts()) & set(present_parts(programme))):
        message = (f"“{part}”写了没有，文件里却有", f"`{part}` is absent and present")
        sheet.blame(("absent",), part, "从 absent 中删去，或删去那一条", message)


def _lint_bodies(programme: Programme, sheet: Sheet) -> None:
    for does, least in (("decides", 1), ("executes", 0)):
        named = [name for name, body in programme.bodies.items() if does in body.does]
        if not least <= len(named) <= 1:
            number = "恰好一个" if least else "至多一个"
            message = (f"{number}机构写 {does}，这里有 {len(named)} 个", f"{len(named)} bodies with `{does}`")
            sheet.blame(("bodies",), "、".join(named) or "无", f"{number}机构 does: [{does}]", message)


def _lint_rectification(programme: Programme, sheet: Sheet) -> None:
    places = [place for place, consequence in programme.consequences() if consequence.kind == "rectify"]
    present, said = programme.rectification is not None, "rectification" in programme.absent.parts()
    if places and not present:
        place = tuple(int(part) if part.isdigit() else part for part in places[0].split("."))
        sheet.blame(
            place, "rectify", "加一节 rectification", ("有整改而没有写整改办法", "rectify without rectification")
        )
    if present and not places:
        message = ("写了整改办法，却没有一处会整改", "rectification to which nothing leads")
        sheet.blame(("rectification",), "rectification", "某处 then: [rectify]，或写进 absent", message)
    if not present and not places and not said:
        message = ("没有整改，也没有在 absent 里写明", "no rectification, and `absent` does not say so")
        sheet.blame(("absent",), "没有写", "absent 的 silent、instead 或 excluded 写 rectification", message)


def _lint_grades(sheet: Sheet, place: Place, assessment: Assessment) -> None:
    known = {*assessment.grades, *(("passed",) if assessment.grades else ())}
    for grade in assessment.then:
        if grade not in known:
            message = (f"不评“{grade}”，却写了它的后果", f"a consequence for `{grade}`, which is not awarded")
            sheet.blame((*place, "then", grade), grade, "、".join(assessment.grades) or "先写 grades", message)
    if "unqualified" in assessment.grades and not assessment.follows("unqualified"):
        message = ("不合格没有写后果；原文未写的写 decide", "`unqualified` without consequence; write `decide`")
        sheet.blame((*place, "grades"), "unqualified", "then: {unqualified: [decide]}", message)
    for kind in assessment.excludes:
        for grade, consequences in assessment.then.items():
            if any(consequence.kind == kind for consequence in consequences):
                message = (f"“{kind}”已被排除，却写成后果", f"`{kind}` is excluded and follows")
                sheet.blame((*place, "then", grade), kind, "从 excludes 或 then 中删去一处", message)


def _funds_in(consequences: tuple[Consequence, ...]) -> Iterator[str]:
    for consequence in consequences:
        if consequence.kind == "fund" and consequence.value:
            yield consequence.value
        if consequence.fund:
            yield consequence.fund
        for inner in consequence.choices.values():
            yield from _funds_in(inner)


def _lint_fund_shares(sheet: Sheet, place: Place, assessment: Assessment) -> None:
    """A fund that waits for this result must be released, cut or asked about by every grade."""
    waiting = {fund for consequences in assessment.then.values() for fund in _funds_in(consequences)}
    for fund in sorted(waiting):
        silent = [grade for grade in assessment.grades if fund not in set(_funds_in(assessment.follows(grade)))]
        if silent:
            message = (f"经费“{fund}”等这次结果，{'、'.join(silent)} 却没有写", f"`{fund}` waits, {silent} say nothing")
            sheet.blame((*place, "then"), "、".join(silent), f"每个等次都写 fund: {fund}", message)


def _lint_rewards(programme: Programme, sheet: Sheet) -> None:
    rewarded = {consequence.value for _, consequence in programme.consequences() if consequence.kind == "reward"}
    for name, fund in programme.funds.items():
        if fund.per == "award" and name not in rewarded:
            message = (f"经费“{name}”只随奖励发放，却没有等次奖励它", f"no grade releases the fund `{name}`")
            sheet.blame(("funds", name), "per: award", f"某等次 then: [{{reward: {name}}}]", message)


def _limits(programme: Programme) -> Iterator[tuple[Place, tuple[Limit, ...]]]:
    for name, role in programme.people.items():
        yield ("people", name, "number"), role.number
    for name, path in programme.paths.items():
        for scope in dict.fromkeys(limit.per for limit in path.limits):
            yield ("paths", name, "limits"), tuple(limit for limit in path.limits if limit.per == scope)


def _lint_limits(sheet: Sheet, place: Place, limits: tuple[Limit, ...]) -> None:
    least = max((limit.least for limit in limits if limit.least is not None), default=0)
    most = min((limit.most for limit in limits if limit.most is not None), default=least)
    _lint_least(sheet, place, least, most)


def _lint_least(sheet: Sheet, place: Place, least: int, most: int) -> None:
    if least > most:
        message = ("下限高于上限", "a minimum above a maximum")
        sheet.blame(place, f"{least} > {most}", "下限不高于上限", message)


def _lint_ranges(programme: Programme, sheet: Sheet) -> None:
    for name, obligation in programme.obligations.items():
        if obligation.most is not None:
            _lint_least(sheet, ("obligations", name, "times"), obligation.least, obligation.most)
    for n, target in enumerate(programme.targets):
        if target.at_least is not None and target.at_most is not None:
            _lint_least(sheet, ("targets", n), target.at_least, target.at_most)
    for path, consequence in programme.consequences():
        if isinstance(consequence.share, tuple) and consequence.share[0] > consequence.share[1]:
            place = tuple(int(part) if part.isdigit() else part for part in path.split("."))
            found = "、".join(f"{int(share * 100)}%" for share in consequence.share)
            sheet.blame(place, found, "下限不高于上限", ("下限高于上限", "a minimum above a maximum"))


def present_parts(programme: Programme) -> Iterator[str]:
    """The parts of a lifecycle that the file has, in the words of `absent`."""
    yield from _present_steps(programme)
    yield from _present_duties(programme)
    yield from _present_assessments(programme)
    consequences = [consequence for _, consequence in programme.consequences()]
    certificates = programme.documents.certificate is not None or any(c.kind == "certificate" for c in consequences)
    found = {
        "certificate": certificates,
        "funds": bool(programme.funds),
        "quota": any(path.limits for path in programme.paths.values()),
        "rectification": programme.rectification is not None,
        "renewal": bool(programme.paths_giving("cycle")),
        "share": bool(programme.shares),
        "attendance_removal": programme.attendance is not None
        and any(consequence.kind == "adjust_out" for consequence in programme.attendance.then),
    }
    yield from (part for part, here in found.items() if here)


def _present_steps(programme: Programme) -> Iterator[str]:
    for path in (*programme.paths_giving("studio"), *programme.paths_giving("level")):
        for step in path.steps:
            if step.stage in ("application", "expert_review", "public_notice"):
                yield step.stage
            levels = {programme.bodies[name].level for name in step.by if name in programme.bodies}
            if step.stage == "tier_review":
                yield from (f"{level}_review" for level in levels & {"school", "county"})
            if isinstance(step, PlaqueStep):
                yield from ("plaque",) if step.plaque else ()
                yield from ("document",) if step.announce == "document" else ()
                yield from ("certificate",) if step.certificate else ()


def _present_duties(programme: Programme) -> Iterator[str]:
    for obligation in programme.obligations.values():
        yield from ("agreement",) if obligation.signed_by else ()
        yield from ("filing",) if obligation.receipt == "filed" else ()
        yield from ("themes",) if obligation.distinct else ()
        yield from ("monthly_activity",) if obligation.per == "month" and not obligation.soft else ()


def _present_assessments(programme: Programme) -> Iterator[str]:
    kinds = {"semester": "semester", "programme_year": "annual", "school_year": "annual", "cycle": "final"}
    for name, assessment in programme.assessments.items():
        if assessment.of != "studio":
            yield "members"
        elif name == "midterm":
            yield "midterm"
        elif assessment.grades and assessment.per in kinds:
            yield kinds[assessment.per]
