"""The lifecycle: the stages in order, the only registry; and its drawing."""

from collections.abc import Iterator, Mapping

from flows import (
    activities,
    application,
    assessment,
    decision,
    expert_review,
    grant,
    membership,
    opinion,
    plaque,
    public_notice,
    rectification,
    renewal,
    rounds,
    tier_review,
)
from flows.engine.declare import CANCELLED, END, NEXT, WITHDRAWN, On, Stage

STAGES: Mapping[str, Stage] = {
    stage.name: stage
    for stage in (
        rounds.STAGE,
        application.STAGE,
        tier_review.STAGE,
        expert_review.STAGE,
        public_notice.STAGE,
        plaque.STAGE,
        membership.STAGE,
        renewal.STAGE,
        activities.STAGE,
        assessment.STAGE,
        rectification.STAGE,
        decision.STAGE,
        grant.STAGE,
        opinion.STAGE,
    )
}


def drawing() -> str:
    """Every stage as a Mermaid state diagram, in Markdown; `docs/lifecycle.md` is this text."""
    parts = ["# 全周期的各个阶段", "", "由代码画出（`studioflow programme draw`），不要手改。"]
    for stage in STAGES.values():
        parts += ["", f"## {stage.title} `{stage.name}`", "", "```mermaid", *_diagram(stage), "```"]
    return "\n".join(parts) + "\n"


def _diagram(stage: Stage) -> Iterator[str]:
    yield "stateDiagram-v2"
    yield f"    [*] --> {stage.initial}"
    for on in stage.on:
        yield from _arrows(on)
    for state, route in stage.exits.items():
        yield f"    {state} --> [*]: {'下一步' if route == NEXT else '到此为止'}"


def _arrows(on: On) -> Iterator[str]:
    who = "、".join(on.parts)
    for source in on.sources:
        for target in sorted(on.targets):
            yield f"    {source} --> {target}: {on.event}（{who}）{' *' if on.on_list else ''}"


__all__ = ["CANCELLED", "END", "NEXT", "STAGES", "WITHDRAWN", "drawing"]
