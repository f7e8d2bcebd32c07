"""Setting up what is given (布景): time is set so that everything given has happened before the first step."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path as FilePath
from typing import Any

from flows.engine.calendar import at_local
from flows.programme import Programme
from flows.programme.steps import Path
from flows.rehearsal.beginning import ROUND_KEYS, begin, plan, round_path
from flows.rehearsal.bureau import Bureau, UnknownName
from flows.rehearsal.carrying import RESERVE, Goal, carry
from flows.rehearsal.established import establish
from flows.rehearsal.grading import give_grades
from flows.rehearsal.ground import loaded
from flows.rehearsal.lacking import check_lacks
from flows.rehearsal.losing import await_losses
from flows.rehearsal.scenario import Case, Scenario
from flows.rehearsal.whereabouts import placed

MORNING = 9
BEGUN = "begun"
APPLYING = frozenset({"submit", "complete", "resubmit", "wish"})
# An application that has come to its end.
DONE = frozenset({"", "done", "end", "granted", "completed"})


def set_up(scenario: Scenario, case: Case) -> Bureau:
    """A bureau on which everything that a case gives is there. Raises Refused, UnknownName, UnknownFact, Stuck."""
    programme = loaded(scenario.programme)
    case = with_path(programme, replace(case, given=unfolded(case.given)))
    given, first = case.given, case.steps[0].on if case.steps else date.max
    studios = _studios(given)
    opens_on = _preparing(programme, given, first)
    start = min([opens_on, *(_plaque(one) for _, one in studios if "plaque" in one)])
    added = given.get("bodies", {})
    people = {str(name): placed(facts, list(added)) for name, facts in given.get("people", {}).items()}
    bureau = Bureau(programme, at_local(start, 0), people, FilePath(scenario.file).parent)
    bureau.found(added, case.calendar)
    bureau.applying_until = max((step.on for step in case.steps if step.do in APPLYING), default=bureau.today)
    for name, one in sorted(studios, key=lambda pair: _plaque(pair[1], opens_on)):
        bureau.pass_to_day(_plaque(one, opens_on), 0)
        establish(bureau, name, one)
        give_grades(bureau, name, one.get("grades", {}))
    await_losses(bureau)
    check_lacks(programme, bureau.people_given)
    if "round" in given or "applications" in given:
        bureau.pass_to_day(opens_on, MORNING)
        _round(bureau, case, opens_on)
    return bureau


def with_path(programme: Programme, case: Case) -> Case:
    """A case whose round names its path: where it does not, that of its addresses (`create/A`), else of the steps reached."""
    said = case.given.get("round", {})
    if not {"round", "applications"} & set(case.given) or "path" in said:
        return case
    rounds = [path for path in programme.paths.values() if path.call == "round"]
    reached = {str(address): target for address, target in case.given.get("applications", {}).items()}
    acted_on = [*reached, *(address for step in case.steps for address in step.to)]
    of_rounds = {path.name for path in rounds}
    heads = {part for address in acted_on for part in address.split("/")} & of_rounds
    having = _with_steps(
        rounds, {one: at for one, at in reached.items() if "/" not in one or one.partition("/")[0] in of_rounds}
    )
    meant = [path for path in having or rounds if path.name in heads] or having[:1]
    if len(meant) != 1:
        return case
    return replace(case, given={**case.given, "round": {**said, "path": meant[0].name}})


def _with_steps(rounds: Sequence[Path], reached: Mapping[str, Any]) -> list[Path]:
    """The paths that have every step that is written as reached, those to a next cycle last."""
    steps = {str(target).partition(".")[0] for target in reached.values() if target not in {*DONE, RESERVE, BEGUN}}
    having = [path for path in rounds if steps and steps <= {step.name for step in path.steps}]
    return sorted(having, key=lambda path: path.gives == "cycle")


def _studios(given: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    found = [("studio", given["studio"])] if "studio" in given else []
    return [*found, *given.get("studios", {}).items()]


def _plaque(one: Mapping[str, Any], otherwise: date = date.max) -> date:
    return date.fromisoformat(str(one["plaque"])) if "plaque" in one else otherwise


def _preparing(programme: Programme, given: Mapping[str, Any], first: date) -> date:
    """The day on which a case begins: early enough for the notices that the given applications go through."""
    said = given.get("round", {})
    if "opens" in said:
        return min(date.fromisoformat(str(said["opens"])), first)
    needed = timedelta(days=1)
    for target in given.get("applications", {}).values():
        needed = max(needed, _needed(programme, given, str(target)))
    latest = first - needed
    if "closes" in said:
        latest = min(latest, date.fromisoformat(str(said["closes"])))
    return latest


def _needed(programme: Programme, given: Mapping[str, Any], target: str) -> timedelta:
    path = programme.paths.get(str(given.get("round", {}).get("path", "")))
    if path is None:
        path = next((one for one in programme.paths.values() if one.call == "round" and one.gives == "studio"), None)
    return timedelta(days=2 + sum(_notice_days(path, target))) if path is not None else timedelta(days=1)


def _notice_days(path: Path, target: str) -> Iterator[int]:
    """For every notice that ends before the target, more days than it can take; working days may meet a long holiday."""
    for step in path.steps:
        if step.name == target.partition(".")[0] or target == RESERVE:
            return
        if step.stage == "public_notice":
            yield step.length.n + 1 if step.length.unit == "day" else step.length.n * 2 + 12


def _round(bureau: Bureau, case: Case, opens_on: date) -> None:
    said = case.given.get("round", {})
    unknown = next((key for key in said if key not in ROUND_KEYS), None)
    if unknown is not None:
        raise UnknownName(f"round 没有“{unknown}”这一项；可以写：{'、'.join(ROUND_KEYS)}")
    opens_on = date.fromisoformat(str(said.get("opens", opens_on)))
    plan(bureau, said, opens_on, _closing(case, opens_on))
    carry(bureau, list(_goals(bureau, str(said.get("path", round_path(bureau))), case.given.get("applications", {}))))


def unfolded(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is given, with what an application says of its person among the people: `{A: {step: notice, body: school1}}`."""
    said = given.get("applications", {})
    folded = {name: dict(one) for name, one in said.items() if isinstance(one, dict)}
    steps = {name: one.pop("step", BEGUN) for name, one in folded.items()}
    people = {**given.get("people", {})}
    for address, facts in folded.items():
        name = str(address).rpartition("/")[2]
        people[name] = {**facts, **people.get(name, {})}
    return {**given, "people": people, "applications": {**said, **steps}} if folded else given


def _closing(case: Case, opens_on: date) -> date:
    """The closing day of a round: the one given; else the last day on which a step applies, at least the day it opens."""
    said = case.given.get("round", {})
    if "closes" in said:
        return date.fromisoformat(str(said["closes"]))
    applying: list[date] = [step.on for step in case.steps if step.do in APPLYING]
    last: date = max([opens_on, *(applying if _in_round(case) else ())])
    return last


def _in_round(case: Case) -> bool:
    path = f"{case.given.get('round', {}).get('path', '/')}/"
    return any("/" not in address or address.startswith(path) for step in case.steps for address in step.to)


def _goals(bureau: Bureau, round_path_name: str, said: Mapping[str, Any]) -> Iterator[Goal]:
    """Applications of the round, and those of other paths by their address (`leave/M1`), begun and where they shall be."""
    for address, target in said.items():
        head, _, rest = str(address).partition("/")
        path = bureau.programme.paths[head if rest and head in bureau.programme.paths else round_path_name]
        name = rest if rest and path.name == head else str(address)
        until = "" if target in DONE else path.steps[0].name if target == BEGUN else str(target)
        if until and until != RESERVE and until.partition(".")[0] not in {step.name for step in path.steps}:
            known: Sequence[str] = [step.name for step in path.steps]
            raise UnknownName(f"{name}：路径 {path.name} 没有叫“{until}”的步骤；有：{'、'.join([*known, RESERVE])}")
        yield Goal(begin(bureau, path, name), name, until)
