"""Acts that are lists (名单): drawing, scoring, ranking, posting, announcing and placing, as the authority does them of many at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from flows.rehearsal import seen
from flows.rehearsal.addresses import Target, find
from flows.rehearsal.bodies import cast_of
from flows.rehearsal.bureau import Bureau
from flows.rehearsal.carrying import announce_list, draw, judge_waiting, post_list, rank_by_marks, score
from flows.rehearsal.placing import allocate
from flows.rehearsal.scenario import Step


def list_act(bureau: Bureau, step: Step, targets: Sequence[Target], payload: Mapping[str, Any]) -> bool:
    """Draw, score, rank, post and announce as the authority does them; False for every other act.

    A run that is not where the list takes it is asked alone, so that it says why not.
    """
    runs = [target.run for target in targets]
    stage, state = LISTS.get(step.do, ("", ""))
    if not stage or any(run is None or (run.stage, run.state) != (stage, state) for run in runs):
        return False
    match step.do:
        case "give" if step.by == "experts":
            marks = payload.get("marks", 90)
            for run in runs:
                score(bureau, run, marks if isinstance(marks, list) else [marks])
        case "draw" if _is_authority(bureau, step.by):
            draw(bureau, runs[0].round_id, str(payload.get("seed", "预演")))
        case "post" | "announce" if _is_authority(bureau, step.by):
            (post_list if step.do == "post" else announce_list)(bureau, [run.id for run in runs])
        case "allocate":
            place(bureau, step, targets, payload)
        case "rank" if "outcome" not in payload and (_is_authority(bureau, step.by) or _in_house(bureau, step)):
            rank_by_marks(bureau, runs[0].round_id)
        case _:
            return False
    return step.refused is None or any(_moved(bureau, run) for run in runs)


def _moved(bureau: Bureau, run: Any) -> bool:
    """Whether a list has taken it anywhere; who is left out of a list is asked alone, so that it says why."""
    now = seen.one_row(bureau.engine, seen.RUNS.select().where(seen.RUNS.c.id == run.id))
    return bool(now.state != run.state or now.version != run.version)


LISTS: Mapping[str, tuple[str, str]] = {
    "draw": ("expert_review", "unassigned"), "give": ("expert_review", "scoring"), "rank": ("expert_review", "scored"),
    "post": ("public_notice", "unposted"), "announce": ("plaque", "unannounced"), "allocate": ("membership", "waiting"),
}  # fmt: skip


def place(bureau: Bureau, step: Step, targets: Sequence[Target], payload: Mapping[str, Any]) -> None:
    """Place everybody named by one list, as the solver proposes but for what the scenario says."""
    runs = {target.address.rpartition("/")[2]: target.run for target in targets}
    if step.refused is None or step.refused.because not in {"unjudged", "judged_unmet"}:
        judge_waiting(bureau, seen.waiting_beside(bureau.engine, next(iter(runs.values()))))
        runs = {name: find(bureau, target.address).run for name, target in zip(runs, targets, strict=True)}
    if step.refused is None:
        payload = {"reason": "按情景安排", **payload}
    allocate(
        bureau, bureau.acting(step.by, targets[0].body_id, targets[0].person_id, targets[0].host_id), runs, payload
    )


def _in_house(bureau: Bureau, step: Step) -> bool:
    """Whether an act that must succeed is written of a body of the authority's own that reviews for it (县教科所)."""
    return step.refused is None and step.by in {one.name for one in cast_of(bureau.programme)}


def _is_authority(bureau: Bureau, who: str) -> bool:
    return bureau.bodies["bureau"] in {bureau.bodies.get(who), bureau.body_playing(who, None)}
