"""Steps of paths (办理路径): the numbers of each step as its stage takes them, with what a round changed."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from flows.engine.declare import Policy, Stage
from flows.engine.rulebook import StepRule
from flows.lifecycle import STAGES
from flows.opinion import OpinionPolicy
from flows.programme import Programme, origin_of
from flows.programme.steps import Path, Step
from flows.regulations.blocking import barring_origin, blocking_origins
from flows.regulations.joining import applicant_values, named_origins, seat_values
from flows.regulations.left_out import landing, left_out, onwards, passed_by
from flows.regulations.renewing import least_results, renewal_values
from flows.regulations.words import who_title

FULL_MARK = 100
BESIDE_STEP = frozenset({"rubric", "skipped"})  # what a round decides of a step that is no key of it


def path_rule(programme: Programme, path: str, step: str, changes: Mapping[str, Any]) -> StepRule:
    """One step of one path; `<step>/opinion` is what the step asks of its experts. Raises KeyError."""
    if step.endswith("/opinion"):
        return _opinion_rule(programme, path, step.removesuffix("/opinion"), changes)
    found = programme.path(path)
    node = _changed(found.step(step), changes.get(step, {}))
    stage, off = STAGES[node.stage], left_out(changes)
    go = {exit_state: landing(found, target, off) for exit_state, target in node.go.items()}
    return StepRule(
        path, step, _title(programme, found.gives, node), stage, _policy(programme, found, node, stage, changes),
        tuple(node.by), go, onwards(found, step, off), node.if_any, found.gives, node.optional, off.get(step, {}),
        passed_by(found, step, off, partial(_title, programme, found.gives)),
    )  # fmt: skip


def _opinion_rule(programme: Programme, path: str, step: str, changes: Mapping[str, Any]) -> StepRule:
    parent = path_rule(programme, path, step, changes)
    policy = OpinionPolicy(
        within=getattr(parent.policy, "within", None),
        rubric=getattr(parent.policy, "rubric", ()),
        hides_names=getattr(parent.policy, "blind", False),
        origins=parent.policy.origins,
    )
    return StepRule(path, f"{step}/opinion", parent.title, STAGES["opinion"], policy)


def _changed(step: Step, changes: Mapping[str, Any]) -> Step:
    values = {key: change["value"] for key, change in changes.items() if key not in BESIDE_STEP}
    if not values:
        return step
    kept = {name: getattr(step, name) for name in type(step).model_fields}
    return type(step).model_validate({**kept, **values})


def _policy(programme: Programme, path: Path, step: Step, stage: Stage, changes: Mapping[str, Any]) -> Policy:
    own = changes.get(step.name, {})
    values = step.policy() | _more(programme, path, step, own, left_out(changes))
    known = {key: value for key, value in values.items() if key in stage.policy.model_fields}
    return stage.policy(**known, origins=_origins(programme, path, step, own))


def _more(
    programme: Programme, path: Path, step: Step, changes: Mapping[str, Any], off: Collection[str]
) -> dict[str, Any]:
    """What a stage needs beyond its step: criteria, rubric, the cycle, naming patterns. `off`: steps left out of the path."""
    walked = [one for one in path.steps if one.name not in off]
    has_experts = any(one.stage == "expert_review" for one in walked)
    values: dict[str, Any]
    match step.stage:
        case "application":
            # Whoever leaves need not meet what is asked of those who join.
            roles = () if path.gives == "exit" else programme.roles_of(path)
            criteria = {role: programme.people[role].criteria for role in roles}
            goes_on = path.gives == "cycle"
            values = {
                "criteria": criteria, "expert_judges": has_experts, "call": path.call, "from_levels": () if goes_on else path.from_,
                "needs": least_results(programme, path) if goes_on else {},
            } | applicant_values(path)  # fmt: skip
        case "tier_review":
            values = {}
        case "expert_review":
            values = {"rubric": changes["rubric"]["value"] if "rubric" in changes else rubric(programme)}
        case "plaque":
            values = _naming(programme, path)
        case "membership":
            values = seat_values(programme, path)
        case "renewal":
            values = renewal_values(programme, path, step)
        case _:
            values = {}
    return values | {"judges": step.name == judging_step(walked)}


def judging_step(steps: Sequence[Step]) -> str:
    """Which of these steps judges what a person must: the first tier, else the first at which a body acts; `""` if none does.

    Nobody judges themselves: a consent of the person is not a tier that judges.
    """
    tiers = [one.name for one in steps if one.stage == "tier_review" and set(one.by) != {"person"}]
    acting = [
        one.name for one in steps if one.stage in {"expert_review", "plaque"} or (one.stage == "membership" and one.by)
    ]
    return next(iter([*tiers, *acting]), "")


def rubric(programme: Programme) -> tuple[tuple[str, str, int], ...]:
    """The host's judged criteria as a score sheet of 100 marks in equal shares; one line for all where there is none."""
    judged = [one.judged for one in programme.criteria("host") if one.judged] or ["综合评价"]
    share, rest = divmod(FULL_MARK, len(judged))
    return tuple((f"r{n}", title, share + (n <= rest)) for n, title in enumerate(judged, start=1))


def _naming(programme: Programme, path: Path) -> dict[str, Any]:
    documents = programme.documents
    numbers = {
        kind: (one.title, one.number)
        for kind in ("announcement", "plaque", "certificate")
        if (one := getattr(documents, kind)) is not None
    }
    return {
        "level": path.to or programme.level, "gives": path.gives, "cycle": programme.cycle_length(),
        "starts": programme.cycle.starts,
        "studio_name": documents.studio_name, "kinds": dict(programme.kinds), "base_name": documents.base_name or "", "numbers": numbers,
    }  # fmt: skip


def _origins(programme: Programme, path: Path, step: Step, changes: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    base = f"paths.{path.name}.steps.{step.name}"
    origins: dict[str, Mapping[str, Any]] = {"": origin_of(programme, base).as_row()}
    for key in type(step).model_fields:
        origins[key] = origin_of(programme, f"{base}.{key}").as_row()
    origins |= blocking_origins(programme, path.name, step.name)
    origins["needs"] = origin_of(programme, f"paths.{path.name}").as_row()
    origins["window"] = origin_of(programme, f"paths.{path.name}.window").as_row()
    for role in programme.roles_of(path):
        for n, _ in enumerate(programme.criteria(role)):
            origins[f"{role}.criteria.{n}"] = origin_of(programme, f"people.{role}.criteria.{n}").as_row()
    origins["from"] = origin_of(programme, f"paths.{path.name}.from").as_row()
    origins["limits"] = origin_of(programme, f"paths.{path.name}.limits").as_row()
    origins |= named_origins(programme, path)
    origins |= barring_origin(programme)
    for key, change in changes.items():
        origins[key] = {"kind": "decision", "text": "批次设定", "reason": str(change.get("reason", ""))}
    return origins


def _title(programme: Programme, gives: str, step: Step) -> str:
    if step.stage == "tier_review":
        who = "、".join(who_title(programme, who) for who in step.by)
        return f"{who}{'同意' if set(step.by) == {'person'} else '审核'}"
    if step.stage == "membership":
        usual = "退出" if gives == "exit" else "统筹调配" if step.seats == "allocated" else "加入"
        return programme.word(step.stage, usual)
    if step.stage == "plaque" and not step.plaque:
        return "登记"
    if step.stage == "application" and gives in {"seat", "exit", "cycle"}:
        return programme.word(step.stage, "申请")
    return programme.word(step.stage, STAGES[step.stage].title)
