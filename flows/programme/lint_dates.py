"""Lint of dates and order (期限与次序): what no calendar can meet, and what can never be finished."""

from collections.abc import Iterator

from flows.programme.phrases import Moment, Span
from flows.programme.reading import Place, Sheet
from flows.programme.schema import Programme
from flows.programme.sections import Obligation
from flows.programme.steps import Path
from flows.programme.vocabulary import EXITS, LAST_STAGE

# The shortest a period can be, in days; setup and call have no length of their own.
SHORTEST = {
    "week": 7, "school_week": 7, "fortnight": 14, "month": 28, "semester": 120, "half_year": 181, "school_year": 365,
    "programme_year": 365,
}  # fmt: skip
_DAYS = {"day": 1, "working_day": 1, "week": 7, "month": 28, "year": 365, "school_year": 365, "class_hour": 0}


def lint_dates(programme: Programme, sheet: Sheet) -> None:
    """Blames due dates before their opening, spans longer than their period, paths and blocks without an end."""
    for name, obligation in programme.obligations.items():
        _lint_obligation(programme, sheet, name, obligation)
    for name, assessment in programme.assessments.items():
        if assessment.opens and assessment.due and assessment.with_ is None:
            length = period_days(programme, assessment.per)
            _lint_order(sheet, ("assessments", name, "due"), assessment.opens, assessment.due, length)
            _lint_fits(sheet, ("assessments", name, "opens"), assessment.opens, length, str(assessment.per))
    for name, path in programme.paths.items():
        _lint_path(sheet, name, path)
        if path.window:
            place = ("paths", name, "window", "closes")
            _lint_order(sheet, place, path.window.opens, path.window.closes, period_days(programme, path.window.per))
    _lint_blocks(programme, sheet)


def days(span: Span) -> int:
    """The fewest days a span takes."""
    return span.n * _DAYS[span.unit]


def period_days(programme: Programme, period: str | None) -> int | None:
    """The fewest days of a period, None when it has no length of its own."""
    if period == "cycle":
        return sum(days(span) for span in programme.cycle_length())
    if period == "phase":
        return min((days(phase.length) for phase in programme.cycle.phases.values()), default=None)
    return SHORTEST.get(period or "")


def offset(moment: Moment, length: int) -> int | None:
    """Days from the start of a period to the moment; None when its anchor lies outside the period."""
    if moment.anchor not in ("start", "end"):
        return None
    away = days(moment.span) if moment.span else 0
    return (0 if moment.anchor == "start" else length) + (-away if moment.side == "before" else away)


def _lint_order(sheet: Sheet, place: Place, opens: Moment, due: Moment, length: int | None) -> None:
    first, last = offset(opens, length or 0), offset(due, length or 0)
    if first is None or last is None or (length is None and opens.anchor != due.anchor):
        return
    if last < first:
        message = ("截止在开始之前，没有一天办得成", "due before it opens: no calendar can meet it")
        sheet.blame(place, str(due), f"不早于 {opens}", message)


def _lint_fits(sheet: Sheet, place: Place, moment: Moment, length: int | None, period: str) -> None:
    """A span that reaches across its whole period falls outside it."""
    if length is None or moment.span is None:
        return
    inward = (moment.anchor, moment.side) in (("start", "after"), ("end", "before"))
    if inward and days(moment.span) > length:
        message = (f"期限比一个周期（{period}）还长", f"the span is longer than its period ({period})")
        sheet.blame(place, str(moment), f"{period} 最短 {length} 天，期限要在其内", message)


def _lint_obligation(programme: Programme, sheet: Sheet, name: str, obligation: Obligation) -> None:
    length, place = period_days(programme, obligation.per), ("obligations", name)
    _lint_fits(sheet, (*place, "due"), obligation.due, length, str(obligation.per))
    if length is not None and obligation.lasting and days(obligation.lasting) > length:
        message = ("要求的时长比周期还长", "it must last longer than its period")
        sheet.blame((*place, "lasting"), str(obligation.lasting), f"不超过 {length} 天", message)
    if obligation.per is None and obligation.each not in programme.obligations:
        expected = "per: week、month、semester、school_year、programme_year、cycle …"
        sheet.blame(place, "没有写", expected, ("缺少键“per”", "missing key `per`"))


def _lint_path(sheet: Sheet, name: str, path: Path) -> None:
    if not _reaches_end(path):
        message = ("按这些出口，路径走不到终点", "with these routes the path cannot reach its end")
        sheet.blame(
            ("paths", name, "steps"), " → ".join(step.name for step in path.steps), "有一条路走完最后一步", message
        )
    _lint_optional(sheet, name, path)
    expected = LAST_STAGE[path.gives]
    if path.steps[-1].stage not in expected:
        message = (
            f"{path.steps[-1].stage} 给不出 {path.gives}",
            f"a path that gives {path.gives} ends with {expected[0]}",
        )
        sheet.blame(("paths", name, "steps", path.steps[-1].name), path.steps[-1].stage, "、".join(expected), message)


def _lint_optional(sheet: Sheet, name: str, path: Path) -> None:
    """Only a round switches a step off, and never the one that begins a path or the one that grants."""
    for n, step in enumerate(path.steps):
        if not step.optional:
            continue
        place = ("paths", name, "steps", step.name, "optional")
        if path.call != "round":
            message = ("只有按批次申报的路径才能略去一步", "only a round switches a step off")
            sheet.blame(place, "true", "call: round", message)
        elif n in {0, len(path.steps) - 1}:
            message = ("第一步和最后一步不能略去", "neither the first step nor the last is optional")
            sheet.blame(place, "true", "去掉 optional", message)


def _reaches_end(path: Path) -> bool:
    """Whether some way of exits leads from the first step past the last."""
    names = [step.name for step in path.steps]
    seen: set[int] = set()
    ahead = [0]
    while ahead:
        place = ahead.pop()
        if place == len(names):
            return True
        if place not in seen:
            seen.add(place)
            ahead.extend(_leads_to(path, names, place))
    return False


def _leads_to(path: Path, names: list[str], place: int) -> Iterator[int]:
    step = path.steps[place]
    for exit_name in _exits_for(path, step.stage):
        route = step.route(exit_name)
        if route == "next":
            yield place + 1
        elif route in names:
            yield names.index(route)


def _exits_for(path: Path, stage: str) -> list[str]:
    """Membership ends `left` in an exit path and `seated` in any other."""
    if stage == "membership":
        return ["left"] if path.gives == "exit" else ["seated", "unplaced"]
    return list(EXITS[stage])


def _lint_blocks(programme: Programme, sheet: Sheet) -> None:
    """Obligations that wait for one another, each blocked by the next."""
    blocks = {name: set(entry.blocks) & set(programme.obligations) for name, entry in programme.obligations.items()}
    for name, blocked in blocks.items():
        reached: set[str] = set()
        ahead = list(blocked)
        while ahead:
            other = ahead.pop()
            if other not in reached:
                reached.add(other)
                ahead.extend(blocks[other])
        if name in reached:
            message = ("这些事项互相等待，谁也办不成", "obligations block one another in a circle")
            sheet.blame(("obligations", name, "blocks"), name, "不绕回自己的 blocks", message)
