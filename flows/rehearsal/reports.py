"""What a rehearsal found (预演结果): which steps held, which did not and why, with the history around them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step: its line, day and words, whether it held, what was found instead, and the history around it."""

    line: int
    on: str
    words: str
    held: bool
    found: tuple[str, ...] = ()
    history: tuple[str, ...] = ()


@dataclass(slots=True)
class CaseReport:
    """One case of one scenario; `missed` is why it could not be played to its end."""

    file: str
    scenario: str
    title: str
    case: str
    steps: list[StepReport] = field(default_factory=list)
    missed: str = ""
    seconds: float = 0.0

    @property
    def held(self) -> bool:
        """Whether everything happened as it is written."""
        return not self.missed and all(step.held for step in self.steps)

    @property
    def name(self) -> str:
        """The scenario and the case, as people call them."""
        return f"{self.scenario}（{self.case}）" if self.case else self.scenario


def as_json(reports: Sequence[CaseReport]) -> dict[str, Any]:
    """The reports as plain values: `{held, cases: [{scenario, case, held, steps: […]}]}`."""
    return {
        "held": all(one.held for one in reports),
        "cases": [{**asdict(one), "held": one.held, "seconds": round(one.seconds, 3)} for one in reports],
    }


def report_text(reports: Sequence[CaseReport], *, everything: bool = False) -> str:
    """The reports as people read them; `everything` shows the steps that held too."""
    lines = [line for one in reports for line in _case_lines(one, everything=everything)]
    held = sum(one.held for one in reports)
    seconds = sum(one.seconds for one in reports)
    verdict = "全部成立" if held == len(reports) else f"成立 {held}，不成立 {len(reports) - held}"
    return "\n".join([*lines, f"共 {len(reports)} 个情形，{verdict}；用时 {seconds:.1f} 秒。"])


def _case_lines(one: CaseReport, *, everything: bool) -> list[str]:
    mark = "成立  " if one.held else "不成立"
    lines = [f"{mark} {one.name} {one.title}"]
    if one.held and not everything:
        return lines
    for step in one.steps:
        lines.append(f"  {'✓' if step.held else '✗'} 第{step.line}行 {step.on} {step.words}")
        lines += [f"      {found}" for found in step.found]
        if step.history:
            lines += ["      前后经过：", *(f"        {line}" for line in step.history)]
    if one.missed:
        lines.append(f"  ✗ {one.file}：{one.missed}")
    return lines
