"""Playing scenarios (预演): each case on a bureau of its own, step by step; what is wrong is reported, never raised."""

from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any

from flows.engine.errors import NotFound, Refused
from flows.programme import Programme
from flows.rehearsal.addresses import NotYet, has_lapsed, path_meant
from flows.rehearsal.bureau import Bureau, UnknownName
from flows.rehearsal.called import by_names
from flows.rehearsal.carrying import Stuck
from flows.rehearsal.citing import cites
from flows.rehearsal.expectations import look
from flows.rehearsal.ground import loaded
from flows.rehearsal.history import addresses_in, history_around
from flows.rehearsal.performing import perform
from flows.rehearsal.profiles import UnknownFact
from flows.rehearsal.reports import CaseReport, StepReport
from flows.rehearsal.scenario import Case, Refusing, Scenario, Step
from flows.rehearsal.setting import set_up
from flows.rehearsal.singly import gathered
from flows.rehearsal.understood import is_absent
from flows.rehearsal.ways import by_ways

NOT_YET, LAPSED = "not_yet", "lapsed"
OVER = frozenset({"wrong_state", "unknown_event", "studio_ended", "too_late", "outside_window", "needs_unmet"})
# By the reason the engine gives, other ways to say the same.
ALIKE: Mapping[str, frozenset[str]] = {
    NOT_YET: frozenset({"not_found", "too_early", "outside_window"}),
    "not_found": frozenset({"not_yours"}),
    "unsealed": frozenset({"papers_missing"}),
    "papers_missing": frozenset({"unsealed"}),
    "no_post": frozenset({"criteria_unmet"}),
    "within": frozenset({"not_a_choice"}),
    "ungraded_seats": frozenset({"without_grade"}),
    "unknown_event": frozenset({"wrong_state", "ended", "too_late"}),
    "wrong_state": frozenset({"unknown_event", "ended", "too_late"}),
    "not_yours": frozenset({"wrong_state", "blocked"}),
    "no_studio": frozenset({"host_undecided", "blocked"}),
    "round_not_open": frozenset({"too_late", "outside_window"}),
    "ended": OVER,
    LAPSED: OVER | {"ended", "barred", "result_short"},
}
ASTRAY = (UnknownName, UnknownFact, Stuck)
"""What is wrong with the scenario itself, rather than with what was expected."""


def rehearse(scenario: Scenario) -> list[CaseReport]:
    """Play every case of a scenario, each on a fresh bureau; returns what was found of each, in order."""
    return [_play(scenario, case) for case in scenario.cases]


def _play(scenario: Scenario, case: Case) -> CaseReport:
    report = CaseReport(scenario.file, scenario.name, scenario.title, case.title)
    began = perf_counter()
    bureau = None
    try:
        programme = loaded(scenario.programme)
        case = by_ways(programme, by_names(programme, case))
        bureau = set_up(scenario, case)
        for step, done in gathered(bureau.programme, case.steps):
            report.steps.append(_step(bureau, step, done))
            if step.do and not report.steps[-1].held:
                report.missed = f"第{step.line}行之后没有走到" if step is not case.steps[-1] else ""
                break
    except (Refused, NotFound, ValueError, *ASTRAY) as error:
        report.missed = f"第{case.line}行 给出的情况摆不出来：{error}"
    except Exception as error:  # noqa: BLE001  one case that fails the engine must not hide what the others show
        report.missed = f"程序出错 {type(error).__name__}：{error}"
    if bureau is not None:
        report.missed = report.missed or "；".join(f"系统出错：{what}" for what in bureau.incidents())
        bureau.engine.dispose()
    report.seconds = perf_counter() - began
    return report


def _step(bureau: Bureau, step: Step, done: Step | None) -> StepReport:
    """Do or look at a step; `done`: what is done at it, None where a later one does it too."""
    found = list(_reach(bureau, step))
    if step.do and done is not None and not found:
        found += _act(bureau, done)
    asked = list(step.to)
    if not found:
        for expectation in step.expect:
            faults = _looked(bureau, expectation)
            asked += addresses_in(expectation.of) if faults else []
            found += faults
    history = history_around(bureau, asked) if found else []
    return StepReport(step.line, str(step.at or step.on), words_of(step), not found, tuple(found), tuple(history))


def _reach(bureau: Bureau, step: Step) -> Iterator[str]:
    """Let time pass to the step; a moment that is already past is a mistake of the scenario."""
    if step.at is None:
        if step.on < bureau.today:
            yield f"到 {bureau.today} 才准备得好，赶不上 {step.on}"
        bureau.pass_to_day(step.on)
        return
    if step.at < bureau.now:
        yield f"时间倒退了：现在是 {bureau.now.isoformat()}"
    bureau.pass_to(step.at)


def _act(bureau: Bureau, step: Step) -> list[str]:
    try:
        perform(bureau, step)
    except Refused as refused:
        return _refused_otherwise(
            step.refused, _as_lapsed(bureau, step, refused), clauses_of(bureau.programme, _places(bureau, step))
        )
    except NotFound as missing:
        return (
            [str(missing)]
            if step.refused is None
            else _refused_otherwise(step.refused, Refused("not_found", str(missing)))
        )
    except NotYet as early:
        return [str(early)] if step.refused is None else _refused_otherwise(step.refused, Refused(NOT_YET, str(early)))
    except ASTRAY as astray:
        if step.refused is not None and any(is_absent(bureau, address) for address in step.to):
            return _refused_otherwise(step.refused, Refused("excluded", f"办法没有这一部分：{astray}"))
        return [str(astray)]
    return [] if step.refused is None else [f"应当被拒绝（{words_of_refusal(step.refused)}），却办成了"]


def _as_lapsed(bureau: Bureau, step: Step, refused: Refused) -> Refused:
    """A refusal because it is over, of requests that a result ruled out: whoever asks once more is refused for that result."""
    if refused.because != "ended" or not all(has_lapsed(bureau, address) for address in step.to):
        return refused
    return Refused(LAPSED, refused.says, refused.origin, refused.missing)


def _places(bureau: Bureau, step: Step) -> list[str]:
    """What a step acts on, by addresses that name the rules it rests on: of an application its path."""
    return [f"{path_meant(bureau, one)[0]}/{one}" if "/" not in one else one for one in step.to]


def _refused_otherwise(wanted: Refusing | None, refused: Refused, rules: str = "") -> list[str]:
    """How a refusal differs from the one that is written; everything, where none is.

    `rules`: the clauses of what was acted on; a refusal that cites none of its own (it is over) rests on them.
    """
    said = f"{refused.because}：{refused.says}（{refused.origin.get('text', '')} {refused.origin.get('reason', '')}）"
    if wanted is None:
        return [f"被拒绝 {said}", *refused.missing]
    faults = []
    if wanted.because and not _same_reason(wanted.because, refused):
        faults.append(f"拒绝的理由应为 {wanted.because}，实为 {said}")
    if (
        wanted.clause
        and (refused.origin or wanted.because in {"", refused.because})
        and refused.because != NOT_YET
        and not cites(refused.origin, rules, wanted.clauses)
    ):
        faults.append(f"依据应为 {wanted.clause}，实为 {refused.origin.get('text') or '无'}")
    if wanted.says and wanted.says not in " ".join([refused.says, *refused.missing]):
        faults.append(f"应当说到“{wanted.says}”，说的是：{refused.says}")
    return faults


def clauses_of(programme: Programme, addresses: Sequence[str]) -> str:
    """The clauses of the paths, obligations, assessments and funds that addresses name, in a line."""
    parts = {part.partition("@")[0] for address in addresses for part in address.split("/")}
    sections = ("paths", "obligations", "assessments", "funds")
    return " ".join(
        origin.text
        for place, origin in programme.origins.items()
        if place.partition(".")[0] in sections and place.split(".")[1:2] and place.split(".")[1] in parts
    )


def _same_reason(wanted: str, refused: Refused) -> bool:
    """Whether a refusal is the one written, in these words or others; of several things that lack, any may be named."""
    lacks = {f"without_{key}" for key in refused.missing} if refused.because.startswith("without_") else set()
    return wanted in {refused.because, *ALIKE.get(refused.because, ()), *lacks}


def _looked(bureau: Bureau, expectation: Any) -> list[str]:
    try:
        return look(bureau, expectation)
    except ASTRAY as astray:
        return [f"{expectation.kind}：{astray}"]


def words_of(step: Step) -> str:
    """A step in a line."""
    if not step.do:
        return "查看 " + "；".join(f"{one.kind} {one.of}" for one in step.expect)
    refused = f"，应被拒绝（{words_of_refusal(step.refused)}）" if step.refused else ""
    payload = f" {dict(step.payload)}" if step.payload else ""
    return f"{step.by} {step.do} {'、'.join(step.to)}{payload}{refused}"


def words_of_refusal(refusing: Refusing) -> str:
    """What must refuse, in a line."""
    return "、".join(part for part in (refusing.because, refusing.clause, refusing.says) if part) or "不论理由"
