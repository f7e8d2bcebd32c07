"""Graded one by one (逐人评定): grades written member by member are one sheet; whoever is not named gets a grade that is good enough."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flows.programme import Programme
from flows.rehearsal.scenario import Step

OTHERS, USUAL = "others", "usual"


def gathered(programme: Programme, steps: Sequence[Step]) -> Iterator[tuple[Step, Step | None]]:
    """Each step as written, with what is done at it: None where its grade goes on the sheet of the next one."""
    held: dict[str, object] = {}
    for n, step in enumerate(steps):
        sheet = sheet_of(programme, step)
        if not sheet:
            yield step, step
            continue
        mine = {name: step.payload.get("grade") for name in _names(step)}
        following = steps[n + 1] if n + 1 < len(steps) else None
        goes_on = step.refused is None and following is not None and following.refused is None
        if goes_on and following is not None and sheet_of(programme, following) == sheet:
            held |= mine
            yield step, None
            continue
        rest = {key: value for key, value in step.payload.items() if key != "grade"}
        yield (
            step,
            replace(step, to=(sheet,), on_list=False, payload={**rest, "results": {**held, **mine, OTHERS: USUAL}}),
        )
        held = {}


def sheet_of(programme: Programme, step: Step) -> str:
    """The one assessment whose members a step grades by their addresses; empty for every other step."""
    if step.do != "propose" or "results" in step.payload:
        return ""
    sheets = {address.rpartition("/")[0] for address in step.to if _is_member(programme, address)}
    return sheets.pop() if len(sheets) == 1 and len(_names(step)) == len(step.to) else ""


def _is_member(programme: Programme, address: str) -> bool:
    _, _, rest = address.partition("/")
    key, _, period = rest.partition("@")
    one = programme.assessments.get(key)
    name = period.rpartition("/")[2]
    return one is not None and one.of != "studio" and "/" in period and not name.isdigit()


def _names(step: Step) -> list[str]:
    return list(dict.fromkeys(address.rpartition("/")[2] for address in step.to))
