"""studioflow user: accounts of people in the roster."""

from typing import Annotated

import typer

from flows.orchestration.commands.speech import say

app = typer.Typer(help="账号：添加、列出、改密码、停用。 / Accounts.", no_args_is_help=True)
Password = Annotated[
    str, typer.Option(prompt="密码", confirmation_prompt="再输一遍", hide_input=True, envvar="STUDIOFLOW_NEW_PASSWORD")
]


@app.command()
def add(
    login: Annotated[str, typer.Argument(help="登录名")],
    staff_no: Annotated[str, typer.Argument(help="名册里的工号")],
    password: Password,
    role: Annotated[str, typer.Option(help="同时任命：administrator 或 officer")] = "",
    body: Annotated[str, typer.Option(help="任命到哪个机构（机构编码）")] = "",
) -> None:
    """给名册里的一个人建账号，需要时同时任命为经办人或管理员。 / Add an account."""
    from flows.office.accounts import add_account, appoint
    from flows.orchestration.commands.acting import authority, day, opened
    from models.session import transaction

    engine, now = opened()
    with transaction(engine) as session:
        add_account(session, login, staff_no, password)
        if role:
            appoint(session, staff_no, authority(session, body), role, day("", now))
    say(f"账号 {login} 已建。")


@app.command()
def first(
    login: Annotated[str, typer.Argument(help="登录名")],
    password: Password,
    name: Annotated[str, typer.Option(help="姓名")],
    body: Annotated[str, typer.Option(help="主管部门的机构编码，与名册里写的一样，如 150400")],
    body_name: Annotated[str, typer.Option(help="主管部门的全称，如 赤峰市教育局")],
    staff_no: Annotated[str, typer.Option(help="工号；不写则与登录名相同")] = "",
    level: Annotated[str, typer.Option(help="主管部门的层级：省、市、县（旗、区）、学校")] = "市",
) -> None:
    """空库里建第一个管理员，连同本单位；其余的都在页面上办。 / The first administrator of an empty site."""
    from flows.office.accounts import first_administrator
    from flows.orchestration.commands.acting import day, opened
    from flows.orchestration.commands.speech import WrongWords
    from flows.roster.columns import LEVELS
    from models.session import transaction
    from models.settings import settings

    if level not in LEVELS:
        raise WrongWords(f"没有“{level}”这种层级。可以是：{'、'.join(LEVELS)}。")
    engine, now = opened(begins=True)
    bureau = {"code": body, "name": body_name, "level": LEVELS[level]}
    with transaction(engine) as session:
        first_administrator(session, login, password, name, staff_no or login, bureau, day("", now))
    say(f"账号 {login} 已建，是{body_name}的管理员。请登录 {settings().address}，按“开始使用”一步一步办。")


@app.command("list")
def list_accounts() -> None:
    """列出全部账号。 / List accounts."""
    from flows.office.accounts import accounts
    from flows.orchestration.commands.acting import opened
    from models.session import reading

    engine, _ = opened()
    with reading(engine) as session:
        rows = accounts(session)
    for row in rows:
        say(f"{row.login:<20}{row.name}　{row.staff_no}{'　已停用' if row.disabled_at else ''}")
    say(f"共 {len(rows)} 个账号。")


@app.command()
def password(login: Annotated[str, typer.Argument(help="登录名")], password: Password) -> None:
    """改密码，并结束这个账号所有打开的会话。 / Change a password."""
    from flows.office.accounts import set_password
    from flows.orchestration.commands.acting import opened
    from models.session import transaction

    engine, now = opened()
    with transaction(engine) as session:
        set_password(session, login, password, now)
    say(f"{login} 的密码已改，原来的登录都已退出。")


@app.command()
def disable(login: Annotated[str, typer.Argument(help="登录名")]) -> None:
    """停用账号；办理记录保留。 / Disable an account."""
    from flows.office.accounts import disable as close
    from flows.orchestration.commands.acting import opened
    from models.session import transaction

    engine, now = opened()
    with transaction(engine) as session:
        close(session, login, now)
    say(f"账号 {login} 已停用。")
