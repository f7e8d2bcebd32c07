"""The words a scenario may use (用词): events and guards of the stages, kinds of expectation, keys; all from the code."""

import inspect
from collections.abc import Callable, Mapping

from flows.engine.decide import IMPLICIT
from flows.engine.declare import Because, On
from flows.lifecycle import STAGES
from flows.rehearsal.scenario import OWN_ACTS

# Why the engine itself, or an office before the engine, says no; every other word is the name of a guard.
PLAIN_REFUSALS: Mapping[str, str] = {
    "not_yours": "不由这个人、这个单位办理",
    "own_case": "本人的申报，应当回避",
    "wrong_state": "已经不在这一步",
    "ended": "已经办结",
    "unknown_event": "这一步没有这种办理",
    "too_late": "期限已过",
    "no_deadline": "没有期限，不能延期",
    "named_on_list": "名单已经定了，不能撤回",
    "without_reason": "没有写理由",
    "without_defects": "没有写需要补正的地方",
    "without_due_on": "没有写新的期限",
    "without_outcome": "没有写排序结果",
    "without_place": "没有写是哪一条",
    "without_seed": "没有写抽取种子",
    "without_panel": "没有抽取专家",
    "without_grade": "没有写等次",
    "begun_before": "已有一份正在办理的申报",
    "round_not_open": "批次不在受理时间内",
    "no_round": "这条路径不按批次申报",
    "wrong_path": "这条路径不能这样申请",
    "no_post": "没有登记现任职务",
    "wrong_role": "这个角色不按这条路径产生",
    "studio_ended": "工作室已经结束",
    "empty_list": "没有可以列入名单的",
    "dates_reversed": "截止早于开始",
    "no_studio": "还没有工作室",
    "not_delivered": "结果还没有送达",
    "appealed": "已经有一件申诉正在办理",
    "not_permitted_use": "不在规定的用途里",
    "without_voucher": "没有写凭证或事由",
    "bad_amount": "金额要大于 0",
    "overdrawn": "余额不够",
    "excluded": "办法没有或排除了这一环节",
    "nothing_to_mend": "没有送达不合格的结果",
    "seat_ended": "已经不在工作室",
    "not_found": "没有这一件，或不由他办理",
    "stale": "刚被别人办理过",
}  # fmt: skip
GIVEN = ("bodies", "people", "round", "applications", "studio", "studios")
STEP = ("on", "by", "do", "to", "with", "refused", "expect")
TOP = ("scenario", "title", "programme", "capabilities", "calendar", "given", "steps", "cases")
CASE = ("title", "calendar", "given", "steps")
REFUSED = ("because", "clause", "says")
CALENDAR = ("terms", "holidays", "workdays")


def events() -> Mapping[str, tuple[tuple[str, On], ...]]:
    """Every event of the lifecycle with the stages that know it."""
    found: dict[str, list[tuple[str, On]]] = {}
    for stage in STAGES.values():
        for on in stage.on:
            found.setdefault(on.event, []).append((stage.name, on))
    return {event: tuple(places) for event, places in sorted(found.items())}


def acts() -> frozenset[str]:
    """What `do` may be: an event of a stage, one that every stage knows, or an act of the scenario's own."""
    return frozenset({*events(), *IMPLICIT, *OWN_ACTS})


def guards() -> Mapping[str, str]:
    """Every guard by its name, with what its docstring says."""
    found: dict[str, Callable[..., Because | None]] = {
        guard.__name__: guard for stage in STAGES.values() for on in stage.on for guard in on.unless
    }
    return {name: " ".join((inspect.getdoc(guard) or "").split()) for name, guard in sorted(found.items())}


def reasons() -> frozenset[str]:
    """What `because` may be."""
    return frozenset({*guards(), *PLAIN_REFUSALS})
