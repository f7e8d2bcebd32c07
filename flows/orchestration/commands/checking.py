"""studioflow doctor: what must hold in the database, checked; and whether the migrations make what the code declares."""

from typing import Annotated

import typer

from flows.orchestration.commands.speech import FAULTY, complain, say


def doctor(
    *,
    migrations: Annotated[bool, typer.Option("--migrations", help="只查升级文件与代码是否一致，不看数据库")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="修好可以自动修好的")] = False,
) -> None:
    """体检：逐条核对数据库里必须成立的事，说清哪一条不成立、怎么办。 / Check the database."""
    if migrations:
        _check_migrations()
        return
    from flows.doctor import examine, mend
    from flows.orchestration.commands.acting import opened

    engine, now = opened()
    if fix:
        for words in mend(engine, now):
            say(f"已修好：{words}")
    findings = examine(engine, now)
    for one in findings:
        say(f"{'✓' if not one.broken else '✗'} {one.title}" + (f"（{len(one.broken)} 处）" if one.broken else ""))
        for words in one.broken[:10]:
            complain(f"    {words}")
        if len(one.broken) > 10:
            complain(f"    ……另有 {len(one.broken) - 10} 处")
        if one.broken:
            complain(f"    怎么办：{one.remedy}")
    if any(one.broken for one in findings):
        raise typer.Exit(FAULTY)
    say(f"{len(findings)} 条全部成立。")


def _check_migrations() -> None:
    from models import schema
    from models.session import connect

    engine = connect("sqlite://")
    schema.upgrade(engine)
    found = schema.differences(engine)
    for one in found:
        complain(f"代码与升级文件不一致：{one}")
    if found:
        complain("请补一个升级文件，看过之后提交。")
        raise typer.Exit(FAULTY)
    say("升级文件与代码一致。")
