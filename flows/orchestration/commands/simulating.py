"""studioflow simulate: run a regulation over whole cycles with people who act by rates."""

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.orchestration.commands.speech import FAULTY, WrongWords, complain, say


def simulate(
    code: Annotated[str, typer.Argument(help="办法代码，或办法文件")],
    *,
    studios: Annotated[int, typer.Option(min=1, max=100_000, help="多少个工作室")] = 50,
    years: Annotated[
        int | None,
        typer.Option(min=1, max=20, help="多少年；走完一个周期还没有结果的，等到都有结果；不写就走完整个周期"),
    ] = None,
    seed: Annotated[int, typer.Option(help="种子：同一个种子得到同一份报告")] = 1,
    start: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="挂牌日")] = None,
    as_data: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    page: Annotated[Path | None, typer.Option("--html", help="写成带图表的网页文件")] = None,
) -> None:
    """模拟：很多工作室、按比率行事的人，走完整个周期；有没有结果、守则不成立或系统异常的，退出码 1。 / Simulate a programme."""
    from flows.programme import library, load
    from flows.simulation import simulate as run
    from flows.simulation.words import report_text

    if code not in library() and not Path(code).is_file():
        raise WrongWords(f"没有叫 {code} 的办法。现有：{'、'.join(library())}")
    programme = load(code)
    begins_on = start.date() if start else date(2025, 9, 1)
    report = run(code, studios, years, seed, begins_on=begins_on, progress=_progress)
    if page is not None:
        from flows.simulation.page import report_page

        page.write_text(report_page(report, programme), encoding="utf-8")
        complain(f"报告已写入 {page}")
    say(json.dumps(report.as_json(), ensure_ascii=False, indent=2) if as_data else report_text(report, programme))
    if not report.sound:
        raise typer.Exit(FAULTY)


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == of else ""
        sys.stderr.write(f"\r模拟 {'█' * (30 * done // of):<30} {done}/{of}{end}")
        sys.stderr.flush()
