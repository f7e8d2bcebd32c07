"""Standing in (代办): what a step leaves out is done by whoever ordinarily does it, so that an act that must succeed can be done."""

from collections.abc import Sequence

from flows.engine.declare import Actor
from flows.engine.errors import Refused
from flows.lifecycle import STAGES
from flows.programme.steps import Path
from flows.rehearsal import seen
from flows.rehearsal.addresses import Target, find
from flows.rehearsal.bodies import cast_of
from flows.rehearsal.bureau import Bureau
from flows.rehearsal.carrying import Goal, act, announce_list, carry

JUDGED = frozenset({"assessment", "rectification"})
# Places are counted, and a time to join is looked at, where they are given, not where they are asked for.
COUNTED = frozenset({"over_limit", "too_many", "share_exceeded", "outside_window"})
DELIVERING = frozenset({"confirm", "release"})


def is_done(target: Target, event: str, refused: Refused) -> bool:
    """Whether what is asked has happened by itself: a result that nobody confirms stands, and is delivered, at once."""
    if target.kind != "assessment" or event not in DELIVERING or target.run is None:
        return False
    over = refused.because in {"ended", "wrong_state", "unknown_event"}
    return over and target.run.state in {"graded", *({"confirmed"} if event == "confirm" else ())}


def same_house(bureau: Bureau, target: Target, actor: Actor) -> Actor | None:
    """Whoever judges for the authority, where the authority or a body of its own is written instead; None for everybody else."""
    run = target.run
    house = {f"body:{bureau.bodies[name]}" for name in ("bureau", *(one.name for one in cast_of(bureau.programme)))}
    if target.kind not in JUDGED or run is None or run.desk not in house or not house & actor.keys:
        return None
    return bureau.desk_acting(run.desk)


def confirm_first(bureau: Bureau, target: Target, event: str) -> bool:
    """Confirm a result that is to be delivered, where no step says so; whether there was one."""
    run = target.run
    if target.kind != "assessment" or event != "release" or run is None or run.state != "proposed":
        return False
    act(bureau, run, "confirm", bureau.desk_acting(run.desk), {})
    return True


def announce_first(bureau: Bureau, target: Target) -> bool:
    """Announce a studio whose plaque is to be hung, where no step says so; whether it was not announced yet."""
    run = target.run
    if target.kind != "application" or run is None or (run.stage, run.state) != ("plaque", "unannounced"):
        return False
    announce_list(bureau, [run.id])
    return True


def meet_the_limit(bureau: Bureau, target: Target, event: str, because: str) -> None:
    """Take an application that was handed in to the step that counts places, where it is to be refused for them. Raises Refused."""
    if target.kind == "application" and event == "submit" and because in COUNTED:
        carry(bureau, [Goal(target.subject_id, target.address)])


def scored_first(bureau: Bureau, targets: Sequence[Target]) -> list[Target]:
    """Have experts drawn and their marks given for whom is to be ranked, where no step says so."""
    waiting = [one for one in targets if one.run is not None and one.run.state in {"unassigned", "scoring"}]
    goals = [Goal(one.application_id, one.address, f"{one.run.step}.scored") for one in waiting if one.application_id]
    carry(bureau, goals)
    return [find(bureau, one.address) for one in targets] if goals else list(targets)


def catch_up(bureau: Bureau, target: Target, event: str, actor: Actor) -> bool:
    """Take an application on to the later step at which this act is this actor's; whether there is one, and no notice between."""
    row = seen.application(bureau.engine, target.application_id or 0) if target.kind == "application" else None
    run = target.run
    if row is None or run is None or row.outcome is not None or row.path not in bureau.programme.paths:
        return False
    until = _later(bureau, bureau.programme.paths[row.path], target, event, actor)
    if until:
        carry(bureau, [Goal(row.id, target.address, until)])
    return bool(until) and find(bureau, target.address).run.step == until


def _later(bureau: Bureau, path: Path, target: Target, event: str, actor: Actor) -> str:
    names = [step.name for step in path.steps]
    here = names.index(target.run.step) if target.run.step in names else len(names)
    for step in path.steps[here:]:
        if step.name != target.run.step and any(on.event == event for on in STAGES[step.stage].on):
            who = step.by or ("authority",)
            keys = [bureau.acting(one, target.body_id, target.person_id, target.host_id).keys for one in who]
            if any(actor.keys & one for one in keys):
                return step.name
        if step.stage == "public_notice":
            return ""
    return ""
