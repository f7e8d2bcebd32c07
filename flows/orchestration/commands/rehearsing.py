"""studioflow rehearse: play scenarios on a virtual clock before a regulation is let loose on people."""

import json
from pathlib import Path
from typing import Annotated

import typer

from flows.orchestration.commands.speech import FAULTY, complain, say

PAGE = Path(__file__).resolve().parents[3] / "docs" / "scenarios.md"


def rehearse(
    files: Annotated[list[Path] | None, typer.Argument(help="情景文件（YAML），或放情景文件的文件夹")] = None,
    *,
    as_data: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    everything: Annotated[bool, typer.Option("--all", help="成立的步骤也逐步列出")] = False,
    vocabulary: Annotated[bool, typer.Option("--vocabulary", help="由代码写出用词表 docs/scenarios.md")] = False,
) -> None:
    """预演：在虚拟时钟上由真正的引擎办理情景，看办法是不是这样；有一处不成立，退出码 1。 / Rehearse scenarios."""
    from flows.rehearsal import vocabulary_text

    if vocabulary:
        PAGE.write_text(vocabulary_text(), encoding="utf-8")
        say(f"已写入 {PAGE}")
        return
    if not files:
        raise typer.BadParameter("请写情景文件，如 studioflow rehearse scenarios/")
    _play(files, as_data=as_data, everything=everything)


def _play(files: list[Path], *, as_data: bool, everything: bool) -> None:
    from flows.rehearsal import FaultyScenario, as_json, read_scenarios, report_text, scenario_files
    from flows.rehearsal import rehearse as play

    scenarios, faults = [], []
    for file in scenario_files(files):
        try:
            scenarios += read_scenarios(file)
        except FaultyScenario as faulty:
            faults.append(faulty)
    if faults:
        for one in faults:
            complain(str(one))
        raise typer.Exit(FAULTY)
    reports = [report for scenario in scenarios for report in play(scenario)]
    say(
        json.dumps(as_json(reports), ensure_ascii=False, indent=2)
        if as_data
        else report_text(reports, everything=everything)
    )
    if not all(report.held for report in reports):
        raise typer.Exit(FAULTY)
