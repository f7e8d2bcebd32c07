"""Changes (批次设定): what a round decides of its steps otherwise than the regulation, each with a reason and a name."""

from collections.abc import Mapping
from typing import Any

from flows.engine.calendar import Span
from flows.engine.declare import Actor
from flows.engine.errors import Refused
from flows.engine.rulebook import StepRule
from flows.engine.work import Work
from flows.regulations import Regulations, programme_under

SPANS = ("within", "length", "return_within", "inquiry")
WORDS = {"within": "时限", "length": "公示期", "return_within": "补正时限", "inquiry": "核查时限", "rubric": "评分表",
         "pass_mark": "合格线", "runners_up": "候补名额", "sheets": "每位专家的份数"}  # fmt: skip
DECIDED = {"kind": "decision", "text": "批次设定"}


def rules_of(
    work: Work, version_id: int, path: str, changes: Mapping[str, Any]
) -> tuple[list[StepRule], list[StepRule]]:
    """The steps of a path as the regulation has them, and with these changes, without those they switch off.

    Raises Refused for a value that cannot be read.
    """
    plain, changed = _rules(work, version_id, path, changes)
    return plain, [rule for rule in changed if not rule.off]


def left_out_of(work: Work, version_id: int, path: str, changes: Mapping[str, Any]) -> list[StepRule]:
    """The steps of a path that these changes switch off; each rule's `off` says why and who decided it."""
    return [rule for rule in _rules(work, version_id, path, changes)[1] if rule.off]


def _rules(work: Work, version_id: int, path: str, changes: Mapping[str, Any]) -> tuple[list[StepRule], list[StepRule]]:
    names = [step.name for step in programme_under(work, version_id).path(path).steps]
    plain = [work.book.rule(work.session, version_id, path, name, None) for name in names]
    changed = [_planned(work, rule, version_id, changes) for rule in plain] if changes else plain
    return plain, changed


def _planned(work: Work, plain: StepRule, version_id: int, changes: Mapping[str, Any]) -> StepRule:
    book: Regulations = work.book  # type: ignore[assignment]
    for key, change in changes.get(plain.name, {}).items():
        if key in SPANS:
            _readable_span(plain, str(change["value"]))
    try:
        return book.planned(work.session, version_id, plain.path, plain.name, changes)
    except ValueError as error:
        raise Refused("unreadable", f"{plain.title}：改动的内容看不懂。没有改动任何内容。") from error


def _readable_span(rule: StepRule, text: str) -> None:
    try:
        Span.parse(text)
    except ValueError as error:
        raise Refused("unreadable", f"{rule.title}：{error}。没有改动任何内容。") from error


def signed_changes(
    work: Work, actor: Actor, version_id: int, path: str, changes: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, Any]:
    """These changes as a round keeps them: each has a reason, and whoever made a new one is named in it.

    `changes`, `before`: {step: {key: {value, reason}}}, as wanted and as stored. Raises Refused when a reason lacks, when a
    step is left out that the regulation does not leave open (能力 2), or when a step or value is not known.
    """
    wanted = {step: dict(kept) for step, kept in changes.items() if kept}
    plain, _changed = _rules(work, version_id, path, wanted)
    rules = {rule.name: rule for rule in plain}
    for step, kept in wanted.items():
        if step not in rules:
            raise Refused("no_step", f"这条路径没有“{step}”这一步。没有改动任何内容。")
        _refuse_unlawful(rules[step], kept)
    return {
        step: {key: _signed(actor, one, before.get(step, {}).get(key)) for key, one in kept.items()}
        for step, kept in wanted.items()
    }


def _refuse_unlawful(rule: StepRule, kept: Mapping[str, Any]) -> None:
    if "skipped" in kept and not rule.optional:
        raise Refused(
            "not_optional", f"办法没有允许略去{rule.title}。没有改动任何内容。", rule.policy.origin("optional")
        )
    for key, change in kept.items():
        if not str(change.get("reason", "")).strip():
            what = f"本批次不设{rule.title}" if key == "skipped" else f"{rule.title}的{WORDS.get(key, '规定')}改了"
            raise Refused("without_reason", f"{what}，请写明理由。没有改动任何内容。")


def _signed(actor: Actor, change: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """A change with the name of who made it; one that stays as it was keeps the name it had."""
    said = {"value": change["value"], "reason": str(change["reason"]).strip()}
    if before is not None and all(before.get(key) == value for key, value in said.items()):
        return dict(before)
    return said | {"by": actor.name, "by_id": actor.person_id}
