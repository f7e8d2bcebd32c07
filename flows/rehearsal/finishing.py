"""Finishing (办到底): what is no application is brought to its end by ordinary acts, as a scenario says it ends."""

from collections.abc import Mapping
from typing import Any

from flows.rehearsal.addresses import Target, find
from flows.rehearsal.bureau import Bureau
from flows.rehearsal.carrying import Stuck, act, settle_duty
from flows.rehearsal.clearing import with_seats
from flows.rehearsal.grading import judge

# What ends it, by what it is; a duty and an assessment take more than one act.
ENDS_WITH: Mapping[str, str] = {
    "decision": "decide",
    "entitlement": "pay",
    "rectification": "reassess",
    "round": "conclude",
}


def finish(bureau: Bureau, target: Target, said: Mapping[str, Any]) -> None:
    """Bring it to its end: a duty handed in and accepted, a result delivered, a question answered, money paid. Raises Refused, Stuck."""
    if target.run is None or (target.kind not in ENDS_WITH and target.kind not in {"duty", "assessment"}):
        raise Stuck(f"{target.address} 没有可以办完的事")
    match target.kind:
        case "duty":
            settle_duty(bureau, target.run)
        case "assessment":
            judge(bureau, target, said)
        case "rectification" if target.run.state == "mending":
            act(bureau, target.run, "report", bureau.person_acting(target.host_id or 0), {"report": "已经整改", **said})
            finish(bureau, find(bureau, target.address), said)
        case _:
            desk = bureau.desk_acting(target.run.desk)
            act(bureau, target.run, ENDS_WITH[target.kind], desk, with_seats(bureau, target, said))
