"""studioflow import: a roster workbook, checked whole before anything is stored."""

from pathlib import Path
from typing import Annotated

import typer

from flows.orchestration.commands.speech import FAULTY, complain, say


def import_roster(
    file: Annotated[Path, typer.Argument(help="名册工作簿（.xlsx）")],
    *,
    only_good: Annotated[bool, typer.Option("--only-good", help="有错的行不导入，只导入没有错的行")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入")] = False,
    body: Annotated[str, typer.Option(help="哪个主管部门的名册（机构编码）；不写则按名册里的最高机构")] = "",
    round_id: Annotated[int, typer.Option("--round", help="申报表导入到哪个批次（编号）")] = 0,
) -> None:
    """导入名册：先整本检查，指出每一处错；没有错才写入，全部写入或一行不写。 / Import a roster."""
    from flows.engine.errors import Refused
    from flows.orchestration.commands.acting import authority, opened
    from flows.orchestration.imports import carry_in
    from flows.regulations import regulations
    from flows.roster import marked_workbook, plan_import, store_import
    from models.session import reading, transaction

    engine, now = opened()
    content = file.read_bytes()
    with reading(engine) as session:
        body_id = authority(session, body) if body else None
        plan = plan_import(session, body_id, content, now, round_id or None)
    say(
        f"新增 {plan.count('new')} 行，改动 {plan.count('changed')} 行，相同 {plan.count('same')} 行，有错 {plan.count('faulty')} 行。"
    )
    for note in plan.notes:
        say(note)
    for fault in plan.faults:
        complain(f"{fault.sheet} 第{fault.row}行 {fault.says()}")
    if plan.faults and not plan.roster.unreadable:
        marked = file.with_name(f"{file.stem}-错误说明.xlsx")
        marked.write_bytes(marked_workbook(content, plan))
        complain(f"每一行的错误已写在：{marked}")
    if dry_run or plan.roster.unreadable or (plan.faults and not only_good):
        say("没有写入任何内容。")
        raise typer.Exit(FAULTY if plan.faults else 0)
    with transaction(engine) as session:
        result = store_import(session, plan, now, only_good=only_good)
    if not result.stored:
        raise Refused("faults", "检查之后库里有了变化，没有写入。请再运行一次。")
    begun, refused = carry_in(engine, regulations(), result.applied, round_id, now) if round_id else (0, [])
    say(f"已写入：新增 {result.new} 行，改动 {result.changed} 行" + (f"；建立申报 {begun} 件。" if round_id else "。"))
    for words in refused:
        complain(words)
