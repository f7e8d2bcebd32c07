"""studioflow import: a roster workbook, checked whole before anything is stored."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.orchestration.commands.speech import FAULTY, WrongWords, complain, say

if TYPE_CHECKING:
    from flows.office.established import Taken
    from flows.roster import Fault


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

    engine, now = opened(begins=True)
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
        complain(_located(fault))
    if plan.faults and not plan.roster.unreadable:
        marked = file.with_name(f"{file.stem}-错误说明.xlsx")
        marked.write_bytes(marked_workbook(content, plan))
        complain(f"每一行的错误已写在：{marked}")
    if dry_run or plan.roster.unreadable or (plan.faults and not only_good):
        some = "请改好再导入。" if plan.roster.unreadable else "请改好再导入；只导入没有错的行，加 --only-good。"
        advice = some if plan.faults and not dry_run else ""
        say(f"没有写入任何内容。{advice}")
        raise typer.Exit(FAULTY if plan.faults else 0)
    with transaction(engine) as session:
        result = store_import(session, plan, now, only_good=only_good)
    if not result.stored:
        raise Refused("faults", "检查之后库里有了变化，没有写入。请再运行一次。")
    begun, refused = carry_in(engine, regulations(), result.applied, round_id, now) if round_id else (0, [])
    say(f"已写入：新增 {result.new} 行，改动 {result.changed} 行" + (f"；建立申报 {begun} 件。" if round_id else "。"))
    for words in refused:
        complain(words)


def _located(fault: "Fault") -> str:
    """A fault with its sheet and row; row 0 is the sheet or file itself."""
    return f"{fault.sheet} 第{fault.row}行 {fault.says()}" if fault.row else f"{fault.sheet} {fault.says()}"


def import_studios(
    file: Annotated[Path, typer.Argument(help="已有工作室的工作簿（.xlsx）")],
    code: Annotated[str, typer.Option("--programme", help="办法代码（已启用）")] = "",
    body: Annotated[str, typer.Option(help="主管部门的机构编码；只有一个最高机构时可以不写")] = "",
    *,
    template: Annotated[bool, typer.Option("--template", help="把空的模板写到这个文件")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入")] = False,
) -> None:
    """接入已有的工作室：连同成员、以往的考核结果和拨款；有一处错就都不写，同一本再导入不重复。 / Take over established studios."""
    from flows.roster.established_rows import established_template

    if template:
        file.write_bytes(established_template())
        say(f"模板已写入 {file}：工作室、成员、考核结果、拨款四张表。")
        return
    done = _take_over(file, code, body, dry_run=dry_run)
    for fault in done.faults:
        complain(_located(fault))
    if done.faults:
        say(f"有 {len(done.faults)} 处错，没有写入任何内容。")
        raise typer.Exit(FAULTY)
    said = f"工作室 {done.studios} 个，席位 {done.seats} 个，考核结果 {done.results} 项，拨款 {done.payments} 笔"
    say(
        f"可以接入：{said}。没有写入任何内容。"
        if dry_run
        else f"已接入：{said}；开启还没有过去的事项 {done.opened} 件。"
    )


def _take_over(file: Path, code: str, body: str, *, dry_run: bool) -> "Taken":
    from sqlmodel import Session

    from flows.engine.calendar import local_day
    from flows.engine.days import calendar_of
    from flows.engine.work import Work
    from flows.office.established import take_over
    from flows.orchestration.commands.acting import authority, opened
    from flows.regulations import regulations
    from flows.roster.established_rows import read_established
    from models.session import transaction

    engine, now = opened()
    established = read_established(file.read_bytes(), local_day(now))

    def taken(session: Session) -> "Taken":
        programme_id = _programme(session, code, authority(session, body))
        return take_over(Work(session, regulations(), now, calendar_of(session)), programme_id, established)

    if dry_run:
        with Session(engine) as session:  # what is left in it is rolled back
            return taken(session)
    with transaction(engine) as session:
        return taken(session)


def _programme(session: Any, code: str, authority_id: int) -> int:
    """The adopted programme of that code, or the only one there is. Raises WrongWords."""
    from sqlalchemy import select

    from models import Programme
    from models.columns import table_of

    rows = table_of(Programme)
    found = session.execute(select(rows.c.id, rows.c.code).where(rows.c.authority_body_id == authority_id)).all()
    mine = [row.id for row in found if code in ("", row.code)]
    if len(mine) != 1:
        known = "、".join(row.code for row in found) or "还没有"
        raise WrongWords(
            f"请用 --programme 写明是哪个办法。已启用的：{known}；启用用 studioflow programme adopt 代码。"
        )
    return int(mine[0])
