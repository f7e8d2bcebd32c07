"""Evidence of a rehearsal (补齐的凭据): what is handed in carries everything an obligation asks for, but what a scenario says is lacking."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flows.programme.evidence import CLASS_HOUR, Asked
from flows.rehearsal.bureau import Bureau, UnknownName
from flows.rehearsal.profiles import many

LINK = "https://rehearsal.example/1"


def handed_in(bureau: Bureau, run: Any, said: Mapping[str, Any]) -> dict[str, Any]:
    """What is handed in for a duty: everything asked, over which the scenario lays its own; `lacks` names what is missing."""
    with bureau.at_work() as work:
        policy: Any = work.book.rule(work.session, run.version_id, run.path, run.step, run.round_id).policy
    missing = {str(one) for one in many(said.get("lacks", ()))}
    whole = {**_asked(bureau, policy.asked), **({"theme": f"主题{run.id}之{run.version}"} if policy.distinct else {})}
    known = {*whole, *whole["proofs"], *whole["parts"]}
    if unknown := sorted(missing - known):
        raise UnknownName(f"lacks：这一项不要“{unknown[0]}”；要的有：{'、'.join([*whole['proofs'], *whole['parts']])}")
    whole |= {key: value for key, value in said.items() if key != "lacks"}
    for key in ("proofs", "parts"):
        whole[key] = [one for one in whole.get(key, ()) if one not in missing]
    return {
        key: value for key, value in whole.items() if key not in missing and not (key == "link" and "link" in missing)
    }


def _asked(bureau: Bureau, asked: Asked) -> dict[str, Any]:
    found: dict[str, Any] = {
        "proofs": list(asked.proof) or ["materials"], "parts": list(asked.checklist), "link": LINK, "held_on": bureau.today.isoformat(),
    }  # fmt: skip
    counted = next((one for one in asked.counts if one.record != "roster"), None)
    if counted is not None:
        found |= {"kind": counted.record, "level": counted.level or bureau.programme.level, "key": True, "listed": True}
    if asked.lasting is not None:
        found["minutes"] = CLASS_HOUR * asked.lasting.n
        if asked.lasting.unit != "class_hour":
            found["ends_on"] = (bureau.today + timedelta(days=2 * asked.lasting.n + 7)).isoformat()
    return found
